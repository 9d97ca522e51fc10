"""Time that passes only where somebody waits for it, and then at once.

One number is moved by everything that waits: the drivers of replays, `time.sleep`, the timers of an
asyncio loop, trio's `MockClock`. `time.time`, `monotonic`, `perf_counter` and `datetime.now` follow
it. It belongs to the thread that started it, and to the workers of its executors; other threads,
and the loops in them, keep real time: two users of one clock would move it for each other.
"""

from __future__ import annotations

import asyncio
import math
import sys
import threading
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING, Any, Self

from streamtape.clock._asyncio import can_jump, jumping_loops
from streamtape.clock._frozen import frozen_time
from streamtape.clock._real import REAL
from streamtape.clock._sleep import virtual_sleep
from streamtape.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

__all__ = ["VirtualClock"]

_NANOSECONDS = 1_000_000_000
_timelines: dict[int, _Timeline] = {}  # what is at work, by thread


class VirtualClock:
    """A clock under which waiting takes no time. Use it in a ``with`` statement.

    A clock inside another one of its thread moves with it, and starts in microseconds: freezegun
    and the other patches are put up once, by the outermost. Real sockets and virtual time do not go
    together: a loop that has nothing else to do jumps to its next timer, and waits for no peer.
    """

    def __init__(self) -> None:
        self._timeline = _Timeline()
        self._began = 0
        self._stack: ExitStack | None = None

    @property
    def elapsed(self) -> float:
        """Virtual seconds since the clock was started."""
        return self.now()

    def now(self) -> float:
        """Return the virtual time, in seconds; 0 where it began."""
        return (self._timeline.read() - self._began) / _NANOSECONDS

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        if seconds > 0:
            self._timeline.advance(seconds)

    async def asleep(self, seconds: float) -> None:
        """Let time pass for this task; other tasks that wait for less go first.

        Raises:
            UsageError: the event loop's time cannot be moved.
        """
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            await self._timeline.asleep_in_trio(seconds)
            return
        if not can_jump(loop):
            raise UsageError(
                f"clock='virtual' under {type(loop).__module__}.{type(loop).__qualname__}",
                "the time of this event loop cannot be moved",
                "Use asyncio's own event loop for this test.",
            )
        if seconds == math.inf:
            await loop.create_future()
        await asyncio.sleep(max(seconds, 0.0))

    def __enter__(self) -> Self:
        if self._stack is not None:
            raise UsageError("VirtualClock", "it is running already", "Make one for each use.")
        with ExitStack() as stack:
            outer = _timelines.get(threading.get_ident())
            self._timeline = outer or stack.enter_context(_Timeline())
            self._began = self._timeline.read()
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._stack is not None:
            # What it shows from now on is what it showed last.
            ended, self._timeline = self._timeline.read(), _Timeline()
            self._timeline.advance_to(ended)
            self._stack.close()
            self._stack = None


class _Timeline:
    """The number itself, and all that follows it while it is at work."""

    def __init__(self) -> None:
        # Whole nanoseconds: sums of floats would depend on how a wait was divided.
        self._now = 0
        self._show: Callable[[int], None] | None = None
        self._trio: tuple[Any, int] | None = None  # trio's clock, and its time at our 0

    def __enter__(self) -> Self:
        owner = threading.get_ident()
        start = REAL[0]()  # a loop that runs already has timers: its time goes on from there
        with ExitStack() as stack:
            self._show = stack.enter_context(frozen_time())
            stack.enter_context(virtual_sleep(self.advance, owner))
            stack.enter_context(jumping_loops(self, owner, start))
            _timelines[owner] = self
            stack.callback(_timelines.pop, owner)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()
        self._show = self._trio = None

    def now(self) -> float:
        """Return the time in seconds, for event loops."""
        return self._now / _NANOSECONDS

    def read(self) -> int:
        """Return the time in nanoseconds."""
        if self._trio is not None:
            self._follow_trio()
        return self._now

    def advance(self, seconds: float) -> None:
        """Move the time forward."""
        if self._trio is not None:
            with suppress(RuntimeError):  # trio's run has ended
                self._trio[0].jump(seconds)
        self.advance_to(self._now + round(seconds * _NANOSECONDS))

    def advance_to(self, nanoseconds: int) -> None:
        """Move the time forward to `nanoseconds`."""
        self._now = nanoseconds
        if self._show is not None:
            self._show(nanoseconds // 1000)

    async def asleep_in_trio(self, seconds: float) -> None:
        """Sleep by trio's own clock, and follow it."""
        import trio  # noqa: PLC0415 - for those who run it

        clock = trio.lowlevel.current_clock()
        if not hasattr(clock, "jump"):
            raise UsageError(
                "clock='virtual' under trio",
                "trio's time is moved by its own MockClock, and this run has none",
                "Run with clock=trio.testing.MockClock(autojump_threshold=0); for anyio's pytest "
                "plugin, return ('trio', {'clock': MockClock(autojump_threshold=0)}) from "
                "anyio_backend.",
            )
        if self._trio is None or self._trio[0] is not clock:
            self._trio = clock, _trio_now() - self._now
        try:
            await trio.sleep(max(seconds, 0.0))
        finally:
            self._follow_trio()

    def _follow_trio(self) -> None:
        assert self._trio is not None  # noqa: S101 - for the type checker
        with suppress(RuntimeError):  # trio's run has ended, or this is another thread
            now = _trio_now() - self._trio[1]
            if now > self._now:
                self.advance_to(now)


def _trio_now() -> int:
    return round(float(sys.modules["trio"].current_time()) * _NANOSECONDS)
