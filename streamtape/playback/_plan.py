"""A recorded response, a split and a timing in; steps out.

This module decides what a client is to see, and when. It performs nothing.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import accumulate, chain
from typing import TYPE_CHECKING

from streamtape.playback._steps import Fail, FailKind, Finish, Head, Send, Step, Wait
from streamtape.splits import Recorded, cut

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from streamtape.cassette import EndKind, Headers, Response
    from streamtape.splits import BodySplit
    from streamtape.timing import Timing, Waits

__all__ = ["body_steps", "plan"]

_FAILS: dict[EndKind, FailKind] = {
    "truncated": "disconnect",
    "reset": "reset",
    "timeout": "timeout",
    "aborted": "exhausted",
}


def plan(response: Response, split: BodySplit, timing: Timing) -> Iterator[Step]:
    """Return the steps of one replay: the head, the body, and the recorded ending."""
    chunks, waits = _schedule(response, split, timing)
    first: list[Step] = [Wait(waits.head)] if waits.head else []
    first.append(Head(response.status, replayed_headers(response), response.http_version))
    return chain(first, _body(response, chunks, waits))


def body_steps(response: Response, split: BodySplit, timing: Timing) -> Iterator[Step]:
    """Yield the steps of the body alone, for a reader that is no HTTP client."""
    return _body(response, *_schedule(response, split, timing))


def replayed_headers(response: Response) -> Headers:
    """Return the headers that are true of the body as it is replayed.

    Bodies are kept decoded, so that a `content-encoding` would be a lie, and so would a length
    that counted the encoded bytes.
    """
    length = str(len(response.body))
    return tuple(
        (name, value)
        for name, value in response.headers
        if name != "content-encoding" and (name != "content-length" or value == length)
    )


def _schedule(
    response: Response, split: BodySplit, timing: Timing
) -> tuple[Sequence[bytes], Waits]:
    if isinstance(split, Recorded):
        chunks, ends = _as_recorded(response)
        return chunks, timing.waits(response.timeline, ends)
    pieces = cut(response.body, split.offsets(response.body, response.offsets))
    return pieces, timing.waits(response.timeline, list(accumulate(map(len, pieces))))


@lru_cache(maxsize=16)  # the commonest replay, of the same few responses; holds their bodies
def _as_recorded(response: Response) -> tuple[tuple[bytes, ...], list[int]]:
    chunks = tuple(cut(response.body, response.offsets))
    return chunks, list(accumulate(map(len, chunks)))


def _body(response: Response, chunks: Sequence[bytes], waits: Waits) -> Iterator[Step]:
    kind = response.end.kind
    end = Finish() if kind == "complete" else Fail(_FAILS[kind])
    if not any(waits.chunks) and not waits.end:
        # Most replays do not wait; their steps cost a third without a frame for each.
        return chain(map(Send, chunks), (end,))
    return _paced(chunks, waits, end)


def _paced(chunks: Sequence[bytes], waits: Waits, end: Step) -> Iterator[Step]:
    for data, wait in zip(chunks, waits.chunks, strict=True):
        if wait:
            yield Wait(wait)
        yield Send(data)
    if waits.end:
        yield Wait(waits.end)
    yield end
