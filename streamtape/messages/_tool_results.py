"""What tools of the service give back: the payloads inside result blocks."""

from __future__ import annotations

from typing import Literal

from streamtape.messages._record import Model

__all__ = [
    "AdvisorRedactedResultBlock",
    "AdvisorResultBlock",
    "AdvisorToolResultErrorObject",
    "Base64PDFSource",
    "BashCodeExecutionOutputBlock",
    "BashCodeExecutionResultBlock",
    "BashCodeExecutionToolResultErrorObject",
    "CitationsConfig",
    "CodeExecutionOutputBlock",
    "CodeExecutionResultBlock",
    "CodeExecutionToolResultErrorObject",
    "DocumentBlock",
    "EncryptedCodeExecutionResultBlock",
    "PlainTextSource",
    "TextEditorCodeExecutionCreateResultBlock",
    "TextEditorCodeExecutionStrReplaceResultBlock",
    "TextEditorCodeExecutionToolResultErrorObject",
    "TextEditorCodeExecutionViewResultBlock",
    "ToolReferenceBlock",
    "ToolSearchToolResultErrorObject",
    "ToolSearchToolSearchResultBlock",
    "WebFetchBlock",
    "WebFetchToolResultErrorBlock",
    "WebSearchResultBlock",
    "WebSearchToolResultErrorObject",
]


class WebSearchToolResultErrorObject(Model):
    """The tool failed, and why."""

    __slots__ = ()

    error_code: str
    type: Literal["web_search_tool_result_error"] = "web_search_tool_result_error"


class WebSearchResultBlock(Model):
    """One page that a search found."""

    __slots__ = ()

    encrypted_content: str
    page_age: str | None
    title: str
    type: Literal["web_search_result"] = "web_search_result"
    url: str


class WebFetchToolResultErrorBlock(Model):
    """The tool failed, and why."""

    __slots__ = ()

    error_code: str
    type: Literal["web_fetch_tool_result_error"] = "web_fetch_tool_result_error"


class WebFetchBlock(Model):
    """A page that was fetched."""

    __slots__ = ()

    content: DocumentBlock
    retrieved_at: str | None
    type: Literal["web_fetch_result"] = "web_fetch_result"
    url: str


class DocumentBlock(Model):
    """A document that was fetched."""

    __slots__ = ()

    citations: CitationsConfig | None
    source: Base64PDFSource | PlainTextSource
    title: str | None
    type: Literal["document"] = "document"


class CitationsConfig(Model):
    """Whether a document may be cited."""

    __slots__ = ()

    enabled: bool


class Base64PDFSource(Model):
    """A PDF document, base64."""

    __slots__ = ()

    data: str
    media_type: str
    type: Literal["base64"] = "base64"


class PlainTextSource(Model):
    """A text document."""

    __slots__ = ()

    data: str
    media_type: str
    type: Literal["text"] = "text"


class CodeExecutionToolResultErrorObject(Model):
    """The tool failed, and why."""

    __slots__ = ()

    error_code: str
    type: Literal["code_execution_tool_result_error"] = "code_execution_tool_result_error"


class CodeExecutionResultBlock(Model):
    """What code printed and returned."""

    __slots__ = ()

    content: list[CodeExecutionOutputBlock]
    return_code: int
    stderr: str
    stdout: str
    type: Literal["code_execution_result"] = "code_execution_result"


class CodeExecutionOutputBlock(Model):
    """A file that code wrote."""

    __slots__ = ()

    file_id: str
    type: Literal["code_execution_output"] = "code_execution_output"


class EncryptedCodeExecutionResultBlock(Model):
    """What code returned, its output encrypted."""

    __slots__ = ()

    content: list[CodeExecutionOutputBlock]
    encrypted_stdout: str
    return_code: int
    stderr: str
    type: Literal["encrypted_code_execution_result"] = "encrypted_code_execution_result"


class BashCodeExecutionToolResultErrorObject(Model):
    """The tool failed, and why."""

    __slots__ = ()

    error_code: str
    type: Literal["bash_code_execution_tool_result_error"] = "bash_code_execution_tool_result_error"


class BashCodeExecutionResultBlock(Model):
    """What a command printed and returned."""

    __slots__ = ()

    content: list[BashCodeExecutionOutputBlock]
    return_code: int
    stderr: str
    stdout: str
    type: Literal["bash_code_execution_result"] = "bash_code_execution_result"


class BashCodeExecutionOutputBlock(Model):
    """A file that a command wrote."""

    __slots__ = ()

    file_id: str
    type: Literal["bash_code_execution_output"] = "bash_code_execution_output"


class TextEditorCodeExecutionToolResultErrorObject(Model):
    """The tool failed, and why."""

    __slots__ = ()

    error_code: str
    error_message: str | None
    type: Literal["text_editor_code_execution_tool_result_error"] = (
        "text_editor_code_execution_tool_result_error"
    )


class TextEditorCodeExecutionViewResultBlock(Model):
    """A part of a file that was looked at."""

    __slots__ = ()

    content: str
    file_type: str
    num_lines: int | None
    start_line: int | None
    total_lines: int | None
    type: Literal["text_editor_code_execution_view_result"] = (
        "text_editor_code_execution_view_result"
    )


class TextEditorCodeExecutionCreateResultBlock(Model):
    """A file that was written."""

    __slots__ = ()

    is_file_update: bool
    type: Literal["text_editor_code_execution_create_result"] = (
        "text_editor_code_execution_create_result"
    )


class TextEditorCodeExecutionStrReplaceResultBlock(Model):
    """Lines of a file that were replaced."""

    __slots__ = ()

    lines: list[str] | None
    new_lines: int | None
    new_start: int | None
    old_lines: int | None
    old_start: int | None
    type: Literal["text_editor_code_execution_str_replace_result"] = (
        "text_editor_code_execution_str_replace_result"
    )


class ToolSearchToolResultErrorObject(Model):
    """The tool failed, and why."""

    __slots__ = ()

    error_code: str
    error_message: str | None
    type: Literal["tool_search_tool_result_error"] = "tool_search_tool_result_error"


class ToolSearchToolSearchResultBlock(Model):
    """The tools that a search found."""

    __slots__ = ()

    tool_references: list[ToolReferenceBlock]
    type: Literal["tool_search_tool_search_result"] = "tool_search_tool_search_result"


class ToolReferenceBlock(Model):
    """A tool that a search found."""

    __slots__ = ()

    tool_name: str
    type: Literal["tool_reference"] = "tool_reference"


class AdvisorToolResultErrorObject(Model):
    """The tool failed, and why."""

    __slots__ = ()

    error_code: str
    type: Literal["advisor_tool_result_error"] = "advisor_tool_result_error"


class AdvisorResultBlock(Model):
    """The advisor's answer."""

    __slots__ = ()

    stop_reason: str | None
    text: str
    type: Literal["advisor_result"] = "advisor_result"


class AdvisorRedactedResultBlock(Model):
    """The advisor's answer, kept encrypted."""

    __slots__ = ()

    encrypted_content: str
    stop_reason: str | None
    type: Literal["advisor_redacted_result"] = "advisor_redacted_result"
