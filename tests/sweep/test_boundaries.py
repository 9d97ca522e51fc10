"""Which kinds of boundary lie where, and how they are explained."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamtape.formats import SSE
from streamtape.sse import spans
from streamtape.sweep import BOUNDARIES, KINDS, Boundaries


def at(body: bytes, mark: bytes = b"|") -> tuple[Boundaries, int]:
    """Return the boundaries of a body written with a bar where the cut is, and the offset."""
    offset = body.index(mark)
    return Boundaries(body.replace(mark, b"", 1)), offset


PLACES = [
    (b'data: {"a":"\xc3|\xa9"}\n\n', "utf8", "inside the 2-byte character 'é'"),
    (b'data: "\xf0\x9f\x98|\x80"\n\n', "utf8", "inside the 4-byte character '😀'"),
    (b"data: a\r|\n\r\n", "crlf", "between CR and LF"),
    (b"data: a\r\n\r|\n", "crlf", "between CR and LF"),
    (b"data: a\n|\n", "blank-line", "between the newlines of the blank line"),
    (b"data: a\r|\rdata: b\r\r", "blank-line", "between the newlines of the blank line"),
    (b"data: a\r\n|\r\n", "blank-line", "between the newlines of the blank line"),
    (b"data: a|\n\n", "before-newline", "just before the newline"),
    (b"da|ta: a\n\n", "field", "inside the field name of 'data:'"),
    (b"data|: a\n\n", "field", "inside the field name of 'data:'"),
    (b"da|ta\n\n", "field", "inside the field name of 'data'"),
    (b"data:| a\n\n", "colon", "between the field's colon and its value"),
    (b"data: |a\n\n", "colon", "between the field's colon and its value"),
    (b"data:|a\n\n", "colon", "between the field's colon and its value"),
    (b'data: {"a\\|n":1}\n\n', "json-escape", "inside the JSON escape \\n"),
    (b'data: {"a":"\\u|00e9"}\n\n', "json-escape", "inside the JSON escape \\u00e9"),
    (
        b'data: {"a":"\\ud83d|\\ude00"}\n\n',
        "surrogates",
        "between the escaped halves of '😀'",
    ),
    (b'data: {"a":1|2}\n\n', "number", "inside the number 12"),
    (b'data: {"a":-1.5e|+3}\n\n', "number", "inside the number -1.5e+3"),
    (b"data: 1|2\n\n", "number", "inside the number 12"),
    (b'data: {"a":tr|ue}\n\n', "literal", "inside the literal true"),
    (b"data: nu|ll\n\n", "literal", "inside the literal null"),
    (b'data: {"k|ey" : 1}\n\n', "json-key", 'inside the JSON key "key"'),
    (b'data: {\ndata:   "k|ey": "v",\ndata: }\n\n', "json-key", 'inside the JSON key "key"'),
    (b'data: {"a":"b| c"}\n\n', "space", "next to white space in a string"),
    (b'data: {"a":"b |c"}\n\n', "space", "next to white space in a string"),
    (b"data: plain |text\n\n", "space", "next to white space in a string"),
    (b'data: {"a":"</thi|nk>"}\n\n', "tag", "inside the tag </think>"),
    (b"data: [DO|NE]\n\n", "done", "inside [DONE]"),
    (b"event: a\n|data: b\n\n", "event-line", "after the event: line"),
    (b"id: a\n|data: b\n\n", "line", "between two lines"),
    (b"\xef|\xbb\xbfdata: a\n\n", "bom", "at the byte order mark"),
    (b"\xef\xbb\xbf|data: a\n\n", "bom", "at the byte order mark"),
    (b"data: a\n\n|data: b\n\n", "event", "between two events"),
    (b"da|", "other", "an empty chunk at the end"),
    (b"data: so|me\n\n", "other", "in the middle of a line"),
    (b": com|ment\n\n", "other", "in the middle of a line"),
    (b'data: {"a" :| 1}\n\n', "other", "in the middle of a line"),
]


@pytest.mark.parametrize(("body", "kind", "what"), PLACES, ids=lambda value: repr(value)[:30])
def test_a_place_has_its_kind(body: bytes, kind: str, what: str) -> None:
    """Each kind is found where it lies, and said in words."""
    boundaries, offset = at(body)
    assert boundaries.kinds(offset)[0] == kind
    assert boundaries.explain(offset).what == what


def test_every_kind_is_found_in_one_body(rich: bytes) -> None:
    """The rich body has all of its format, so none is out of reach."""
    boundaries = Boundaries(rich)
    found = {kind for kind in BOUNDARIES if boundaries.of_kind(kind)}
    assert found == {kind for kind in BOUNDARIES if "sse" in KINDS[kind].formats}
    assert boundaries.aimed == sorted({o for kind in found for o in boundaries.of_kind(kind)})


def test_the_place_is_said_with_its_event() -> None:
    """An explanation names the field, the event by number, and its type."""
    boundaries, offset = at(b"data: a\n\nevent: greet\ndata: h\xc3|\xa9\n\n")
    place = boundaries.explain(offset)
    assert str(place) == "inside the 2-byte character 'é', in the data of event 2, greet"
    assert (place.event, place.event_type, place.start, place.stop) == (2, "greet", 29, 31)


WHERE = [
    (b"event: a|b\ndata: x\n\n", ", in the event line of event 1, ab"),
    (b": no|te\ndata: x\n\n", ", in a comment of event 1"),
    (b"data: x\n|\n", " of event 1"),
    (b"data: x\n\n|data: y\n\n", ", after event 1"),
    (b"event: a\n|data: y\n\n", ", in event 1, a"),
    (b": he|llo\n\ndata: y\n\n", ", before the first event"),
    (b"data: y\n\ndata: unfini|shed", ", after event 1"),
    (b"unfini|shed", ""),
]


@pytest.mark.parametrize(("body", "where"), WHERE, ids=lambda value: repr(value)[:30])
def test_the_place_is_said_also_between_events(body: bytes, where: str) -> None:
    """Comments, blank lines, boundaries and unfinished ends have a place as well."""
    boundaries, offset = at(body)
    assert boundaries.explain(offset).where == where


SPLITS = [
    (b"data: ab\n\n", (), "whole"),
    (b"data: ab\n\n", (7,), "other"),
    (b"data: ab\n\n", (0,), "empty"),
    (b"data: ab\n\n", (10,), "empty"),
    (b"data: ab\n\n", (7, 7), "empty"),
    (b"data: abc\n\n", (7, 8), "two-cuts"),
    (b"data: a\n\ndata: b\n\ndata: c\n\n", (9, 18), "many-events"),
    (b"data: a\n\ndata: \xc3\xa9\n\n", (4, 16), "half-character"),
    (b"data: a\n\ndata: b\n\n", (4, 12), "several"),
]


@pytest.mark.parametrize(("body", "offsets", "kind"), SPLITS)
def test_a_split_is_named_by_what_is_particular(
    body: bytes, offsets: tuple[int, ...], kind: str
) -> None:
    """A split has a kind too, named first, before those of its cuts."""
    assert Boundaries(body).classify(offsets)[0] == kind


def test_the_dirtiest_kind_names_a_place_with_several() -> None:
    """White space in a tag is in a tag; both are counted."""
    boundaries, offset = at(b'data: {"a":"<a| href>"}\n\n')
    assert boundaries.kinds(offset) == ("tag", "space")


@given(st.data())
def test_any_place_of_any_body_can_be_explained(
    bodies: st.SearchStrategy[bytes], data: st.DataObject
) -> None:
    """Whatever the bytes, every offset has kinds that exist, and an explanation that fits."""
    body = data.draw(bodies)
    boundaries = Boundaries(body, SSE)
    for offset in range(len(body) + 1):
        place = boundaries.explain(offset)
        assert set(place.kinds) <= set(KINDS)
        assert place.kinds == boundaries.kinds(offset)
        assert place.start <= offset <= place.stop
        assert place.line <= offset
        assert place.what
        if place.event is not None:
            span = spans(body)[place.event - 1]
            assert span.start < offset <= span.stop
    assert len(boundaries.events) == len(spans(body))


def test_kinds_are_in_order() -> None:
    """A body cut nowhere is the cleanest; a character is the dirtiest place for one cut."""
    order = list(KINDS)
    assert order[0] == "whole"
    assert order.index("event") < order.index("other") < order.index("crlf") < order.index("utf8")
    assert not KINDS["bytes"].boundary
