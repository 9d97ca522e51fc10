"""The bytes around a cut, as text with a mark.

A pure function of a body and a place. What is no text is written as an escape, so that half a
character, a CR and a U+2028 can be seen; the cut itself is a bar.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from streamtape.sweep._boundaries import Boundaries

__all__ = ["Excerpt", "excerpt"]

_BEFORE = 44  # bytes: with the rest of a line of output it stays within 100 columns
_AFTER = 24
_BAR = " | "
_NAMED = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


@dataclass(frozen=True, slots=True)
class Excerpt:
    r"""One cut, shown.

    Attributes:
        offset: the byte at which it is.
        what: what it goes through: "inside the 2-byte character 'é'".
        where: where that is: ", in the data of event 7, content_block_delta".
        event: "event 7, content_block_delta", or "" where it lies in no event.
        text: the bytes around it: ``data: ... "city\": \"Z\xc3 | \xbcrich``.
        mark: the first column of `text` that is part of what is cut through, and the one behind.
    """

    offset: int
    what: str
    where: str
    event: str
    text: str
    mark: tuple[int, int]


def excerpt(boundaries: Boundaries, offset: int) -> Excerpt:
    """Show the cut at `offset`."""
    body, place = boundaries.body, boundaries.explain(offset)
    start = _character_start(body, max(offset - _BEFORE, place.line))
    head = _head(body, place.line) if start > place.line else ""
    stop = _character_start(body, min(offset + _AFTER, len(body)))
    left, right = body[start:offset], body[offset:stop]
    before = head + _text(left)
    first = len(head) + len(_text(body[start : max(place.start, start)]))
    last = len(before) + len(_BAR) + len(_text(body[offset : min(place.stop, stop)]))
    if place.stop <= place.start:
        first, last = len(before) + 1, len(before) + 2  # the bar alone
    event = ""
    if place.event is not None:
        event = f"event {place.event}" + (
            f", {place.event_type}" if place.event_type != "message" else ""
        )
    text = f"{before}{_BAR}{_text(right)}"
    return Excerpt(offset, place.what, place.where, event, text, (first, last))


def _character_start(body: bytes, offset: int) -> int:
    """Return the first offset from here on that no character begins before."""
    while offset < len(body) and 0x80 <= body[offset] < 0xC0:  # noqa: PLR2004 - a continuation byte
        offset += 1
    return offset


def _head(body: bytes, line: int) -> str:
    """Return the name of a line whose start is not shown."""
    name, colon, _ = body[line : line + 16].partition(b":")
    return f"{_text(name)}: ... " if colon else "... "


def _text(data: bytes) -> str:
    """Write bytes as text, with an escape for each that is none."""
    text = data.decode("utf-8", "backslashreplace")
    return "".join(
        _NAMED.get(each) or (each if each.isprintable() else ascii(each)[1:-1]) for each in text
    )
