"""AWS event streams, as a format.

An event is a frame; a line is one of its parts: the prelude, a header, the payload, the checksum.
What stands behind the last frame that is whole counts as one more line.

The data of an event is what Bedrock may have wrapped into its payload, see `eventstream.unwrapped`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from streamtape import eventstream
from streamtape.eventstream import Frame, Header
from streamtape.sse import Event, EventSpan, Line

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streamtape.eventstream import FrameSpan
    from streamtape.formats._base import Edit, Part

__all__ = ["AwsEventStream"]

_PRELUDE, _CRC = 12, 4
# What Bedrock calls the errors of the Messages API.
_EXCEPTIONS = {
    "api_error": "internalServerException",
    "invalid_request_error": "validationException",
    "overloaded_error": "serviceUnavailableException",
    "rate_limit_error": "throttlingException",
    "timeout_error": "modelTimeoutException",
}
_OTHER_EXCEPTION = "modelStreamErrorException"


class AwsEventStream:
    """`application/vnd.amazon.eventstream`."""

    name = "eventstream"

    def ends(self, body: bytes) -> list[int]:
        return [frame.stop for frame in eventstream.spans(body)]

    def line_ends(self, body: bytes) -> list[int]:
        return [line.next for line in self.lines(body)]

    def lines(self, body: bytes) -> Iterator[Line]:
        at = 0
        for frame in eventstream.spans(body):
            yield from _lines(frame)
            at = frame.stop
        if at < len(body):
            yield _line(at, len(body))

    def spans(self, body: bytes) -> list[EventSpan]:
        return [
            EventSpan(each.number, each.type, each.start, each.stop, tuple(_lines(each)))
            for each in eventstream.spans(body)
        ]

    def events(self, body: bytes) -> list[Event]:
        return [
            Event(frame.type, eventstream.unwrapped(frame.payload).decode("utf-8", "replace"))
            for frame in eventstream.frames(body)
        ]

    def parts(self, body: bytes, span: EventSpan) -> list[Part]:
        headers = int.from_bytes(body[span.start + 4 : span.start + 8], "big")
        return [(span.start + _PRELUDE + headers, span.stop - _CRC)]

    def read(self, body: bytes, part: Part) -> bytes:
        return eventstream.unwrapped(body[slice(*part)])

    def edit(self, body: bytes, span: EventSpan, part: Part, data: bytes) -> Edit:
        (frame,) = eventstream.frames(body[span.start : span.stop])
        payload = eventstream.wrapped(body[slice(*part)], data)
        return span.start, span.stop, eventstream.encode(frame._replace(payload=payload))

    def error(self, kind: str, data: str) -> bytes:
        return eventstream.encode(
            Frame(
                (
                    Header(":exception-type", _EXCEPTIONS.get(kind, _OTHER_EXCEPTION)),
                    Header(":content-type", "application/json"),
                    Header(":message-type", "exception"),
                ),
                json.dumps({"message": json.loads(data)["error"]["message"]}).encode(),
            )
        )

    def resealed(self, body: bytes, original: bytes) -> bytes:
        return eventstream.resealed(body, original)


def _line(start: int, stop: int) -> Line:
    return Line(start, start, start, stop, stop)


def _lines(frame: FrameSpan) -> Iterator[Line]:
    yield _line(frame.start, frame.start + _PRELUDE)
    for header in frame.headers:
        yield _line(header.start, header.stop)
    if frame.payload < frame.crc:
        yield _line(frame.payload, frame.crc)
    yield _line(frame.crc, frame.stop)
