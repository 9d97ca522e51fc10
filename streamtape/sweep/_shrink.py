"""From a split that fails to the smallest one: fewest cuts, then the cleanest places.

`shrink` is a generator: it yields the cuts it wants to know about, is sent whether they fail, and
returns the best it found. It runs nothing itself, so a test runner, a pool of processes and a plain
loop drive the same search. It is deterministic, and never asks the same twice.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from itertools import combinations, zip_longest
from math import comb
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable

    from streamtape.sweep._boundaries import Boundaries

__all__ = ["Offsets", "shrink", "shrink_with"]

Offsets: TypeAlias = tuple[int, ...]
_Asking: TypeAlias = Generator[Offsets, bool, Offsets]


def shrink(
    offsets: Iterable[int], boundaries: Boundaries, *, runs: int = 1000, known: int = 0
) -> _Asking:
    """Search for the smallest failing split.

    Where the body is short enough for `runs`, the result has the fewest cuts of all splits that
    fail; where it is not, of all that could be tried: no cut of the result can be left out.

    Args:
        offsets: a split that fails.
        boundaries: the kinds of place in the body.
        runs: the greatest number of questions.
        known: splits with fewer cuts than this are known to pass; 2 says that the single cuts have
            all been tried, and that the cleanest of them is at hand.

    Returns:
        The offsets of the smallest split that fails.
    """
    search = _Search(boundaries, runs, known)
    start = best = tuple(offsets)
    search.answers[best] = True
    if (yield from search.ask(())):
        return ()
    best = yield from search.fewer(best)
    if len(best) > 1:
        best = yield from search.one_of(start, best)
    if len(best) > 1:
        best = yield from search.fewest(best)
    return (yield from search.cleaner(best))


def shrink_with(
    fails: Callable[[Offsets], bool],
    offsets: Iterable[int],
    boundaries: Boundaries,
    *,
    runs: int = 1000,
    known: int = 0,
) -> Offsets:
    """Drive `shrink` with a function that says whether the cuts it is given fail."""
    search = shrink(offsets, boundaries, runs=runs, known=known)
    try:
        question = next(search)
        while True:
            question = search.send(fails(question))
    except StopIteration as end:
        result: Offsets = end.value
        return result


# So many of one kind: the next one may lie in another line, where the client does not mind it.
_NEAREST = 5


class _Search:
    """The questions asked so far, and the ways to ask for less."""

    def __init__(self, boundaries: Boundaries, runs: int, known: int) -> None:
        self.answers: dict[Offsets, bool] = {}
        self._boundaries = boundaries
        self._runs = runs
        self._known = known

    def ask(self, cuts: Offsets) -> Generator[Offsets, bool, bool]:
        """Ask whether these cuts fail; no, if it has become too much to ask."""
        if cuts not in self.answers:
            if len(cuts) < self._known or self._runs <= 0:
                return False
            self._runs -= 1
            self.answers[cuts] = yield cuts
        return self.answers[cuts]

    def first(self, questions: Iterable[Offsets]) -> Generator[Offsets, bool, Offsets | None]:
        """Return the first of `questions` that fails, if any does."""
        for cuts in questions:
            if (yield from self.ask(cuts)):
                return cuts
            if self._runs <= 0:
                return None
        return None

    def one_of(self, offsets: Offsets, best: Offsets) -> _Asking:
        """Try each of `offsets` alone, first one of each kind, then the second of each, ..."""
        by_rank: dict[int, list[int]] = {}
        for offset in dict.fromkeys(offsets):
            by_rank.setdefault(self._boundaries.rank(offset), []).append(offset)
        in_turn = zip_longest(*(by_rank[rank] for rank in sorted(by_rank)))
        singles = ((offset,) for turn in in_turn for offset in turn if offset is not None)
        return (yield from self.first(singles)) or best

    def fewer(self, best: Offsets) -> _Asking:
        """Leave out halves, quarters, ... until no single cut can be left out (ddmin)."""
        size = len(best) // 2
        while size:
            rests = (best[:at] + best[at + size :] for at in range(0, len(best), size))
            smaller = yield from self.first(rests)
            if smaller is None:
                size //= 2
            else:
                best = smaller
                size = min(size, len(best) // 2) or (len(best) > 1)
        return best

    def fewest(self, best: Offsets) -> _Asking:
        """Try all splits with fewer cuts, as far as that is affordable."""
        length = len(self._boundaries.body)
        places = sorted(
            range(1, length), key=lambda offset: (self._boundaries.rank(offset), offset)
        )
        if any(offset in (0, length) for offset in best) or len(set(best)) < len(best):
            places += [0, length]
        for size in range(max(self._known, 1), len(best)):
            smaller = yield from self.first(combinations(best, size))
            if smaller is None and comb(len(places), size) <= self._runs:
                smaller = yield from self.first(
                    tuple(sorted(cuts)) for cuts in combinations(places, size)
                )
            if smaller is not None:
                return smaller
        return best

    def cleaner(self, best: Offsets) -> _Asking:
        """Move each cut to one of the nearest places of a cleaner kind, the cleanest first."""
        if len(best) < self._known:
            return best  # the cleanest of all that fail, it was said
        for offset in best:
            index = best.index(offset)
            rest = best[:index] + best[index + 1 :]
            moved = yield from self.first(
                tuple(sorted((*rest, place))) for place in self._cleaner_places(offset, rest)
            )
            best = moved or best
        return best

    def _cleaner_places(self, offset: int, taken: Offsets) -> Iterator[int]:
        present = self._boundaries.rank(offset)
        by_kind = self._boundaries.by_kind.values()
        for places in sorted(by_kind, key=lambda places: self._boundaries.rank(places[0])):
            if self._boundaries.rank(places[0]) >= present:
                return
            free = (place for place in places if place not in taken)
            yield from sorted(free, key=lambda place: (abs(place - offset), place))[:_NEAREST]
