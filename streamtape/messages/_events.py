"""The events that the stream adds to the raw ones: what changed, with what there is by now.

Events of the hot path are slotted and hold no snapshot: they know the buffer, and how long it was
when they were made.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar

from pydantic_core import from_json

from streamtape.messages._blocks import ContentBlock
from streamtape.messages._buffers import whole
from streamtape.messages._citations import Citation
from streamtape.messages._message import BetaMessage, Message
from streamtape.messages._record import Model, Record

if TYPE_CHECKING:
    from streamtape.messages._buffers import JsonBuffer, TextBuffer

__all__ = [
    "BetaMessageStopEvent",
    "CitationEvent",
    "CompactionEvent",
    "ContentBlockStopEvent",
    "InputJsonEvent",
    "MessageStopEvent",
    "SignatureEvent",
    "TextEvent",
    "ThinkingEvent",
]

T = TypeVar("T")


class TextEvent(Record, Generic[T]):
    """More text came.

    Attributes:
        text: what came.
        snapshot: the block's whole text, as it was with it.
    """

    __slots__ = ("_buffer", "_size", "text")

    type: Literal["text"] = "text"
    text: str

    def __init__(self, text: str, buffer: TextBuffer, size: int) -> None:
        self.text = text
        self._buffer = buffer
        self._size = size

    @property
    def snapshot(self) -> str:
        """The block's whole text, as it was with this event."""
        return self._buffer.prefix(self._size)

    @property
    def _data(self) -> dict[str, Any]:
        return {"type": self.type, "text": self.text, "snapshot": self.snapshot}

    def parsed_snapshot(self) -> Any:
        """Return the text so far as JSON; an unfinished string counts as far as it goes.

        Raises:
            ValueError: it is not the beginning of a JSON text.
        """
        return from_json(whole(self.snapshot), allow_partial="trailing-strings")


class ThinkingEvent(Record):
    """More thinking came.

    Attributes:
        thinking: what came.
        snapshot: the block's whole thinking, as it was with it.
    """

    __slots__ = ("_buffer", "_size", "thinking")

    type: Literal["thinking"] = "thinking"
    thinking: str

    def __init__(self, thinking: str, buffer: TextBuffer, size: int) -> None:
        self.thinking = thinking
        self._buffer = buffer
        self._size = size

    @property
    def snapshot(self) -> str:
        """The block's whole thinking, as it was with this event."""
        return self._buffer.prefix(self._size)

    @property
    def _data(self) -> dict[str, Any]:
        return {"type": self.type, "thinking": self.thinking, "snapshot": self.snapshot}


class InputJsonEvent(Record):
    """More of the JSON text of a tool's input came.

    Attributes:
        partial_json: what came.
        snapshot: the input as far as the text went with it. Parsed when it is looked at.
    """

    __slots__ = ("_buffer", "_size", "partial_json")

    type: Literal["input_json"] = "input_json"
    partial_json: str

    def __init__(self, partial_json: str, buffer: JsonBuffer, size: int) -> None:
        self.partial_json = partial_json
        self._buffer = buffer
        self._size = size

    @property
    def snapshot(self) -> Any:
        """The input as far as the text went with this event, an object of its own.

        Raises:
            ToolInputError: the text was not the beginning of any JSON text.
        """
        return self._buffer.at(self._size)

    @property
    def _data(self) -> dict[str, Any]:
        return {"type": self.type, "partial_json": self.partial_json, "snapshot": self.snapshot}


class CitationEvent(Record):
    """A citation came.

    Attributes:
        citation: the one that came.
        snapshot: all of the block's citations, as they were with it.
    """

    __slots__ = ("_all", "_count", "citation")

    type: Literal["citation"] = "citation"
    citation: Citation

    def __init__(self, citation: Citation, citations: list[Citation]) -> None:
        self.citation = citation
        self._all = citations
        self._count = len(citations)

    @property
    def snapshot(self) -> list[Citation]:
        """All of the block's citations, as they were with this event; a list of its own."""
        return self._all[: self._count]

    @property
    def _data(self) -> dict[str, Any]:
        return {"type": self.type, "citation": self.citation, "snapshot": self.snapshot}


class SignatureEvent(Model):
    """The signature of the thinking came."""

    __slots__ = ()

    type: Literal["signature"] = "signature"
    signature: str


class CompactionEvent(Model):
    """The compaction came, whole."""

    __slots__ = ()

    type: Literal["compaction"] = "compaction"
    content: str | None
    encrypted_content: str | None


class ContentBlockStopEvent(Model, Generic[T]):
    """A block is whole: here it is."""

    __slots__ = ()

    index: int
    type: Literal["content_block_stop"] = "content_block_stop"
    content_block: ContentBlock


class MessageStopEvent(Model, Generic[T]):
    """The message is whole: here it is."""

    __slots__ = ()

    type: Literal["message_stop"] = "message_stop"
    message: Message[T]


class BetaMessageStopEvent(MessageStopEvent[T], Generic[T]):
    """The message is whole: here it is."""

    __slots__ = ()

    message: BetaMessage[T]
