"""What of an AWS event stream can be cut through: the fields of its frames, the text of payloads.

A cut between two fields is a kind of its own, and so is one inside each of them: a client that
reads the lengths as soon as some bytes are there fails inside the length, one that takes the end of
the payload for the end of the frame fails inside the checksum.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamtape.eventstream import spans
from streamtape.sweep._tokens_text import Token, characters, data_tokens, inside

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streamtape.eventstream import FrameSpan, HeaderSpan
    from streamtape.sse import Line

__all__ = ["region", "tokens"]

_TOTAL, _HEADERS, _PRELUDE, _CRC = 4, 8, 12, 4


def tokens(body: bytes, start: int, stop: int) -> Iterator[Token]:
    """Yield what can be cut through, for the frames that lie between two offsets."""
    for frame in spans(body):
        if frame.stop >= start and frame.start <= stop:
            yield from _prelude(frame)
            for header in frame.headers:
                yield from _header(body, header)
            yield from _payload(body, frame)
            yield from inside("message-crc", frame.crc, frame.stop)
            if frame.stop < len(body):
                yield _between("event", frame.stop)


def region(body: bytes, line: Line) -> str:
    """Say which part of a frame a line is."""
    frame = next((each for each in spans(body) if line.start < each.stop), None)
    if frame is None:
        return ""
    if line.start == frame.start:
        return "the prelude"
    if line.start >= frame.payload:
        return "the checksum" if line.start == frame.crc else "the payload"
    name = next(body[each.name : each.type] for each in frame.headers if each.start == line.start)
    return f"the header {name.decode('utf-8', 'replace')}"


def _between(kind: str, offset: int) -> Token:
    return Token(kind, offset, offset, offset, offset)


def _prelude(frame: FrameSpan) -> Iterator[Token]:
    start = frame.start
    yield from inside("total-length", start, start + _TOTAL)
    yield _between("prelude", start + _TOTAL)
    yield from inside("headers-length", start + _TOTAL, start + _HEADERS)
    yield _between("prelude", start + _HEADERS)
    yield from inside("prelude-crc", start + _HEADERS, start + _PRELUDE)
    yield _between("part", start + _PRELUDE)
    yield from (_between("header", header.start) for header in frame.headers[1:])
    if frame.headers:
        yield _between("part", frame.payload)
    if frame.payload < frame.crc:
        yield _between("part", frame.crc)


def _header(body: bytes, header: HeaderSpan) -> Iterator[Token]:
    fields = (header.name, header.type, header.size)
    yield from (_between("header-field", at) for at in fields if at < header.stop)
    yield from inside("header-name", header.name, header.type)
    if header.size < header.value < header.stop:
        yield _between("header-field", header.value)
    yield from inside("header-size", header.size, header.value)
    yield from inside("header-value", header.value, header.stop)
    if header.type_name == "string":
        yield from characters(body, header.value, header.stop)


def _payload(body: bytes, frame: FrameSpan) -> Iterator[Token]:
    yield from characters(body, frame.payload, frame.crc)
    yield from data_tokens(body[frame.payload : frame.crc], frame.payload)
