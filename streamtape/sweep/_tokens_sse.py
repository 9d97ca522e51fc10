"""What of server-sent events can be cut through: line ends, names, colons, what the data holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamtape.sse import lines
from streamtape.sweep._tokens_text import Token, characters, data_tokens, inside

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streamtape.sse import Line

__all__ = ["region", "tokens"]

_BOM = b"\xef\xbb\xbf"
_DONE = b"[DONE]"


def tokens(body: bytes, start: int, stop: int) -> Iterator[Token]:
    """Yield what can be cut through, for the lines that lie between two offsets."""
    if body.startswith(_BOM) and start < len(_BOM):
        yield Token("bom", 0, len(_BOM), 1, len(_BOM))
    yield from characters(body, max(start, _bom_size(body)), stop)
    before: Line | None = None
    for line in lines(body):
        if line.next >= start and line.start <= stop:
            yield from _line_end(body, line, before)
            if not line.blank:
                yield from _field(body, line)
        before = line


def region(body: bytes, line: Line) -> str:
    """Say which part of an event a line is."""
    field = line.name(body).decode("utf-8", "replace")
    if not field:
        return "a comment"
    return "the data" if field == "data" else f"the {field} line"


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
        yield from inside("done", start, start + len(_DONE))
    else:
        yield from data_tokens(value, line.value)
