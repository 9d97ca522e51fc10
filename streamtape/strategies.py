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

from itertools import chain
from typing import TYPE_CHECKING

from streamtape.errors import UsageError
from streamtape.splits import At, cut
from streamtape.sweep import Boundaries

if TYPE_CHECKING:
    from types import ModuleType

    from hypothesis.strategies import SearchStrategy

__all__ = ["chunks", "splits"]

_MANY = 24
_NEAR = 8  # bytes: twice the longest character, more than an escape


def splits(body: bytes, *, empty: bool = False) -> SearchStrategy[At]:
    """Return a strategy for splits of `body`.

    There are splits with few cuts, with many, and with cuts close together. A failing one shrinks
    to few cuts, and these towards clean places: between two events before the middle of a line
    before the middle of a character.

    Args:
        body: what is to be cut.
        empty: whether there may be empty chunks too. (httpx drops them; a server may send none.)

    Raises:
        UsageError: hypothesis is not installed.
    """
    st = _hypothesis()
    boundaries, length = Boundaries(body), len(body)
    # hypothesis shrinks towards the front of what it samples from.
    inner = sorted(range(1, length), key=lambda offset: (boundaries.rank(offset), offset))
    places: list[tuple[int, ...]] = [(offset,) for offset in inner]
    if empty:
        places += [(0,), (length,), *((offset, offset) for offset in inner)]
    if not places:
        return st.just(At(()))  # type: ignore[no-any-return]  # hypothesis is a module unknown here
    each = st.sampled_from(places)
    # Two lists of one form: what is found with many shrinks as one with few.
    anywhere = st.one_of(st.lists(each), st.lists(each, min_size=_MANY))
    strategy: SearchStrategy[At] = st.builds(
        lambda cuts, close: At(
            tuple(sorted(chain(*set(cuts), *((at,) for at in close if (at,) not in cuts))))
        ),
        anywhere,
        st.one_of(st.just(()), _close_together(length)),
    )
    return strategy


def _close_together(length: int) -> SearchStrategy[list[int]]:
    """Return a strategy for cuts within a few bytes; each can be left out by itself."""
    st = _hypothesis()
    near: SearchStrategy[list[int]] = st.builds(
        lambda start, cut: [
            start + number for number, here in enumerate(cut) if here and start + number < length
        ],
        st.integers(1, max(length - 1, 1)),
        st.lists(st.booleans(), min_size=_NEAR, max_size=_NEAR),
    )
    return near


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
