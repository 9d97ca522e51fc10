import anthropic
import pytest

import streamtape
from streamtape.checks import (
    assert_aborted,
    assert_events,
    assert_no_events_after_abort,
    error,
    text,
    tool_use,
)

QUESTION = {
    "model": "claude-demo",
    "max_tokens": 200,
    "messages": [{"role": "user", "content": "What is the weather in Zürich?"}],
    "tools": [{"name": "get_weather", "input_schema": {"type": "object"}}],
}
CLIENTS = {"anthropic": anthropic.Anthropic, "streamtape": streamtape.messages.Client}
pytestmark = pytest.mark.streamtape("weather.yaml", split="events")


@pytest.fixture(params=CLIENTS)
def stream(request):
    return CLIENTS[request.param]().messages.stream(**QUESTION)


def test_events(stream):
    t = streamtape.transcript(stream)
    weather = tool_use("get_weather", {"city": "Zürich", "unit": "°C"})
    assert_events(t, ["message_start", ..., text("Bonjour!"), "text*", ..., weather, ...])


def test_snapshot(stream, tape):
    t = streamtape.transcript(stream)
    assert t.snapshot("text:3").content[0].text == "Bonjour! Zürich is"
    assert t == tape.expected(mask="ids")


def test_abort(stream, tape):
    t = streamtape.transcript(stream, abort="text:3")
    assert_aborted(t, text="Bonjour! Zürich is")
    assert_no_events_after_abort(t)
    tape.assert_closed_by_client(after_event="text_delta:3")


@pytest.mark.streamtape(fault="error:overloaded_error,after=text_delta:3")
def test_error(stream):
    t = streamtape.transcript(stream)
    assert_events(t, ["message_start", ..., "text{3}", error("APIStatusError")])
    assert t.text == "Bonjour! Zürich is"
