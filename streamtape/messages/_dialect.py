"""How the stable and the beta API differ, as data.

The rules are the official SDK's (reference, sections 1.5 and 3); the accumulator reads them and
knows nothing else of the difference.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from streamtape.messages import _events, _raw
from streamtape.messages._message import BetaMessage, Message

if TYPE_CHECKING:
    from streamtape.messages._record import Model

__all__ = ["BETA", "STABLE", "Dialect"]


@dataclass(frozen=True, slots=True)
class Dialect:
    """What one API's streams are made of.

    Attributes:
        name: what the SDK calls the resource: ``messages`` or ``beta.messages``.
        message: the class of the message.
        raw: the class of each raw event.
        message_stop: the class of the enriched last event.
        tools: the kinds of block whose input streams as JSON text.
        usage: the fields of `message_delta.usage` that replace the message's, where not null.
        message_delta: the fields of the event itself that replace the message's, where not null.
        compaction: whether `compaction_delta` is known.
        fallback: whether a `fallback` block changes the message's model.
    """

    name: str
    message: type[Message[Any]]
    raw: dict[str, type[Model]]
    message_stop: type[Model]
    tools: frozenset[str]
    usage: tuple[str, ...]
    message_delta: tuple[str, ...] = ()
    compaction: bool = False
    fallback: bool = False


_RAW: dict[str, type[Model]] = {
    "message_start": _raw.RawMessageStartEvent,
    "content_block_start": _raw.RawContentBlockStartEvent,
    "content_block_delta": _raw.RawContentBlockDeltaEvent,
    "content_block_stop": _raw.RawContentBlockStopEvent,
    "message_delta": _raw.RawMessageDeltaEvent,
    "message_stop": _raw.RawMessageStopEvent,
}
_USAGE = (
    "input_tokens",
    "cache_creation_input_tokens",
    "cache_read_input_tokens",
    "server_tool_use",
    "output_tokens_details",
)

STABLE = Dialect(
    name="messages",
    message=Message,
    raw=_RAW,
    message_stop=_events.MessageStopEvent,
    tools=frozenset({"tool_use", "server_tool_use"}),
    usage=_USAGE,
)
BETA = Dialect(
    name="beta.messages",
    message=BetaMessage,
    raw=_RAW
    | {
        "message_start": _raw.BetaRawMessageStartEvent,
        "message_delta": _raw.BetaRawMessageDeltaEvent,
    },
    message_stop=_events.BetaMessageStopEvent,
    tools=frozenset({"tool_use", "server_tool_use", "mcp_tool_use"}),
    usage=(*_USAGE, "iterations", "fallback_credit"),
    message_delta=("context_management", "input_transformations"),
    compaction=True,
    fallback=True,
)
