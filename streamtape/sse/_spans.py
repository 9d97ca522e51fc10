"""Where the lines and the events of a whole body stand, in bytes.

The decoder says what a stream means; this module says where it says so, for those who aim at a
place: cuts, faults, excerpts. It decides by the same rules (a test holds the two together), but it
sees the whole body at once, and it keeps no text beside the events' types.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["EventSpan", "Line", "lines", "spans"]

_BOM = b"\xef\xbb\xbf"

# One line: what stands on it, and its end (missing at the end of the body). Possessive by way of an
# atomic group, so that the CR and the LF of one CRLF are never two ends.
_LINE = re.compile(rb"([^\r\n]*)(?>(\r\n|\n|\r)|\Z)")


class Line(NamedTuple):
    """The places of one line. All are byte offsets into the body.

    Attributes:
        start: its first byte.
        colon: its first colon; `stop` where it has none.
        value: the first byte of the field's value: after the colon and one space.
        stop: behind its last byte: where its line end begins.
        next: behind its line end; equal to `stop` where the body ends without one.
    """

    start: int
    colon: int
    value: int
    stop: int
    next: int

    @property
    def blank(self) -> bool:
        """Whether nothing stands on it."""
        return self.start == self.stop

    def name(self, body: bytes) -> bytes:
        """Return the field's name; b"" for a comment and a blank line."""
        return body[self.start : self.colon]


class EventSpan(NamedTuple):
    """The place of one dispatched event. Lines that dispatch nothing belong to no event.

    Attributes:
        number: its number in the body, counted from 1.
        type: its type; ``message`` where the stream names none.
        start: the first byte of its first line, a comment directly above its fields included.
        stop: behind the blank line that dispatches it.
        lines: its lines, without the blank one.
    """

    number: int
    type: str
    start: int
    stop: int
    lines: tuple[Line, ...]


def lines(body: bytes) -> Iterator[Line]:
    """Yield the lines of `body`, a BOM left out. The last may lack its line end."""
    position, length = (len(_BOM) if body.startswith(_BOM) else 0), len(body)
    while position < length:
        match = _LINE.match(body, position)
        if match is None:
            raise AssertionError  # the pattern matches everywhere
        start, stop, position = match.start(), match.end(1), match.end()
        colon = body.find(b":", start, stop)
        if colon < 0:
            yield Line(start, stop, stop, stop, position)
        else:
            value = colon + 2 if body[colon + 1 : min(colon + 2, stop)] == b" " else colon + 1
            yield Line(start, colon, value, stop, position)


def spans(body: bytes) -> list[EventSpan]:
    """Return the events that `body` dispatches, in order: as many as the decoder would."""
    return list(_spans(body, lines(body)))


def _spans(body: bytes, all_lines: Iterable[Line]) -> Iterator[EventSpan]:
    number, block = 0, list[Line]()
    for line in all_lines:
        if not line.blank:
            block.append(line)
            continue
        if line.next > line.stop and any(each.name(body) == b"data" for each in block):
            number += 1
            yield EventSpan(number, _type(body, block), block[0].start, line.next, tuple(block))
        block.clear()


def _type(body: bytes, block: Iterable[Line]) -> str:
    named = b""
    for line in block:
        if line.name(body) == b"event":
            named = body[line.value : line.stop]
    return named.decode("utf-8", "replace") or "message"
