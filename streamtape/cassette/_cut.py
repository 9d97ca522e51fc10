"""Less of a recording: some of its interactions, some of the events of a body.

This module decides what becomes of the chunk index where events go: a boundary that is left stays,
and the time of a chunk that is gone goes to the next.
"""

from __future__ import annotations

import dataclasses
from itertools import accumulate
from typing import TYPE_CHECKING

from streamtape import splits
from streamtape.cassette._model import Cassette, Chunk
from streamtape.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Collection

    from streamtape.cassette._model import Response

__all__ = ["keep_events", "keep_interactions"]


def keep_interactions(cassette: Cassette, numbers: Collection[int]) -> Cassette:
    """Return a cassette with these interactions only, counted from 1, in their old order.

    Raises:
        UsageError: there is none of that number.
    """
    _check("interaction", numbers, len(cassette))
    kept = (item for number, item in enumerate(cassette.interactions, 1) if number in numbers)
    return Cassette(tuple(kept), cassette.path)


def keep_events(response: Response, numbers: Collection[int]) -> Response:
    """Return a response with these events of its body only, counted from 1.

    An event is everything up to its blank line, or to where the body's format ends one; what stands
    behind the last such place counts as one more.

    Raises:
        UsageError: there is none of that number.
    """
    events = splits.cut(response.body, response.cuts(splits.Events()))
    _check("event", numbers, len(events))
    kept = [number in numbers for number in range(1, len(events) + 1)]
    body = b"".join(event for event, keep in zip(events, kept, strict=True) if keep)
    if response.chunks is None:
        return dataclasses.replace(response, body=body)
    ends = list(accumulate(map(len, events)))
    chunks, waited, start = [], 0, 0
    for gap, size in response.chunks:
        left = _kept_bytes(start, start + size, ends, kept)
        waited += gap
        if left or not size:
            chunks.append(Chunk(waited, left))
            waited = 0
        start += size
    return dataclasses.replace(response, body=body, chunks=tuple(chunks))


def _kept_bytes(start: int, end: int, ends: list[int], kept: list[bool]) -> int:
    """Return how many bytes from `start` to `end` belong to events that are kept."""
    total, begins = 0, 0
    for stop, keep in zip(ends, kept, strict=True):
        if keep:
            total += max(0, min(end, stop) - max(start, begins))
        begins = stop
    return total


def _check(what: str, numbers: Collection[int], last: int) -> None:
    for number in numbers:
        if not 1 <= number <= last:
            raise UsageError(
                f"{what} {number}", "there is none of that number", f"There are {last}, from 1."
            )
