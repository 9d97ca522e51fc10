"""One event of a transcript: its name and its fields, as plain JSON types.

This module decides what is kept of an event that a stream handed out. Snapshots are not: kept with
every event they cost memory quadratic in the stream (4 GB for 400 KB of text, measured with the
official SDK); a transcript works them out when they are looked at.
"""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias

from streamtape.messages import Model, Record

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["DERIVED", "Event", "EventName", "event_of", "plain"]

EventName: TypeAlias = int | str
"""The number of an event, counted from 1, or a type with an optional count: ``text:3``."""

# What a derived event adds to the delta before it, and where that stands in the delta.
DERIVED = {
    "text": ("text_delta", "text"),
    "thinking": ("thinking_delta", "thinking"),
    "input_json": ("input_json_delta", "partial_json"),
    "citation": ("citations_delta", "citation"),
    "signature": ("signature_delta", "signature"),
    "compaction": ("compaction_delta", "content"),
}
_ADDED = {kind: name for name, (kind, _) in DERIVED.items()}
_NAMED_BY = ("type", "event_kind", "kind", "object")
_NOT_KEPT = {"snapshot"}
_ADDRESS = re.compile(r" at 0x[0-9a-f]+")


@dataclass(frozen=True, slots=True)
class Event:
    """One event, as it was emitted.

    Attributes:
        type: its name: ``message_start``, ``text``, ``response.created``, ...
        data: its other fields, in plain JSON types. What it shows of the message by then (its
            ``snapshot``) is not among them: ask the transcript.
        at: when it came: seconds since the transcript was begun, on its clock. Not compared.
        delivered: how many bytes of the recording the client had taken by then; None where nobody
            knows. Not compared.
    """

    type: str
    data: dict[str, Any] = field(default_factory=dict)
    at: float = field(default=0.0, compare=False)
    delivered: int | None = field(default=None, compare=False)

    @property
    def names(self) -> tuple[str, ...]:
        """What it is called: its type, those of the raw event in it, and of its delta."""
        inner = self.data.get("event") if self.type == "stream_event" else None
        holder = inner if isinstance(inner, dict) else self.data
        delta = holder.get("delta")
        kinds = [self.type, inner and inner.get("type")]
        kinds += [delta.get("type")] if isinstance(delta, dict) else []
        return tuple(kind for kind in kinds if isinstance(kind, str))

    @property
    def adds(self) -> str:
        """What is derived from it, if it is a raw delta: ``text`` for a `text_delta`; or ""."""
        return _ADDED.get(self.names[-1], "") if self.type == "content_block_delta" else ""

    @property
    def text(self) -> str:
        """The text that it adds to the answer, or ""; of the Messages API and of OpenAI's two."""
        match self.type, self.data:
            case "text", {"text": str(text)}:
                return text
            case "content_block_delta", {"delta": {"type": "text_delta", "text": str(text)}}:
                return text
            case "response.output_text.delta" | "content.delta", {"delta": str(text)}:
                return text
            case "chat.completion.chunk", {"choices": [{"delta": {"content": str(text)}}, *_]}:
                return text
        return ""

    def is_said_again_by(self, following: Event) -> bool:
        """Whether it is a raw delta, and `following` the event that a stream derives from it."""
        kind, name = DERIVED.get(following.type, ("", ""))
        names = self.names
        if names[-1] != kind or "content_block_delta" not in names:
            return False
        holder = self.data["event"] if self.type == "stream_event" else self.data
        value: object = holder["delta"].get(name)
        return value == following.data.get(name)


def event_of(item: Any, at: float = 0.0, delivered: int | None = None) -> Event:
    """Return what is kept of something that a stream handed out.

    It may be a model of an SDK (streamtape's or any pydantic model), a mapping, text, an SSE event
    (of streamtape or httpx-sse), a dataclass, or any object with attributes.
    """
    if isinstance(item, Event):
        return dataclasses.replace(item, at=at, delivered=delivered)
    if isinstance(item, str):
        return Event("text", {"text": item}, at, delivered)
    data = _fields(item)
    if isinstance(data.get("data"), str) and isinstance(data.get("event"), str):
        data = _sent(data["event"], data["data"])
    for name in _NAMED_BY:
        if isinstance(data.get(name), str):
            kind = data.pop(name)
            return Event(kind, data, at, delivered)
    return Event(type(item).__name__, data, at, delivered)


def _sent(event: str, text: str) -> dict[str, Any]:
    """Return the fields of an event of SSE: those of its JSON, if it has a type of its own."""
    try:
        data = json.loads(text)
    except ValueError:
        return {"type": event, "data": text}
    if isinstance(data, dict) and isinstance(data.get("type"), str):
        return data
    return {"type": event, "data": data}


def _fields(item: Any) -> dict[str, Any]:
    if isinstance(item, Model):
        return item.to_dict()
    if isinstance(item, Record):  # a derived event, whose snapshot is made when it is looked at
        return {name: plain(getattr(item, name)) for name in _declared(type(item))}
    if hasattr(item, "model_dump") and hasattr(type(item), "model_fields"):
        dumped: dict[str, Any] = item.model_dump(
            mode="json", by_alias=True, exclude_unset=True, exclude=_NOT_KEPT, warnings=False
        )
        return dumped
    if isinstance(item, Mapping):
        given: Iterable[tuple[Any, Any]] = item.items()
    elif hasattr(item, "_asdict"):  # a named tuple
        given = item._asdict().items()
    elif dataclasses.is_dataclass(item):
        given = [(each.name, getattr(item, each.name)) for each in dataclasses.fields(item)]
    else:
        names = ["type", *getattr(type(item), "__slots__", ()), *getattr(item, "__dict__", ())]
        given = [(name, getattr(item, name)) for name in names if hasattr(item, name)]
    return {
        str(name): plain(value)
        for name, value in given
        if name not in _NOT_KEPT and not str(name).startswith("_")
    }


@cache
def _declared(cls: type[Record]) -> tuple[str, ...]:
    """Return the names of a derived event's fields, without its snapshot."""
    names = [name for each in cls.__mro__ for name in getattr(each, "__slots__", ())]
    return ("type", *(name for name in names if not name.startswith("_")))


def plain(value: Any) -> Any:
    """Return an independent copy of `value` in plain JSON types; never fails."""
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, BaseException):
        return f"{type(value).__name__}: {value}"
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    if hasattr(value, "model_dump") or hasattr(value, "__dataclass_fields__"):
        return _fields(value)
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return _ADDRESS.sub("", repr(value))
