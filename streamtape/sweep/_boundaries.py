"""Which kinds of boundary lie at which byte of a body, and how to say so.

One scan per body, kept as one machine word per byte. This module classifies places and splits; what
is cut there, and what came of it, it never knows.
"""

from __future__ import annotations

import json
from array import array
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

from streamtape.formats import EVENT_STREAM, format_of
from streamtape.sweep._kinds import BOUNDARIES, OTHER, WHOLE, rank
from streamtape.sweep._tokens import Token, region, tokens

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from streamtape.formats import Format
    from streamtape.sse import EventSpan, Line

__all__ = ["Boundaries", "Place"]

_BIT = {name: 1 << number for number, name in enumerate(BOUNDARIES)}


@lru_cache(maxsize=1024)
def _names(mask: int) -> tuple[str, ...]:
    """Return the kinds in a mask, the dirtiest first."""
    names = [name for name, bit in _BIT.items() if mask & bit]
    return tuple(sorted(names, key=rank, reverse=True)) or (OTHER,)


@dataclass(frozen=True, slots=True)
class Place:
    """One place of a body, explained.

    Attributes:
        offset: the byte at which the chunk after the cut begins.
        kinds: what kinds of boundary lie there, the most specific first; ``("other",)`` if none.
        what: what a cut goes through there: "inside the 2-byte character 'é'".
        where: where that is: ", in the data of event 7, content_block_delta"; "" if nowhere.
        event: the number of the event that it lies in, counted from 1, or None.
        event_type: the type of that event, or "".
        start: the first byte of what is cut through.
        stop: behind its last byte; equal to `start` where nothing particular is.
        line: the offset at which the line begins that the cut lies in, or, for a blank line, the
            one before it.
    """

    offset: int
    kinds: tuple[str, ...]
    what: str
    where: str
    event: int | None
    event_type: str
    start: int
    stop: int
    line: int

    def __str__(self) -> str:
        return self.what + self.where


class Boundaries:
    """The boundaries of one body.

    Args:
        body: the bytes; they need not be an event stream, or valid.
        form: their wire format; told by the bytes themselves where it is left out.
    """

    def __init__(self, body: bytes, form: Format | None = None) -> None:
        self.body = body
        self.form: Format = form or format_of(None, body)

    def kinds(self, offset: int) -> tuple[str, ...]:
        """Return the kinds at an offset, the most specific first; ``("other",)`` if none."""
        return _names(self._masks[offset])

    def of_kind(self, kind: str) -> list[int]:
        """Return the offsets at which boundaries of one kind lie, ascending."""
        bit = _BIT[kind]
        return [offset for offset, mask in enumerate(self._masks) if mask & bit]

    @cached_property
    def aimed(self) -> list[int]:
        """The offsets at which any boundary lies, ascending."""
        return [offset for offset, mask in enumerate(self._masks) if mask]

    def representatives(self, most: int) -> list[int]:
        """Return the first `most` and the last of those offsets that look alike, ascending.

        Two look alike that lie at the same byte of two things of the same kind and size. The last
        is special: nothing comes after it that would make up for a mistake.
        """
        alike: dict[tuple[str, int, int], list[int]] = {}
        for kind, _, _, first, last in tokens(self.body, self.form):
            for offset in range(first, last + 1):
                if self.kinds(offset)[0] == kind:
                    found = alike.setdefault((kind, last - first, offset - first), [])
                    del found[most:]  # the last one so far
                    found.append(offset)
        return sorted({offset for found in alike.values() for offset in found})

    @cached_property
    def events(self) -> list[EventSpan]:
        """The events of the body."""
        return self.form.spans(self.body)

    @cached_property
    def lines(self) -> list[Line]:
        """The lines of the body."""
        return list(self.form.lines(self.body))

    @cached_property
    def _masks(self) -> array[int]:
        masks = array("Q", bytes(array("Q").itemsize * (len(self.body) + 1)))
        for kind, _, _, first, last in tokens(self.body, self.form):
            bit = _BIT[kind]
            for offset in range(first, last + 1):
                masks[offset] |= bit
        masks[0] = masks[-1] = 0  # no cut: nothing stands on the other side
        return masks

    @cached_property
    def by_kind(self) -> dict[str, list[int]]:
        """The offsets between the bytes, ascending, under the kind that names each."""
        found: dict[str, list[int]] = {}
        for offset in range(1, len(self.body)):
            found.setdefault(self.kinds(offset)[0], []).append(offset)
        return found

    def rank(self, offset: int) -> int:
        """Return how clean a cut at `offset` is: less is cleaner."""
        return rank(self.kinds(offset)[0] if 0 < offset < len(self.body) else "empty")

    def classify(self, offsets: Sequence[int]) -> tuple[str, ...]:
        """Return the kinds of a split, the one that names it first."""
        inner = [offset for offset in offsets if 0 < offset < len(self.body)]
        kinds = {kind for offset in inner for kind in self.kinds(offset)}
        rest = tuple(sorted(kinds - {OTHER}, key=rank, reverse=True))
        if not offsets:
            return (WHOLE,)
        if len(inner) < len(offsets) or len(set(inner)) < len(inner):
            return ("empty", *rest)
        if len(inner) == 1:
            return self.kinds(inner[0])
        return (self._shape(inner), *rest)

    def _shape(self, offsets: Sequence[int]) -> str:
        """Name a split with several cuts by what is particular about it."""
        line_starts = [line.start for line in self.lines]
        if len({bisect_right(line_starts, offset - 1) for offset in offsets}) < len(offsets):
            return "two-cuts"
        if all("event" in self.kinds(offset) for offset in offsets):
            return "many-events"
        stops = [event.stop for event in self.events]
        for start, stop in pairwise((0, *offsets)):
            if "utf8" in self.kinds(stop) and bisect_right(stops, start) < bisect_right(
                stops, stop
            ):
                return "half-character"
        return "several"

    def explain(self, offset: int) -> Place:
        """Say what a cut at `offset` goes through, and where that is."""
        kinds = self.kinds(offset)
        event = self._event_at(offset)
        line = self._line_at(offset)
        token = self._token(kinds[0], offset, line)
        shown = self._line_at(line.start) if line and line.blank else line
        return Place(
            offset,
            kinds,
            _what(self.body, token, _WHAT | _IN_FRAMES if self._is_binary else _WHAT),
            self._where(offset, line, event, kinds[0]),
            event.number if event else None,
            event.type if event else "",
            token.start,
            token.stop,
            shown.start if shown else 0,
        )

    @property
    def _is_binary(self) -> bool:
        return self.form is EVENT_STREAM

    def _event_at(self, offset: int) -> EventSpan | None:
        """Return the event whose bytes lie on the left of the cut."""
        index = bisect_right(self.events, offset - 1, key=lambda event: event.start) - 1
        if index >= 0 and offset <= self.events[index].stop:
            return self.events[index]
        return None

    def _line_at(self, offset: int) -> Line | None:
        index = bisect_right(self.lines, offset - 1, key=lambda line: line.start) - 1
        return self.lines[index] if index >= 0 else None

    def _token(self, kind: str, offset: int, line: Line | None) -> Token:
        if kind == "bom":
            return Token("bom", 0, 3, 1, 3)
        if kind == OTHER or line is None:
            return Token(OTHER if 0 < offset < len(self.body) else "empty", offset, offset, 0, 0)
        around = tokens(self.body, self.form, line.start, line.next)
        hits = (each for each in around if each.kind == kind and each.first <= offset <= each.last)
        return min(hits, key=lambda each: each.stop - each.start)

    def _where(self, offset: int, line: Line | None, event: EventSpan | None, kind: str) -> str:
        if kind == "bom":
            return ""
        if event is None:
            between = sum(1 for each in self.events if each.stop <= offset)
            if not self.events or line is None:
                return ""
            return f", after event {between}" if between else ", before the first event"
        name = (
            f"event {event.number}, {event.type}"
            if event.type != "message"
            else (f"event {event.number}")
        )
        if kind == "event":
            return f", after {name}"
        if line is None or line.blank or kind in ("event-line", "line", "blank-line"):
            return f" of {name}" if kind == "blank-line" else f", in {name}"
        around = region(self.body, self.form, line)
        return f", in {around} of {name}" if around else f", in {name}"


