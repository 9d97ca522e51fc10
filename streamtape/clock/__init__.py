"""The only place that reads time or waits.

Everything else is told the time by a `Clock` and waits through one, so that a test can hand in a
clock of its own: `RealClock`, or a `VirtualClock`, under which waiting takes no time at all::

    with VirtualClock() as clock:
        time.sleep(600)
    assert clock.elapsed == 600

Real functions are bound when this package is imported: a test that freezes time (freezegun swaps
module attributes) must not freeze the recorder with it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from streamtape.clock._real import Clock, RealClock, cpu_seconds, sleep_unless, today

if TYPE_CHECKING:
    from streamtape.clock._changes import change
    from streamtape.clock._virtual import VirtualClock

__all__ = ["Clock", "RealClock", "VirtualClock", "change", "cpu_seconds", "sleep_unless", "today"]


def __getattr__(name: str) -> Any:
    """Import what needs asyncio when it is first used: synchronous users do without."""
    if name == "VirtualClock":
        from streamtape.clock._virtual import VirtualClock  # noqa: PLC0415 - see above

        return VirtualClock
    if name == "change":
        from streamtape.clock._changes import change  # noqa: PLC0415 - see above

        return change
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
