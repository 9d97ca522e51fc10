"""What in a body has an inside: characters, line ends, names, JSON tokens, tags.

This module decides what a cut can go through. It yields each such thing once, with the offsets at
which a cut would hit it; it never counts, never keeps, and never judges.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, NamedTuple

from streamtape.sse import lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streamtape.sse import Line

__all__ = ["Token", "tokens"]

_BOM = b"\xef\xbb\xbf"
_DONE = b"[DONE]"

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


def tokens(body: bytes, start: int = 0, stop: int | None = None) -> Iterator[Token]:
    """Yield what can be cut through, for the lines that lie between two offsets.

    Every kind of `BOUNDARIES` comes from here. One place may belong to several tokens.
    """
    stop = len(body) if stop is None else stop
    if body.startswith(_BOM) and start < len(_BOM):
        yield Token("bom", 0, len(_BOM), 1, len(_BOM))
    for match in _CHARACTER.finditer(body, max(start, _bom_size(body)), stop):
        yield Token("utf8", match.start(), match.end(), match.start() + 1, match.end() - 1)
    before: Line | None = None
    for line in lines(body):
        if line.next >= start and line.start <= stop:
            yield from _line_end(body, line, before)
            if not line.blank:
                yield from _field(body, line)
        before = line


def _bom_size(body: bytes) -> int:
    return len(_BOM) if body.startswith(_BOM) else 0


def _line_end(body: bytes, line: Line, before: Line | None) -> Iterator[Token]:
    """What lies around the end of one line, and between it and the next."""
    if line.next == line.stop:
        return
    if line.next - line.stop == len(b"\r\n"):
        yield Token("crlf", line.stop, line.next, line.stop + 1, line.stop + 1)
    if not line.blank:
        yield Token("before-newline", line.stop, line.next, line.stop, line.stop)
    elif before is not None and not before.blank:
        yield Token("blank-line", before.stop, line.next, line.start, line.start)
    if line.next == len(body):
        return
    if line.blank:
        if before is not None and not before.blank:
            yield Token("event", before.stop, line.next, line.next, line.next)
    elif body[line.next : line.next + 1] not in (b"\r", b"\n"):
        kind = "event-line" if line.name(body) == b"event" else "line"
        yield Token(kind, line.stop, line.next, line.next, line.next)


def _field(body: bytes, line: Line) -> Iterator[Token]:
    """What lies in a line with something on it."""
    if line.colon > line.start:
        last = line.colon if line.colon < line.stop else line.stop - 1
        if last > line.start:
            yield Token("field", line.start, min(line.colon + 1, line.stop), line.start + 1, last)
    if line.start < line.colon < line.stop - 1:
        last = max(line.colon + 1, min(line.value, line.stop - 1))
        yield Token("colon", line.colon, last + 1, line.colon + 1, last)
    if line.name(body) != b"data":
        return
    value = body[line.value : line.stop]
    if value.strip() == _DONE:
        start = line.value + value.index(_DONE)
        yield from _inside("done", start, start + len(_DONE))
    elif value[:1] in b'{["' or _is_json(value):
        yield from _json(value, line.value)
    else:
        yield from _text(value, 0, len(value), line.value)


def _inside(kind: str, start: int, stop: int) -> Iterator[Token]:
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


def _json(value: bytes, offset: int) -> Iterator[Token]:
    for match in _JSON.finditer(value):
        if match["string"] is None:
            start, stop = match.span()
            kind = "number" if match["number"] else "literal"
            yield from _inside(kind, offset + start, offset + stop)
            continue
        start, stop = match.span("string")
        if match["colon"]:
            yield from _inside("json-key", offset + start, offset + stop)
        yield from _escapes(value, start, stop, offset)
        yield from _text(value, start + 1, stop - 1, offset)


def _escapes(value: bytes, start: int, stop: int, offset: int) -> Iterator[Token]:
    for match in _ESCAPE.finditer(value, start, stop):
        yield from _inside("json-escape", offset + match.start(), offset + match.end())
        if _PAIR.match(value, match.start(), stop):
            middle = offset + match.end()
            yield Token("surrogates", middle - 6, middle + 6, middle, middle)


def _text(value: bytes, start: int, stop: int, offset: int) -> Iterator[Token]:
    """What lies in the text of a string, or of data that is no JSON."""
    for match in _SPACE.finditer(value, start, stop):
        first, last = offset + match.start(), offset + match.end()
        yield Token("space", first, last, first, last)
    for match in _TAG.finditer(value, start, stop):
        yield from _inside("tag", offset + match.start(), offset + match.end())
