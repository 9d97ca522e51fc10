"""What the events of a stream mean: their kinds, the texts that they add to, the message.

It decides what an event is told apart by, and writes the snapshot of a message down as changes, so
that a picture is as long as its stream and not as the square of it. Bytes and times are not its
business.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from typing import TYPE_CHECKING, Any, NamedTuple

from streamtape.errors import StreamtapeError
from streamtape.messages import (
    BETA,
    Accumulator,
    InputJsonEvent,
    TextEvent,
    ThinkingEvent,
)
from streamtape.pictures._picture import Change, Family
from streamtape.report import Addition, addition

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streamtape.pictures._decode import Found

__all__ = ["Meaning", "Snapshots", "family_of", "meaning_of"]

_LONGEST_KIND = 40  # characters; a lane is named after it

# What kinds have in common, for colours; the first that matches.
_FAMILIES: dict[str, Family] = {
    r"message_?(start|delta|stop)": "message",
    r"content_?block_?(start|stop)|content_block_delta": "block",
    r".*(error|exception|fail|refus)": "error",
    r".*(json|arguments|tool_?call|input)": "json",
    r".*(think|reason|signature|citation)": "thinking",
    r".*(text|content\.delta|contentBlockDelta|completion)|message$": "text",
    r".*(block|item|part)": "block",
    r".*(message|response|done)": "message",
}


class Meaning(NamedTuple):
    """What one event means.

    Attributes:
        kind: what it is told apart by.
        addition: what it adds to a text, or None.
        data: its JSON, or None.
    """

    kind: str
    addition: Addition | None
    data: Any


def meaning_of(found: Found) -> Meaning:
    """Return what an event means."""
    try:
        data = json.loads(found.data, parse_constant=str)  # NaN is no JSON to a browser
    except (ValueError, RecursionError):
        text = found.data.decode("utf-8", "replace")
        word = found.type == "message" and text.startswith("[") and len(text) <= _LONGEST_KIND
        return Meaning(text if word else found.type, None, None)
    return Meaning(_kind(found.type, data)[:_LONGEST_KIND], addition(data), data)


def family_of(kind: str) -> Family:
    """Return what a kind of event has in common with others: what it is coloured by."""
    for pattern, family in _FAMILIES.items():
        if re.match(pattern, kind, re.IGNORECASE):
            return family
    return "other"


def _kind(name: str, data: Any) -> str:
    """Return the most telling of an event's names: that of its delta, its data's, its own."""
    if not isinstance(data, dict):
        return name
    delta = data.get("delta")
    inner = delta.get("type") if isinstance(delta, dict) else None
    for each in (inner, data.get("type")):
        if isinstance(each, str) and each:
            return each
    if name == "message" and isinstance(data.get("object"), str):
        return str(data["object"])
    return name


class Snapshots:
    """Writes down how the snapshot of a message changes.

    A text grows by what an event adds, and so does the JSON text of a tool's input, which stands in
    `input` as text until its block stops and it is whole: to parse it each time would take time
    with the square of its length. Everything else replaces what stands there.
    """

    def __init__(self) -> None:
        self._accumulator = Accumulator(BETA)
        self._indexes: list[int] = []  # of the blocks of the message, in their order
        self._json: set[int] = set()  # the blocks whose input is text for now
        self._outside: dict[str, Any] = {}  # the message without its blocks
        self._open = True

    def changes(self, event: int, name: str, data: Any) -> list[Change]:
        """Return what an event changes; nothing once the stream is in error.

        Args:
            event: its index.
            name: its type on the wire.
            data: its JSON.
        """
        if not self._open or not isinstance(data, dict):
            return []
        try:
            return [Change(event, *change) for change in self._take({"type": name, **data})]
        except (StreamtapeError, RecursionError):
            self._open = False
            return []

    def _take(self, data: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
        kind, index = data["type"], data.get("index")
        self._open = kind != "error"
        if not self._open or kind == "ping":
            return
        began = self._accumulator.message is None
        emitted = self._accumulator.push(data)
        if self._accumulator.message is None:
            return
        if began:
            yield from self._begin()
        elif kind == "content_block_start":
            yield from self._start(index)
        elif kind == "content_block_delta":
            yield from self._delta(index, emitted)
        elif kind == "content_block_stop" and index in self._json:
            place = self._place(index)
            yield ("content", place, "input"), self._block(place)["input"]
        elif kind == "message_delta":
            yield from self._message()

    def _begin(self) -> Iterator[tuple[Any, ...]]:
        whole = self._accumulator.message.to_dict()  # type: ignore[union-attr]  # it is there now
        self._indexes = list(range(len(whole["content"])))
        self._outside = {key: value for key, value in whole.items() if key != "content"}
        yield (), whole

    def _start(self, index: Any) -> Iterator[tuple[Any, ...]]:
        place = bisect_right(self._indexes, index)
        self._indexes.insert(place, index)
        self._json.discard(index)
        if place == len(self._indexes) - 1:
            yield ("content", place), self._block(place)
        else:
            yield ("content",), [self._block(number) for number in range(len(self._indexes))]
        yield from self._message()  # a block can say which model goes on

    def _delta(self, index: Any, emitted: list[Any]) -> Iterator[tuple[Any, ...]]:
        place = self._place(index)
        match emitted:
            case [_, TextEvent(text=text)]:
                yield ("content", place, "text"), text, True
            case [_, ThinkingEvent(thinking=text)]:
                yield ("content", place, "thinking"), text, True
            case [_, InputJsonEvent(partial_json=text)]:
                if index not in self._json:
                    self._json.add(index)
                    yield ("content", place, "input"), ""
                yield ("content", place, "input"), text, True
            case [_, _]:
                yield ("content", place), self._block(place)

    def _message(self) -> Iterator[tuple[Any, ...]]:
        message = self._accumulator.message
        if message is None:
            raise AssertionError("push() made one")
        for key in message:
            if key == "content":
                continue
            value = message[key]
            if self._outside.get(key, self) != value:
                self._outside[key] = value
                yield (key,), value

    def _place(self, index: int) -> int:
        return bisect_right(self._indexes, index) - 1

    def _block(self, place: int) -> dict[str, Any]:
        message = self._accumulator.message
        return dict(message.content[place].to_dict())  # type: ignore[union-attr]
