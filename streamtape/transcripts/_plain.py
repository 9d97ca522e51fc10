"""A transcript as plain data: what is compared, written to files and shown in differences.

It decides what is said, and in which order. Nothing is lost but times; what the raw events say
already is not said twice: the raw delta before the event derived from it, the block and the message
that the last events of a block and of a message carry.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, TypeAlias

from streamtape.transcripts._event import DERIVED
from streamtape.transcripts._snapshots import RAW, messages_of, raw_of

if TYPE_CHECKING:
    from streamtape.transcripts._event import Event
    from streamtape.transcripts._transcript import Transcript

__all__ = ["ACCUMULATED", "Mask", "numbered", "plain_of"]

Mask: TypeAlias = str | Iterable[str]
"""Fields whose values do not count: names, and the groups ``ids`` and ``times``."""

ACCUMULATED = "(accumulated)"
"""Stands for a block or message that is what the raw events add up to."""

_TIMES = frozenset({"at", "created", "created_at", "completed_at", "expires_at"})
_FIRST = ("type", "index", "id", "role", "name")


def plain_of(transcript: Transcript, *, mask: Mask = (), times: bool = False) -> dict[str, Any]:
    """Return a transcript as plain data, in a stable order.

    Args:
        transcript: what is said.
        mask: fields whose values are replaced by a placeholder, the same for the same value.
        times: whether to say when each event came, in milliseconds.
    """
    events = list(_events(transcript))
    said: dict[str, Any] = {"events": [event for _, event in events]}
    if times:
        said["times"] = [round(transcript.events[at].at * 1000, 3) for at, _ in events]
    message = transcript.message
    if message is not None:
        said["message"] = message.to_dict()
    # What is raised at who is aborted is told by the end; each SDK raises something else.
    if transcript.error is not None and transcript.end != "aborted":
        said["error"] = f"{type(transcript.error).__name__}: {transcript.error}"
    if transcript.aborted_after is not None:
        said["aborted_after"] = transcript.aborted_after
    said["end"] = transcript.end
    names = {mask} if isinstance(mask, str) else set(mask)
    ordered: dict[str, Any] = _ordered(said, _Placeholders(names), top=True)
    return ordered


def numbered(events: list[Any]) -> Iterator[tuple[int, Any]]:
    """Yield plain events with the numbers that they have in their transcript."""
    has_raw = any(_kind(event) in (*RAW, "stream_event") for event in events)
    number = 0
    for event in events:
        kind = _kind(event)
        # In short, an event is said with the raw delta in front of it.
        is_pair = has_raw and kind in DERIVED and not isinstance(event[kind], dict)
        number += 2 if is_pair else 1
        yield number, event


def _kind(event: Any) -> str:
    return event if isinstance(event, str) else str(next(iter(event)))


def _events(transcript: Transcript) -> Iterator[tuple[int, Any]]:
    """Yield each event that is said, with its place, counted from 0."""
    events = transcript.events
    has_raw = any(raw_of(event) for event in events)
    current: Any = None  # the index of the block that was begun last
    paired = False
    for at, (event, message) in enumerate(zip(events, messages_of(events), strict=True)):
        raw = raw_of(event) or {}
        if raw.get("type") == "content_block_start":
            current = raw.get("index")
        if transcript.is_said_again(at) and raw.get("index") == current:
            paired = True
            continue
        yield at, _said(event, message, in_short=paired or not has_raw)
        paired = False


def _said(event: Event, message: Any, *, in_short: bool) -> Any:
    data = event.data
    kind, name = event.type, DERIVED.get(event.type, ("", ""))[1]
    if in_short and set(data) == {name} and not isinstance(data[name], dict | None):
        return {kind: data[name]}
    if message is not None and kind == "content_block_stop" and "content_block" in data:
        if any(block.to_dict() == data["content_block"] for block in reversed(message.content)):
            data = data | {"content_block": ACCUMULATED}
    elif (
        message is not None and kind == "message_stop" and data.get("message") == message.to_dict()
    ):
        data = data | {"message": ACCUMULATED}
    return {kind: data} if data else kind


class _Placeholders:
    """Replaces the values of masked fields: the same value by the same text, everywhere."""

    def __init__(self, names: set[str]) -> None:
        self._names = names
        self._seen: dict[tuple[str, Any], str] = {}

    def __call__(self, name: str, value: Any) -> Any:
        if value is None or isinstance(value, dict | list):
            return value
        group = self._group(name)
        if group is None:
            return value
        count = sum(each == group for each, _ in self._seen) + 1
        return self._seen.setdefault((group, value), f"<{group} {count}>")

    def _group(self, name: str) -> str | None:
        if name in self._names:
            return name
        if "ids" in self._names and (name == "id" or name.endswith("_id")):
            return "id"
        if "times" in self._names and name in _TIMES:
            return "time"
        return None


def _ordered(value: Any, masked: _Placeholders, *, top: bool = False) -> Any:
    """Return a copy in a stable order, in what YAML and JSON both have."""
    if isinstance(value, dict):
        names = list(value) if top else sorted(value, key=_rank)
        return {name: masked(name, _ordered(value[name], masked)) for name in names}
    if isinstance(value, list):
        return [_ordered(item, masked) for item in value]
    if isinstance(value, str):  # half of a surrogate pair is in no file
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value


def _rank(name: str) -> tuple[int, str]:
    return (_FIRST.index(name) if name in _FIRST else len(_FIRST), name)
