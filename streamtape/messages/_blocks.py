"""The blocks that a message is made of: a class for each kind, and one for kinds to come."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any, Literal, Self

from streamtape.messages._block_parts import (
    Caller,
    FallbackInfo,
    FallbackRefusalTrigger,
    MCPTool,
    ResponseToolAdditionBlock,
    ResponseToolRemovalBlock,
)
from streamtape.messages._citations import Citation
from streamtape.messages._record import Model
from streamtape.messages._tool_results import (
    AdvisorRedactedResultBlock,
    AdvisorResultBlock,
    AdvisorToolResultErrorObject,
    BashCodeExecutionResultBlock,
    BashCodeExecutionToolResultErrorObject,
    CodeExecutionResultBlock,
    CodeExecutionToolResultErrorObject,
    EncryptedCodeExecutionResultBlock,
    TextEditorCodeExecutionCreateResultBlock,
    TextEditorCodeExecutionStrReplaceResultBlock,
    TextEditorCodeExecutionToolResultErrorObject,
    TextEditorCodeExecutionViewResultBlock,
    ToolSearchToolResultErrorObject,
    ToolSearchToolSearchResultBlock,
    WebFetchBlock,
    WebFetchToolResultErrorBlock,
    WebSearchResultBlock,
    WebSearchToolResultErrorObject,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "AdvisorToolResultBlock",
    "BashCodeExecutionToolResultBlock",
    "CodeExecutionToolResultBlock",
    "CompactionBlock",
    "ContainerUploadBlock",
    "ContentBlock",
    "FallbackBlock",
    "MCPToolListingBlock",
    "MCPToolResultBlock",
    "MCPToolUseBlock",
    "RedactedThinkingBlock",
    "ServerToolUseBlock",
    "TextBlock",
    "TextEditorCodeExecutionToolResultBlock",
    "ThinkingBlock",
    "ToolSearchToolResultBlock",
    "ToolUseBlock",
    "UnknownBlock",
    "WebFetchToolResultBlock",
    "WebSearchToolResultBlock",
]


class TextBlock(Model):
    """Text, with its citations.

    Attributes:
        parsed_output: the text as the type that was asked for, or None. Never part of a dump.
    """

    __slots__ = ("_parsed",)

    citations: list[Citation] | None
    text: str
    type: Literal["text"] = "text"

    @property
    def parsed_output(self) -> Any:
        """The text as the type that was asked for; None where it was not, or does not fit."""
        return getattr(self, "_parsed", None)

    @parsed_output.setter
    def parsed_output(self, value: Any) -> None:
        self._parsed = value

    @property
    def is_parsed(self) -> bool:
        """Whether the text was parsed into the type that was asked for."""
        return hasattr(self, "_parsed")

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Return a copy, parsed value included; a deep one shares nothing with this one."""
        block = super().model_copy(update=update, deep=deep)
        if self.is_parsed:
            block.parsed_output = deepcopy(self._parsed) if deep else self._parsed
        return block


class ThinkingBlock(Model):
    """What the model thought, with its signature."""

    __slots__ = ()

    signature: str
    thinking: str
    type: Literal["thinking"] = "thinking"


class RedactedThinkingBlock(Model):
    """Thinking that is kept encrypted."""

    __slots__ = ()

    data: str
    type: Literal["redacted_thinking"] = "redacted_thinking"


class ToolUseBlock(Model):
    """A call of a tool that the client runs."""

    __slots__ = ()

    id: str
    caller: Caller | None
    input: dict[str, Any]
    name: str
    type: Literal["tool_use"] = "tool_use"
    toolset_name: str | None


class ServerToolUseBlock(Model):
    """A call of a tool that the service runs."""

    __slots__ = ()

    id: str
    caller: Caller | None
    input: dict[str, Any]
    name: str
    type: Literal["server_tool_use"] = "server_tool_use"


class WebSearchToolResultBlock(Model):
    """What the tool gave, or how it failed."""

    __slots__ = ()

    caller: Caller | None
    content: WebSearchToolResultErrorObject | list[WebSearchResultBlock]
    tool_use_id: str
    type: Literal["web_search_tool_result"] = "web_search_tool_result"


class WebFetchToolResultBlock(Model):
    """What the tool gave, or how it failed."""

    __slots__ = ()

    caller: Caller | None
    content: WebFetchToolResultErrorBlock | WebFetchBlock
    tool_use_id: str
    type: Literal["web_fetch_tool_result"] = "web_fetch_tool_result"


