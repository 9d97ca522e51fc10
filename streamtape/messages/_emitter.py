"""Who listens to what, and what each event of a stream is emitted as.

This module keeps the listeners and decides names and order (reference, sections 2.2 to 2.4). It
calls nobody: the faces do, each in its own colour.
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from streamtape.errors import UsageError
from streamtape.messages._events import (
    CitationEvent,
    CompactionEvent,
    InputJsonEvent,
    SignatureEvent,
    TextEvent,
    ThinkingEvent,
)
from streamtape.messages._raw import RawContentBlockStopEvent, RawMessageStopEvent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from streamtape.messages._message import Message
    from streamtape.messages._reader import MessageReader
    from streamtape.messages._record import Record

    Listener = Callable[..., Any]
    Emission = tuple[str, tuple[Any, ...]]

__all__ = [
    "EVENT_NAMES",
    "Listeners",
    "as_sent",
    "check_name",
    "emissions",
    "endings",
    "refuse_awaitable",
    "unwrap",
]

EVENT_NAMES = (
    "connect",
    "stream_event",
    "text",
    "citation",
    "input_json",
    "thinking",
    "signature",
    "compaction",
    "content_block",
    "message",
    "final_message",
    "error",
    "abort",
    "end",
)


class Listeners:
    """The listeners of one stream, in the order in which they came.

    Attributes:
        any: whether there ever was one; where not, nothing needs to be emitted.
    """

    def __init__(self) -> None:
        self.any = False
        self._of: dict[str, list[tuple[Listener, bool]]] = {name: [] for name in EVENT_NAMES}

    def add(self, name: str, listener: Listener, *, once: bool) -> None:
        """Add a listener; the same one may be there more than once.

        Raises:
            UsageError: there is no event of this name.
        """
        self._named(name).append((listener, once))
        self.any = True

    def remove(self, name: str, listener: Listener) -> None:
        """Remove the first occurrence of a listener; one that is not there is no error.

        Raises:
            UsageError: there is no event of this name.
        """
        entries = self._named(name)
        for entry in entries:
            if entry[0] == listener:
                entries.remove(entry)
                return

    def take(self, name: str) -> list[Listener]:
        """Return who is to be called now; those that wanted one call are removed first.

        The list is a copy: who is added or removed while it is worked off counts the next time.
        """
        entries = self._of[name]
        if any(once for _, once in entries):
            self._of[name] = [entry for entry in entries if not entry[1]]
        return [listener for listener, _ in entries]

    def _named(self, name: str) -> list[tuple[Listener, bool]]:
        check_name(name)
        return self._of[name]


def check_name(name: str) -> None:
    """Raise the error that suggests the right name, where there is no event of this one.

    Raises:
        UsageError: there is no event of this name.
    """
    if name in EVENT_NAMES:
        return
    snake = "".join(f"_{c.lower()}" if c.isupper() else c for c in str(name))
    close = [snake] if snake in EVENT_NAMES else get_close_matches(snake, EVENT_NAMES, 1)
    remedy = f"Did you mean {close[0]!r}?" if close else f"There are: {', '.join(EVENT_NAMES)}."
    raise UsageError(f"event {name!r}", "no stream emits it", remedy)


def emissions(event: Record, message: Message[Any] | None) -> Iterator[Emission]:
    """Yield what one event of the stream is emitted as: name and arguments, in order."""
    kind = event.type
    fields = _DERIVED.get(type(event))
    if fields is not None:
        if kind != "compaction" or event.content:
            yield kind, tuple(getattr(event, field) for field in fields)
        return
    if message is None:
        return
    raw = as_sent(event)
    if kind == "content_block_stop":
        yield "stream_event", (raw, message)
        yield "content_block", (event.content_block,)
    elif kind == "message_stop":
        yield "stream_event", (raw, message)
        yield "message", (message,)
    else:
        yield "stream_event", (event, message)


def as_sent(event: Record) -> Record | None:
    """Return a raw event as the service sent it, without what was added; None for a derived one."""
    if type(event) in _DERIVED:
        return None
    for name, cls in (
        ("content_block", RawContentBlockStopEvent),
        ("message", RawMessageStopEvent),
    ):
        if event.type == cls.type and name in event:
            return cls({key: event[key] for key in event if key != name})
    return event


# Derived event: its fields that are the arguments.
_DERIVED: dict[type[Record], tuple[str, ...]] = {
    TextEvent: ("text", "snapshot"),
    CitationEvent: ("citation", "snapshot"),
    InputJsonEvent: ("partial_json", "snapshot"),
    ThinkingEvent: ("thinking", "snapshot"),
    SignatureEvent: ("signature",),
    CompactionEvent: ("content",),
}


def endings(reader: MessageReader[Any]) -> list[Emission]:
    """Return what the end of a stream is emitted as, but for `end` itself."""
    if reader.state == "aborted":
        return [("abort", (reader.error,))]
    if reader.error is not None:
        return [("error", (reader.error,))]
    return [("final_message", (reader.message,))]


def refuse_awaitable(result: Any, name: str) -> None:
    """Refuse what an asynchronous listener gives a synchronous stream: nobody would await it.

    Raises:
        UsageError: it is to be awaited.
    """
    if hasattr(result, "__await__"):
        if hasattr(result, "close"):
            result.close()  # a coroutine would warn that it was never awaited
        raise UsageError(
            f"an asynchronous listener of {name!r}",
            "this stream is synchronous",
            "Give a plain function, or use the asynchronous stream.",
        )


def unwrap(arguments: tuple[Any, ...]) -> Any:
    """Return what `emitted()` gives for the arguments of an emission."""
    if not arguments:
        return None
    return arguments[0] if len(arguments) == 1 else arguments
