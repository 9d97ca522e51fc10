r"""Binary frames as text that a person can read and edit, and back: exact to the byte.

This module decides how `frames:` is written. A frame is a few lines, and a blank line stands
between two: its headers, then its payload. Lengths and checksums are left out, they follow::

    :event-type: contentBlockDelta
    :content-type: application/json
    retries (int): 3
    > {"contentBlockIndex":0,"delta":{"text":"Zürich"}}

Each line of the payload is one behind `> `; a payload that is no text is base64 behind `>> `. What
Bedrock wraps into a payload as base64 stands behind `>= `, and the payload with an empty string in
its place. What is no frame (the half of one, at which a recording was cut; a wrong checksum) is
base64 behind `! `.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING, get_args
from uuid import UUID

from streamtape import eventstream
from streamtape.errors import UsageError
from streamtape.eventstream import Frame, Header, HeaderType

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streamtape.eventstream import HeaderValue

__all__ = ["read_frames", "write_frames"]

# What a line of a YAML literal cannot carry: control characters, every line end but LF, a BOM.
_NOT_TEXT = re.compile("[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_HEADER = re.compile(r"(?P<name>[^\s()]+)(?: \((?P<type>[a-z]+)\))?:(?: (?P<value>.*))?")
_TYPES: tuple[HeaderType, ...] = get_args(HeaderType)
_NUMBERS = ("byte", "short", "int", "long", "timestamp")
_TEXT, _CODED, _WRAPPED, _RAW = "> ", ">> ", ">= ", "! "


def write_frames(body: bytes) -> str:
    """Return a body as text; "" if nothing in it is a frame."""
    blocks, at = list[str](), 0
    for span in eventstream.spans(body):
        blocks.append(_block(span.frame(body), body[span.start : span.stop]))
        at = span.stop
    if not blocks:
        return ""
    if at < len(body):
        blocks.append(_raw(body[at:]))
    return "\n".join(blocks)


def read_frames(text: str) -> bytes:
    """Return the body that a text stands for; the inverse of `write_frames`.

    Raises:
        ValueError: a line is none that a frame can have; the message says which.
    """
    blocks = (block.strip("\n") for block in text.split("\n\n"))
    return b"".join(_bytes(block.split("\n")) for block in blocks if block)


def _block(frame: Frame, data: bytes) -> str:
    """Write one frame; as it is, where no text would give these very bytes."""
    try:
        text = "".join(f"{line}\n" for line in _lines(frame))
        if _bytes(text.removesuffix("\n").split("\n")) == data:
            return text
    except ValueError:
        pass
    return _raw(data)


def _raw(data: bytes) -> str:
    return f"{_RAW}{base64.b64encode(data).decode()}\n"


def _lines(frame: Frame) -> Iterator[str]:
    for name, value, kind in frame.headers:
        said = base64.b64encode(value).decode() if isinstance(value, bytes) else str(value)
        note = "" if kind == "string" else f" ({kind})"
        yield f"{name}{note}:" if kind in ("true", "false") else f"{name}{note}: {said}"
    payload = frame.payload
    inner = _text_lines(eventstream.unwrapped(payload))
    if inner is not None and len(inner) == 1 and (empty := eventstream.wrapped(payload, b"")):
        yield f"{_TEXT}{empty.decode()}"
        yield f"{_WRAPPED}{inner[0]}"
    elif (lines := _text_lines(payload)) is None:
        yield f"{_CODED}{base64.b64encode(payload).decode()}"
    elif payload:
        yield from (f"{_TEXT}{line}" for line in lines)


def _text_lines(data: bytes) -> list[str] | None:
    """Return bytes as lines of text, or None where they are none."""
    try:
        lines = data.decode().split("\n")
    except UnicodeDecodeError:
        return None
    return None if any(map(_NOT_TEXT.search, lines)) else lines


def _bytes(lines: list[str]) -> bytes:
    """Return the frame that some lines stand for."""
    if lines[0].startswith(_RAW):
        return b"".join(_decoded(line.removeprefix(_RAW), line) for line in lines)
    headers, payload, inner = list[Header](), list[bytes](), b""
    for line in lines:
        if _NOT_TEXT.search(line):
            raise ValueError(f"{line!r} holds what a line of text cannot")
        if line.startswith(_CODED):
            payload.append(_decoded(line.removeprefix(_CODED), line))
        elif line.startswith(_WRAPPED):
            inner = line.removeprefix(_WRAPPED).encode()
        elif line.startswith(_TEXT) or line == _TEXT.rstrip():
            payload.append(line.removeprefix(_TEXT.rstrip()).removeprefix(" ").encode())
        else:
            headers.append(_header(line))
    try:
        data = b"\n".join(payload)
        return eventstream.encode(
            Frame(tuple(headers), eventstream.wrapped(data, inner) if inner else data)
        )
    except UsageError as error:
        raise ValueError(f"{error.what}: {error.problem}") from None


def _header(line: str) -> Header:
    match = _HEADER.fullmatch(line)
    kind = (match["type"] or "string") if match else ""
    if match is None or kind not in _TYPES:
        raise ValueError(f"{line!r} is no header, and '> ' begins no payload there")
    return Header(match["name"], _value(kind, match["value"] or "", line), kind)


def _value(kind: str, text: str, line: str) -> HeaderValue:
    try:
        if kind in _NUMBERS:
            return int(text)
        if kind == "uuid":
            return UUID(text)
    except ValueError:
        raise ValueError(f"{line!r}: {text!r} is no value of type {kind}") from None
    if kind in ("true", "false"):
        return kind == "true"
    return _decoded(text, line) if kind == "bytes" else text


def _decoded(text: str, line: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError(f"{line[:40]!r} is not base64") from None