def _what(body: bytes, token: Token, words: Mapping[str, str]) -> str:
    """Say what a cut through `token` is."""
    text = body[token.start : token.stop].decode("utf-8", "replace")
    if token.kind == "surrogates":
        text = json.loads(f'"{text}"')
    elif token.kind == "empty":
        text = "end" if token.start else "start"
    number = int.from_bytes(body[token.start : token.stop], "big")
    return words[token.kind].format(text=text, size=token.stop - token.start, number=number)


_WHAT = {
    "utf8": "inside the {size}-byte character {text!r}",
    "surrogates": "between the escaped halves of {text!r}",
    "json-escape": "inside the JSON escape {text}",
    "json-key": "inside the JSON key {text}",
    "number": "inside the number {text}",
    "literal": "inside the literal {text}",
    "tag": "inside the tag {text}",
    "field": "inside the field name of {text!r}",
    "colon": "between the field's colon and its value",
    "space": "next to white space in a string",
    "before-newline": "just before the newline",
    "blank-line": "between the newlines of the blank line",
    "crlf": "between CR and LF",
    "done": "inside [DONE]",
    "event": "between two events",
    "event-line": "after the event: line",
    "line": "between two lines",
    "bom": "at the byte order mark",
    "json-close": "after a {text} that does not end the value",
    "empty": "an empty chunk at the {text}",
    OTHER: "in the middle of a line",
}
_IN_FRAMES = {
    "event": "between two frames",
    "part": "between two parts of a frame",
    "header": "between two headers",
    "prelude": "between two fields of the prelude",
    "header-field": "between two fields of a header",
    "header-name": "inside the header name {text!r}",
    "header-value": "inside the header value {text!r}",
    "header-size": "inside the length of a header value, {number}",
    "headers-length": "inside the length of the headers, {number}",
    "total-length": "inside the length of the frame, {number}",
    "prelude-crc": "inside the checksum of the prelude, {number:08x}",
    "message-crc": "inside the checksum of the frame, {number:08x}",
    OTHER: "in the middle of the payload",
}
