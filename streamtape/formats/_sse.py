"""Server-sent events, as a format."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from streamtape import sse
from streamtape.formats._base import smallest
from streamtape.sse import Decoder, Event

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streamtape.formats._base import Edit, Part
    from streamtape.sse import EventSpan, Line

__all__ = ["Sse"]

# Atomic groups: without them the CR and the LF of one CRLF would pass for two line ends.
_LINE_END = re.compile(rb"(?>\r\n|\n|\r)")
_BLANK_LINE = re.compile(rb"(?>\r\n|\n|\r)(?>\r\n|\n|\r)")


class Sse:
    """`text/event-stream`."""

    name = "sse"

    def ends(self, body: bytes) -> list[int]:
        return [match.end() for match in _BLANK_LINE.finditer(body)]

    def line_ends(self, body: bytes) -> list[int]:
        return [match.end() for match in _LINE_END.finditer(body)]

    def lines(self, body: bytes) -> Iterator[Line]:
        return sse.lines(body)

    def spans(self, body: bytes) -> list[EventSpan]:
        return sse.spans(body)

    def events(self, body: bytes) -> list[Event]:
        return Decoder().feed(body)

    def parts(self, body: bytes, span: EventSpan) -> list[Part]:
        return [(line.value, line.stop) for line in span.lines if line.name(body) == b"data"]

    def read(self, body: bytes, part: Part) -> bytes:
        return body[slice(*part)]

    def edit(self, body: bytes, span: EventSpan, part: Part, data: bytes) -> Edit:  # noqa: ARG002
        if data.startswith(b" ") and body[: part[0]].endswith(b":"):
            data = b" " + data  # the first space is not part of the value
        return smallest(body, (*part, data))

    def error(self, kind: str, data: str) -> bytes:  # noqa: ARG002 - it stands in the data
        return sse.encode(Event("error", data))

    def resealed(self, body: bytes, original: bytes) -> bytes:  # noqa: ARG002 - no checksums
        return body
