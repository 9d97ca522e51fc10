"""A picture as JSON values, small: columns instead of rows, differences instead of offsets.

`page/model.js` reads what is written here; nobody else does.
"""

from __future__ import annotations

import base64
import zlib
from typing import TYPE_CHECKING, Any

from streamtape.pictures._meaning import family_of

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

    from streamtape.pictures._picture import Change, Event, Picture, Read

__all__ = ["as_data"]

# How a change is written: what stands there; text that is appended; the event's own text, appended.
_SETS, _GROWS, _GROWS_BY_EVENT = 0, 1, 2


class _Table:
    """Values that recur, written once; elsewhere stand their indexes."""

    def __init__(self) -> None:
        self._indexes: dict[Hashable, int] = {}

    def index(self, value: Hashable) -> int:
        return self._indexes.setdefault(value, len(self._indexes))

    @property
    def values(self) -> list[Any]:
        return list(self._indexes)


def as_data(picture: Picture) -> dict[str, Any]:
    """Return a picture as JSON values."""
    return {
        "number": picture.number,
        "request": picture.request,
        "status": picture.status,
        "media": picture.media,
        # Streams repeat themselves: a tenth of their size is left (measured: 640 KB, 58 KB).
        "body": base64.b64encode(zlib.compress(picture.body, 9)).decode(),
        "head": picture.head,
        "reads": _reads(picture.reads, picture.head),
        "events": _events(picture.events),
        "texts": picture.texts,
        "adds": [
            [number, event.adds_to, event.text]
            for number, event in enumerate(picture.events)
            if event.adds_to is not None
        ],
        **_changes(picture),
        "marks": picture.marks,
        "duration": picture.duration,
        "end": picture.end,
        "recorded": picture.recorded,
        "until": picture.until,
        "split": picture.split,
        "cuts": _differences(picture.cuts),
        "excerpts": [
            {"offset": each.offset, "what": each.what, "where": each.where}
            for each in picture.excerpts
        ],
    }


def _reads(reads: tuple[Read, ...], head: int) -> dict[str, Any]:
    return {
        "sizes": [read.stop - read.start for read in reads],
        "gaps": _differences((read.at for read in reads), head),
    }


def _events(events: tuple[Event, ...]) -> dict[str, Any]:
    types, kinds = _Table(), _Table()
    return {
        "type": [types.index(event.type) for event in events],
        "kind": [kinds.index(event.kind) for event in events],
        "start": _differences(event.start for event in events),
        "size": [event.stop - event.start for event in events],
        "began": _differences(event.began for event in events),
        "took": [event.at - event.began for event in events],
        "types": types.values,
        "kinds": kinds.values,
        "families": [family_of(kind) for kind in kinds.values],
    }


def _changes(picture: Picture) -> dict[str, Any]:
    paths = _Table()
    changes = [_change(change, picture, paths) for change in picture.changes]
    return {"changes": changes, "paths": paths.values}


def _change(change: Change, picture: Picture, paths: _Table) -> list[Any]:
    head = [change.event, paths.index(change.path)]
    if not change.grows:
        return [*head, _SETS, change.value]
    event = picture.events[change.event]
    if event.adds_to is not None and event.text == change.value:
        return [*head, _GROWS_BY_EVENT]
    return [*head, _GROWS, change.value]


def _differences(values: Iterable[int], before: int = 0) -> list[int]:
    differences = []
    for value in values:
        differences.append(value - before)
        before = value
    return differences
