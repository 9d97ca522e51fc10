"""Where the parts of a frame lie, and what its headers say: the rules, written once.

The decoder, the encoder and the spans all go by this module. It takes a whole frame, and never
waits for one.
"""

from __future__ import annotations

import struct
from binascii import crc32
from typing import TYPE_CHECKING, NamedTuple
from uuid import UUID

from streamtape.eventstream._frame import HEADER_TYPES, Header

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streamtape.eventstream._frame import HeaderType, HeaderValue

__all__ = [
    "CRC",
    "MOST_HEADERS",
    "MOST_PAYLOAD",
    "PRELUDE",
    "HeaderSpan",
    "Prelude",
    "header_spans",
    "read_headers",
    "read_prelude",
    "value_bytes",
]

PRELUDE, CRC = 12, 4
MOST_HEADERS, MOST_PAYLOAD = 128 * 1024, 24 * 1024 * 1024  # as in AWS's own SDKs

_PRELUDE = struct.Struct("!III")
_NUMBERS = {
    "byte": struct.Struct("!b"),
    "short": struct.Struct("!h"),
    "int": struct.Struct("!i"),
    "long": struct.Struct("!q"),
    "timestamp": struct.Struct("!q"),
}
_FIXED = {"true": 0, "false": 0, "uuid": 16} | {name: each.size for name, each in _NUMBERS.items()}
_LENGTH = 2  # bytes in front of a value of type bytes or string


class Prelude(NamedTuple):
    """The lengths of a frame.

    Attributes:
        total: bytes of the whole frame, both checksums included.
        headers: bytes of its headers.
        problem: why this is no prelude, or "".
    """

    total: int
    headers: int
    problem: str = ""


class HeaderSpan(NamedTuple):
    """The places of one header. All are byte offsets.

    Attributes:
        start: the byte that says how long its name is.
        name: the first byte of the name.
        type: the byte of the type, behind the name.
        size: the first of the two bytes that say how long the value is; equal to `value` where the
            type says it already.
        value: the first byte of the value.
        stop: behind the value.
        type_name: the type.
    """

    start: int
    name: int
    type: int
    size: int
    value: int
    stop: int
    type_name: HeaderType


def read_prelude(data: bytes | bytearray, at: int = 0) -> Prelude:
    """Read the prelude that begins at an offset; all its 12 bytes must be there."""
    total, headers, said = _PRELUDE.unpack_from(data, at)
    found = crc32(data[at : at + PRELUDE - CRC])
    if said != found:
        problem = f"the CRC of the prelude says {said:08x}, its bytes give {found:08x}"
    elif headers > MOST_HEADERS:
        problem = f"{headers} bytes of headers are over the limit of {MOST_HEADERS}"
    elif total < PRELUDE + headers + CRC:
        problem = f"{total} bytes in all cannot hold {headers} bytes of headers"
    elif total - headers > MOST_PAYLOAD + PRELUDE + CRC:
        size = total - headers - PRELUDE - CRC
        problem = f"a payload of {size} bytes is over the limit of {MOST_PAYLOAD}"
    else:
        problem = ""
    return Prelude(total, headers, problem)


def header_spans(data: bytes, start: int, stop: int) -> Iterator[HeaderSpan]:
    """Yield the places of the headers that lie between two offsets.

    Raises:
        ValueError: a header is longer than there is room, or has a type that is none.
    """
    at = start
    while at < stop:
        kind = at + 1 + data[at]
        if kind >= stop or kind == at + 1:
            raise ValueError("a header's name has no bytes, or more than there are")
        if data[kind] >= len(HEADER_TYPES):
            raise ValueError(f"a header has the type {data[kind]}, which there is not")
        type_name = HEADER_TYPES[data[kind]]
        size = value = kind + 1
        length = _FIXED.get(type_name)
        if length is None:
            value = size + _LENGTH
            length = int.from_bytes(data[size:value], "big")
        end = value + length
        if end > stop:
            raise ValueError("a header's value has more bytes than there are")
        yield HeaderSpan(at, at + 1, kind, size, value, end, type_name)
        at = end


def read_headers(data: bytes, start: int, stop: int) -> tuple[Header, ...]:
    """Return the headers that lie between two offsets.

    Raises:
        ValueError: see `header_spans`; or a name or a text is no UTF-8.
    """
    return tuple(
        Header(data[each.name : each.type].decode(), _value(data, each), each.type_name)
        for each in header_spans(data, start, stop)
    )


def _value(data: bytes, span: HeaderSpan) -> HeaderValue:
    raw = data[span.value : span.stop]
    match span.type_name:
        case "true" | "false":
            return span.type_name == "true"
        case "bytes":
            return raw
        case "string":
            return raw.decode()
        case "uuid":
            return UUID(bytes=raw)
    number: int = _NUMBERS[span.type_name].unpack(raw)[0]
    return number


def value_bytes(header: Header) -> bytes:
    """Return a header's value as it stands on the wire, its length in front.

    Raises:
        ValueError: the value does not fit the type.
    """
    value = header.value
    match header.type, value:
        case ("true", True) | ("false", False):
            return b""
        case ("uuid", UUID()):
            return value.bytes
        case ("bytes", bytes()) | ("string", str()):
            raw = value if isinstance(value, bytes) else str(value).encode()
            if len(raw) >= 1 << 8 * _LENGTH:
                raise ValueError(f"{len(raw)} bytes are more than a value can have")
            return len(raw).to_bytes(_LENGTH, "big") + raw
    if header.type not in _NUMBERS or isinstance(value, bool) or not isinstance(value, int):
        raise ValueError(f"{value!r} is no value of type {header.type}")
    try:
        return _NUMBERS[header.type].pack(value)
    except struct.error as error:
        raise ValueError(f"{value!r} is no value of type {header.type}: {error}") from None
