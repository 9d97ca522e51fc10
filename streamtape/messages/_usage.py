"""What a message costs: tokens and calls. Every number is a total, never an increment."""

from __future__ import annotations

from typing import Literal

from streamtape.messages._record import Model

__all__ = [
    "AdvisorMessageIterationUsage",
    "BetaMessageDeltaUsage",
    "BetaUsage",
    "CacheCreation",
    "CompactionIterationUsage",
    "FallbackCreditNotApplied",
    "FallbackCreditRedeemed",
    "FallbackCreditUsage",
    "FallbackMessageIterationUsage",
    "MessageDeltaUsage",
    "MessageIterationUsage",
    "OutputTokensDetails",
    "ServerToolUsage",
    "Usage",
]


class CacheCreation(Model):
    """Tokens written to the cache, by its time to live."""

    __slots__ = ()

    ephemeral_1h_input_tokens: int
    ephemeral_5m_input_tokens: int


class OutputTokensDetails(Model):
    """What the output tokens were spent on."""

    __slots__ = ()

    thinking_tokens: int


class ServerToolUsage(Model):
    """How often server tools ran."""

    __slots__ = ()

    web_fetch_requests: int
    web_search_requests: int


class Usage(Model):
    """What the message cost. All numbers are totals."""

    __slots__ = ()

    cache_creation: CacheCreation | None
    cache_creation_input_tokens: int | None
    cache_read_input_tokens: int | None
    inference_geo: str | None
    input_tokens: int
    output_tokens: int
    output_tokens_details: OutputTokensDetails | None
    server_tool_use: ServerToolUsage | None
    service_tier: str | None
    speed: str | None


class MessageDeltaUsage(Model):
    """What the message cost so far. All numbers are totals, not increments."""

    __slots__ = ()

    cache_creation_input_tokens: int | None
    cache_read_input_tokens: int | None
    input_tokens: int | None
    output_tokens: int
    output_tokens_details: OutputTokensDetails | None
    server_tool_use: ServerToolUsage | None


class FallbackCreditRedeemed(Model):
    """The credit was used."""

    __slots__ = ()

    type: Literal["redeemed"] = "redeemed"


class FallbackCreditNotApplied(Model):
    """The credit was not used, and why."""

    __slots__ = ()

    reason: str
    type: Literal["not_applied"] = "not_applied"
    remove_to_redeem: list[str] | None


class FallbackCreditUsage(Model):
    """What became of a fallback credit."""

    __slots__ = ()

    status: FallbackCreditRedeemed | FallbackCreditNotApplied


class MessageIterationUsage(Model):
    """What one round of the model cost."""

    __slots__ = ()

    cache_creation: CacheCreation | None
    cache_creation_input_tokens: int
    cache_read_input_tokens: int
    input_tokens: int
    model: str | None
    output_tokens: int
    type: Literal["message"] = "message"


class CompactionIterationUsage(Model):
    """What a compaction cost."""

    __slots__ = ()

    cache_creation: CacheCreation | None
    cache_creation_input_tokens: int
    cache_read_input_tokens: int
    input_tokens: int
    output_tokens: int
    type: Literal["compaction"] = "compaction"


class AdvisorMessageIterationUsage(Model):
    """What a round of the advisor cost."""

    __slots__ = ()

    cache_creation: CacheCreation | None
    cache_creation_input_tokens: int
    cache_read_input_tokens: int
    input_tokens: int
    model: str
    output_tokens: int
    type: Literal["advisor_message"] = "advisor_message"


class FallbackMessageIterationUsage(Model):
    """What a round of the fallback model cost."""

    __slots__ = ()

    cache_creation: CacheCreation | None
    cache_creation_input_tokens: int
    cache_read_input_tokens: int
    input_tokens: int
    model: str
    output_tokens: int
    type: Literal["fallback_message"] = "fallback_message"


class BetaUsage(Usage):
    """What the message cost. All numbers are totals. Beta fields too."""

    __slots__ = ()

    fallback_credit: FallbackCreditUsage | None
    iterations: (
        list[
            MessageIterationUsage
            | CompactionIterationUsage
            | AdvisorMessageIterationUsage
            | FallbackMessageIterationUsage
        ]
        | None
    )


class BetaMessageDeltaUsage(MessageDeltaUsage):
    """What the message cost so far. All numbers are totals, not increments. Beta fields too."""

    __slots__ = ()

    fallback_credit: FallbackCreditUsage | None
    iterations: (
        list[
            MessageIterationUsage
            | CompactionIterationUsage
            | AdvisorMessageIterationUsage
            | FallbackMessageIterationUsage
        ]
        | None
    )
