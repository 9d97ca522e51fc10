"""Laws, aborts, and what must not be gathered: when they hold, and when they refuse to say."""

import httpx
import pytest

import streamtape
from streamtape.checks import (
    ANY,
    after,
    assert_aborted,
    assert_events,
    assert_no_events_after_abort,
    assert_streamed,
    balanced_blocks,
    before,
    exactly_once,
    including,
    mismatch,
    text,
    tool_use,
)
from streamtape.errors import TranscriptError, UsageError

URL = "https://api.anthropic.com/v1/messages"


def test_laws_that_hold(weather, t):
    """Of streams that came to their end, and of those that did not."""
    assert_events(
        t,
        exactly_once("message_stop"),
        before("message_start", "text"),
        after(tool_use("get_weather"), text(ANY)),
        balanced_blocks(),
    )
    cut = streamtape.transcript(weather.stream(fault="eof:after=text_delta:2"))
    assert_events(cut, balanced_blocks())  # it was broken off in the middle of a block
    emitted = streamtape.transcript(weather.stream(), emitted=True)
    assert_events(emitted, balanced_blocks(), before("connect", "end"))


START, DELTA, STOP = (
    {"type": f"content_block_{kind}", "index": 0} for kind in ("start", "delta", "stop")
)


@pytest.mark.parametrize(
    ("events", "problem"),
    [
        ([START, START], "event 2: block 0 begins again"),
        ([START, STOP, START], "event 3: block 0 begins again"),
        ([DELTA], "event 1: block 0 grows, and it is not open"),
        ([START, STOP, DELTA], "event 3: block 0 grows, and it is not open"),
        ([STOP], "event 1: block 0 stops, and it is not open"),
        ([START, STOP, STOP], "event 3: block 0 stops, and it is not open"),
    ],
)
def test_blocks_out_of_balance(events, problem):
    """Whatever is wrong with a block is said, with the event that shows it."""
    with pytest.raises(TranscriptError) as caught:
        assert_events(events, balanced_blocks())
    assert caught.value.problem == f"balanced_blocks() does not hold: {problem}"


def test_both_events_of_an_order_must_be_there(t):
    """What never came is in no order."""
    for law in (before("ping", "text"), before("text", "ping"), after("ping", "text")):
        with pytest.raises(TranscriptError, match='no event is "ping"'):
            assert_events(t, law)


def test_aborts_that_are_as_expected(weather):
    """Told from here, from elsewhere, and told to listeners."""
    stream = weather.stream(split="events")
    t = streamtape.transcript(stream, abort="text:3")
    assert_aborted(t, after="text:3", text="Bonjour! Zürich is")
    assert_no_events_after_abort(t)
    emitted = streamtape.transcript(weather.stream(split="events"), abort="text:3", emitted=True)
    assert_aborted(emitted, after="text:3", text="Bonjour! Zürich is")
    assert_no_events_after_abort(emitted)
    elsewhere = weather.stream(split="events")
    elsewhere.on("text", lambda *_: elsewhere.abort())
    t = streamtape.transcript(elsewhere)
    assert_aborted(t, after=3)


def test_a_transcript_without_events_was_not_aborted():
    """There is nothing to show then."""
    with pytest.raises(TranscriptError) as caught:
        assert_aborted(streamtape.transcript([]))
    assert str(caught.value) == "the stream was not aborted: it ended complete"


def test_a_stream_that_is_passed_on_at_once(weather):
    """Its first event is seen while the recording goes on; so is the first text."""
    with (
        streamtape.use_cassette(weather.path, split="events", match_on=["method"]),
        httpx.Client() as client,
        client.stream("POST", URL) as response,
    ):
        t = streamtape.transcript(streamtape.messages.MessageStream(response))
    assert_streamed(t)
    assert_streamed(t, "text")
    with pytest.raises(TranscriptError):
        assert_streamed(t, "message_stop")


def test_what_nobody_saw_being_sent_cannot_be_judged(t):
    """Without a cassette that is being replayed, it is a mistake of the call."""
    with pytest.raises(UsageError) as refused:
        assert_streamed(t)
    assert str(refused.value) == (
        "assert_streamed(): the transcript was not made while a cassette was replayed. "
        "Make it inside of the test's tape, or of streamtape.use_cassette."
    )


def test_where_values_differ():
    """The first place, as a path, with both values."""
    assert mismatch({"a": [1, {"b": 2}]}, {"a": [1, {"b": 3}]}) == "a[1].b is 3 instead of 2"
    assert mismatch({"a": 1}, {"a": 1, "b": 2}) == "b is 2, and not expected"
    assert mismatch({"a": 1}, {}) == "a is missing"
    assert mismatch([1], [1, 2]) == "the list has 2 items instead of 1"
    assert mismatch(1, 2) == "it is 2 instead of 1"
    assert mismatch({"a": ANY}, {"a": 1}) is None
    assert mismatch(including(a=1), {"a": 1, "b": 2}) is None
    assert mismatch({"a": ANY}, 7) == "it is 7 instead of {'a': ANY}"
    assert repr(including(a=1)) == "including({'a': 1})"
