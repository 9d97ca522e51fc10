"""Raw events in, emitted events out, and the message that they add up to.

This module decides what each event changes and what is emitted for it (reference, section 3). It
never reads bytes, never waits, and never parses a tool's input before its block stops or somebody
looks at it. Blocks are addressed by the index that the events name, not by their place in a list.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, Any

from streamtape.messages._blocks import TextBlock
from streamtape.messages._buffers import JsonBuffer, TextBuffer
from streamtape.messages._dialect import STABLE, Dialect
from streamtape.messages._errors import (
    IncompleteStreamError,
    InvalidEventError,
    OutputParseError,
)
from streamtape.messages._events import (
    CitationEvent,
    CompactionEvent,
    ContentBlockStopEvent,
    InputJsonEvent,
    SignatureEvent,
    TextEvent,
    ThinkingEvent,
)
from streamtape.messages._flaws import Flaw, json_flaw
from streamtape.messages._raw import (
    CitationsDelta,
    RawContentBlockDeltaEvent,
    RawContentBlockStartEvent,
    UnknownEvent,
)
from streamtape.messages._record import Model, Record, plain

if TYPE_CHECKING:
    from streamtape.messages._errors import MessageStreamError
    from streamtape.messages._message import Message
    from streamtape.messages._output import Output

__all__ = ["Accumulator"]


class _Slot:
    """A block of the message, and what grows in it."""

    __slots__ = ("block", "json", "kind", "stopped", "text")

    def __init__(self, kind: str, block: Model) -> None:
        self.kind = kind
        self.block = block
        self.text: TextBuffer | None = None  # of a text or thinking block
        self.json: JsonBuffer | None = None  # of a block whose input streams
        self.stopped = False


class Accumulator:
    """Puts one message together.

    Args:
        dialect: the API whose rules hold.
        output: what parses the text, where a type was asked for.

    Attributes:
        dialect: the API whose rules hold.
        json_mode: how an unfinished string of a tool's input is taken: True leaves it out,
            "trailing-strings" keeps what there is of it.
        message: the message by now, one live object; None before `message_start`.
        stopped: whether `message_stop` came.
        last_event: the type of the last event, or "".
    """

    def __init__(
        self,
        dialect: Dialect = STABLE,
        *,
        output: Output[Any] | None = None,
    ) -> None:
        self.message: Message[Any] | None = None
        self.stopped: bool = False
        self.last_event: str = ""
        self.dialect = dialect
        self._output = output
        self.json_mode: Any = True
        self._slots: dict[int, _Slot] = {}
        self._indexes: list[int] = []  # of the blocks in `message.content`, in their order
        self._stop_reason_seen = False
        self._parse_failure: tuple[str, Exception] | None = None

    @property
    def complete(self) -> bool:
        """Whether the message is whole: it stopped, or at least said why it is going to."""
        return self.message is not None and (self.stopped or self._stop_reason_seen)

    def push(self, data: dict[str, Any]) -> list[Record]:
        """Take one raw event, as JSON; return what is emitted for it, in order.

        Raises:
            InvalidEventError: it cannot be where it is, or a field is not of its type.
            ToolInputError: a tool block stopped whose input is not JSON.
        """
        kind = data.get("type")
        if kind == "content_block_delta":
            self.last_event = kind
            if self.message is not None:
                return self._block_delta(data)
            return [RawContentBlockDeltaEvent(data)]
        if not isinstance(kind, str):
            return [UnknownEvent(data)]
        self.last_event = kind
        handler = _HANDLERS.get(kind)
        if handler is not None and (self.message is not None or kind == "message_start"):
            taken: list[Record] = getattr(self, handler)(data)
            return taken
        return [self.dialect.raw.get(kind, UnknownEvent)(data)]

    def ending(self) -> MessageStreamError | None:
        """Return what is wrong with the message now that no more will come, or None."""
        if not self.complete:
            return IncompleteStreamError(self.last_event)
        if self._parse_failure is None or self._output is None or self.message is None:
            return None
        if any(isinstance(b, TextBlock) and b.is_parsed for b in self.message.content):
            return None
        text, cause = self._parse_failure
        error = OutputParseError(self._output.name, text, self.message.stop_reason, str(cause))
        error.__cause__ = cause
        return error

    def flaws(self) -> list[Flaw]:
        """Return what is unfinished or doubtful about the blocks, in the order of their indexes."""
        flaws: list[Flaw] = []
        for index, slot in sorted(self._slots.items()):
            kind = json_flaw(slot.json.text.value()) if slot.json is not None else None
            if kind is not None:
                flaws.append(Flaw(index, kind))
            if not slot.stopped:
                flaws.append(Flaw(index, "unstopped"))
        return flaws

    def _message_start(self, data: dict[str, Any]) -> list[Record]:
        event = self.dialect.raw["message_start"](data)
        if self.message is not None:
            return [event]  # a second one changes nothing: gateways send it twice
        message = _object(data, "message", "message_start")
        content = message.get("content") or []
        if type(content) is not list:
            raise InvalidEventError("message_start", "its `content` is not a list")
        # The fields keep the order in which they were sent; the blocks are added one by one.
        fields = {key: plain(value) for key, value in message.items()} | {"content": []}
        self.message = self.dialect.message(fields)
        for index, block in enumerate(content):
            if type(block) is not dict:
                raise InvalidEventError("message_start", f"its block {index} is not an object")
            self._add_block(index, block)
        return [event]

    def _block_start(self, data: dict[str, Any]) -> list[Record]:
        index = _index(data, "content_block_start")
        block = _object(data, "content_block", "content_block_start")
        event = RawContentBlockStartEvent(data)
        self._add_block(index, block)
        return [event]

    def _add_block(self, index: int, sent: dict[str, Any]) -> None:
        data = plain(sent)
        kind = data.get("type")
        block = RawContentBlockStartEvent({"content_block": data}).content_block
        kind = kind if isinstance(kind, str) else ""
        slot = _Slot(kind, block)
        if kind in {"text", "thinking"}:
            text = data.get(kind)
            if text is not None and not isinstance(text, str):
                raise InvalidEventError("content_block_start", f"its `{kind}` is not text")
            slot.text = data[kind] = TextBuffer(text or "")
        elif kind in self.dialect.tools:
            slot.json = data["input"] = JsonBuffer(data.get("input", {}), self.json_mode)
        elif kind == "fallback" and self.dialect.fallback:
            self._relabel(data)
        # Two blocks of one index both stay; later deltas go to the newer.
        place = bisect_right(self._indexes, index)
        self._indexes.insert(place, index)
        self._content().insert(place, block)
        self._slots[index] = slot

    def _content(self) -> list[Any]:
        if self.message is None:
            raise AssertionError("blocks are added to a message")
        content: list[Any] = self.message.content
        return content

    def _relabel(self, data: dict[str, Any]) -> None:
        to = data.get("to")
        if self.message is not None and type(to) is dict and isinstance(to.get("model"), str):
            self.message.model = to["model"]

    def _block_delta(self, data: dict[str, Any]) -> list[Record]:
        """Take a delta. The hot path: `text_delta` makes two objects and no further call."""
        event = RawContentBlockDeltaEvent(data)
        index = data.get("index")
        slot = self._slots.get(index) if type(index) is int else None
        delta = data.get("delta")
        if slot is None or type(delta) is not dict:
            raise _bad_delta(index, slot, delta)
        kind = delta.get("type")
        if kind == "text_delta":
            if slot.kind == "text" and (buffer := slot.text) is not None:
                text = delta.get("text")
                if type(text) is not str:
                    raise InvalidEventError("content_block_delta", "its `text` is not text")
                return [event, TextEvent(text, buffer, buffer.append(text))]
            return [event]
        derived = self._grow(slot, kind, delta)
        return [event] if derived is None else [event, derived]

    def _grow(self, slot: _Slot, kind: object, delta: dict[str, Any]) -> Record | None:
        """Apply a delta that is not text; return its event. A foreign kind changes nothing."""
        match kind, slot.kind:
            case "input_json_delta", _ if slot.json is not None:
                text = _text(delta, "partial_json")
                return InputJsonEvent(text, slot.json, slot.json.text.append(text))
            case "thinking_delta", "thinking" if slot.text is not None:
                text = _text(delta, "thinking")
                return ThinkingEvent(text, slot.text, slot.text.append(text))
            case "signature_delta", "thinking":
                signature = _text(delta, "signature")
                slot.block.signature = signature
                return SignatureEvent(type="signature", signature=signature)
            case "citations_delta", "text":
                return self._cite(slot.block, delta)
            case "compaction_delta", "compaction" if self.dialect.compaction:
                fields = {key: delta.get(key) for key in ("content", "encrypted_content")}
                for key, value in fields.items():
                    setattr(slot.block, key, value)
                return CompactionEvent({"type": "compaction", **fields})
        return None

    def _cite(self, block: Model, delta: dict[str, Any]) -> CitationEvent:
        _object(delta, "citation", "content_block_delta")
        citation = CitationsDelta(plain(delta)).citation
        citations = block.citations
        if type(citations) is not list:
            block.citations = citations = []
        citations.append(citation)
        return CitationEvent(citation, citations)

    def _block_stop(self, data: dict[str, Any]) -> list[Record]:
        index = _index(data, "content_block_stop")
        slot = self._slots.get(index)
        if slot is None:
            raise InvalidEventError("content_block_stop", f"block {index} was never started")
        slot.stopped = True
        if slot.json is not None:
            slot.json.settle()
        elif slot.kind == "text" and self._output is not None:
            self._parse(slot.block, self._output)
        return [ContentBlockStopEvent({**data, "content_block": slot.block})]

    def _parse(self, block: Model, output: Output[Any]) -> None:
        """Parse a text block, and keep a failure until it is known why the message stopped."""
        text = block.text
        try:
            block.parsed_output = output.parse(text)
        except ValueError as error:
            if self._parse_failure is None:
                self._parse_failure = text, error

    def _message_delta(self, data: dict[str, Any]) -> list[Record]:
        delta = _object(data, "delta", "message_delta", optional=True)
        usage = _object(data, "usage", "message_delta", optional=True)
        message = self.message
        if message is None:
            raise AssertionError("push() sees to it")
        # Null takes a reason back; container and usage are only ever replaced (section 3.4).
        for key in ("stop_reason", "stop_sequence", "stop_details"):
            setattr(message, key, plain(delta.get(key)))
        self._stop_reason_seen = delta.get("stop_reason") is not None
        if delta.get("container") is not None:
            message.container = plain(delta["container"])
        for key in self.dialect.message_delta:
            if data.get(key) is not None:
                setattr(message, key, plain(data[key]))
        if usage:
            if not isinstance(message.usage, Model):
                message.usage = {}
            message.usage.output_tokens = plain(usage.get("output_tokens"))
            for key in self.dialect.usage:
                if usage.get(key) is not None:
                    setattr(message.usage, key, plain(usage[key]))
        return [self.dialect.raw["message_delta"](data)]

    def _message_stop(self, data: dict[str, Any]) -> list[Record]:
        self.stopped = True
        return [self.dialect.message_stop({**data, "message": self.message})]


# The method for each raw event but the hot one; a table of bound methods would be a cycle.
_HANDLERS = {
    "message_start": "_message_start",
    "content_block_start": "_block_start",
    "content_block_stop": "_block_stop",
    "message_delta": "_message_delta",
    "message_stop": "_message_stop",
}


def _index(data: dict[str, Any], event: str) -> int:
    index = data.get("index")
    if type(index) is not int or index < 0:
        raise InvalidEventError(event, f"its `index` is {index!r}, not a number from 0 on")
    return index


def _object(
    data: dict[str, Any], key: str, event: str, *, optional: bool = False
) -> dict[str, Any]:
    value = data.get(key)
    if value is None and optional:
        return {}
    if type(value) is not dict:
        raise InvalidEventError(event, f"its `{key}` is not an object")
    return value


def _text(delta: dict[str, Any], key: str) -> str:
    value = delta.get(key)
    if type(value) is not str:
        raise InvalidEventError("content_block_delta", f"its `{key}` is not text")
    return value


def _bad_delta(index: object, slot: _Slot | None, delta: object) -> InvalidEventError:
    if type(index) is not int or index < 0:
        problem = f"its `index` is {index!r}, not a number from 0 on"
    elif slot is None:
        problem = f"block {index} was never started"
    else:
        problem = f"its `delta` is {delta!r}, not an object"
    return InvalidEventError("content_block_delta", problem)
