"""The only place that reads time or waits.

Everything else is told the time by a `Clock` and waits through one, so that a test can hand in a
clock of its own: `RealClock`, or a `VirtualClock`, under which waiting takes no time at all::

    with VirtualClock() as clock:
        time.sleep(600)
    assert clock.elapsed == 600

Real functions are bound when this package is imported: a test that freezes time (freezegun swaps
module attributes) must not freeze the recorder with it.
"""

from streamtape.clock._changes import change
from streamtape.clock._real import Clock, RealClock, cpu_seconds
from streamtape.clock._virtual import VirtualClock

__all__ = ["Clock", "RealClock", "VirtualClock", "change", "cpu_seconds"]
