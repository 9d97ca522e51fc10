"""asyncio under virtual time: a loop that has nothing to do jumps to its next timer.

Two public methods are replaced, for the loops of one thread: `BaseEventLoop.time` and the
selector's `select`. Why not looptime: docs/decisions/0300-virtual-clock.md.
"""

from __future__ import annotations

import asyncio
import os
import selectors
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

from streamtape.clock._real import REAL
from streamtape.clock._sleep import is_worker

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

__all__ = ["can_jump", "jumping_loops"]

_GRACE = 0.001  # real seconds between two looks at a worker that is busy


class _Moved(Protocol):
    def now(self) -> float: ...

    def advance(self, seconds: float) -> None: ...


@contextmanager
def jumping_loops(clock: _Moved, owner: int, start: float) -> Iterator[None]:
    """Give the loops of the thread `owner` the time of `clock`, and let them move it.

    Args:
        clock: whose time, and what is moved.
        owner: the thread's identifier.
        start: what the loops' time was when the clock's was 0: a loop that runs already has timers.
    """
    Loop, Selector = asyncio.BaseEventLoop, selectors.DefaultSelector  # noqa: N806 - classes
    real_time, real_select = Loop.time, Selector.select

    def time(_loop: Any) -> float:
        # Of the other threads' loops, not `real_time`: that one reads frozen time.
        return start + clock.now() if threading.get_ident() == owner else float(REAL[0]())

    def select(selector: Any, timeout: float | None = None) -> Any:
        loop = asyncio._get_running_loop()  # noqa: SLF001 - public, and the fastest way to ask
        is_ours = getattr(loop, "_selector", None) is selector and threading.get_ident() == owner
        if not is_ours or timeout is None or timeout <= 0:
            return real_select(selector, timeout)
        busy = _a_worker_is_busy()  # asked first: what it has done since then, `select` sees
        ready = real_select(selector, _GRACE if busy else 0)
        if ready or busy:
            return ready
        clock.advance(timeout)
        return ready

    Loop.time, Selector.select = time, select  # type: ignore[method-assign, assignment]
    try:
        yield
    finally:
        Loop.time, Selector.select = real_time, real_select  # type: ignore[method-assign]


def can_jump(loop: asyncio.AbstractEventLoop) -> bool:
    """Whether the time of a loop can be moved (uvloop's cannot)."""
    selector = type(getattr(loop, "_selector", None))
    return (
        getattr(type(loop), "time", None) is asyncio.BaseEventLoop.time
        and getattr(selector, "select", None) is selectors.DefaultSelector.select
    )


def _a_worker_is_busy() -> bool:
    """Whether an executor's thread is at work: its result may come before any timer."""
    if threading.active_count() == 1:
        return False
    frames = sys._current_frames()  # noqa: SLF001 - documented, for such purposes
    frames_of_workers = (frames.get(t.ident or 0) for t in threading.enumerate() if is_worker(t))
    return any(frame is not None and not _is_parked(frame) for frame in frames_of_workers)


def _is_parked(frame: FrameType) -> bool:
    """Whether a worker waits: for work, of which there is none, or for another thread."""
    match _place(frame):
        case "_worker", "thread.py":  # concurrent.futures; it waits in C
            return frame.f_locals["work_queue"].empty()  # type: ignore[no-any-return]
        case "wait", "threading.py":
            caller = frame.f_back
            if caller is not None and _place(caller) == ("get", "queue.py"):  # anyio
                return not caller.f_locals["self"].queue
            return True
    return False


def _place(frame: FrameType) -> tuple[str, str]:
    return frame.f_code.co_name, os.path.basename(frame.f_code.co_filename)  # noqa: PTH119 - fast
