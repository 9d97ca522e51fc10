"""What stands at a message beside its content: container, refusal, diagnostics, context edits."""

from __future__ import annotations

from typing import Literal

from streamtape.messages._record import Model

__all__ = [
    "BetaRefusalStopDetails",
    "CacheMiss",
    "CacheMissMessagesChanged",
    "CacheMissModelChanged",
    "CacheMissPreviousMessageNotFound",
    "CacheMissSystemChanged",
    "CacheMissToolsChanged",
    "CacheMissUnavailable",
    "ClearThinking20251015EditResponse",
    "ClearToolUses20250919EditResponse",
    "Container",
    "ContainerSkill",
    "ContextManagementResponse",
    "Diagnostics",
    "RefusalStopDetails",
    "ThinkingDroppedInputTransformation",
    "ThinkingMismatchAllowedInputTransformation",
]


class ContainerSkill(Model):
    """A skill loaded into a container."""

    __slots__ = ()

    skill_id: str
    type: Literal["anthropic", "custom"]
    version: str


class Container(Model):
    """The container that code ran in."""

    __slots__ = ()

    id: str
    expires_at: str
    skills: list[ContainerSkill] | None


class CacheMissModelChanged(Model):
    """Why the cache was missed: model changed."""

    __slots__ = ()

    cache_missed_input_tokens: int
    type: Literal["model_changed"] = "model_changed"


class CacheMissSystemChanged(Model):
    """Why the cache was missed: system changed."""

    __slots__ = ()

    cache_missed_input_tokens: int
    type: Literal["system_changed"] = "system_changed"


class CacheMissToolsChanged(Model):
    """Why the cache was missed: tools changed."""

    __slots__ = ()

    cache_missed_input_tokens: int
    type: Literal["tools_changed"] = "tools_changed"


class CacheMissMessagesChanged(Model):
    """Why the cache was missed: messages changed."""

    __slots__ = ()

    cache_missed_input_tokens: int
    type: Literal["messages_changed"] = "messages_changed"


class CacheMissPreviousMessageNotFound(Model):
    """Why the cache was missed: previous message not found."""

    __slots__ = ()

    type: Literal["previous_message_not_found"] = "previous_message_not_found"


class CacheMissUnavailable(Model):
    """Why the cache was missed: unavailable."""

    __slots__ = ()

    type: Literal["unavailable"] = "unavailable"


class Diagnostics(Model):
    """What the service says about how the request was served."""

    __slots__ = ()

    cache_miss_reason: CacheMiss | None


class RefusalStopDetails(Model):
    """Why the model refused."""

    __slots__ = ()

    category: str | None
    explanation: str | None
    type: Literal["refusal"] = "refusal"


class ClearToolUses20250919EditResponse(Model):
    """Old tool calls were removed."""

    __slots__ = ()

    cleared_input_tokens: int
    cleared_tool_uses: int
    type: Literal["clear_tool_uses_20250919"] = "clear_tool_uses_20250919"


class ClearThinking20251015EditResponse(Model):
    """Old thinking was removed."""

    __slots__ = ()

    cleared_input_tokens: int
    cleared_thinking_turns: int
    type: Literal["clear_thinking_20251015"] = "clear_thinking_20251015"


class ContextManagementResponse(Model):
    """How the service edited the context."""

    __slots__ = ()

    applied_edits: list[ClearToolUses20250919EditResponse | ClearThinking20251015EditResponse]


class ThinkingDroppedInputTransformation(Model):
    """Thinking that was sent was dropped."""

    __slots__ = ()

    path: str
    reason: str
    type: Literal["thinking_dropped"] = "thinking_dropped"


class ThinkingMismatchAllowedInputTransformation(Model):
    """Thinking that does not match was let through."""

    __slots__ = ()

    path: str
    reason: str
    type: Literal["thinking_mismatch_allowed"] = "thinking_mismatch_allowed"


class BetaRefusalStopDetails(RefusalStopDetails):
    """Why the model refused. Beta fields too."""

    __slots__ = ()

    fallback_credit_token: str | None
    fallback_has_prefill_claim: bool | None
    recommended_model: str | None


CacheMiss = (
    CacheMissModelChanged
    | CacheMissSystemChanged
    | CacheMissToolsChanged
    | CacheMissMessagesChanged
    | CacheMissPreviousMessageNotFound
    | CacheMissUnavailable
)
