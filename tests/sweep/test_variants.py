"""Variants: rewritten copies keep what they promise, and do what their name says."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamtape.errors import UsageError
from streamtape.eventstream import Frame, Header, encode
from streamtape.sse import Decoder, Event
from streamtape.sweep import GROUPS, VARIANTS, Variant, variants

FRAME = Frame((Header(":event-type", "a"), Header("n", 1, "int")), b"{}")


def decoded(body: bytes) -> list[Event]:
    """Decode a body."""
    return Decoder().feed(body)


def data(body: bytes) -> list[tuple[str, str]]:
    """Return what `data` promises: types and data, without the IDs."""
    return [(event.event, event.data) for event in decoded(body)]


def parsed(body: bytes) -> list[tuple[str, Any]]:
    """Return what `json` promises: types and parsed data."""

    def value(text: str) -> Any:
        try:
            return json.loads(text)
        except ValueError:
            return text

    return [(kind, value(text)) for kind, text in data(body)]


def without_pings(body: bytes) -> list[tuple[str, str]]:
    """Return what `message` promises: all but the pings."""
    return [event for event in data(body) if event != ("ping", '{"type": "ping"}')]


def form(body: bytes) -> list[str]:
    """Return what `form` promises: how many events there are, and of which types."""
    return [event.event for event in decoded(body)]


PROMISE = {
    "events": decoded,
    "data": data,
    "json": parsed,
    "message": without_pings,
    "form": form,
}


@pytest.mark.parametrize("name", [*VARIANTS, "crlf+mixed", "unicode-emoji+json-escaped+cr"])
@given(draw=st.data())
def test_a_variant_keeps_what_it_promises(
    name: str, bodies: st.SearchStrategy[bytes], draw: st.DataObject
) -> None:
    """The law: decoded, the rewritten body gives what the body gives; and rewriting is settled."""
    (variant,) = variants(name)
    body = draw.draw(bodies)
    keeps = PROMISE[variant.keeps]
    assert keeps(variant.rewrite(body)) == keeps(body)


REWRITTEN = {
    "lf": (b"data: a\r\n\r\n", b"data: a\n\n"),
    "crlf": (b"data: a\n\n\ndata: b", b"data: a\r\n\r\n\r\ndata: b"),
    "cr": (b"\xef\xbb\xbfdata: a\n\n", b"\xef\xbb\xbfdata: a\r\r"),
    "mixed": (b"data: a\n\n\n\n\n\ndata: b\n\n", b"data: a\n\r\n\r\r\n\r\n\rdata: b\n\r\n"),
    "no-space": (b"data: a\ndata:  b\nid\n: c\n\n", b"data:a\ndata:  b\nid\n: c\n\n"),
    "comments": (
        b"data: a\n\ndata: b\n\n",
        b": keep-alive\n\n:\ndata: a\n\n: keep-alive\n\n:\ndata: b\n\n",
    ),
    "bom": (b"data: a\n\n", b"\xef\xbb\xbfdata: a\n\n"),
    "retry": (b"data: a\r\n\r\n", b"retry: 3000\r\ndata: a\r\n\r\n"),
    "ids": (b"data: a\n\ndata: b\n\n", b"id: 1\ndata: a\n\nid: 2\ndata: b\n\n"),
    "json-escaped": ('data: {"a":"é😀"}\n\n'.encode(), b'data: {"a":"\\u00e9\\ud83d\\ude00"}\n\n'),
    "json-unescaped": (
        b'data: {"a":"\\u00e9\\ud83d\\ude00\\u2028\\n\\u0041\\\\u00e9\\ud83d"}\n\n',
        'data: {"a":"é😀\u2028\\n\\u0041\\\\u00e9\\ud83d"}\n\n'.encode(),
    ),
    "json-spaced": (b'data: {"a:":[1,true]}\n\n', b'data: { "a:" :  [ 1 , true ]  }\n\n'),
    "json-compact": (b'data: { "a b" : [1, true] }\n\n', b'data: {"a b":[1,true]}\n\n'),
    "pings": (
        b"event: message_start\ndata: 1\n\ndata: 2\n\n",
        b'event: message_start\ndata: 1\n\nevent: ping\ndata: {"type": "ping"}\n\ndata: 2\n\n',
    ),
    "unicode-letters": (
        b'data: {"type":"text","text":"a\\"b"}\n\n',
        'data: {"type":"text","text":"éЖ漢a\\"béЖ漢"}\n\n'.encode(),
    ),
    "unicode-separators": (
        b'data: {"content": "a"}\n\n',
        'data: {"content": "\u2028\u0085\u2029a\u2028\u0085\u2029"}\n\n'.encode(),
    ),
    "no-last-newline": (b'{"a":1}\n{"b":2}\r\n', b'{"a":1}\n{"b":2}'),
    "blank-lines": (b'{"a":1}\n{"b":2}\r\n', b'{"a":1}\n\n{"b":2}\r\n\r\n'),
    "header-order": (encode(FRAME), encode(FRAME._replace(headers=FRAME.headers[::-1]))),
    "unicode-emoji": (b'data: {"thinking":"a"}\n\n', 'data: {"thinking":"😀a😀"}\n\n'.encode()),
}


@pytest.mark.parametrize("name", VARIANTS)
def test_a_variant_does_what_its_name_says(name: str) -> None:
    """One small body each, before and after."""
    before, after = REWRITTEN[name]
    assert VARIANTS[name].rewrite(before) == after


UNTOUCHED = {
    "ids": b"id: 7\ndata: a\n\n",
    "pings": b'data: {"choices":[]}\n\n',
    "bom": b"\xef\xbb\xbfdata: a\n\n",
    "json-escaped": "data: é no JSON\n\n".encode(),
    "json-spaced": b'data: {"a":1\n\n',
    "unicode-emoji": b'data: {"text":"","id":"text"}\n\n',
    "json-compact": b"data: [DONE]\n\n",
}


@pytest.mark.parametrize("name", UNTOUCHED)
def test_a_variant_leaves_alone_what_it_cannot_keep(name: str) -> None:
    """A body with IDs, another API's stream, data that is no JSON: nothing is made of them."""
    assert VARIANTS[name].rewrite(UNTOUCHED[name]) == UNTOUCHED[name]


