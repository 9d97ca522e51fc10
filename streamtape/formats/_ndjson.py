"""Newline-delimited JSON, as a format.

An event is called by the member `type` of its object (a stream of the Messages API, handed on line
by line), `error` where there is a member `error`, `done` where a member `done` is true (the last
line of Ollama), and `message` otherwise.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from streamtape import ndjson
from streamtape.formats._base import smallest
from streamtape.sse import Event, EventSpan, Line, lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streamtape.formats._base import Edit, Part

__all__ = ["Ndjson"]


class Ndjson:
    """`application/x-ndjson`, `application/jsonl`."""

    name = "ndjson"

    def ends(self, body: bytes) -> list[int]:
        return self.line_ends(body)

    def line_ends(self, body: bytes) -> list[int]:
        return [line.next for line in lines(body) if line.next > line.stop]

    def lines(self, body: bytes) -> Iterator[Line]:
        # A line without a field: all of it is its value.
        return (Line(each.start, each.start, each.start, *each[3:]) for each in lines(body))

    def spans(self, body: bytes) -> list[EventSpan]:
        return [
            EventSpan(
                number, _type(body[start:stop]), start, end, (Line(start, start, start, stop, end),)
            )
            for number, (start, stop, end) in enumerate(ndjson.spans(body), 1)
        ]

    def events(self, body: bytes) -> list[Event]:
        return [
            Event(span.type, body[slice(*self.parts(body, span)[0])].decode("utf-8", "replace"))
            for span in self.spans(body)
        ]

    def parts(self, body: bytes, span: EventSpan) -> list[Part]:  # noqa: ARG002
        return [(span.start, span.lines[0].stop)]

    def read(self, body: bytes, part: Part) -> bytes:
        return body[slice(*part)]

    def edit(self, body: bytes, span: EventSpan, part: Part, data: bytes) -> Edit:  # noqa: ARG002
        return smallest(body, (*part, data))

    def error(self, kind: str, data: str) -> bytes:  # noqa: ARG002 - it stands in the data
        return ndjson.encode(json.loads(data))

    def resealed(self, body: bytes, original: bytes) -> bytes:  # noqa: ARG002 - no checksums
        return body


def _type(line: bytes) -> str:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return "message"
    if not isinstance(value, dict):
        return "message"
    if isinstance(value.get("type"), str) and value["type"]:
        return str(value["type"])
    if "error" in value:
        return "error"
    return "done" if value.get("done") is True else "message"
