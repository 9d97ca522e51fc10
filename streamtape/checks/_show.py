"""Events and patterns side by side, from the first place where they do not fit.

It makes lines of what `_align` found, and decides nothing else.
"""

from __future__ import annotations

from difflib import get_close_matches
from itertools import zip_longest
from typing import TYPE_CHECKING

from streamtape.messages import EVENT_NAMES
from streamtape.transcripts import DERIVED, RAW

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from streamtape.checks._align import Misfit
    from streamtape.checks._patterns import Element, Pattern
    from streamtape.checks._view import View

__all__ = ["listed", "problem_of", "side_by_side"]

_WIDEST = 48  # characters of an event's column
_FOLD = 4  # events in a row that one pattern took are all shown; of more, the first and the last
_REST = 4  # lines behind the misfit
_NAMES = {*DERIVED, *RAW, *EVENT_NAMES, "abort", "error"}  # that are no misspellings

Row = tuple[str, str, str, str]  # mark, number, event, pattern


def problem_of(views: Sequence[View], elements: Sequence[Element], misfit: Misfit) -> str:
    """Return the first difference, as a sentence without its full stop."""
    wanted = _wanted(elements, misfit)
    if misfit.at == len(views):
        passed = misfit.element and elements[misfit.element - 1].text == "..."
        found = f"no event is {wanted}" if passed else f"the events end where {wanted} is expected"
        return found + _nearest(views, elements, misfit) + _hint(views, elements, misfit)
    view = views[misfit.at]
    if not wanted and view.error is not None:
        return f"the stream raised what is not expected: {type(view.error).__name__}: {view.error}"
    if not wanted:
        return f"{_named(view)} comes behind everything that is expected"
    reasons = [
        f": {reason}"
        for state in misfit.open
        if state < len(elements)
        and elements[state].pattern.is_called(view)
        and (reason := elements[state].pattern.mismatch(view))
    ]
    said = f"{_named(view)} is not {wanted}{''.join(reasons[:1])}"
    return said if reasons else said + _so_far(elements, misfit) + _hint(views, elements, misfit)


def _named(view: View) -> str:
    text = _cut(view.text)
    return f"event {view.number}, {text}," if view.number else text


def _wanted(elements: Sequence[Element], misfit: Misfit) -> str:
    """Return what could have come next, as written: alternatives, where steps may take nothing."""
    texts: dict[str, None] = {}
    for state in misfit.open:
        skippable = all(element.optional for element in elements[state : misfit.element])
        if state < len(elements) and skippable and elements[state].text != "...":
            texts[elements[state].text] = None
    return " or ".join(texts)


def _blamed(elements: Sequence[Element], misfit: Misfit) -> Element:
    """Return the step that found no event: the last that could have taken one."""
    return elements[max(state for state in misfit.open if state < len(elements))]


def _nearest(views: Sequence[View], elements: Sequence[Element], misfit: Misfit) -> str:
    """Say how the last event of the right name differs, where ``...`` has passed over it."""
    pattern = _blamed(elements, misfit).pattern
    near = _near(views, pattern)
    if near is None:
        return ""
    return f"; nearest is event {near.number}: {pattern.mismatch(near)}"


def _near(views: Sequence[View], pattern: Pattern) -> View | None:
    near = [view for view in views if pattern.is_called(view) and pattern.mismatch(view)]
    return near[-1] if near and pattern.names else None


def _so_far(elements: Sequence[Element], misfit: Misfit) -> str:
    """Say how often a pattern that is to come several times has come already."""
    number = _blamed(elements, misfit).number
    steps = [step for step in misfit.taken if step is not None]
    count = sum(elements[step].number == number for step in steps)
    return f" ({count} came)" if count else ""


def _hint(views: Sequence[View], elements: Sequence[Element], misfit: Misfit) -> str:
    """Suggest a name, where one was expected that no event has."""
    known = {name for view in views for name in view.names}
    for name in _blamed(elements, misfit).pattern.names:
        if name not in {*known, *_NAMES} and (close := get_close_matches(name, known, 1, 0.8)):
            return f" (did you mean {close[0]!r}?)"
    return ""


