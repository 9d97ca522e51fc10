"""Where a text comes from: the kinds of citation."""

from __future__ import annotations

from typing import Literal

from streamtape.messages._record import Model

__all__ = [
    "Citation",
    "CitationCharLocation",
    "CitationContentBlockLocation",
    "CitationPageLocation",
    "CitationsSearchResultLocation",
    "CitationsWebSearchResultLocation",
    "UnknownCitation",
]


class CitationCharLocation(Model):
    """A range of characters of a plain-text document."""

    __slots__ = ()

    cited_text: str
    document_index: int
    document_title: str | None
    end_char_index: int
    file_id: str | None
    start_char_index: int
    type: Literal["char_location"] = "char_location"


class CitationPageLocation(Model):
    """A range of pages of a PDF document."""

    __slots__ = ()

    cited_text: str
    document_index: int
    document_title: str | None
    end_page_number: int
    file_id: str | None
    start_page_number: int
    type: Literal["page_location"] = "page_location"


class CitationContentBlockLocation(Model):
    """A range of content blocks of a document."""

    __slots__ = ()

    cited_text: str
    document_index: int
    document_title: str | None
    end_block_index: int
    file_id: str | None
    start_block_index: int
    type: Literal["content_block_location"] = "content_block_location"


class CitationsWebSearchResultLocation(Model):
    """A result of a web search."""

    __slots__ = ()

    cited_text: str
    encrypted_index: str
    title: str | None
    type: Literal["web_search_result_location"] = "web_search_result_location"
    url: str


class CitationsSearchResultLocation(Model):
    """A range of blocks of a search result."""

    __slots__ = ()

    cited_text: str
    end_block_index: int
    search_result_index: int
    source: str
    start_block_index: int
    title: str | None
    type: Literal["search_result_location"] = "search_result_location"


class UnknownCitation(Model):
    """A citation of a kind that is not known here; its fields are as they came."""

    __slots__ = ()

    type: str


Citation = (
    CitationCharLocation
    | CitationPageLocation
    | CitationContentBlockLocation
    | CitationsWebSearchResultLocation
    | CitationsSearchResultLocation
    | UnknownCitation
)
