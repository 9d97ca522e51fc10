"""What holds for the order of events, whatever else comes between them.

A law looks at a transcript and says what breaks it, or nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from streamtape.checks._patterns import pattern_of

if TYPE_CHECKING:
    from streamtape.checks._patterns import Expected, Pattern
    from streamtape.checks._view import View

__all__ = ["Broken", "Law", "after", "balanced_blocks", "before", "exactly_once"]


class Broken(NamedTuple):
    """How a law is broken.

    Attributes:
        problem: a sentence without its full stop.
        numbers: the events that break it.
    """

    problem: str
    numbers: tuple[int, ...] = ()


_Check: TypeAlias = Callable[[Sequence["View"], bool], Broken | None]


class Law:
    """A law about the order of events.

    Args:
        check: takes the events, and whether the stream came to its end.
        text: how it was written.
    """

    def __init__(self, check: _Check, text: str) -> None:
        self.check = check
        self._text = text

    def __repr__(self) -> str:
        return self._text


def before(first: Expected, then: Expected) -> Law:
    """Expect every event `first` to come before any event `then`; both must be there."""
    one, other = pattern_of(first), pattern_of(then)
    return Law(lambda views, _: _ordered(views, one, other), f"before({one}, {other})")


def after(then: Expected, first: Expected) -> Law:
    """Expect every event `then` to come after all events `first`; both must be there."""
    one, other = pattern_of(first), pattern_of(then)
    return Law(lambda views, _: _ordered(views, one, other), f"after({other}, {one})")


def exactly_once(expected: Expected) -> Law:
    """Expect one event, no more and no less."""
    pattern = pattern_of(expected)

    def check(views: Sequence[View], _: bool) -> Broken | None:
        found = _places(views, pattern)
        if len(found) == 1:
            return None
        numbers = tuple(views[at].number for at in found)
        if not found:
            return Broken(f"no event is {pattern}")
        times = "twice" if len(found) == 2 else f"{len(found)} times"  # noqa: PLR2004 - a word
        return Broken(f"{pattern} came {times}: as events {_listed(numbers)}", numbers)

    return Law(check, f"exactly_once({pattern})")


def balanced_blocks() -> Law:
    """Expect every block to begin, grow and stop once, and none to be open at the end.

    A stream that was aborted or failed may leave blocks open.
    """
    return Law(_balance, "balanced_blocks()")


def _ordered(views: Sequence[View], first: Pattern, then: Pattern) -> Broken | None:
    ones, others = _places(views, first), _places(views, then)
    for pattern, found in ((first, ones), (then, others)):
        if not found:
            return Broken(f"no event is {pattern}")
    if ones[-1] < others[0]:
        return None
    late, early = views[ones[-1]].number, views[others[0]].number
    problem = f"event {late} is {first}, and event {early}, before it, is {then} already"
    return Broken(problem, (early, late))


def _places(views: Sequence[View], pattern: Pattern) -> list[int]:
    return [at for at, view in enumerate(views) if pattern.takes(view)]


def _balance(views: Sequence[View], ended: bool) -> Broken | None:
    begun: dict[Any, int] = {}
    stopped: dict[Any, int] = {}
    for view in views:
        fields = view.fields.get("event") if "stream_event" in view.names else view.fields
        index = fields.get("index") if isinstance(fields, dict) else None
        problem, other = "", 0
        if "content_block_start" in view.names:
            if index in begun or index in stopped:
                problem, other = "begins again", begun.get(index) or stopped[index]
            begun[index] = view.number
            stopped.pop(index, None)
        elif "content_block_delta" in view.names and index not in begun:
            problem, other = "grows, and it is not open", stopped.get(index, 0)
        elif "content_block_stop" in view.names and begun.pop(index, None) is None:
            problem, other = "stops, and it is not open", stopped.get(index, 0)
        if "content_block_stop" in view.names:
            stopped[index] = view.number
        if problem:
            numbers = (*([other] if other else []), view.number)
            return Broken(f"event {view.number}: block {index} {problem}", numbers)
    if begun and ended:
        index, number = next(iter(begun.items()))
        return Broken(f"block {index}, begun by event {number}, never stops", (number,))
    return None


def _listed(numbers: Sequence[int]) -> str:
    return f"{', '.join(map(str, numbers[:-1]))} and {numbers[-1]}"
