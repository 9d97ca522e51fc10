"""The kinds of places at which a body can be cut, and their order.

A kind says what a cut goes through. The order, from clean to dirty, is what makes a failure
telling: of several cuts that fail, the cleanest is reported, because it asks least of the client
(one that fails when cut between two events needs no story about UTF-8). Of several kinds at one
place, the dirtiest names it. This module is a table; it never looks at a body.
See docs/decisions/0201-the-cleanest-cut-is-the-most-telling.md.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["BOUNDARIES", "KINDS", "OTHER", "WHOLE", "Kind", "phrase", "rank"]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind.

    Attributes:
        name: how it is called in options, counts and files.
        phrase: what a cut of this kind is, for sentences: "cut inside a UTF-8 character".
        boundary: whether it is a property of one place of a body (and counted in the coverage),
            not of a whole split.
        formats: the wire formats that have such places.
    """

    name: str
    phrase: str
    boundary: bool = True
    formats: tuple[str, ...] = ("sse", "ndjson", "eventstream")


_SSE, _LINES, _NDJSON, _FRAMES = ("sse",), ("sse", "ndjson"), ("ndjson",), ("eventstream",)

WHOLE = "whole"
OTHER = "other"

_ORDER = (
    Kind(WHOLE, "the whole body", boundary=False),
    Kind("recorded", "as recorded", boundary=False),
    Kind("event", "at an event boundary"),
    Kind("many-events", "several events in one chunk", boundary=False),
    Kind("event-line", "after the event: line", formats=_SSE),
    Kind("line", "between two lines of an event", formats=_SSE),
    Kind("blank-line", "between the newlines of a blank line", formats=_LINES),
    Kind("before-newline", "just before a newline", formats=_LINES),
    Kind("part", "between two parts of a frame", formats=_FRAMES),
    Kind("header", "between two headers of a frame", formats=_FRAMES),
    Kind(OTHER, "in the middle of a line or payload"),
    Kind("json-close", "after a bracket within a line", formats=_NDJSON),
    Kind("prelude", "between two fields of a prelude", formats=_FRAMES),
    Kind("header-field", "between two fields of a header", formats=_FRAMES),
    Kind("header-name", "inside a header's name", formats=_FRAMES),
    Kind("header-value", "inside a header's value", formats=_FRAMES),
    Kind("field", "inside a field name", formats=_SSE),
    Kind("colon", "between a field's colon and its value", formats=_SSE),
    Kind("json-key", "inside a JSON key"),
    Kind("space", "next to white space in a string"),
    Kind("number", "inside a number"),
    Kind("literal", "inside true, false or null"),
    Kind("tag", "inside a tag in the text"),
    Kind("done", "inside [DONE]", formats=_SSE),
    Kind("message-crc", "inside the checksum of a frame", formats=_FRAMES),
    Kind("prelude-crc", "inside the checksum of a prelude", formats=_FRAMES),
    Kind("header-size", "inside the length of a header's value", formats=_FRAMES),
    Kind("headers-length", "inside the length of the headers", formats=_FRAMES),
    Kind("total-length", "inside the length of a frame", formats=_FRAMES),
    Kind("surrogates", "between the escaped halves of a surrogate pair"),
    Kind("json-escape", "inside a JSON string escape"),
    Kind("crlf", "between CR and LF", formats=_LINES),
    Kind("bom", "around a byte order mark", formats=_SSE),
    Kind("utf8", "inside a UTF-8 character"),
    Kind("two-cuts", "two cuts in one line", boundary=False),
    Kind("half-character", "an event's end together with half a character", boundary=False),
    Kind("empty", "an empty chunk", boundary=False),
    Kind("several", "several cuts", boundary=False),
    Kind("pairs", "pairs of cuts", boundary=False),
    Kind("sizes", "chunks of equal size", boundary=False),
    Kind("random", "random cuts", boundary=False),
    Kind("bytes", "byte by byte", boundary=False),
    Kind("named", "named splits", boundary=False),
)

KINDS = {kind.name: kind for kind in _ORDER}
BOUNDARIES = tuple(kind.name for kind in _ORDER if kind.boundary and kind.name != OTHER)

_RANK = {kind.name: number for number, kind in enumerate(_ORDER)}


def rank(kind: str) -> int:
    """Return the place of `kind` in the order, from clean to dirty; unknown ones come last."""
    return _RANK.get(kind, len(_RANK))


def phrase(kind: str) -> str:
    """Return what a cut of this kind is, in words; an unknown kind is its own name."""
    return KINDS[kind].phrase if kind in KINDS else kind
