"""Which format a body is in, and what every format answers about any bytes."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamtape import eventstream, ndjson, sse
from streamtape.eventstream import Frame, Header
from streamtape.formats import EVENT_STREAM, FORMATS, NDJSON, SSE, Format, edited, format_of

LINES = b'{"type":"ping"}\r\n\n{"done":true}\n{"error":"no"}\n[1]\n"x"\nx\n{"type":""}\n'


def frame(payload: bytes, **headers: str) -> bytes:
    fields = tuple(Header(f":{name.replace('_', '-')}", value) for name, value in headers.items())
    return eventstream.encode(Frame(fields, payload))


FRAMES = (
    frame(b'{"a":1}', event_type="chunk", message_type="event")
    + frame(b'{"bytes":"eyJiIjoyfQ==","p":"xy"}', event_type="chunk")
    + frame(b"", exception_type="throttlingException")
)
EVENTS = b'event: a\ndata: {"a":1}\n\n: note\n\ndata: one\ndata: two\n\n'
BODIES = {"sse": EVENTS, "ndjson": LINES, "eventstream": FRAMES}
ANY = st.one_of(
    st.binary(max_size=60),
    st.sampled_from(list(BODIES.values())).flatmap(
        lambda body: st.integers(0, len(body)).map(lambda at: body[:at])
    ),
)


@pytest.mark.parametrize(
    ("content_type", "form"),
    [
        ("text/event-stream; charset=utf-8", SSE),
        ("application/x-ndjson", NDJSON),
        ("Application/JSONL; charset=utf-8", NDJSON),
        ("application/vnd.amazon.eventstream", EVENT_STREAM),
        ("application/json", SSE),
        ("text/plain", SSE),
    ],
)
def test_the_content_type_decides(content_type: str, form: Format) -> None:
    """Whatever the body is; what is neither of the others is taken for SSE."""
    for body in BODIES.values():
        assert format_of(content_type, body) is form


@pytest.mark.parametrize(
    ("body", "form"),
    [
        (EVENTS, SSE),
        (LINES, NDJSON),
        (FRAMES, EVENT_STREAM),
        (FRAMES[:12], EVENT_STREAM),
        (FRAMES[:11], SSE),
        (b"\n " + LINES, NDJSON),
        (b'{"a":1}', NDJSON),
        (b'{"a":1', SSE),
        (b'{"a":\n1}', SSE),
        (b"{a}\n", SSE),
        (b"", SSE),
    ],
)
def test_without_a_content_type_the_first_bytes_do(body: bytes, form: Format) -> None:
    """A prelude whose checksum is right, or an object on the first line."""
    assert format_of(None, body) is form
    assert format_of("", body) is form


def test_events_are_called_and_read() -> None:
    """By the rules of each format."""
    assert [(each.event, each.data) for each in SSE.events(EVENTS)] == [
        ("a", '{"a":1}'),
        ("message", "one\ntwo"),
    ]
    assert [each.event for each in NDJSON.events(LINES)] == [
        "ping",
        "done",
        "error",
        "message",
        "message",
        "message",
        "message",
    ]
    assert [(each.event, each.data) for each in EVENT_STREAM.events(FRAMES)] == [
        ("chunk", '{"a":1}'),
        ("chunk", '{"b":2}'),
        ("throttlingException", ""),
    ]


@pytest.mark.parametrize("name", FORMATS)
@given(data=st.data())
def test_places_fit_any_body(name: str, data: st.DataObject) -> None:
    """Lines tile the body, events lie in order within it, and what they say is what is decoded."""
    form, body = FORMATS[name], data.draw(ANY)
    lines = [line for line in form.lines(body) if line.next > line.start]
    start = 3 if name == "sse" and body.startswith(b"\xef\xbb\xbf") else 0
    assert [line.start for line in lines] == [start, *(line.next for line in lines)][: len(lines)]
    assert list(form.line_ends(body)) == [
        line.next for line in lines if name == "eventstream" or line.next > line.stop
    ]
    spans = form.spans(body)
    ends = [0, *(span.stop for span in spans)]
    assert all(end <= span.start < span.stop for end, span in zip(ends, spans, strict=False))
    events = form.events(body)
    assert [event.event for event in events] == [span.type for span in spans]
    read = [[form.read(body, part) for part in form.parts(body, span)] for span in spans]
    assert [event.data for event in events] == [
        b"\n".join(parts).decode("utf-8", "replace") for parts in read
    ]
    assert form.resealed(body, body) == body


@pytest.mark.parametrize("name", FORMATS)
def test_an_event_can_be_made_to_say_something_else(name: str) -> None:
    """It alone; the others and the checksums stay right. Nothing changed is no edit."""
    form, body = FORMATS[name], BODIES[name]
    before = form.events(body)
    for number, span in enumerate(form.spans(body)):
        *_, part = form.parts(body, span)
        edit = form.edit(body, span, part, b' {"new":"\xc3\xa9"}')
        after = form.events(edited(body, [edit]))
        assert after[number].data.splitlines()[-1] == ' {"new":"é"}'
        assert after[:number] + after[number + 1 :] == before[:number] + before[number + 1 :]
        assert edited(body, [form.edit(body, span, part, form.read(body, part))]) == body


@pytest.mark.parametrize(
    ("kind", "exception"),
    [("rate_limit_error", "throttlingException"), ("strange", "modelStreamErrorException")],
)
def test_an_error_within_the_stream(kind: str, exception: str) -> None:
    """Each format says it in its own way; AWS's has names of its own."""
    data = json.dumps({"type": "error", "error": {"type": kind, "message": "no"}})
    assert sse.Decoder().feed(SSE.error(kind, data)) == [sse.Event("error", data)]
    assert ndjson.Decoder().feed(NDJSON.error(kind, data)) == [json.loads(data)]
    (found,) = eventstream.Decoder().feed(EVENT_STREAM.error(kind, data))
    assert (found.type, found.header(":message-type")) == (exception, "exception")
    assert found.payload == b'{"message": "no"}'
