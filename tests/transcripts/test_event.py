"""What is kept of an event, whatever it was handed out as."""

import dataclasses
import datetime as dt
import types
from typing import NamedTuple

import pydantic
import pytest

from streamtape.sse import Event as ServerSentEvent
from streamtape.transcripts import Event, event_of


class Pydantic(pydantic.BaseModel):
    """A model of somebody's SDK."""

    type: str = "chunk"
    text: str
    snapshot: str = ""
    more: str | None = None


@dataclasses.dataclass
class Data:
    event_kind: str
    when: dt.date


class Slots:
    __slots__ = ("_hidden", "value")

    def __init__(self):
        self.value, self._hidden = 7, 8

    def __repr__(self):
        return f"<Slots at {id(self):#x}>"


class Named(NamedTuple):
    kind: str
    value: object


CASES = {
    "text": ("Hel", Event("text", {"text": "Hel"})),
    "mapping": ({"type": "ping", "n": 1, "snapshot": "Hello"}, Event("ping", {"n": 1})),
    "pydantic": (Pydantic(type="chunk", text="a", snapshot="b"), Event("chunk", {"text": "a"})),
    "dataclass": (
        Data("part_start", dt.date(2026, 11, 21)),
        Event("part_start", {"when": "2026-11-21"}),
    ),
    "named tuple": (Named("end", (1, 2)), Event("end", {"value": [1, 2]})),
    "slots": (Slots(), Event("Slots", {"value": 7})),
    "object": (
        types.SimpleNamespace(type="x", error=ValueError("no"), nested=Slots()),
        Event("x", {"error": "ValueError: no", "nested": "<Slots>"}),
    ),
    "SSE": (ServerSentEvent("ping", '{"type": "pong", "n": 1}'), Event("pong", {"n": 1})),
    "SSE without a type": (ServerSentEvent("message", "[1]"), Event("message", {"data": [1]})),
    "SSE that is no JSON": (ServerSentEvent("done", "[DONE"), Event("done", {"data": "[DONE"})),
}


@pytest.mark.parametrize("name", CASES)
def test_kinds_of_events(name):
    """Name and fields, in plain JSON types, without a snapshot."""
    item, expected = CASES[name]
    assert event_of(item) == expected


def test_an_event_is_taken_as_it_is():
    """Of another transcript, at its new time."""
    event = event_of(Event("text", {"text": "a"}, at=3.0), 5.0, 7)
    assert (event.at, event.delivered) == (5.0, 7)
    assert event == Event("text", {"text": "a"})


@pytest.mark.parametrize(
    ("event", "text"),
    [
        (Event("text", {"text": "a"}), "a"),
        (Event("content_block_delta", {"delta": {"type": "text_delta", "text": "a"}}), "a"),
        (Event("content_block_delta", {"delta": {"type": "signature_delta"}}), ""),
        (Event("response.output_text.delta", {"delta": "a"}), "a"),
        (Event("chat.completion.chunk", {"choices": [{"delta": {"content": "a"}}]}), "a"),
        (Event("chat.completion.chunk", {"choices": []}), ""),
    ],
)
def test_the_text_that_an_event_adds(event, text):
    """Of the Messages API, raw or derived, and of OpenAI's two."""
    assert event.text == text


def test_what_an_event_is_called():
    """Its type, that of its delta; inside of an emission, that of the raw event."""
    delta = {"type": "content_block_delta", "delta": {"type": "text_delta", "text": "a"}}
    assert Event("ping").names == ("ping",)
    assert event_of(delta).names == ("content_block_delta", "text_delta")
    emitted = Event("stream_event", {"event": delta})
    assert emitted.names == ("stream_event", "content_block_delta", "text_delta")
    assert (event_of(delta).adds, emitted.adds) == ("text", "")
    for raw in (event_of(delta), emitted):
        assert raw.is_said_again_by(Event("text", {"text": "a"}))
        assert not raw.is_said_again_by(Event("text", {"text": "b"}))
        assert not raw.is_said_again_by(Event("thinking", {"thinking": "a"}))