def test_all_are_those_that_keep_the_meaning() -> None:
    """The ones that change the text come by name only."""
    assert set(GROUPS["all"]) == set(VARIANTS) - set(GROUPS["unicode"]) - {"blank-lines"}
    assert all(variant.same_meaning for variant in variants("all"))
    assert not any(variant.same_meaning for variant in variants("unicode"))
    assert GROUPS["newlines"] == ("lf", "crlf", "cr", "mixed")


def test_names_and_groups_are_told_apart_and_come_once() -> None:
    """A list may have both, and variants of one's own."""
    upper = Variant("upper", "form", bytes.upper)
    found = variants(["crlf", "newlines", upper, "crlf"])
    assert [each.name for each in found] == ["crlf", "lf", "cr", "mixed", "upper"]
    assert variants(None) == ()
    assert variants(upper) == (upper,)


def test_variants_combine_from_left_to_right() -> None:
    """The sum applies both, and keeps no more than the lesser of the two."""
    (both,) = variants("unicode-emoji+json-escaped")
    assert both.rewrite(b'data: {"text":"a"}\n\n') == (
        b'data: {"text":"\\ud83d\\ude00a\\ud83d\\ude00"}\n\n'
    )
    assert (both.name, both.keeps) == ("unicode-emoji+json-escaped", "form")
    assert variants("crlf+bom")[0].keeps == "events"


@pytest.mark.parametrize("name", ["klingon", "crlf+", "all+crlf", ""])
def test_what_is_no_variant_is_refused(name: str) -> None:
    """The message lists those that there are."""
    with pytest.raises(UsageError) as caught:
        variants(name)
    assert str(caught.value) == (
        f"variant {name!r}: there is none of that name. Valid are all, newlines, json, unicode, "
        "lf, crlf, cr, mixed, no-space, comments, bom, no-last-newline, blank-lines, "
        "header-order, retry, ids, json-escaped, json-unescaped, json-spaced, json-compact, pings, "
        "unicode-letters, unicode-separators, unicode-emoji, and several joined with a plus."
    )
