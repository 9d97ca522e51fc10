"""Where the frames of a whole body stand, in bytes, and where their parts do.

The decoder says what a stream means; this module says where it says so, for those who aim at a
place. It goes by the same rules, but where the decoder fails, it stops: what lies behind is no
frame.
"""

from __future__ import annotations

from binascii import crc32
from typing import TYPE_CHECKING, NamedTuple

from streamtape.eventstream._frame import Frame, type_of
from streamtape.eventstream._layout import (
    CRC,
    PRELUDE,
    HeaderSpan,
    header_spans,
    read_headers,
    read_prelude,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["FrameSpan", "HeaderSpan", "frames", "is_prelude", "spans"]


class FrameSpan(NamedTuple):
    """The place of one frame. All are byte offsets into the body.

    Attributes:
        number: its number in the body, counted from 1.
        type: what it is called, see `Frame.type`.
        start: its first byte: the prelude has 12.
        headers: the places of its headers.
        payload: the first byte of the payload; equal to `crc` where there is none.
        crc: the first of the four bytes of its checksum.
        stop: behind its last byte.
    """

    number: int
    type: str
    start: int
    headers: tuple[HeaderSpan, ...]
    payload: int
    crc: int
    stop: int

    def frame(self, body: bytes) -> Frame:
        """Return the frame itself."""
        headers = read_headers(body, self.start + PRELUDE, self.payload)
        return Frame(headers, body[self.payload : self.crc])


def is_prelude(data: bytes) -> bool:
    """Whether bytes begin as a frame does; by its checksum, so that nothing else ever does."""
    return len(data) >= PRELUDE and not read_prelude(data).problem


def spans(body: bytes) -> list[FrameSpan]:
    """Return the places of the frames of `body`, in order: as many as the decoder would give."""
    return list(_spans(body))


def frames(body: bytes) -> list[Frame]:
    """Return the frames of `body`, up to the first that is cut short or broken."""
    return [span.frame(body) for span in _spans(body)]


def _spans(body: bytes) -> Iterator[FrameSpan]:
    number, at = 1, 0
    while is_prelude(body[at : at + PRELUDE]):
        total, size, _ = read_prelude(body, at)
        stop, payload = at + total, at + PRELUDE + size
        crc = stop - CRC
        if stop > len(body) or crc32(body[at:crc]) != int.from_bytes(body[crc:stop], "big"):
            return
        try:
            headers = tuple(header_spans(body, at + PRELUDE, payload))
            kind = type_of(read_headers(body, at + PRELUDE, payload))
        except ValueError:
            return
        yield FrameSpan(number, kind, at, headers, payload, crc, stop)
        number, at = number + 1, stop
