"""Strategies for hypothesis: valid splits, that shrink to few cuts at clean places."""

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, find, given, settings
from hypothesis import strategies as st

from streamtape import strategies
from streamtape.errors import UsageError
from streamtape.splits import At, cut
from streamtape.sweep import Boundaries

if TYPE_CHECKING:
    from collections.abc import Callable

BODY = 'event: a\ndata: {"text":"Zürich"}\n\ndata: b\n\n'.encode()
HALF = BODY.index("ü".encode()) + 1
SEARCH = settings(
    max_examples=5000, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
)


@given(st.binary(max_size=40), st.booleans(), st.data())
def test_a_split_is_a_split_of_the_body(body: bytes, empty: bool, data: st.DataObject) -> None:
    """Any body can be split; empty chunks come only when asked for."""
    split = data.draw(strategies.splits(body, empty=empty))
    chunks = cut(body, split.offsets(body, ()))
    assert b"".join(chunks) == body
    if not empty:
        assert b"" not in chunks


@given(strategies.chunks(BODY))
def test_chunks_are_the_body(chunks: list[bytes]) -> None:
    """The short form hands out what a parser takes."""
    assert b"".join(chunks) == BODY


SMALLEST: dict[str, tuple[Callable[[At], bool], list[tuple[int, ...]]]] = {
    "anything": (lambda _: True, [()]),
    "any cut": (lambda split: len(split.at) > 0, [(BODY.index(b"\n\n") + 2,)]),
    "half a character": (lambda split: HALF in split.at, [(HALF,)]),
    "in the first line": (
        lambda split: any(at < 9 for at in split.at),
        [(at,) for at in range(1, 9)],
    ),
    "two cuts": (lambda split: len(split.at) > 1, [(9, BODY.index(b"\n\n") + 2)]),
}


@pytest.mark.parametrize("name", SMALLEST)
def test_a_failure_shrinks_to_the_cleanest_cut(name: str) -> None:
    """Hypothesis ends where the sweep's own search ends."""
    fails, smallest = SMALLEST[name]
    assert find(strategies.splits(BODY), fails, settings=SEARCH).at in smallest


def test_splits_with_many_cuts_are_drawn_too() -> None:
    """So many that all are needed, and several chunks of one byte in a row."""
    many = find(strategies.splits(BODY), lambda split: len(set(split.at)) > 5, settings=SEARCH)
    assert len(many.at) == 6
    small = find(
        strategies.splits(BODY),
        lambda split: any({at, at + 1, at + 2} <= set(split.at) for at in split.at),
        settings=SEARCH,
    )
    assert len(small.at) == 3


def test_empty_chunks_are_drawn_when_asked_for() -> None:
    """At either end, or between two cuts at one place."""
    found = find(
        strategies.splits(BODY, empty=True),
        lambda split: b"" in cut(BODY, split.at),
        settings=SEARCH,
    )
    assert len(found.at) <= 2


def cuts_at(offset: int, split: At) -> bool:
    """Say whether a split has this cut."""
    return offset in split.at


def test_every_cut_can_be_drawn() -> None:
    """No place is out of reach, and the places are tried from clean to dirty."""
    for offset in (1, HALF, len(BODY) - 1):
        found = find(strategies.splits(BODY), partial(cuts_at, offset), settings=SEARCH)
        assert found.at == (offset,)
    assert Boundaries(BODY).kinds(HALF) == ("utf8",)


def test_without_hypothesis_there_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is loaded when a strategy is made, and its absence is said with the remedy."""
    monkeypatch.setitem(sys.modules, "hypothesis", None)
    with pytest.raises(UsageError) as caught:
        strategies.splits(BODY)
    assert str(caught.value) == (
        "streamtape.strategies: hypothesis is not installed. pip install hypothesis"
    )
