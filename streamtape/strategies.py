"""Strategies for hypothesis: splits that shrink towards few cuts, at clean places.

::

    from hypothesis import given
    from streamtape import strategies

    @given(strategies.chunks(BODY))
    def test_my_parser(chunks):
        assert parse(chunks) == parse([BODY])

This module draws; what a place is called, and which is cleaner, is decided in `streamtape.sweep`.
hypothesis is loaded when a strategy is made, not before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamtape.errors import UsageError
from streamtape.splits import At, cut
from streamtape.sweep import Boundaries

if TYPE_CHECKING:
    from types import ModuleType

    from hypothesis.strategies import SearchStrategy

__all__ = ["chunks", "splits"]

_MOST_CUTS = 40


def splits(body: bytes, *, empty: bool = False) -> SearchStrategy[At]:
    """Return a strategy for splits of `body`.

    Half of the splits have a few cuts anywhere, half a run of one-byte chunks. A failing one
    shrinks to the fewest cuts, and those move to the cleanest place that still fails: between two
    events before the middle of a line before the middle of a character.

    Args:
        body: what is to be cut.
        empty: whether there may be empty chunks too. (httpx drops them; a server may send none.)

    Raises:
        UsageError: hypothesis is not installed.
    """
    st = _hypothesis()
    boundaries, length = Boundaries(body), len(body)
    # hypothesis shrinks towards the front of what it samples from.
    places = sorted(range(1, length), key=lambda offset: (boundaries.rank(offset), offset))
    if empty:
        places += [0, length] if length else [0]
    if not places:
        return st.just(At(()))  # type: ignore[no-any-return]  # hypothesis is a module unknown here
    few = st.lists(st.sampled_from(places), max_size=_MOST_CUTS, unique=not empty)
    run = st.builds(
        lambda start, size: range(start, min(start + size, length)),
        st.sampled_from([place for place in places if place < length] or [0]),
        st.integers(1, max(length, 1)),
    )
    strategy: SearchStrategy[At] = st.one_of(few, run).map(lambda cuts: At(tuple(sorted(cuts))))
    return strategy


def chunks(body: bytes, *, empty: bool = False) -> SearchStrategy[list[bytes]]:
    """Return a strategy for `body` as a list of chunks; see `splits`."""
    return splits(body, empty=empty).map(lambda split: cut(body, split.offsets(body, ())))


def _hypothesis() -> ModuleType:
    try:
        from hypothesis import strategies  # noqa: PLC0415 - only for those who draw
    except ImportError:
        raise UsageError(
            "streamtape.strategies", "hypothesis is not installed", "pip install hypothesis"
        ) from None
    return strategies
