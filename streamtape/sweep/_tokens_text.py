"""What in text has an inside: characters, JSON tokens, tags. The same in every wire format.

This module decides what a cut can go through within a text, given by its place in a body.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Token", "characters", "data_tokens", "inside", "json_tokens"]

# Well-formed enough: what follows a lead byte decides; overlong forms hold no place of interest.
_CHARACTER = re.compile(
    rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}"
)
_JSON = re.compile(
    rb'(?P<string>"(?:[^"\\]|\\.)*(?:"|\Z))(?P<colon>[ \t]*:)?'
    rb"|(?P<number>-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)"
    rb"|(?P<literal>true|false|null)"
)
_PAIR = re.compile(rb"\\u[dD][89abAB][0-9a-fA-F]{2}(?=\\u[dD][c-fC-F][0-9a-fA-F]{2})")
_ESCAPE = re.compile(rb"\\(?:u[0-9a-fA-F]{4}|.)")
_SPACE = re.compile(rb"[ \t]+")
# 80: longer ones are text between two signs, not tags.
_TAG = re.compile(rb"</?[A-Za-z][^<>\"\\]{0,80}>")


class Token(NamedTuple):
    """One thing that can be cut through.

    Attributes:
        kind: what kind of place lies in it.
        start: its first byte.
        stop: behind its last byte.
        first: the first offset at which a cut hits it.
        last: the last such offset (included).
    """

    kind: str
    start: int
    stop: int
    first: int
    last: int


def characters(body: bytes, start: int, stop: int) -> Iterator[Token]:
    """Yield the characters of several bytes that begin between two offsets."""
    for match in _CHARACTER.finditer(body, start, stop):
        yield Token("utf8", match.start(), match.end(), match.start() + 1, match.end() - 1)


def data_tokens(value: bytes, offset: int) -> Iterator[Token]:
    """Yield what lies in the data of an event: JSON, or plain text."""
    if value[:1] in b'{["' or _is_json(value):
        yield from json_tokens(value, offset)
    else:
        yield from _text(value, 0, len(value), offset)


def inside(kind: str, start: int, stop: int) -> Iterator[Token]:
    """Yield a token through which every cut between its bytes goes, if there is one."""
    if stop - start > 1:
        yield Token(kind, start, stop, start + 1, stop - 1)


def _is_json(value: bytes) -> bool:
    """Tell a number, a literal, or a line of indented JSON from plain text."""
    text = value.strip().rstrip(b",")
    if text[:1] == b'"' or text[-1:] in (b"{", b"["):
        return True
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def json_tokens(value: bytes, offset: int) -> Iterator[Token]:
    """Yield what lies in JSON; cut short or broken JSON too."""
    for match in _JSON.finditer(value):
        if match["string"] is None:
            start, stop = match.span()
            kind = "number" if match["number"] else "literal"
            yield from inside(kind, offset + start, offset + stop)
            continue
        start, stop = match.span("string")
        if match["colon"]:
            yield from inside("json-key", offset + start, offset + stop)
        yield from _escapes(value, start, stop, offset)
        yield from _text(value, start + 1, stop - 1, offset)


def _escapes(value: bytes, start: int, stop: int, offset: int) -> Iterator[Token]:
    for match in _ESCAPE.finditer(value, start, stop):
        yield from inside("json-escape", offset + match.start(), offset + match.end())
        if _PAIR.match(value, match.start(), stop):
            middle = offset + match.end()
            yield Token("surrogates", middle - 6, middle + 6, middle, middle)


def _text(value: bytes, start: int, stop: int, offset: int) -> Iterator[Token]:
    """What lies in the text of a string, or of data that is no JSON."""
    for match in _SPACE.finditer(value, start, stop):
        first, last = offset + match.start(), offset + match.end()
        yield Token("space", first, last, first, last)
    for match in _TAG.finditer(value, start, stop):
        yield from inside("tag", offset + match.start(), offset + match.end())
