"""The times that Python code reads, moved with a virtual clock: freezegun, put up and taken down.

freezegun's first start in a process looks at every attribute of every module (526 ms with 3,845 of
them), later ones take 15 ms: it is started once for a use, and then ticked. As ever with freezegun,
naive local time is UTC, unless an outer freeze of the user's says otherwise.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from streamtape.clock._pydantic import times_known_to_pydantic

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["UNTOUCHED", "frozen_time"]

# pytest times tests, and their set-up and teardown, with these: durations stay real.
UNTOUCHED = ("_pytest.timing", "_pytest.runner", "_pytest.subtests")


@contextmanager
def frozen_time() -> Iterator[Callable[[int], None]]:
    """Freeze the time at what it is (the real one, or that of an outer freeze).

    Yields:
        A function that moves the frozen time to so many microseconds after its beginning.
    """
    from freezegun import api  # noqa: PLC0415 - 40 ms, for those who use virtual time

    # Not `datetime.now(UTC)`: that is off by the `tz_offset` of an outer freeze (freezegun 1.5).
    now = datetime.fromtimestamp(time.time(), UTC).replace(tzinfo=None)
    local = api.tz_offsets[-1] if api.tz_offsets else timedelta()
    had_clock = hasattr(time, "clock")
    freezer = api.freeze_time(now, tz_offset=local, ignore=list(UNTOUCHED))
    frozen = freezer.start()
    shown = 0

    def show(microseconds: int) -> None:
        nonlocal shown
        if microseconds != shown:  # freezegun takes a tick of nothing for one of a second
            frozen.tick(timedelta(microseconds=microseconds - shown))
            shown = microseconds

    try:
        with times_known_to_pydantic():
            yield show
    finally:
        freezer.stop()
        if not had_clock and hasattr(time, "clock"):
            del time.clock  # freezegun 1.5 leaves a None behind
