"""What task runs now, and how one is started in the background: asyncio and trio.

Neither library is imported here: a program that runs in one has loaded it.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

__all__ = ["current_task", "spawn"]


def current_task() -> object:
    """Return the running task, as something to compare; None outside of any."""
    asyncio: Any = sys.modules.get("asyncio")
    if asyncio is not None and current_loop(asyncio) is not None:
        task: object = asyncio.current_task()
        return task
    lowlevel: Any = sys.modules.get("trio.lowlevel")
    if lowlevel is not None and lowlevel.in_trio_task():
        return lowlevel.current_task()
    return None


def spawn(function: Callable[[], Awaitable[None]]) -> object:
    """Run an asynchronous function in the background of the loop that runs here.

    Returns:
        What must be kept for as long as it runs; None where no loop runs: nothing was started.
    """
    asyncio: Any = sys.modules.get("asyncio")
    if asyncio is not None and current_loop(asyncio) is not None:
        return asyncio.ensure_future(function())
    lowlevel: Any = sys.modules.get("trio.lowlevel")
    if lowlevel is not None and lowlevel.in_trio_run():
        return lowlevel.spawn_system_task(function)
    return None


def current_loop(asyncio: Any) -> object:
    """Return asyncio's running loop, or None."""
    try:
        loop: object = asyncio.get_running_loop()
    except RuntimeError:
        return None
    return loop
