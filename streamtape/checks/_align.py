"""Whether a sequence of events fits a sequence of patterns, and where it first does not.

It walks all ways at once (as an automaton does), so that ``...`` and repetitions need no guessing:
time and memory are events times patterns. It shows nothing: `_show` does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from streamtape.checks._patterns import Element
    from streamtape.checks._view import View

__all__ = ["Misfit", "misfit"]


class Misfit(NamedTuple):
    """Where a sequence stops to fit.

    Attributes:
        at: the first event that does not fit, as a place in the sequence; its length, where the
            events end too early.
        element: the first step that found no event, as a place in the steps; their number, where
            there are more events than patterns.
        open: every step that could have taken the event.
        taken: for each event before, the step that took it; None for what needs none.
    """

    at: int
    element: int
    open: list[int]
    taken: list[int | None]


def misfit(views: Sequence[View], elements: Sequence[Element]) -> Misfit | None:
    """Return where `views` stop to fit `elements`, or None where they fit.

    Of all ways to read the patterns, the one is told that gets through most of them; of those, the
    one that gets through most events.
    """
    # For each number of events taken: the steps behind us, and how we came there.
    reached = [_skipping({0: (-1, None)}, elements)]
    for view in views:
        came: dict[int, tuple[int, int | None]] = {}
        for state in sorted(reached[-1]):
            if view.implied:
                came.setdefault(state, (state, None))
            if state < len(elements) and _takes(elements[state], view):
                came.setdefault(state if elements[state].loops else state + 1, (state, state))
        if not came:
            break
        reached.append(_skipping(came, elements))
    if len(reached) > len(views) and len(elements) in reached[-1]:
        return None
    furthest = max(max(states) for states in reached)
    at = max(at for at, states in enumerate(reached) if furthest in states)
    return Misfit(at, furthest, sorted(reached[at]), _way(reached, at, furthest))


def _takes(element: Element, view: View) -> bool:
    if element.text == "..." and element.loops:
        return "error" not in view.names  # an error is never passed over
    return element.pattern.takes(view)


def _skipping(
    came: dict[int, tuple[int, int | None]], elements: Sequence[Element]
) -> dict[int, tuple[int, int | None]]:
    """Add the states that are reached without an event, by steps that may take none."""
    for state in sorted(came):
        after = state
        while after < len(elements) and elements[after].optional:
            after += 1
            # From the same event as `state`, whatever took it.
            came.setdefault(after, (~state, None))
    return came


def _way(
    reached: Sequence[dict[int, tuple[int, int | None]]], at: int, state: int
) -> list[int | None]:
    """Return which step took each of the first `at` events, on the way to `state`."""
    taken: list[int | None] = []
    while at > 0:
        before, step = reached[at][state]
        if before < 0:  # a step that took nothing
            state = ~before
            continue
        taken.append(step)
        state, at = before, at - 1
    return taken[::-1]
