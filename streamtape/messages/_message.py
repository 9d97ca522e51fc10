"""The message itself."""

from __future__ import annotations

from typing import Any, Generic, Literal, TypeVar

from streamtape.messages._blocks import ContentBlock, TextBlock
from streamtape.messages._details import (
    BetaRefusalStopDetails,
    Container,
    ContextManagementResponse,
    Diagnostics,
    RefusalStopDetails,
    ThinkingDroppedInputTransformation,
    ThinkingMismatchAllowedInputTransformation,
)
from streamtape.messages._record import Model
from streamtape.messages._usage import BetaUsage, Usage

__all__ = ["BetaMessage", "Message", "ParsedBetaMessage", "ParsedMessage"]

T = TypeVar("T")


class Message(Model, Generic[T]):
    """A message of the model, whole or as far as it has come.

    Attributes:
        parsed_output: the first text block's parsed value, of the type that was asked for.
    """

    __slots__ = ()

    id: str
    container: Container | None
    content: list[ContentBlock]
    diagnostics: Diagnostics | None
    model: str
    role: Literal["assistant"]
    stop_details: RefusalStopDetails | None
    stop_reason: str | None
    stop_sequence: str | None
    type: Literal["message"] = "message"
    usage: Usage

    @property
    def parsed_output(self) -> T | None:
        """The first text that could be parsed, whatever its value: 0 and [] are values too."""
        for block in self.content or ():
            if isinstance(block, TextBlock) and block.is_parsed:
                return block.parsed_output  # type: ignore[no-any-return]
        return None

    def to_param(self) -> dict[str, Any]:
        """Return the message as the next request's history wants it: `role` and `content`."""
        return {"role": self.role, "content": [block.to_dict() for block in self.content]}


class BetaMessage(Message[T], Generic[T]):
    """A message of the beta API."""

    __slots__ = ()

    context_management: ContextManagementResponse | None
    input_transformations: (
        list[ThinkingDroppedInputTransformation | ThinkingMismatchAllowedInputTransformation] | None
    )
    stop_details: BetaRefusalStopDetails | None
    usage: BetaUsage


# A parsed message differs from another only in what its text blocks hold beside the JSON.
ParsedMessage = Message
ParsedBetaMessage = BetaMessage
