"""Shrinking: fewest cuts, then the cleanest places; deterministic, and never asking twice."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamtape.sweep import Boundaries, shrink, shrink_with

BODY = b'event: a\ndata: {"x":"\xc3\xa9"}\n\ndata: b\n\n'
PLACES = range(1, len(BODY))
BOUNDARIES = Boundaries(BODY)
Fails = Callable[[tuple[int, ...]], bool]


def spied(fails: Fails) -> tuple[Fails, list[tuple[int, ...]]]:
    """Return the function, with a list of what it was asked."""
    asked: list[tuple[int, ...]] = []

    def ask(cuts: tuple[int, ...]) -> bool:
        asked.append(cuts)
        return fails(cuts)

    return ask, asked


def fewest(fails: Fails) -> int:
    """Return by brute force how many cuts it takes to fail (up to two, else three)."""
    return next(
        (size for size in range(3) if any(fails(cuts) for cuts in combinations(PLACES, size))), 3
    )


@given(st.sets(st.sampled_from(PLACES), max_size=3), st.sets(st.sampled_from(PLACES)))
def test_a_failure_that_needs_certain_cuts_shrinks_to_these(
    needed: set[int], more: set[int]
) -> None:
    """Whatever else was cut; nothing is asked twice, and twice the search is the same."""
    fails, asked = spied(lambda cuts: needed <= set(cuts))
    start = sorted(needed | more)
    assert shrink_with(fails, start, BOUNDARIES) == tuple(sorted(needed))
    assert len(asked) == len(set(asked))
    again, second = spied(lambda cuts: needed <= set(cuts))
    shrink_with(again, start, BOUNDARIES)
    assert second == asked


@given(st.sets(st.tuples(st.sampled_from(PLACES), st.sampled_from(PLACES)), min_size=1, max_size=6))
def test_the_result_has_the_fewest_cuts_of_all_that_fail(pairs: set[tuple[int, int]]) -> None:
    """On a short body the search is exhaustive: brute force finds no fewer, wherever they are."""

    def fails(cuts: tuple[int, ...]) -> bool:
        return any(set(pair) <= set(cuts) for pair in pairs)

    found = shrink_with(fails, PLACES, BOUNDARIES)
    assert fails(found)
    assert len(found) == fewest(fails)


@given(st.integers(0, 2**32 - 1))
def test_a_failure_without_any_order_is_shrunk_all_the_same(seed: int) -> None:
    """More cuts need not fail more: of arbitrary failing sets, one with the fewest is found."""

    def fails(cuts: tuple[int, ...]) -> bool:
        return len(cuts) > 1 and hash((cuts, seed)) % 50 == 0

    start = next(cuts for size in (3, 4) for cuts in combinations(PLACES, size) if fails(cuts))
    found = shrink_with(fails, start, BOUNDARIES, runs=3000)
    assert fails(found)
    assert len(found) == fewest(fails)


CLEANEST = [
    (lambda cuts: len(cuts) > 0, "event"),
    (lambda cuts: any(0 < cut < BODY.index(b"\n\n") for cut in cuts), "event-line"),
    (lambda cuts: any(BODY[cut - 1 : cut + 1] == b"\n\n" for cut in cuts), "blank-line"),
    (lambda cuts: any(BODY[cut] == 0xA9 for cut in cuts), "utf8"),
]


@pytest.mark.parametrize(("fails", "kind"), CLEANEST)
def test_of_several_places_the_cleanest_is_told(fails: Fails, kind: str) -> None:
    """A client that fails anywhere fails between two events, and that is said."""
    found = shrink_with(fails, PLACES, BOUNDARIES)
    assert BOUNDARIES.classify(found)[0] == kind


def test_two_cuts_move_to_clean_places_too() -> None:
    """Two cuts anywhere become the two cleanest."""
    found = shrink_with(lambda cuts: len(cuts) > 1, (13, 22), BOUNDARIES)
    assert [BOUNDARIES.kinds(offset)[0] for offset in found] == ["event-line", "event"]


def test_no_cut_at_all_is_the_smallest() -> None:
    """What fails uncut needs no cut, and one question."""
    fails, asked = spied(lambda _: True)
    assert shrink_with(fails, PLACES, BOUNDARIES) == ()
    assert asked == [()]


def test_empty_chunks_shrink_to_one() -> None:
    """Two cuts at one place are two; an empty chunk at the start is one."""

    def fails(cuts: tuple[int, ...]) -> bool:
        return b"" in [BODY[a:b] for a, b in zip((0, *cuts), (*cuts, len(BODY)), strict=True)]

    assert shrink_with(fails, (4, 9, 9, 12), BOUNDARIES) in [(0,), (len(BODY),)]


def test_what_is_known_is_not_asked() -> None:
    """After every single cut has passed, the search is among two and more."""
    fails, asked = spied(lambda cuts: {3, 9} <= set(cuts))
    assert shrink_with(fails, (3, 5, 9), BOUNDARIES, known=2) == (3, 9)
    assert min(map(len, asked)) == 2


def test_one_cut_of_a_complete_sweep_needs_no_question() -> None:
    """The sweep has seen all others."""
    with pytest.raises(StopIteration) as end:
        next(shrink((13,), BOUNDARIES, known=2))
    assert end.value.value == (13,)


def test_the_number_of_runs_is_kept() -> None:
    """A long body and a failure that needs many cuts: the best so far, within the limit."""
    body = bytes(3000)
    fails, asked = spied(lambda cuts: len(cuts) >= 40)
    found = shrink_with(fails, range(1, 3000), Boundaries(body), runs=200)
    assert len(asked) <= 200
    assert fails(found)
    assert len(found) < 2999


def test_a_long_body_is_searched_quickly() -> None:
    """From 5,000 cuts to the one that matters, in steps that grow with the logarithm."""
    body = b"data: " + b"x" * 5000 + b"\xc3\xa9\n\n"
    fails, asked = spied(lambda cuts: 5007 in cuts)
    assert shrink_with(fails, range(1, len(body)), Boundaries(body)) == (5007,)
    assert len(asked) < 50
