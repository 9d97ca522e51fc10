"""Where lines and events stand: the same events as the decoder's, at the right bytes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from streamtape.sse import Decoder, lines, spans

PIECES = (
    b"data: a",
    b"data",
    b"event: e",
    b"event:",
    b"id: 1",
    b"x",
    b" data: b",
    b":",
    b"\n",
    b"\r",
    b"\r\n",
    b"\n\n",
    b"\xef\xbb\xbf",
    b"\xc3\xa9",
)
BODIES = st.lists(st.sampled_from(PIECES), max_size=20).map(b"".join)


@given(BODIES)
def test_spans_are_the_events_that_the_decoder_dispatches(body: bytes) -> None:
    """Number and type agree, and each span alone decodes to its own event."""
    found = spans(body)
    events = Decoder().feed(body)
    assert [span.type for span in found] == [event.event for event in events]
    assert [span.number for span in found] == list(range(1, len(events) + 1))
    for span, event in zip(found, events, strict=True):
        (alone,) = Decoder().feed(b"\n" + body[span.start : span.stop])  # no BOM can be there
        assert (alone.event, alone.data) == (event.event, event.data)


@given(BODIES)
def test_lines_tile_the_body(body: bytes) -> None:
    """Each line begins where the one before ended, behind a BOM, and none is left over."""
    position = 3 if body.startswith(b"\xef\xbb\xbf") else 0
    for line in lines(body):
        assert line.start == position
        assert line.start <= line.colon <= line.stop <= line.next
        assert body[line.stop : line.next] in (b"\n", b"\r", b"\r\n", b"")
        position = line.next
    assert position == len(body)


def test_a_line_knows_its_parts() -> None:
    """Name, colon, value and end are told apart, with and without the space."""
    body = b"data: a:b\r\nid:7\nretry\n: note"
    parts = [(line.name(body), body[line.value : line.stop]) for line in lines(body)]
    assert parts == [(b"data", b"a:b"), (b"id", b"7"), (b"retry", b""), (b"", b"note")]


def test_a_span_begins_at_its_own_first_line() -> None:
    """A block that dispatches nothing belongs to no event."""
    body = b": hello\n\nid: 1\n\ndata: a\n\ndata: unfinished\n"
    (span,) = spans(body)
    assert (body[span.start : span.stop], span.type) == (b"data: a\n\n", "message")


def test_the_last_event_line_of_a_block_gives_the_type() -> None:
    """A type set twice is the second; an empty one is the default."""
    body = b"event: a\nevent: b\ndata: 1\n\nevent: a\nevent\ndata: 2\n\n"
    assert [span.type for span in spans(body)] == ["b", "message"]
