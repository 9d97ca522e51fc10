"""The assertions: each a line in a test, and a page when it fails.

They ask the modules beside them and raise; they decide nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from streamtape.checks._align import misfit
from streamtape.checks._laws import Law
from streamtape.checks._patterns import elements_of
from streamtape.checks._show import listed, problem_of, side_by_side
from streamtape.checks._view import transcript_of, views_of
from streamtape.errors import TranscriptError, UsageError

if TYPE_CHECKING:
    from streamtape.checks._patterns import Expected
    from streamtape.transcripts import EventName, Transcript

__all__ = [
    "assert_aborted",
    "assert_events",
    "assert_no_events_after_abort",
    "assert_streamed",
]


def assert_events(
    transcript: Transcript | Iterable[Any], *expected: Iterable[Expected] | Law
) -> None:
    """Assert what a stream emitted, and in which order.

    ::

        assert_events(t, ["message_start", ..., text("Hel"), "text*", ..., "message_stop"])
        assert_events(t, exactly_once("message_stop"), balanced_blocks())

    A raw delta need not be expected where the stream derives an event (``text``) from it. An error
    is an event of its own, and is never passed over by ``...``.

    Args:
        transcript: a transcript, or an iterable of events.
        expected: lists of patterns, each of which all the events must fit; and laws.

    Raises:
        TranscriptError: they do not; says where first, and shows both side by side.
        UsageError: a pattern is none.
    """
    __tracebackhide__ = True
    transcript = transcript_of(transcript)
    views = views_of(transcript)
    for each in expected:
        if isinstance(each, Law):
            broken = each.check(views, transcript.end == "complete")
            if broken is not None:
                lines = list(listed(views, broken.numbers)) if broken.numbers else []
                raise TranscriptError(f"{each} does not hold: {broken.problem}", lines)
            continue
        if isinstance(each, str) or not isinstance(each, Iterable):
            remedy = "Give a list of patterns, or a law as exactly_once('message_stop')."
            raise UsageError(f"assert_events(..., {each!r})", "it is no list of patterns", remedy)
        elements = elements_of(each)
        found = misfit(views, elements)
        if found is not None:
            lines = list(side_by_side(views, elements, found))
            raise TranscriptError(problem_of(views, elements, found), lines)


def assert_aborted(
    transcript: Transcript, *, after: EventName | None = None, text: Any = None
) -> None:
    """Assert that a stream was ended from the consumer's side.

    Args:
        transcript: of the stream.
        after: the last event before that: its number, counted from 1, or a type (``text:3``).
        text: the text that had come by then.

    Raises:
        TranscriptError: it was not, or not there.
        UsageError: the transcript has no such event.
    """
    __tracebackhide__ = True
    if transcript.end != "aborted":
        problem = f"the stream was not aborted: it ended {transcript.end}"
        raise TranscriptError(problem, _ending(transcript))
    stopped = _stopped_at(transcript)
    if after is not None and transcript.number_of(after) != stopped:
        number = transcript.number_of(after)
        problem = (
            f"the stream was aborted after event {stopped}, not after event {number} ({after})"
        )
        raise TranscriptError(problem, list(listed(views_of(transcript), (stopped, number))))
    come = "".join(event.text for number, event in transcript.told() if number <= stopped)
    if text is not None and text != come:
        problem = f"the text before the abort is {come!r} instead of {text!r}"
        raise TranscriptError(problem, [])


def assert_no_events_after_abort(transcript: Transcript) -> None:
    """Assert that a stream was told to stop, and that nothing came behind that.

    Raises:
        TranscriptError: it was not, or something did.
    """
    __tracebackhide__ = True
    assert_aborted(transcript)
    stopped = _stopped_at(transcript)
    late = [
        number
        for number, event in enumerate(transcript.events, 1)
        if number > stopped and event.type not in ("abort", "end")
    ]
    if late:
        problem = f"{len(late)} event(s) came after the abort, which was after event {stopped}"
        raise TranscriptError(problem, list(listed(views_of(transcript), late[:3])))


def assert_streamed(transcript: Transcript, first: EventName = 1) -> None:
    """Assert that an event was seen before the last byte of the recording had been sent.

    What stands between the wire and the consumer (a middleware, a client, a parser) must not gather
    the body and hand it over at its end. Replay with ``split="events"``, so that there is something
    to wait for.

    Args:
        transcript: made while a cassette was replayed, in the same process.
        first: the event: its number, or a type (``"text"``).

    Raises:
        TranscriptError: it came when everything had been sent.
        UsageError: nobody knows what had been sent by then.
    """
    __tracebackhide__ = True
    number = transcript.number_of(first)
    delivered, size = transcript.events[number - 1].delivered, transcript.body_size
    if delivered is None or size is None:
        raise UsageError(
            "assert_streamed()",
            "the transcript was not made while a cassette was replayed",
            "Make it inside of the test's tape, or of streamtape.use_cassette.",
        )
    if delivered < size:
        return
    what = f"event {number} ({transcript.events[number - 1].type})"
    problem = f"{what} was seen after the last byte, {size} of {size}, had been sent"
    hint = "something gathers the body; or it is replayed in one piece: say split='events'"
    raise TranscriptError(problem, [hint])


def _stopped_at(transcript: Transcript) -> int:
    """Return how many events had come when the stream was aborted."""
    if transcript.aborted_after is not None:
        return transcript.aborted_after
    types = transcript.types
    return types.index("abort") if "abort" in types else len(types)


def _ending(transcript: Transcript) -> list[str]:
    views = views_of(transcript)
    return list(listed(views, [views[-1].number])) if views else []
