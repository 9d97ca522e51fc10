"""The low level: raw events, nothing put together; and lines of JSON."""

from __future__ import annotations

import gc
import itertools
from typing import TYPE_CHECKING, Any

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamtape.messages import (
    AsyncMessageStream,
    AsyncStream,
    InvalidEventError,
    MessageStream,
    OverloadedError,
    Stream,
    UnknownEvent,
)
from streamtape.messages._ndjson import LineDecoder
from streamtape.sse import Event

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import SimpleNamespace


class Response:
    """A response in memory, for both colours."""

    status_code = 200

    def __init__(self, *chunks: bytes) -> None:
        self.chunks = chunks
        self.headers = {"request-id": "req_1"}
        self.closed = False
        self.dropped = False

    def iter_bytes(self) -> Iterator[bytes]:
        """Yield the chunks."""
        try:
            yield from self.chunks
        finally:
            self.dropped = True

    async def aiter_bytes(self) -> Any:
        """Yield the chunks."""
        for chunk in self.chunks:
            yield chunk

    def close(self) -> None:
        """Close."""
        self.closed = True

    async def aclose(self) -> None:
        """Close."""
        self.closed = True


@pytest.fixture
def body(lab: SimpleNamespace) -> bytes:
    """A message with what is passed over and what is unknown."""
    ping, future = {"type": "ping"}, {"type": "future", "a": 1}
    written: bytes = lab.encode(lab.START, ping, future, *lab.text_events("é😀"), *lab.STOP)
    return written


def test_raw_events_come_as_they_were_sent(body: bytes) -> None:
    """No derived ones, no pings; a loop that is left goes on where it was."""
    response = Response(body)
    with Stream[Any](response) as stream:
        for event in stream:
            assert event.type == "message_start"
            break
        assert isinstance(next(stream), UnknownEvent)
        assert next(iter(stream)).type == "content_block_start"
    assert response.closed


def test_a_raw_stream_that_is_dropped_drops_the_body(body: bytes) -> None:
    """At once: no cycle holds it."""
    response = Response(body)
    stream = Stream[Any](response)
    next(stream)
    gc.disable()
    try:
        del stream
        assert response.dropped
    finally:
        gc.enable()


def test_server_sent_events_pass_unfiltered() -> None:
    """`raw_events` yields pings and what is no JSON, too."""
    chunks = (b"event: ping\ndata: {}\n\ndata: no", b" json\n\n")
    events = [Event("ping", "{}", ""), Event("message", "no json", "")]
    assert list(Stream.raw_events(Response(*chunks))) == events

    async def use() -> None:
        assert [event async for event in AsyncStream.raw_events(Response(*chunks))] == events

    anyio.run(use)


def test_a_message_can_be_made_of_a_raw_stream(body: bytes) -> None:
    """It takes over the response."""
    stream = MessageStream[None](Stream[Any](Response(body)))
    assert (stream.request_id, stream.get_final_text()) == ("req_1", "é😀")


def test_errors_of_a_raw_stream_are_typed(lab: SimpleNamespace) -> None:
    """An error event raises; what comes without a name counts by its type."""
    error = {"type": "error", "error": {"type": "overloaded_error", "message": "x"}}
    named = Stream[Any](Response(lab.encode(error)))
    with pytest.raises(OverloadedError) as caught:
        next(named)
    assert (caught.value.status_code, caught.value.request_id) == (200, "req_1")

    async def use() -> None:
        stream = AsyncStream[Any](Response(lab.encode(error)))
        async with stream:
            with pytest.raises(OverloadedError):
                await anext(stream)
        empty = AsyncStream[Any](Response())
        assert [event async for event in empty] == []

    anyio.run(use)


@pytest.mark.parametrize(
    ("text", "types"),
    [
        (b'data: {"type":"ping"}\n\n', []),
        (b'data: {"a":1}\n\n', []),
        (b"data: no json\n\n", []),
        (b"event: future\ndata: no json\n\n", []),
        (b"event: future\ndata: [1]\n\n", []),
        (b"event: future\ndata:\n\n", []),
        (b'event: future\ndata: {"a":1}\n\n', ["future"]),
        (b'data: {"type":"future"}\n\n', ["future"]),
    ],
)
def test_what_is_not_for_us_is_passed_over(text: bytes, types: list[str]) -> None:
    """Unknown events that are JSON objects are events; other unknown data is nothing."""
    assert [event.type for event in Stream[Any](Response(text))] == types


