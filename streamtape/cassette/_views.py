"""Bytes as somebody could read them: decoded forms of a body that know where each byte came from.

This module decides under which encodings a secret is looked for. It finds nothing itself, and never
changes anything: a `View` only translates a place in what is read to places in what is stored.
"""

from __future__ import annotations

import binascii
import json
import re
from bisect import bisect_right
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

__all__ = ["Span", "View", "views"]

_JSON_ESCAPE = re.compile(
    rb'\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|["\\/bfnrt])'
)
_PERCENT_ESCAPE = re.compile(rb"%[0-9a-fA-F]{2}")
# 12 characters are 9 bytes, one more than the shortest secret. A run without a capital or digit is
# a word (``content_block_delta``): the base64 of 9 bytes is such a run once in 20,000 times.
_BASE64_RUN = re.compile(rb"[A-Za-z0-9+/_-]{12,}")
_WORD = re.compile(rb"[a-z+/_-]+")
_URL_SAFE = bytes.maketrans(b"-_", b"+/")
_LEVELS = 2  # JSON in a JSON string, as in `partial_json`; a percent-encoded URL in JSON

# What of JSON tells the place of a string: the string (a member's name when a colon follows),
# brackets, the number of a block, and the blank line between two events.
_TOKEN = re.compile(
    rb'"(?P<text>(?:[^"\\\r\n]|\\.)*)"(?P<colon>\s*:)?'
    rb"|(?P<open>[\[{])|(?P<close>[\]}])|(?P<blank>\r\n\r\n|\n\n|\r\r)|(?P<number>-?\d+)"
)
_DATA_LINE = re.compile(rb"(?:^|[\r\n])data: ?([^\r\n]*)")


class Span(NamedTuple):
    """Bytes from `start` up to `end`."""

    start: int
    end: int


class _Piece(NamedTuple):
    """A part of a view and what it was made from: `unit` bytes here for each `unit_there` there."""

    at: int
    there: Span
    unit: int = 1
    unit_there: int = 1


class View:
    """Bytes made from other bytes.

    Attributes:
        data: what is read.
        decoded: whether it is base64 decoded: mostly noise, in which only a long secret is telling.
    """

    def __init__(
        self,
        data: bytes,
        pieces: Sequence[_Piece] = (),
        parent: View | None = None,
        *,
        decoded: bool = False,
    ) -> None:
        self.data = data
        self.decoded = decoded
        self._pieces = pieces
        self._starts = [piece.at for piece in pieces]
        self._parent = parent

    def stored(self, span: Span) -> list[Span]:
        """Return where the bytes of `span` stand in what is stored."""
        if self._parent is None:
            return [span]
        spans: list[Span] = []
        for number in range(max(0, bisect_right(self._starts, span.start) - 1), len(self._pieces)):
            piece = self._pieces[number]
            if piece.at >= span.end:
                break
            first = max(0, span.start - piece.at) // piece.unit * piece.unit_there
            last = -(-(span.end - piece.at) // piece.unit) * piece.unit_there
            start = min(piece.there.start + first, piece.there.end)
            end = min(piece.there.start + last, piece.there.end)
            if start < end:
                spans += self._parent.stored(Span(start, end))
        return spans


def views(body: bytes) -> Iterator[View]:
    """Yield a body in every form in which it can be read, itself first.

    As it stands; the texts that its events add up to (a secret that a model says comes in several
    deltas); and each of these JSON-unescaped, percent-decoded and base64-decoded.
    """
    root = View(body)
    yield from _decoded(root, _LEVELS)
    for parts in _joined(body):
        yield from _decoded(_view_of(root, parts), _LEVELS)


def _decoded(view: View, levels: int) -> Iterator[View]:
    yield view
    if (plain := _from_base64(view)) is not None:
        yield plain
    if not levels:
        return
    for escape, decode in ((_JSON_ESCAPE, _json_character), (_PERCENT_ESCAPE, _percent_byte)):
        if escape.search(view.data):
            yield from _decoded(_unescaped(view, escape, decode), levels - 1)


def _unescaped(view: View, escape: re.Pattern[bytes], decode: Callable[[bytes], bytes]) -> View:
    data, pieces, size, last = [], [], 0, 0

    def add(text: bytes, there: Span, unit: int = 1, unit_there: int = 1) -> None:
        nonlocal size
        if text:
            data.append(text)
            pieces.append(_Piece(size, there, unit, unit_there))
            size += len(text)

    for match in escape.finditer(view.data):
        add(view.data[last : match.start()], Span(last, match.start()))
        character = decode(match[0])
        add(character, Span(*match.span()), len(character), len(match[0]))
        last = match.end()
    add(view.data[last:], Span(last, len(view.data)))
    return View(b"".join(data), pieces, view, decoded=view.decoded)


@cache
def _json_character(escape: bytes) -> bytes:
    text: str = json.loads(b'"' + escape + b'"')
    return text.encode("utf-8", "replace")


@cache
def _percent_byte(escape: bytes) -> bytes:
    return bytes([int(escape[1:], 16)])


def _from_base64(view: View) -> View | None:
    """Decode every run of base64, at each of the four places where a quantum can begin."""
    data, pieces, size = [], [], 0
    for run in _BASE64_RUN.finditer(view.data):
        if _WORD.fullmatch(run[0]):
            continue
        text = run[0].translate(_URL_SAFE)
        for shift in range(4):
            coded = text[shift:]
            plain = binascii.a2b_base64(coded[: len(coded) // 4 * 4])
            if rest := len(coded) % 4:
                tail = coded[-rest:] if rest > 1 else b""
                plain += binascii.a2b_base64(tail + b"=" * (4 - rest)) if tail else b""
            there = Span(run.start() + shift, run.end())
            data.append(plain + b"\n")  # nothing is found across two runs
            pieces.append(_Piece(size, there, 3, 4))
            size += len(plain) + 1
    return View(b"".join(data), pieces, view, decoded=True) if data else None


def _joined(body: bytes) -> Iterator[list[Span]]:
    """Yield, for every field of the events that holds text, where its parts stand, in order."""
    fields: dict[object, list[Span]] = {}
    for place, span in _texts(body):
        fields.setdefault(place, []).append(span)
    yield from (parts for parts in fields.values() if len(parts) > 1)
    lines = [Span(*match.span(1)) for match in _DATA_LINE.finditer(body)]
    if len(lines) > 1:
        yield lines


def _texts(body: bytes) -> Iterator[tuple[object, Span]]:
    """Yield the strings of all JSON in a body, each with its place: member names, and the block.

    A tokenizer and not a parser: bodies may be cut short, and broken on purpose.
    """
    stack: list[bytes] = []
    name, block = b"", b""
    pending: list[tuple[tuple[bytes, ...], Span]] = []
    for token in _TOKEN.finditer(body):
        match token.lastgroup:
            case "colon":
                name = token["text"]
            case "text":
                pending.append(((*stack, name), Span(*token.span("text"))))
            case "open":
                stack.append(name)
            case "close":
                name = stack.pop() if stack else b""
            case "number":
                block = token[0] if name == b"index" else block
            case _:
                stack.clear()
        if not stack and pending:
            yield from (((block, *place), span) for place, span in pending)
            pending.clear()
            name = b""
    yield from (((block, *place), span) for place, span in pending)


def _view_of(root: View, parts: Iterable[Span]) -> View:
    data, pieces, size = [], [], 0
    for part in parts:
        data.append(root.data[part.start : part.end])
        pieces.append(_Piece(size, part))
        size += part.end - part.start
    return View(b"".join(data), pieces, root)