def side_by_side(
    views: Sequence[View], elements: Sequence[Element], misfit: Misfit
) -> Iterator[str]:
    """Yield events and patterns in two columns, aligned up to the misfit."""
    behind = [view for view in views[misfit.at :] if not view.implied]
    rest = list(dict.fromkeys((each.number, each.text) for each in elements[misfit.element :]))
    first = _wanted(elements, misfit) or "(nothing more)"
    rows: list[Row] = [("", "", "emitted", "expected")]
    rows += _taken(views, elements, misfit)
    rows.append((">", *(_cell(behind[0]) if behind else ("", "(the end)")), first))
    left = _folded([_cell(view) for view in behind[1:]])
    right = _folded([("", text) for _, text in rest[1:]])
    rows += [("", *one, other[1]) for one, other in zip_longest(left, right, fillvalue=("", ""))]
    yield from _columns(rows)


def _cell(view: View) -> tuple[str, str]:
    return (str(view.number or ""), view.text)


def _folded(cells: list[tuple[str, str]]) -> list[tuple[str, str]]:
    if len(cells) <= _REST + 1:
        return cells
    return [*cells[:_REST], ("", f"({len(cells) - _REST} more)")]


def _taken(views: Sequence[View], elements: Sequence[Element], misfit: Misfit) -> Iterator[Row]:
    """Yield the rows before the misfit; long runs that one pattern took are folded."""
    runs: list[tuple[int, list[View]]] = []
    for view, step in zip(views, misfit.taken, strict=False):
        if step is None:
            continue
        number = elements[step].number
        if not runs or runs[-1][0] != number:
            runs.append((number, []))
        runs[-1][1].append(view)
    texts = {element.number: element.text for element in elements}
    pattern = elements[misfit.element].pattern if misfit.element < len(elements) else None
    near = _near(views[: misfit.at], pattern) if pattern else None
    for number, run in runs:
        for at, cell in enumerate(_unfolded(run, near)):
            yield ("", *cell, texts[number] if at == 0 else "|")


def _unfolded(run: list[View], near: View | None) -> Iterator[tuple[str, str]]:
    """Yield the events that one pattern took: of many, the first, the nearest and the last."""
    kept = {0, len(run) - 1, *(at for at, view in enumerate(run) if view is near)}
    if len(run) <= _FOLD:
        kept = set(range(len(run)))
    skipped: list[View] = []
    for at, view in enumerate(run):
        if at not in kept:
            skipped.append(view)
            continue
        if len(skipped) == 1:
            yield _cell(skipped[0])
        elif skipped:
            yield "", f"({len(skipped)} more)"
        skipped = []
        yield _cell(view)


def _columns(rows: Sequence[Row]) -> Iterator[str]:
    cells = [(mark, number, _cut(event), pattern) for mark, number, event, pattern in rows]
    numbers, events = (max(len(row[at]) for row in cells) for at in (1, 2))
    for mark, number, event, pattern in cells:
        yield f"{mark:1} {number:>{numbers}}  {event:<{events}}  {pattern}".rstrip()


def listed(views: Iterable[View], marked: Iterable[int]) -> Iterator[str]:
    """Yield events as lines, those of the numbers marked; what is far from them is folded."""
    numbers = set(marked)
    told = [view for view in views if not view.implied or view.number in numbers]
    near = {
        at + step for at, view in enumerate(told) if view.number in numbers for step in (-1, 0, 1)
    }
    skipped = False
    for at, view in enumerate(told):
        if at in near:
            mark = ">" if view.number in numbers else " "
            yield f"{mark} {view.number or '':>4}  {_cut(view.text)}".rstrip()
            skipped = False
        elif not skipped:
            yield "      ..."
            skipped = True


def _cut(text: str) -> str:
    return text if len(text) <= _WIDEST else f"{text[: _WIDEST - 3]}..."
