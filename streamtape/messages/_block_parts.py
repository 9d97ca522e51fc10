"""What blocks are made of: who called a tool, the ends of a change of model, tools that changed."""

from __future__ import annotations

from typing import Any, Literal

from streamtape.messages._record import Model, UnknownModel

__all__ = [
    "Caller",
    "DirectCaller",
    "FallbackInfo",
    "FallbackRefusalTrigger",
    "MCPTool",
    "ResponseToolAdditionBlock",
    "ResponseToolRemovalBlock",
    "ServerToolCaller",
    "ServerToolCaller20260120",
]


class DirectCaller(Model):
    """The model itself called the tool."""

    __slots__ = ()

    type: Literal["direct"] = "direct"


class ServerToolCaller(Model):
    """Code in the sandbox of 2025-08 called the tool."""

    __slots__ = ()

    tool_id: str
    type: Literal["code_execution_20250825"] = "code_execution_20250825"


class ServerToolCaller20260120(Model):
    """Code in the sandbox of 2026-01 called the tool."""

    __slots__ = ()

    tool_id: str
    type: Literal["code_execution_20260120"] = "code_execution_20260120"


class FallbackInfo(Model):
    """One end of a change of model."""

    __slots__ = ()

    model: str


class FallbackRefusalTrigger(Model):
    """The change was made because the first model refused."""

    __slots__ = ()

    category: str | None
    type: Literal["refusal"] = "refusal"


class MCPTool(Model):
    """One tool of an MCP server."""

    __slots__ = ()

    input_schema: dict[str, Any]
    name: str
    description: str | None


class ResponseToolAdditionBlock(Model):
    """A tool that was added while the context was compacted."""

    __slots__ = ()

    tool: UnknownModel
    type: Literal["tool_addition"] = "tool_addition"


class ResponseToolRemovalBlock(Model):
    """A tool that was removed while the context was compacted."""

    __slots__ = ()

    tool: UnknownModel
    type: Literal["tool_removal"] = "tool_removal"


Caller = DirectCaller | ServerToolCaller | ServerToolCaller20260120
