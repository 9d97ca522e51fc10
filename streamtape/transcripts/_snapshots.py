"""The message that the raw events of a transcript add up to, when somebody asks.

It decides which events are raw ones. Putting together is the accumulator's.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from streamtape.messages import BETA, STABLE, Accumulator, MessageStreamError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from streamtape.messages import Message
    from streamtape.transcripts._event import Event

__all__ = ["RAW", "is_complete", "message_of", "messages_of", "raw_of"]

RAW = {
    "message_start": "",
    "content_block_start": "",
    "content_block_delta": "",
    "content_block_stop": "content_block",
    "message_delta": "",
    "message_stop": "message",
}
"""The raw events of a message; what a stream adds to one of them, as it hands it out."""


def raw_of(event: Event) -> dict[str, Any] | None:
    """Return an event as the service sent it; None for one that the stream added."""
    kind, data = event.type, event.data
    if kind == "stream_event" and isinstance(data.get("event"), dict):
        data = data["event"]
        kind = str(data.get("type"))
    added = RAW.get(kind)
    if added is None:
        return None
    return {"type": kind} | {key: data[key] for key in data if key not in (added, "type")}


def messages_of(events: Iterable[Event], *, beta: bool = False) -> Iterator[Message[Any] | None]:
    """Yield the message after each event; one object, which grows."""
    accumulator = Accumulator(BETA if beta else STABLE)
    for raw in map(raw_of, events):
        if raw is not None:
            # An event that cannot be changes nothing, as for a consumer that goes on behind it.
            with suppress(MessageStreamError):
                accumulator.push(raw)
        yield accumulator.message


def message_of(events: Iterable[Event], *, beta: bool = False) -> Message[Any] | None:
    """Return the message after the last of the events, as an object of its own."""
    message = None
    for message in messages_of(events, beta=beta):  # noqa: B007 - the last one is the result
        pass
    return None if message is None else message.model_copy(deep=True)


def is_complete(events: Iterable[Event]) -> bool:
    """Whether the message came to its end, or at least said why it is going to."""
    for event in events:
        match raw_of(event):
            case {"type": "message_stop"} | {"delta": {"stop_reason": str()}}:
                return True
    return False
