"""The only place that reads time or waits.

Everything else is told the time by a `Clock` and waits through one, so that a test can hand in a
clock of its own. Real functions are bound when this module is imported: a test that freezes time
(freezegun swaps module attributes) must not freeze the recorder with it.
"""

from __future__ import annotations

import time
from typing import Protocol

__all__ = ["Clock", "RealClock", "cpu_seconds"]

# In a tuple, because freezegun also replaces module attributes that *are* the real functions.
_REAL = (time.monotonic, time.sleep, time.process_time)


class Clock(Protocol):
    """What a driver of a stream needs of time. All numbers are seconds."""

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

    def now(self) -> float:
        """Return the monotonic time, in seconds; not moved by freezegun."""
        return _REAL[0]()

    def sleep(self, seconds: float) -> None:
        """Block the thread; not moved by freezegun."""
        if seconds > 0:
            _REAL[1](seconds)

    async def asleep(self, seconds: float) -> None:
        """Suspend the task, under asyncio or trio."""
        import anyio  # noqa: PLC0415 - 30 ms, for those who replay asynchronously

        await anyio.sleep(max(seconds, 0.0))


def cpu_seconds() -> float:
    """Return the processor time that this process has used, in seconds; not moved by freezegun."""
    return _REAL[2]()
