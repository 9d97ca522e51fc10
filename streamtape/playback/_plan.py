"""A recorded response, a split, a timing and perhaps a fault in; steps out.

This module decides what a client is to see, and when. It performs nothing.
"""

from __future__ import annotations

from itertools import accumulate, chain
from typing import TYPE_CHECKING, NamedTuple

from streamtape import faults
from streamtape.faults import Disconnect, Reset, Stall
from streamtape.playback._fault import alter, stalled
from streamtape.playback._steps import Fail, FailKind, Finish, Head, Send, Step, Wait
from streamtape.splits import Recorded, cut

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from streamtape.cassette import EndKind, Headers, Response
    from streamtape.faults import Fault
    from streamtape.splits import BodySplit
    from streamtape.timing import Timeline, Timing, Waits

__all__ = ["body_steps", "plan"]

_FAILS: dict[EndKind, FailKind] = {
    "truncated": "disconnect",
    "reset": "reset",
    "timeout": "timeout",
    "aborted": "exhausted",
}


def plan(
    response: Response, split: BodySplit, timing: Timing, fault: Fault | None = None
) -> Iterator[Step]:
    """Return the steps of one replay: the head, the body, and the recorded ending.

    Raises:
        UsageError: the response has not the place that the fault names.
    """
    played = response if fault is None else alter(response, fault).response
    head, chunks, waits = _schedule(played, split, timing)
    first: list[Step] = [Wait(waits.head)] if waits.head else []
    match fault:
        case Disconnect(before=faults.HEAD):
            return iter([*first, Fail("disconnect")])
        case Reset(before=faults.HEAD):
            return iter([*first, Fail("reset")])
        case Stall(before=faults.HEAD):
            first.append(Wait(fault.seconds))
    first.append(head)
    return chain(first, _stalling(_body(played, chunks, waits), played, fault))


def body_steps(
    response: Response, split: BodySplit, timing: Timing, fault: Fault | None = None
) -> Iterator[Step]:
    """Yield the steps of the body alone, for a reader that is no HTTP client."""
    played = response if fault is None else alter(response, fault).response
    _, chunks, waits = _schedule(played, split, timing)
    return _stalling(_body(played, chunks, waits), played, fault)


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


class _Replay(NamedTuple):
    """What does not depend on a timing: a response as it is replayed under one split."""

    response: Response
    head: Head
    chunks: tuple[Send, ...]
    ends: list[int]
    timeline: Timeline


def _schedule(
    response: Response, split: BodySplit, timing: Timing
) -> tuple[Head, Sequence[Send], Waits]:
    replay = _as_recorded(response) if isinstance(split, Recorded) else _replay(response, split)
    return replay.head, replay.chunks, timing.waits(replay.timeline, replay.ends)


def _replay(response: Response, split: BodySplit) -> _Replay:
    pieces = cut(response.body, response.cuts(split))
    head = Head(response.status, replayed_headers(response), response.http_version)
    ends = list(accumulate(map(len, pieces)))
    return _Replay(response, head, tuple(map(Send, pieces)), ends, response.timeline)


_MOST_KEPT = 16
_kept: dict[int, _Replay] = {}


def _as_recorded(response: Response) -> _Replay:
    """Return the commonest replay of a response; that of the last few is kept, with its body.

    By identity: to hash a response of 145 chunks takes as long as all the rest of a decision.
    """
    found = _kept.get(id(response))
    if found is None or found.response is not response:
        found = _replay(response, Recorded())
        while len(_kept) >= _MOST_KEPT:
            _kept.pop(next(iter(_kept)), None)
        _kept[id(response)] = found
    return found


def _body(response: Response, chunks: Sequence[Send], waits: Waits) -> Iterator[Step]:
    kind = response.end.kind
    end = Finish() if kind == "complete" else Fail(_FAILS[kind])
    if not any(waits.chunks) and not waits.end:
        # Most replays do not wait; their steps cost a third without a frame for each.
        return chain(chunks, (end,))
    return _paced(chunks, waits, end)


def _paced(chunks: Sequence[Send], waits: Waits, end: Step) -> Iterator[Step]:
    for chunk, wait in zip(chunks, waits.chunks, strict=True):
        if wait:
            yield Wait(wait)
        yield chunk
    if waits.end:
        yield Wait(waits.end)
    yield end


def _stalling(steps: Iterator[Step], response: Response, fault: Fault | None) -> Iterator[Step]:
    if not isinstance(fault, Stall) or fault.precedes_head:
        return steps
    return stalled(
        steps, fault.offset(response.body, response.timeline, response.format), fault.seconds
    )
