"""What task runs now, and how one is started in the background: asyncio and trio.

Neither library is imported here: a program that runs in one has loaded it.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

__all__ = ["current_task", "spawn"]


def current_task() -> object:
    """Return the running task, as something to compare; None outside of any."""
    asyncio: Any = sys.modules.get("asyncio")
    lowlevel: Any = sys.modules.get("trio.lowlevel")
    task: object = None
    if asyncio is not None and current_loop(asyncio) is not None:
        task = asyncio.current_task()
    elif lowlevel is not None:
        with suppress(RuntimeError):  # no task of trio's; its `in_trio_task()` came with 0.29
            task = lowlevel.current_task()
    return task


def spawn(function: Callable[[], Awaitable[None]]) -> object:
    """Run an asynchronous function in the background of the loop that runs here.

    Returns:
        What must be kept for as long as it runs; None where no loop runs: nothing was started.
    """
    asyncio: Any = sys.modules.get("asyncio")
    if asyncio is not None and current_loop(asyncio) is not None:
        return asyncio.ensure_future(function())
    lowlevel: Any = sys.modules.get("trio.lowlevel")
    if lowlevel is not None and in_trio(lowlevel):
        return lowlevel.spawn_system_task(function)
    return None


def current_loop(asyncio: Any) -> object:
    """Return asyncio's running loop, or None."""
    try:
        loop: object = asyncio.get_running_loop()
    except RuntimeError:
        return None
    return loop


def in_trio(lowlevel: Any) -> bool:
    """Return whether trio runs here; its own `in_trio_run()` came with 0.29."""
    try:
        lowlevel.current_trio_token()
    except RuntimeError:
        return False
    return True
