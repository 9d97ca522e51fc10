"""Recordings and replays in, pictures out.

It decides what is shown of a stream: all that was recorded, at its recorded pace, with the cuts of
a split at their places; where a fault or the client stopped it, what never came, too. A fault that
changes the bytes is shown in the bytes as they were replayed.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import replace
from itertools import accumulate
from typing import TYPE_CHECKING

from streamtape import faults, splits
from streamtape.pictures._decode import events_of
from streamtape.pictures._meaning import Snapshots, meaning_of
from streamtape.pictures._picture import Event, Mark, Picture, Read
from streamtape.playback import alter
from streamtape.sweep import Boundaries, excerpt

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from streamtape.cassette import Cassette, Interaction, Response
    from streamtape.faults import Fault
    from streamtape.pictures._picture import Change
    from streamtape.playback import Abort, Playback
    from streamtape.splits import BodySplit, Split

__all__ = ["picture", "pictures_of", "replayed"]

_MOST_EXCERPTS = 4

# What a fault that stops a stream leaves of it is a beginning of what was recorded.
_STOPS = (faults.Disconnect, faults.Reset, faults.Eof, faults.Stall)


def pictures_of(
    cassette: Cassette,
    *,
    split: Split | None = None,
    faults: Iterable[Fault] = (),
    abort: Abort | None = None,
) -> list[Picture]:
    """Return a picture of every interaction, with what is to happen to it.

    Raises:
        UsageError: a fault has no place in the interaction that it is for.
    """
    pictures = []
    for number, interaction in enumerate(cassette.interactions, 1):
        fault = next((each for each in faults if each.interaction == number), None)
        drawn = picture(
            interaction,
            number=number,
            split=None if split is None else splits.for_interaction(split, number),
            fault=fault,
        )
        if abort is not None and (abort.interaction or 1) == number:
            drawn = _aborted(drawn, abort)
        pictures.append(drawn)
    return pictures


def replayed(playbacks: Iterable[Playback]) -> list[Picture]:
    """Return a picture of every replay, as far as its client took it."""
    return [_replayed(playback) for playback in playbacks]


def _replayed(playback: Playback) -> Picture:
    drawn = picture(
        playback.interaction,
        number=playback.number,
        split=playback.split,
        fault=playback.fault,
    )
    if playback.end != "aborted" or playback.delivered >= drawn.until:
        return drawn
    return _stopped(drawn, playback.delivered, "abort", "closed by the client")


def picture(
    interaction: Interaction,
    *,
    number: int = 1,
    split: BodySplit | None = None,
    fault: Fault | None = None,
) -> Picture:
    """Return the picture of one stream.

    Args:
        interaction: what was recorded.
        number: which one of its cassette it is, counted from 1.
        split: how it is cut for a client, or None for as it was recorded.
        fault: what goes wrong with it, or None.

    Raises:
        UsageError: the fault has no place in it.
    """
    recorded = interaction.response
    response = recorded
    if fault is not None and not isinstance(fault, _STOPS):
        response = alter(recorded, fault).response
    drawn = _drawn(interaction, response, number)
    if split is not None and str(split) != "recorded":
        drawn = _cut(drawn, split, recorded)
    return drawn if fault is None else _faulted(drawn, fault, recorded)


def _drawn(interaction: Interaction, response: Response, number: int) -> Picture:
    reads = tuple(_reads(response))
    media = response.header("content-type") or ""
    events, texts, changes = _events(response, _Arrivals(reads, response.head))
    duration = round(response.duration * 1e6)
    size = len(response.body)
    return Picture(
        number,
        str(interaction.request),
        response.status,
        media,
        response.body,
        response.head,
        reads,
        tuple(events),
        tuple(texts),
        tuple(changes),
        (Mark("end", size, duration, response.end.kind),),
        duration,
        response.end.kind,
        interaction.recorded.isoformat() if interaction.recorded else "",
        size,
    )


def _reads(response: Response) -> Iterable[Read]:
    timeline = response.timeline
    times = accumulate(timeline.gaps, initial=timeline.head)
    next(times)
    start = 0
    for size, at in zip(timeline.sizes, times, strict=True):
        yield Read(start, start + size, at)
        start += size


class _Arrivals:
    """When each byte of a body came."""

    def __init__(self, reads: Sequence[Read], head: int) -> None:
        self._stops = [read.stop for read in reads]
        self._times = [read.at for read in reads]
        self._head = head

    def of(self, byte: int) -> int:
        """Return when the byte at an offset came; the head's time for the byte before the first."""
        if byte < 0 or not self._times:
            return self._head
        return self._times[min(bisect_right(self._stops, byte), len(self._times) - 1)]


def _events(
    response: Response, arrivals: _Arrivals
) -> tuple[list[Event], dict[str, int], list[Change]]:
    events: list[Event] = []
    texts: dict[str, int] = {}
    changes: list[Change] = []
    snapshots = Snapshots()
    for number, found in enumerate(events_of(response)):
        kind, addition, data = meaning_of(found)
        own = snapshots.changes(number, found.type, data)
        changes += own
        name, text = addition or next(
            ((f"{each.path[-1]} of {data['index']}", each.value) for each in own if each.grows),
            ("", ""),
        )
        at = arrivals.of(found.start), arrivals.of(found.stop - 1)
        place = texts.setdefault(name, len(texts)) if name else None
        events.append(Event(found.type, kind, found.start, found.stop, *at, place, text))
    return events, texts, changes


def _cut(drawn: Picture, split: BodySplit, recorded: Response) -> Picture:
    cuts = sorted(split.offsets(drawn.body, recorded.offsets, recorded.format))
    boundaries = Boundaries(drawn.body, recorded.format)
    excerpts = tuple(excerpt(boundaries, offset) for offset in cuts[:_MOST_EXCERPTS])
    return replace(drawn, split=str(split), cuts=tuple(cuts), excerpts=excerpts)


def _faulted(drawn: Picture, fault: Fault, recorded: Response) -> Picture:
    label = str(fault).partition("/")[2] if fault.interaction != 1 else str(fault)
    if isinstance(fault, faults.HttpError):
        return _marked(drawn, 0, label)
    if fault.precedes_head:
        return _stopped(drawn, 0, "fault", label)
    offset = fault.offset(recorded.body, recorded.timeline, recorded.format)
    if not isinstance(fault, _STOPS):
        return _marked(drawn, min(offset, len(drawn.body)), label)
    if isinstance(fault, faults.Stall) and fault.seconds < float("inf"):
        return _marked(drawn, offset, label)
    return _stopped(drawn, offset, "fault", label)


def _aborted(drawn: Picture, abort: Abort) -> Picture:
    stops = [0, *(event.stop for event in drawn.events)]
    offset = stops[min(abort.after, len(stops) - 1)]
    return _stopped(drawn, offset, "abort", f"abort after event {abort.after}")


def _marked(drawn: Picture, offset: int, label: str) -> Picture:
    at = _Arrivals(drawn.reads, drawn.head).of(offset - 1)
    return replace(drawn, marks=(Mark("fault", offset, at, label), *drawn.marks))


def _stopped(drawn: Picture, offset: int, kind: str, label: str) -> Picture:
    at = _Arrivals(drawn.reads, drawn.head).of(offset - 1)
    mark = Mark(kind, offset, at, label)  # type: ignore[arg-type]  # one of MarkKind
    return replace(drawn, marks=(mark, *drawn.marks), until=offset)
