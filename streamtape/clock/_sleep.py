"""`time.sleep` under virtual time: freezegun leaves it alone, and SDKs wait with it to retry."""

from __future__ import annotations

import sys
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from streamtape.clock._frozen import UNTOUCHED
from streamtape.clock._real import REAL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["is_worker", "virtual_sleep"]

# As concurrent.futures, asyncio and anyio name the threads that work for somebody who waits.
_WORKERS = ("ThreadPoolExecutor-", "asyncio_", "AnyIO worker thread")


@contextmanager
def virtual_sleep(advance: Callable[[float], None], owner: int) -> Iterator[None]:
    """Make sleep move the clock, in the thread `owner` and in workers; elsewhere it stays real.

    A thread that polls in the background would otherwise race the clock away.
    """
    before = time.sleep

    def sleep(seconds: float, /) -> None:
        if threading.get_ident() != owner and not is_worker(threading.current_thread()):
            REAL[1](seconds)
        elif seconds < 0:
            raise ValueError("sleep length must be non-negative")
        else:
            advance(seconds)

    patched = _replace(before, sleep)
    try:
        yield
    finally:
        for names in patched:
            if names.get("sleep") is sleep:
                names["sleep"] = before
        # And what was imported in between: `from time import sleep`.
        _replace(sleep, before)


def is_worker(thread: threading.Thread) -> bool:
    """Whether a thread works for an executor."""
    return thread.name.startswith(_WORKERS)


def _replace(old: Any, new: Any) -> list[dict[str, Any]]:
    """Put `new` wherever a module calls `old` its ``sleep``; return the namespaces."""
    found = []
    for name, module in list(sys.modules.items()):
        names = getattr(module, "__dict__", None)
        if names is not None and names.get("sleep") is old and name not in UNTOUCHED:
            names["sleep"] = new
            found.append(names)
    return found
