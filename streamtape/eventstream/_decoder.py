"""Bytes in, frames out: incremental, linear, and sure of every checksum.

This module decides when a frame is complete and whether it is whole. It never waits, and never
looks into a payload. The frames do not depend on where the body was cut.
"""

from __future__ import annotations

from binascii import crc32

from streamtape.errors import EventTooLargeError, InvalidFrameError, UsageError
from streamtape.eventstream._frame import Frame
from streamtape.eventstream._layout import CRC, PRELUDE, Prelude, read_headers, read_prelude

__all__ = ["Decoder"]


class Decoder:
    """An incremental decoder of one event stream.

    Feed it the body in pieces of any size, empty ones included; every call returns the frames that
    the new bytes complete.

    Args:
        max_event_size: the greatest size of one frame in bytes, or None for the format's own limits
            (128 KiB of headers, 24 MiB of payload).
    """

    def __init__(self, *, max_event_size: int | None = None) -> None:
        if max_event_size is not None and max_event_size < 1:
            raise UsageError(
                f"max_event_size={max_event_size}", "not a size", "Give bytes, at least 1, or None."
            )
        self._limit = max_event_size
        # Appended to, and cut off at the front once per call: what waits for the rest of its frame
        # is never copied again, so that 24 MiB in 64-byte chunks are linear.
        self._buffer = bytearray()
        self._prelude: Prelude | None = None
        self._number, self._offset = 1, 0  # of the frame that is being waited for
        self._failure: EventTooLargeError | InvalidFrameError | None = None
        self._closed = False

    @property
    def pending(self) -> bool:
        """Whether a frame has begun that is not complete: at the end, it is lost."""
        return bool(self._buffer)

    def feed(self, data: bytes) -> list[Frame]:
        """Take the next bytes of the body; return the frames that they complete, in order.

        Raises:
            InvalidFrameError: a checksum, a length or a header is wrong; nothing behind it can be
                read. Frames that were complete before it are returned first, and the error comes
                with the next call; the decoder stays in that state.
            EventTooLargeError: a frame is over `max_event_size`; likewise.
            UsageError: the decoder has been closed.
        """
        if self._closed:
            raise UsageError("feed()", "this decoder has been closed", "Make one Decoder a stream.")
        if self._failure is not None:
            raise self._failure
        self._buffer += data
        frames: list[Frame] = []
        start = self._offset
        try:
            while (frame := self._next(self._offset - start)) is not None:
                frames.append(frame)
        except (EventTooLargeError, InvalidFrameError) as error:
            self._failure = error
            if not frames:
                raise
        del self._buffer[: self._offset - start]
        return frames

    def close(self) -> list[Frame]:
        """End the stream: what is no complete frame is discarded (`pending` says if there is any).

        Returns:
            Always an empty list: a frame is complete with its last byte, so nothing is held back.

        Raises:
            InvalidFrameError: the stream had failed, and nobody has been told.
            EventTooLargeError: likewise.
        """
        self._closed = True
        if self._failure is not None:
            raise self._failure
        return []

    def _next(self, at: int) -> Frame | None:
        """Return the frame at an offset of the buffer, if all of it is there."""
        if self._prelude is None:
            if len(self._buffer) - at < PRELUDE:
                return None
            self._prelude = read_prelude(self._buffer, at)
            if self._prelude.problem:
                raise InvalidFrameError(self._number, self._offset, self._prelude.problem)
            if self._limit is not None and self._prelude.total > self._limit:
                raise EventTooLargeError(self._limit, self._prelude.total)
        total, headers, _ = self._prelude
        if len(self._buffer) - at < total:
            return None
        data = bytes(self._buffer[at : at + total])
        said, found = int.from_bytes(data[-CRC:], "big"), crc32(data[:-CRC])
        if said != found:
            problem = f"the CRC of the message says {said:08x}, its bytes give {found:08x}"
            raise InvalidFrameError(self._number, self._offset, problem)
        try:
            frame = Frame(
                read_headers(data, PRELUDE, PRELUDE + headers), data[PRELUDE + headers : -CRC]
            )
        except ValueError as error:
            raise InvalidFrameError(self._number, self._offset, str(error)) from None
        self._prelude = None
        self._number, self._offset = self._number + 1, self._offset + total
        return frame
