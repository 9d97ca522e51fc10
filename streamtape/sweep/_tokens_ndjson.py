"""What of newline-delimited JSON can be cut through: line ends, and what the JSON holds.

A bracket that closes something within a line is a place of its own: what has come by then ends as a
whole value does, and a client that takes `}` for the end of one is wrong there.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from streamtape.formats import NDJSON
from streamtape.sweep._tokens_text import Token, characters, json_tokens

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streamtape.sse import Line

__all__ = ["region", "tokens"]

_CLOSING = re.compile(rb"[}\]]+")


def tokens(body: bytes, start: int, stop: int) -> Iterator[Token]:
    """Yield what can be cut through, for the lines that lie between two offsets."""
    yield from characters(body, start, stop)
    for line in NDJSON.lines(body):
        if line.next >= start and line.start <= stop:
            yield from _line_end(body, line)
            yield from _closing(body, line)
            yield from json_tokens(body[line.start : line.stop], line.start)


def region(body: bytes, line: Line) -> str:  # noqa: ARG001
    """Say which part of an event a line is: all of it."""
    return ""


def _line_end(body: bytes, line: Line) -> Iterator[Token]:
    if line.next == line.stop:
        return
    if line.next - line.stop == len(b"\r\n"):
        yield Token("crlf", line.stop, line.next, line.stop + 1, line.stop + 1)
    if not line.blank:
        yield Token("before-newline", line.stop, line.next, line.stop, line.stop)
    if line.next < len(body):
        kind = "blank-line" if line.blank else "event"
        yield Token(kind, line.stop, line.next, line.next, line.next)


def _closing(body: bytes, line: Line) -> Iterator[Token]:
    for match in _CLOSING.finditer(body, line.start, line.stop):
        for at in range(match.start() + 1, match.end() + 1):
            if at < line.stop:
                yield Token("json-close", at - 1, at, at, at)
