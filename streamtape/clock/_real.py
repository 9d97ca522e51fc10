"""What a clock is, and the real one."""

from __future__ import annotations

import sys
import time
from datetime import date
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import threading

__all__ = ["REAL", "Clock", "RealClock", "cpu_seconds", "sleep_unless", "today"]


def _real(name: str) -> Any:
    """Return a function of `time` as it was before freezegun, which may be at work already."""
    freezegun = sys.modules.get("freezegun.api")
    return getattr(freezegun, f"real_{name}", None) or getattr(time, name)


# In a tuple, because freezegun also replaces module attributes that *are* the real functions.
REAL = (_real("monotonic"), _real("sleep"), _real("process_time"), _real("gmtime"), _real("time"))


class Clock(Protocol):
    """What a driver of a stream needs of time. All numbers are seconds."""

    @property
    def elapsed(self) -> float:
        """The time since the clock was made, or started."""
        ...

    def now(self) -> float:
        """Return the time on a monotonic scale."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait, in synchronous code."""
        ...

    async def asleep(self, seconds: float) -> None:
        """Wait, under asyncio or trio; even 0 lets other tasks run and cancellation in."""
        ...


class RealClock:
    """The time of the world."""

    def __init__(self) -> None:
        self._made = self.now()

    @property
    def elapsed(self) -> float:
        """Seconds since this clock was made."""
        return self.now() - self._made

    def now(self) -> float:
        """Return the monotonic time, in seconds; not moved by freezegun."""
        return float(REAL[0]())

    def sleep(self, seconds: float) -> None:
        """Block the thread; not moved by freezegun."""
        if seconds > 0:
            REAL[1](seconds)

    async def asleep(self, seconds: float) -> None:
        """Suspend the task, under asyncio or trio."""
        import anyio  # noqa: PLC0415 - 30 ms, for those who replay asynchronously

        await anyio.sleep(max(seconds, 0.0))


def sleep_unless(clock: Clock, seconds: float, interrupted: threading.Event) -> None:
    """Sleep, but no longer than until `interrupted` is set.

    Only real time can be interrupted: other clocks let theirs pass at once.
    """
    if not isinstance(clock, RealClock):
        clock.sleep(seconds)
    elif seconds > 0:
        interrupted.wait(seconds)


def cpu_seconds() -> float:
    """Return the processor time that this process has used, in seconds; not moved by freezegun."""
    return float(REAL[2]())


def today() -> date:
    """Return the day, in UTC; not moved by freezegun."""
    return date(*REAL[3](REAL[4]())[:3])
