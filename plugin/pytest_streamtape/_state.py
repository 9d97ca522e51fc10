"""What the parts of the plugin know about a test item, in one place in its stash."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from pytest_streamtape._cases import Playing
    from pytest_streamtape._expected import Asked
    from pytest_streamtape._sweep import BodyLoop
    from streamtape import Tape
    from streamtape.sweep import Watchdog

__all__ = ["State", "state_of"]


@dataclass(slots=True)
class State:
    """What is known of one test item.

    Attributes:
        tape: the use of the cassette, since its last set-up.
        missing: what to say of a test that has no cassette.
        passed: whether its last call passed.
        error: what the last run raised.
        playing: under a sweep, what the next run plays.
        loop: under a sweep without isolation, what runs the test's body many times.
        note: under a sweep, what to add to the error of the next run.
        watchdog: under a sweep, what stops a run that hangs.
        swept: what came of the sweep, as JSON values.
        expected: which expected transcripts the last run asked for, as JSON values.
        smallest: under a sweep, what its smallest failure played.
        found: what the sweep has found, as text.
        reproduce: the command that runs the smallest failure again, or "".
    """

    tape: Tape | None = None
    missing: str | None = None
    passed: bool = False
    error: BaseException | None = None
    playing: Playing | None = None
    loop: BodyLoop | None = None
    note: str | None = None
    watchdog: Watchdog | None = None
    swept: dict[str, Any] | None = None
    expected: Asked | None = None
    smallest: Playing | None = None
    found: str | None = None
    reproduce: str = ""


_key = pytest.StashKey[State]()


def state_of(item: pytest.Item) -> State:
    """Return the state of a test item, made when it is first asked for."""
    return item.stash.setdefault(_key, State())
