"""A picture as lines for a terminal: lanes over one axis, compact.

It decides what stands where. How it looks is told by the names of styles, which whoever prints
turns into colours, or leaves out; without any of them the lines say the same.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

from streamtape.pictures._meaning import family_of
from streamtape.pictures._picture import Family

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from streamtape.pictures._picture import Event, Picture

__all__ = ["GLYPHS", "Glyphs", "Line", "Piece", "Style", "timeline"]

Style: TypeAlias = Family | Literal["", "title", "label", "soft", "reads", "wrong", "good"]
_LABEL = 24  # columns at most
_COUNT = 9
_MOST_LANES = 14
_NARROWEST = 20
_TICK = 9  # columns from one number of the axis to the next, at least


class Piece(NamedTuple):
    """Text in one style."""

    text: str
    style: Style = ""


Line: TypeAlias = tuple[Piece, ...]


class Glyphs(NamedTuple):
    """What a timeline is made of.

    Attributes:
        levels: from little to much.
        counts: for one event in a cell, for several, for many.
        ruler: the axis, and its ticks.
        cut: where a split cuts.
        wrong: a fault, an abort.
        end: the end.
    """

    levels: str
    counts: str
    ruler: str
    cut: str
    wrong: str
    end: str


GLYPHS = {
    "unicode": Glyphs("▁▂▃▄▅▆▇█", "│┃█", "─┬", "✂", "✗", "┤"),
    "ascii": Glyphs(".:-=+*#@", "|H#", "-+", "^", "x", "]"),
}
"""Two sets: the second where the first cannot be printed."""


def timeline(
    picture: Picture, *, width: int = 100, glyphs: Glyphs = GLYPHS["unicode"]
) -> Iterator[Line]:
    """Yield a picture as lines.

    Args:
        picture: the stream.
        width: columns that there are.
        glyphs: what to make it of.
    """
    yield (Piece(f"{picture.number}. "), Piece(picture.request, "title"))
    yield _facts(picture)
    if picture.reads:
        yield ()
        yield from _Chart(picture, width, glyphs).lines()
    for each in picture.excerpts:
        yield ()
        yield (Piece(f"   cut at byte {each.offset}", "wrong"), Piece(f": {each.what}{each.where}"))
        yield (Piece(f"     {each.text}"),)
        start, stop = each.mark
        yield (Piece(f"     {' ' * start}{'^' * (stop - start)}", "wrong"),)


def _facts(picture: Picture) -> Line:
    counts = (
        f"   {picture.status} {picture.media}, {len(picture.body)} bytes, {len(picture.reads)} "
        f"chunks, {len(picture.events)} events, {picture.duration / 1e6:.3f} s, "
    )
    wrong = [mark.label for mark in picture.marks if mark.kind != "end"]
    if picture.until < len(picture.body):
        pieces = [Piece(counts), Piece(f"{picture.end} when recorded", "soft")]
    else:
        style: Style = "good" if picture.end == "complete" else "wrong"
        pieces = [Piece(counts), Piece(picture.end, style)]
    pieces += [Piece(f", {label}", "wrong") for label in wrong]
    pieces += [Piece(f", recorded on {picture.recorded}", "soft")] if picture.recorded else []
    return tuple(pieces)


class _Chart:
    """The lanes of one picture.

    The axis is time, or bytes where all came at once or a split cuts: cuts are at bytes.
    """

    def __init__(self, picture: Picture, width: int, glyphs: Glyphs) -> None:
        self._picture, self._glyphs = picture, glyphs
        self._kinds = Counter(event.kind for event in picture.events)
        names = ["characters", *self._kinds]
        self._label = min(_LABEL, max(map(len, names)))
        self._columns = max(_NARROWEST, width - self._label - _COUNT - 7)
        times = {read.at for read in picture.reads}
        self._is_time = len(times) > 1 and not picture.cuts
        self._last = picture.duration if self._is_time else len(picture.body)

    def lines(self) -> Iterator[Line]:
        picture = self._picture
        yield from self._axis()
        sizes = ((self._cell(at, stop - 1), stop - start) for start, stop, at in picture.reads)
        yield self._lane("reads", "reads", self._levels(sizes), len(picture.reads))
        if picture.cuts:
            cells = {self._cell(0, offset) for offset in picture.cuts}
            marks = "".join(self._glyphs.cut if n in cells else " " for n in range(self._columns))
            yield self._lane("cuts", "wrong", marks, len(picture.cuts))
        lanes = list(self._kinds)[:_MOST_LANES]
        for kind in lanes:
            events = [event for event in picture.events if event.kind == kind]
            yield self._lane(kind, family_of(kind), self._counts(events), len(events))
        others = [event for event in picture.events if event.kind not in lanes]
        if others:
            yield self._lane("other events", "other", self._counts(others), len(others))
        if any(event.text for event in picture.events):
            yield self._text()
        yield from self._marks()

    def _cell(self, at: int, offset: int) -> int:
        """Return the column of a moment: a time, or a byte."""
        value = at if self._is_time else offset
        return max(0, min(self._columns - 1, value * self._columns // max(1, self._last)))

    def _axis(self) -> Iterator[Line]:
        """Yield the numbers, and the ruler below them."""
        unit = "ms" if self._is_time else "bytes"
        step = _step(self._last, self._columns // _TICK)
        numbers, ruler = [" "] * self._columns, [self._glyphs.ruler[0]] * self._columns
        for value in range(0, self._last, step):
            at = self._cell(value, value)
            shown = f"{value / 1000:,g}" if self._is_time else f"{value:,}"
            if at + len(shown) <= self._columns:
                numbers[at : at + len(shown)] = shown
                ruler[at] = self._glyphs.ruler[1]
        yield (Piece(f"   {unit:<{self._label}}  {''.join(numbers)}".rstrip(), "soft"),)
        yield (Piece(f"   {'':<{self._label}}  {''.join(ruler)}", "soft"),)

    def _lane(self, label: str, style: Style, cells: str, count: int) -> Line:
        shown = label if len(label) <= self._label else f"{label[: self._label - 1]}~"
        return (
            Piece(f"   {shown:<{self._label}}  ", "label"),
            *self._dimmed(cells, style),
            Piece(f"  {count:>{_COUNT - 2},}", "soft"),
        )

    def _dimmed(self, cells: str, style: Style) -> Iterator[Piece]:
        """Yield the cells, those that never came in the soft style."""
        picture = self._picture
        if picture.until >= len(picture.body):
            yield Piece(cells, style)
            return
        at = next(mark.at for mark in picture.marks if mark.kind != "end")
        stop = self._cell(at, picture.until) + 1
        yield Piece(cells[:stop], style)
        yield Piece(cells[stop:], "soft")

    def _levels(self, amounts: Iterable[tuple[int, int]]) -> str:
        cells = Counter[int]()
        for cell, amount in amounts:
            cells[cell] += amount
        most = max(cells.values(), default=0) or 1
        return self._drawn(cells, self._glyphs.levels, lambda n: n / most)

    def _counts(self, events: Sequence[Event]) -> str:
        cells = Counter(self._cell(event.at, event.stop - 1) for event in events)
        return self._drawn(cells, self._glyphs.counts, lambda n: {1: 0.0, 2: 0.4, 3: 0.4}.get(n, 1))

    def _drawn(self, cells: Counter[int], glyphs: str, share: Callable[[int], float]) -> str:
        def glyph(cell: int) -> str:
            level = min(len(glyphs) - 1, int(share(cells[cell]) * len(glyphs)))
            return glyphs[level] if cell in cells else " "

        return "".join(map(glyph, range(self._columns)))

    def _text(self) -> Line:
        """Return how the text grows."""
        grown = [0] * self._columns
        for event in self._picture.events:
            grown[self._cell(event.at, event.stop - 1)] += len(event.text)
        total, sofar, cells = sum(grown), 0, ""
        levels = self._glyphs.levels
        for added in grown:
            sofar += added
            cells += levels[(sofar * len(levels) - 1) // total] if sofar else " "
        return self._lane("characters", "text", cells, total)

    def _marks(self) -> Iterator[Line]:
        """Yield a line for everything that went wrong, and for how it ended."""
        for mark in self._picture.marks:
            expected = mark.kind == "end" and mark.label == "complete"
            glyph = self._glyphs.end if mark.kind == "end" else self._glyphs.wrong
            before = "recorded end: " if mark.kind == "end" and self._was_stopped else ""
            label = f"{before}{mark.label}"
            cell = self._cell(mark.at, mark.offset - 1)
            # To the left of its place, where there is room: most of them are near the end.
            at = cell - len(label) - 1
            line = f"{' ' * at}{label} {glyph}" if at >= 0 else f"{' ' * cell}{glyph} {label}"
            style: Style = "soft" if expected or before else "wrong"
            yield (Piece(f"   {'':<{self._label}}  "), Piece(line, style))

    @property
    def _was_stopped(self) -> bool:
        return self._picture.until < len(self._picture.body)


def _step(last: int, most: int) -> int:
    """Return a round distance between ticks, so that there are at most so many."""
    step = 1
    while last > step * max(1, most):
        digit = int(str(step)[0])
        step = step * 5 // 2 if digit == 2 else step * 2  # noqa: PLR2004 - 1, 2, 5, 10
    return step
