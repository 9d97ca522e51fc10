"""The raw events of a stream and their deltas, as the service sends them."""

from __future__ import annotations

from typing import Any, Literal

from streamtape.messages._blocks import ContentBlock
from streamtape.messages._citations import Citation
from streamtape.messages._details import (
    BetaRefusalStopDetails,
    Container,
    ContextManagementResponse,
    RefusalStopDetails,
    ThinkingDroppedInputTransformation,
    ThinkingMismatchAllowedInputTransformation,
)
from streamtape.messages._message import BetaMessage, Message
from streamtape.messages._record import Model
from streamtape.messages._usage import BetaMessageDeltaUsage, MessageDeltaUsage

__all__ = [
    "BetaDelta",
    "BetaRawMessageDeltaEvent",
    "BetaRawMessageStartEvent",
    "BetaThinkingDelta",
    "BlockDelta",
    "CitationsDelta",
    "CompactionContentBlockDelta",
    "Delta",
    "InputJSONDelta",
    "RawContentBlockDeltaEvent",
    "RawContentBlockStartEvent",
    "RawContentBlockStopEvent",
    "RawMessageDeltaEvent",
    "RawMessageStartEvent",
    "RawMessageStopEvent",
    "SignatureDelta",
    "TextDelta",
    "ThinkingDelta",
    "UnknownDelta",
    "UnknownEvent",
]


class TextDelta(Model):
    """More text."""

    __slots__ = ()

    text: str
    type: Literal["text_delta"] = "text_delta"


class InputJSONDelta(Model):
    """More of the JSON text of a tool's input."""

    __slots__ = ()

    partial_json: str
    type: Literal["input_json_delta"] = "input_json_delta"


class CitationsDelta(Model):
    """One more citation."""

    __slots__ = ()

    citation: Citation
    type: Literal["citations_delta"] = "citations_delta"


class ThinkingDelta(Model):
    """More thinking."""

    __slots__ = ()

    thinking: str
    type: Literal["thinking_delta"] = "thinking_delta"


class SignatureDelta(Model):
    """The signature of the thinking."""

    __slots__ = ()

    signature: str
    type: Literal["signature_delta"] = "signature_delta"


class CompactionContentBlockDelta(Model):
    """The compaction, whole."""

    __slots__ = ()

    content: str | None
    encrypted_content: str | None
    type: Literal["compaction_delta"] = "compaction_delta"


class BetaThinkingDelta(ThinkingDelta):
    """More thinking. Beta fields too."""

    __slots__ = ()

    estimated_tokens: int | None


class UnknownDelta(Model):
    """A delta of a kind that is not known here; its fields are as they came."""

    __slots__ = ()

    type: str


BlockDelta = (
    TextDelta
    | InputJSONDelta
    | CitationsDelta
    | BetaThinkingDelta
    | SignatureDelta
    | CompactionContentBlockDelta
    | UnknownDelta
)


class RawMessageStartEvent(Model):
    """The message begins; `message` has no content yet."""

    __slots__ = ()

    message: Message[Any]
    type: Literal["message_start"] = "message_start"


class RawContentBlockStartEvent(Model):
    """A block begins, as it was sent."""

    __slots__ = ()

    content_block: ContentBlock
    index: int
    type: Literal["content_block_start"] = "content_block_start"


class RawContentBlockDeltaEvent(Model):
    """A block grows."""

    __slots__ = ()

    delta: BlockDelta
    index: int
    type: Literal["content_block_delta"] = "content_block_delta"


class RawContentBlockStopEvent(Model):
    """A block is whole, as it was sent."""

    __slots__ = ()

    index: int
    type: Literal["content_block_stop"] = "content_block_stop"


class Delta(Model):
    """What changed at the message itself."""

    __slots__ = ()

    container: Container | None
    stop_details: RefusalStopDetails | None
    stop_reason: str | None
    stop_sequence: str | None


class RawMessageDeltaEvent(Model):
    """The message itself changes: why it stopped, what it cost."""

    __slots__ = ()

    delta: Delta
    type: Literal["message_delta"] = "message_delta"
    usage: MessageDeltaUsage


class RawMessageStopEvent(Model):
    """The message is whole, as it was sent."""

    __slots__ = ()

    type: Literal["message_stop"] = "message_stop"


class BetaRawMessageStartEvent(RawMessageStartEvent):
    """The message begins; `message` has no content yet."""

    __slots__ = ()

    message: BetaMessage[Any]


class BetaDelta(Delta):
    """What changed at the message itself."""

    __slots__ = ()

    stop_details: BetaRefusalStopDetails | None


class BetaRawMessageDeltaEvent(RawMessageDeltaEvent):
    """The message itself changes: why it stopped, what it cost, how the context was edited."""

    __slots__ = ()

    context_management: ContextManagementResponse | None
    delta: BetaDelta
    input_transformations: (
        list[ThinkingDroppedInputTransformation | ThinkingMismatchAllowedInputTransformation] | None
    )
    usage: BetaMessageDeltaUsage


class UnknownEvent(Model):
    """An event of a kind that is not known here; its fields are as they came."""

    __slots__ = ()

    type: str
