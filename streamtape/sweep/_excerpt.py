"""The bytes around a cut, as text with a mark.

A pure function of a body and a place. What is no text is written as an escape, so that half a
character, a CR and a U+2028 can be seen; in a frame of an AWS event stream, what is no text is
written in hexadecimal digits. The cut itself is a bar.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

from streamtape.eventstream import spans
from streamtape.formats import EVENT_STREAM, SSE

if TYPE_CHECKING:
    from streamtape.sweep._boundaries import Boundaries, Place

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
    place = boundaries.explain(offset)
    page = _Frames(boundaries) if boundaries.form is EVENT_STREAM else _Text(boundaries)
    start, stop, head = page.around(place)
    before = head + page.text(start, offset).rstrip(" " * page.is_spaced)
    first = len(head) + len(page.text(start, max(place.start, start)))
    behind = page.text(offset, min(place.stop, stop)).rstrip(" " * page.is_spaced)
    last = len(before) + len(_BAR) + len(behind)
    if place.stop <= place.start:
        first, last = len(before) + 1, len(before) + 2  # the bar alone
    event = ""
    if place.event is not None:
        event = f"event {place.event}" + (
            f", {place.event_type}" if place.event_type != "message" else ""
        )
    text = f"{before}{_BAR}{page.text(offset, stop)}".rstrip(" " * page.is_spaced)
    return Excerpt(offset, place.what, place.where, event, text, (first, last))


class _Text:
    """A body of lines, as text."""

    is_spaced = False

    def __init__(self, boundaries: Boundaries) -> None:
        self._body, self._form = boundaries.body, boundaries.form

    def around(self, place: Place) -> tuple[int, int, str]:
        """Return the first byte that is shown, the one behind the last, and what stands first."""
        body, offset = self._body, place.offset
        start = _character_start(body, max(offset - _BEFORE, place.line))
        head = _head(body, place.line) if self._form is SSE else "... "
        head = head if start > place.line else ""
        return start, _character_start(body, min(offset + _AFTER, len(body))), head

    def text(self, start: int, stop: int) -> str:
        """Return these bytes as text."""
        return _text(self._body[start:stop])


class _Frames:
    """A body of binary frames: their texts as text, every other byte as two digits and a space."""

    is_spaced = True

    def __init__(self, boundaries: Boundaries) -> None:
        self._body = boundaries.body
        self._texts = [
            text
            for frame in spans(self._body)
            for text in (
                *((each.name, each.type) for each in frame.headers),
                *((each.value, each.stop) for each in frame.headers if each.type_name == "string"),
                (frame.payload, frame.crc),
            )
            if text[0] < text[1]
        ]
        self._texts.sort()

    def around(self, place: Place) -> tuple[int, int, str]:
        """Return the first byte that is shown, the one behind the last, and what stands first."""
        start, stop = place.offset, place.offset
        while start > 0 and len(self.text(start - 1, place.offset)) <= _BEFORE:
            start -= 1
        while stop < len(self._body) and len(self.text(place.offset, stop + 1)) <= _AFTER:
            stop += 1
        inner = (first for first, last in self._texts if first < start < last)
        cut = next(inner, start) < start
        body = self._body
        return _character_start(body, start) if cut else start, stop, "... " if start else ""

    def text(self, start: int, stop: int) -> str:
        """Return these bytes as text and digits."""
        pieces, at = list[str](), start
        for first, last in self._texts[
            bisect_right(self._texts, start, key=lambda each: each[1]) :
        ]:
            if first >= stop:
                break
            if at < first:
                pieces.append(self._body[at:first].hex(" ") + " ")
            at = min(last, stop)
            pieces.append(_text(self._body[max(first, start) : at]))
            pieces.append(" " * (at == last))
        if at < stop:
            pieces.append(self._body[at:stop].hex(" ") + " ")
        return "".join(pieces)


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
