"""What a failing assertion says, whole: the first difference first, in a sentence.

The texts stand in `wrong_expectations.txt`, under the names of the cases.
"""

import re
from pathlib import Path

import pytest

import streamtape
from streamtape.checks import (
    after,
    assert_aborted,
    assert_events,
    assert_no_events_after_abort,
    assert_streamed,
    balanced_blocks,
    before,
    error,
    event,
    exactly_once,
    including,
    text,
    tool_use,
)

TEXTS = dict(
    re.findall(
        r"^=== (.*)\n((?:(?!===).*\n)*)",
        Path(__file__).with_name("wrong_expectations.txt").read_text("utf-8"),
        re.MULTILINE,
    )
)


@pytest.fixture
def failed(weather):
    """A stream that ends with an error, after three pieces of text."""
    return streamtape.transcript(weather.stream(fault="error:overloaded_error,after=text_delta:3"))


@pytest.fixture
def stopped(weather):
    """A stream that is told to stop after three pieces of text, and does."""
    return streamtape.transcript(weather.stream(split="events"), abort="text:3")


@pytest.fixture
def deaf(t):
    """A stream that is told to stop, and does not."""

    class Deaf:
        def __iter__(self):
            yield from t.events

        def close(self):
            pass

    return streamtape.transcript(Deaf(), abort="text:3")


PATTERNS = {
    "the text is another": ["message_start", "content_block_start", text("Bonjour"), "text*", ...],
    "the input of the tool is another": [
        "message_start",
        ...,
        tool_use("get_weather", {"city": "Zurich", "unit": "°C"}),
        ...,
        "message_stop",
    ],
    "the tool is another": ["message_start", ..., tool_use("get_time"), ...],
    "the input has more": [..., tool_use("get_weather", {"city": "Zürich"}), ...],
    "more events than expected": [
        "message_start",
        "content_block_start",
        "text{3}",
        "content_block_stop",
        ...,
    ],
    "fewer events than expected": ["message_start", "content_block_start", "text{14}", ...],
    "a step is missing": ["message_start", "text*", "message_stop"],
    "a name is misspelled": ["message_start", ..., "mesage_stop"],
    "something comes behind the end": [
        "message_start",
        ...,
        event("message_delta", delta=including(stop_reason="tool_use")),
    ],
    "the stop reason is another": [
        ...,
        event("message_delta", delta={"stop_reason": "end_turn"}),
        "message_stop",
    ],
}


@pytest.mark.parametrize("name", PATTERNS)
def test_wrong_patterns(t, failure, name):
    """The events and the patterns are shown side by side, from where they do not fit."""
    assert failure(assert_events, t, PATTERNS[name]) == TEXTS[name].rstrip("\n")


def test_an_error_is_not_passed_over(failed, failure):
    """What a stream raised is not hidden by `...`."""
    said = failure(assert_events, failed, ["message_start", ...])
    assert said == TEXTS["an error is not expected"].rstrip("\n")


def test_another_error(failed, failure):
    """The error that came is told, with its text."""
    said = failure(assert_events, failed, ["message_start", ..., error("RateLimitError")])
    assert said == TEXTS["the error is another"].rstrip("\n")


def test_no_events_at_all(failure):
    """An empty transcript ends before everything."""
    said = failure(assert_events, [], ["message_start"])
    assert said == TEXTS["there are no events"].rstrip("\n")


LAWS = {
    "an event came twice": exactly_once("content_block_start"),
    "an event never came": exactly_once("ping"),
    "an event came too early": before("content_block_stop", "input_json"),
    "an event came too late": after("message_delta", "message_stop"),
}


@pytest.mark.parametrize("name", LAWS)
def test_broken_laws(t, failure, name):
    """The events that break a law are marked, with those around them."""
    assert failure(assert_events, t, LAWS[name]) == TEXTS[name].rstrip("\n")


def test_a_block_that_never_stops(t, failure):
    """The block is named by its beginning."""
    events = [each for each in t if each.type != "content_block_stop"]
    said = failure(assert_events, events, balanced_blocks())
    assert said == TEXTS["a block never stops"].rstrip("\n")


def test_aborts(t, stopped, deaf, failure):
    """It was not aborted, or elsewhere, or not obeyed."""
    said = failure(assert_aborted, t)
    assert said == TEXTS["it was not aborted"].rstrip("\n")
    said = failure(assert_aborted, stopped, after="text:2")
    assert said == TEXTS["it was aborted elsewhere"].rstrip("\n")
    said = failure(assert_aborted, stopped, text="Bonjour!")
    assert said == TEXTS["other text came before the abort"].rstrip("\n")
    said = failure(assert_no_events_after_abort, deaf)
    assert said == TEXTS["events came after the abort"].rstrip("\n")


def test_a_stream_that_is_gathered(weather, failure):
    """The first event came when everything had been sent."""

    def gathering(stream):
        yield from list(stream)

    path = weather.path
    with streamtape.use_cassette(path, split="events", match_on=["method"]):
        import httpx

        url = "https://api.anthropic.com/v1/messages"
        with httpx.Client() as client, client.stream("POST", url) as response:
            stream = streamtape.messages.MessageStream(response)
            t = streamtape.transcript(gathering(stream))
    said = failure(assert_streamed, t)
    assert said == TEXTS["the body was gathered"].rstrip("\n")


def test_two_transcripts(weather, t):
    """A difference begins with the first event that differs, and the place in it."""
    other = streamtape.transcript(weather.stream(fault="drop:inside=text_delta:2"))
    assert t.differences(other) == TEXTS["an event is missing"].rstrip("\n").splitlines()
    renamed = t.to_dict()
    renamed["events"][2] = {"text": "Bonjour."}
    names = ("emitted", "expected")
    said = t.differences(renamed, names)
    assert said == TEXTS["an event is another"].rstrip("\n").splitlines()
    renamed = t.to_dict()
    renamed["message"]["usage"]["output_tokens"] = 25
    said = t.differences(renamed, names)
    assert said == TEXTS["the message is another"].rstrip("\n").splitlines()
