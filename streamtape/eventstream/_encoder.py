"""Frames to bytes: the inverse of the decoder; and the checksums of bytes that were changed.

`Decoder().feed(encode(frame)) == [frame]` for every frame that can be written; one that cannot is
an error.
"""

from __future__ import annotations

from binascii import crc32
from typing import TYPE_CHECKING

from streamtape.errors import UsageError
from streamtape.eventstream._frame import HEADER_TYPES
from streamtape.eventstream._layout import (
    CRC,
    MOST_HEADERS,
    MOST_PAYLOAD,
    PRELUDE,
    read_prelude,
    value_bytes,
)

if TYPE_CHECKING:
    from streamtape.eventstream._frame import Frame, Header

__all__ = ["encode", "resealed"]

_LONGEST_NAME = 255


def encode(frame: Frame) -> bytes:
    """Write one frame, with its lengths and checksums.

    Raises:
        UsageError: a header that the format cannot carry, or more bytes than a frame may have.
    """
    headers = b"".join(map(_header, frame.headers))
    for what, size, most in (
        ("headers", len(headers), MOST_HEADERS),
        ("payload", len(frame.payload), MOST_PAYLOAD),
    ):
        if size > most:
            remedy = f"At most {most} are allowed in a frame."
            raise UsageError(what, f"{size} bytes are too many", remedy)
    total = PRELUDE + len(headers) + len(frame.payload) + CRC
    prelude = total.to_bytes(4, "big") + len(headers).to_bytes(4, "big")
    prelude += crc32(prelude).to_bytes(CRC, "big")
    return _sealed(prelude + headers + frame.payload)


def resealed(body: bytes, original: bytes) -> bytes:
    """Return `body` with the checksums of those frames right whose checksums were in `original`.

    For bytes that were changed without a change of size: what was damaged stays so.

    Args:
        body: what it has become.
        original: what it was, of the same length.
    """
    parts, at = [], 0
    while len(original) - at >= PRELUDE and not (prelude := read_prelude(original, at)).problem:
        stop = at + prelude.total
        if stop > len(original):
            break
        was = original[at:stop]
        is_whole = _sealed(was[:-CRC]) == was
        frame = body[at:stop]
        parts.append(_sealed(was[:PRELUDE] + frame[PRELUDE:-CRC]) if is_whole else frame)
        at = stop
    return b"".join((*parts, body[at:]))


def _sealed(data: bytes) -> bytes:
    return data + crc32(data).to_bytes(CRC, "big")


def _header(header: Header) -> bytes:
    try:
        name, value = header.name.encode(), value_bytes(header)
    except ValueError as error:
        raise _impossible(header, str(error)) from None
    if not 1 <= len(name) <= _LONGEST_NAME:
        raise _impossible(header, f"a name has 1 to {_LONGEST_NAME} bytes")
    return bytes((len(name),)) + name + bytes((HEADER_TYPES.index(header.type),)) + value


def _impossible(header: Header, problem: str) -> UsageError:
    remedy = f"Types are {', '.join(HEADER_TYPES)}."
    return UsageError(f"header {header.name!r}", problem, remedy)