class CodeExecutionToolResultBlock(Model):
    """What the tool gave, or how it failed."""

    __slots__ = ()

    content: (
        CodeExecutionToolResultErrorObject
        | CodeExecutionResultBlock
        | EncryptedCodeExecutionResultBlock
    )
    tool_use_id: str
    type: Literal["code_execution_tool_result"] = "code_execution_tool_result"


class BashCodeExecutionToolResultBlock(Model):
    """What the tool gave, or how it failed."""

    __slots__ = ()

    content: BashCodeExecutionToolResultErrorObject | BashCodeExecutionResultBlock
    tool_use_id: str
    type: Literal["bash_code_execution_tool_result"] = "bash_code_execution_tool_result"


class TextEditorCodeExecutionToolResultBlock(Model):
    """What the tool gave, or how it failed."""

    __slots__ = ()

    content: (
        TextEditorCodeExecutionToolResultErrorObject
        | TextEditorCodeExecutionViewResultBlock
        | TextEditorCodeExecutionCreateResultBlock
        | TextEditorCodeExecutionStrReplaceResultBlock
    )
    tool_use_id: str
    type: Literal["text_editor_code_execution_tool_result"] = (
        "text_editor_code_execution_tool_result"
    )


class ToolSearchToolResultBlock(Model):
    """What the tool gave, or how it failed."""

    __slots__ = ()

    content: ToolSearchToolResultErrorObject | ToolSearchToolSearchResultBlock
    tool_use_id: str
    type: Literal["tool_search_tool_result"] = "tool_search_tool_result"


class AdvisorToolResultBlock(Model):
    """What the tool gave, or how it failed."""

    __slots__ = ()

    content: AdvisorToolResultErrorObject | AdvisorResultBlock | AdvisorRedactedResultBlock
    tool_use_id: str
    type: Literal["advisor_tool_result"] = "advisor_tool_result"


class ContainerUploadBlock(Model):
    """A file put into the container."""

    __slots__ = ()

    file_id: str
    type: Literal["container_upload"] = "container_upload"


class MCPToolUseBlock(Model):
    """A call of a tool of an MCP server."""

    __slots__ = ()

    id: str
    input: dict[str, Any]
    name: str
    server_name: str
    type: Literal["mcp_tool_use"] = "mcp_tool_use"


class MCPToolResultBlock(Model):
    """What a tool of an MCP server gave."""

    __slots__ = ()

    content: str | list[TextBlock]
    is_error: bool
    tool_use_id: str
    type: Literal["mcp_tool_result"] = "mcp_tool_result"


class CompactionBlock(Model):
    """A summary that stands for earlier turns; both texts null where it failed."""

    __slots__ = ()

    content: str | None
    encrypted_content: str | None
    type: Literal["compaction"] = "compaction"
    signature: str | None
    tool_changes: list[ResponseToolAdditionBlock | ResponseToolRemovalBlock] | None


class FallbackBlock(Model):
    """Another model took over here."""

    __slots__ = ()

    from_: FallbackInfo
    to: FallbackInfo
    trigger: FallbackRefusalTrigger
    type: Literal["fallback"] = "fallback"


class MCPToolListingBlock(Model):
    """The tools that an MCP server offers."""

    __slots__ = ()

    mcp_server_name: str
    tools: list[MCPTool]
    type: Literal["mcp_tool_listing"] = "mcp_tool_listing"


class UnknownBlock(Model):
    """A block of a kind that is not known here; its fields are as they came."""

    __slots__ = ()

    type: str


ContentBlock = (
    TextBlock
    | ThinkingBlock
    | RedactedThinkingBlock
    | ToolUseBlock
    | ServerToolUseBlock
    | WebSearchToolResultBlock
    | WebFetchToolResultBlock
    | CodeExecutionToolResultBlock
    | BashCodeExecutionToolResultBlock
    | TextEditorCodeExecutionToolResultBlock
    | ToolSearchToolResultBlock
    | AdvisorToolResultBlock
    | ContainerUploadBlock
    | MCPToolUseBlock
    | MCPToolResultBlock
    | CompactionBlock
    | FallbackBlock
    | MCPToolListingBlock
    | UnknownBlock
)
