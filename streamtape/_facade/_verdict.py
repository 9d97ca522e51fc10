"""What fails a test although its body passed.

This module decides it, from what is known of one use: a request without an answer, interactions and
bytes that nobody wanted, responses that nobody closed, a recording that has aged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamtape.errors import CassetteAgedError, PlaybackError, UnplayedError

if TYPE_CHECKING:
    from streamtape._facade._tape import Tape
    from streamtape.playback import Playback
    from streamtape.verify import Verified

__all__ = ["verdict", "verified"]

_GOES_BY_THE_FILE = frozenset({"none", "once", "new_episodes", "verify"})
"""The modes in which what the file holds is to be asked for: the others record it anew."""


def verdict(tape: Tape) -> BaseException | None:
    """Return what must fail the test, or None."""
    options = tape.options
    if tape.session.misses:
        return tape.session.misses[0]
    if tape.mode in _GOES_BY_THE_FILE:
        if options.unplayed == "fail" and tape.unplayed:
            return UnplayedError(tape.path, [str(item.request) for item in tape.unplayed])
        if (options.unread or options.unplayed) == "fail" and (left := _left(tape)):
            problem = "responses that were left before their last byte"
            return PlaybackError(tape.path, problem, [str(played) for played in left])
    if options.leaks == "fail":
        try:
            tape.assert_no_leaks()
        except PlaybackError as error:
            return error
    return _aged(tape)


def verified(tape: Tape) -> list[Verified]:
    """Return what came of verifying each interaction that was asked for."""
    answers = tape.session.live_answers
    if not answers:
        return []
    from streamtape.verify import verified as compared  # noqa: PLC0415 - for those who verify

    return [compared(*answer) for answer in answers]


def _left(tape: Tape) -> list[Playback]:
    """Return the playbacks whose client did not take what the recorded one had taken.

    A fault ends a stream early, and an abort is asked for: neither is the client's doing. A
    recorded client that left early is no excuse for leaving earlier.
    """
    if tape.options.abort is not None:
        return []
    return [
        played
        for played in tape.playbacks
        if played.fault is None and played.delivered < len(played.response.body)
    ]


def _aged(tape: Tape) -> CassetteAgedError | None:
    reports = verified(tape)
    if all(report.outcome == "same" for report in reports):
        return None
    lines = [line for report in reports if report.outcome != "same" for line in report.lines()]
    return CassetteAgedError(tape.path, lines, tape.remedy)