def test_a_known_event_without_json_is_an_error() -> None:
    """It shows the beginning of the data."""
    stream = Stream[Any](Response(b"event: message_start\ndata: nope\n\n"))
    with pytest.raises(InvalidEventError) as caught:
        next(stream)
    assert str(caught.value) == (
        "the stream has an invalid message_start event: its data is not a JSON object: 'nope'."
    )


def test_json_that_is_nested_too_deeply_is_an_error() -> None:
    """Whichever parser gives up."""
    deep = b"[" * 100_000 + b"]" * 100_000
    for text in (deep, b'{"type":"message_start","message":' + deep + b"}"):
        stream = MessageStream[None]([b"event: message_start\ndata: " + text + b"\n\n"])
        with pytest.raises(InvalidEventError) as caught:
            stream.done()
        assert str(caught.value) == (
            "the stream has an invalid message_start event: its JSON is nested too deeply."
        )


def test_lines_of_json_carry_the_raw_events(lab: SimpleNamespace, body: bytes) -> None:
    """One a line, unknown ones too, without pings and what the stream adds; read back the same."""
    lines = list(MessageStream[None]([body]).to_ndjson())
    assert lines[0].startswith(b'{"type":"message_start","message":{"id":"msg_1"')
    assert lines[1] == b'{"type":"future","a":1}\n'
    assert lines[-1] == b'{"type":"message_stop"}\n'
    assert len(lines) == 7
    again = MessageStream[None].from_ndjson(lines)
    events = [event.to_dict() for event in again]
    assert events == [event.to_dict() for event in MessageStream[None]([body])]
    assert again.get_final_text() == "é😀"


def test_lines_of_json_are_read_as_they_are_asked_for(body: bytes) -> None:
    """Backpressure: a chunk is taken when the line before it was."""
    taken: list[int] = []

    def chunks() -> Iterator[bytes]:
        for number, at in enumerate(range(0, len(body), 400)):
            taken.append(number)
            yield body[at : at + 400]

    lines = MessageStream[None](chunks()).to_ndjson()
    next(lines)
    assert taken == [0]

    async def use() -> None:
        stream = AsyncMessageStream[None]([body])
        lines = [line async for line in stream.to_ndjson()]
        assert lines == list(MessageStream[None]([body]).to_ndjson())
        again = AsyncMessageStream[None].from_ndjson([b"".join(lines).rstrip(b"\n")])
        assert await again.get_final_text() == "é😀"

    anyio.run(use)


@given(st.lists(st.sampled_from(["a", "é", "😀b", ""]), max_size=6), st.data())
def test_lines_do_not_depend_on_chunks(words: list[str], data: st.DataObject) -> None:
    """Whatever the line ends, and wherever it is cut."""
    ends = [data.draw(st.sampled_from(["\n", "\r", "\r\n", "\n\n"])) for _ in words]
    text = "".join(word + end for word, end in zip(words, ends, strict=True)).encode()
    text = text.removesuffix(b"\n").removesuffix(b"\r")
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=4)))
    edges = [0, *cuts, len(text)]
    decoder = LineDecoder()
    lines = []
    for start, end in itertools.pairwise(edges):
        lines += decoder.feed(text[start:end])
    assert lines + decoder.close() == [word for word in words if word]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        (b"{]\n", "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"),
        (b"[1]\n", "not an object"),
    ],
)
def test_a_line_that_is_no_event_is_an_error(line: bytes, problem: str) -> None:
    """It is shown."""
    with pytest.raises(InvalidEventError) as caught:
        MessageStream[None].from_ndjson([line]).done()
    shown = line.decode().strip()
    assert str(caught.value) == f"the stream has an invalid NDJSON event: {problem}: {shown!r}."


def test_a_line_that_is_an_error_raises_it() -> None:
    """As an event would."""
    line = b'{"type":"error","error":{"type":"overloaded_error"}}\n'
    with pytest.raises(OverloadedError):
        MessageStream[None].from_ndjson(line).done()


def test_half_a_character_is_carried_as_an_escape(lab: SimpleNamespace) -> None:
    """Lone surrogates have no UTF-8."""
    body = lab.encode(lab.START, *lab.text_events("\ud83d"), *lab.STOP)
    lines = list(MessageStream[None]([body]).to_ndjson())
    assert b'"text":"\\ud83d"' in lines[2]
    assert MessageStream[None].from_ndjson(lines).get_final_text() == "\ud83d"
