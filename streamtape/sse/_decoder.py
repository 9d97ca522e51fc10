"""Bytes in, events out: the WHATWG rules, incremental and linear.

This module decides what an event is. It never waits, never reads, and never looks into the data.
Two laws hold, and the tests check them on every vector: the events do not depend on where the body
was cut, and the work per byte does not depend on the size of the chunks.
"""

from __future__ import annotations

from streamtape.errors import EventTooLargeError, UsageError
from streamtape.sse._event import Event

__all__ = ["Decoder"]

_BOM = b"\xef\xbb\xbf"

# CPython refuses to convert longer digit strings (a guard against quadratic time). Zeros in front
# do not count; a `retry` of more significant digits than this has no use and is ignored.
_MOST_DIGITS = 4300


class Decoder:
    """An incremental decoder of one event stream.

    Feed it the body in pieces of any size, empty ones included; every call returns the events that
    the new bytes complete. UTF-8 that is not valid becomes U+FFFD, as in a browser.

    Args:
        max_event_size: the greatest size of one event in bytes (all its lines, without line ends),
            or None for no limit.

    Attributes:
        retry: the last valid reconnection time that the stream asked for, in milliseconds, or None.
        last_event_id: the last event ID as of the last blank line; "" at first.
    """

    def __init__(self, *, max_event_size: int | None = None) -> None:
        if max_event_size is not None and max_event_size < 1:
            raise UsageError(
                f"max_event_size={max_event_size}", "not a size", "Give bytes, at least 1, or None."
            )
        self.retry: int | None = None
        self.last_event_id: str = ""
        self._limit = max_event_size
        self._type = ""
        self._data: list[str] = []
        self._id = ""
        # The line whose end has not come yet, in pieces: joining them once, at its end, is what
        # keeps a 256 KB line in 64-byte chunks linear (`buffer += chunk` would copy 0.5 GB).
        self._pieces: list[bytes] = []
        self._pieces_size = 0
        self._lines_size = 0  # of the whole lines of the event so far
        self._at_start = True  # a BOM may still come
        self._skip_lf = False  # the last byte was CR: an LF now belongs to it
        self._failure: EventTooLargeError | None = None
        self._closed = False

    @property
    def pending(self) -> bool:
        """Whether an event has begun that no blank line has completed: at the end, it is lost."""
        return bool(self._pieces or self._data or self._type)

    def feed(self, data: bytes) -> list[Event]:
        """Take the next bytes of the body; return the events that they complete, in order.

        Raises:
            EventTooLargeError: an event is over the limit. Events that were complete before it
                are returned first, and the error comes with the next call; the decoder stays in
                that state.
            UsageError: the decoder has been closed.
        """
        if self._closed:
            raise UsageError("feed()", "this decoder has been closed", "Make one Decoder a stream.")
        if self._failure is not None:
            raise self._failure
        if self._at_start:
            data = self._strip_bom(data)
        if self._skip_lf and data:
            self._skip_lf = False
            data = data.removeprefix(b"\n")
        if not data:
            return []
        events: list[Event] = []
        try:
            self._lines(data, events)
        except EventTooLargeError as error:
            self._failure = error
            if not events:
                raise
        return events

    def close(self) -> list[Event]:
        """End the stream: what no blank line has completed is discarded (section 9.2.6).

        Returns:
            Always an empty list: a CR ends a line when it comes, so nothing is ever held back.

        Raises:
            EventTooLargeError: the stream ended in an event over the limit.
        """
        self._closed = True
        if self._failure is not None:
            raise self._failure
        self._pieces.clear()
        self._data.clear()
        self._type = ""
        return []

    def _strip_bom(self, data: bytes) -> bytes:
        """Drop a BOM at byte 0, or hold back what may become one."""
        head = b"".join((*self._pieces, data))
        if len(head) < len(_BOM) and _BOM.startswith(head):
            self._pieces = [head] if head else []
            return b""
        self._at_start = False
        self._pieces.clear()
        return head.removeprefix(_BOM)

    def _lines(self, data: bytes, events: list[Event]) -> None:
        """Cut `data` into lines and take each; keep an unfinished last one for later."""
        # bytes.splitlines knows LF, CR and CRLF only; str.splitlines also cuts at U+2028, U+0085...
        lines = data.splitlines()
        self._skip_lf = data.endswith(b"\r")
        rest = b"" if data.endswith((b"\r", b"\n")) else lines.pop()
        if lines:
            if self._pieces:
                self._pieces.append(lines[0])
                lines[0] = b"".join(self._pieces)
                self._pieces.clear()
                self._pieces_size = 0
            self._take(lines, events)
        if rest:
            self._pieces.append(rest)
            self._pieces_size += len(rest)
            self._check_size(self._lines_size + self._pieces_size)

    def _check_size(self, size: int) -> None:
        if self._limit is not None and size > self._limit:
            raise EventTooLargeError(self._limit, size)

    def _take(self, lines: list[bytes], events: list[Event]) -> None:  # noqa: C901 - see below
        """Interpret whole lines (section 9.2.6).

        The hot path: one loop without calls per line is twice as fast as one method per field.
        """
        for line in lines:
            if not line:
                self._lines_size = 0
                self.last_event_id = self._id
                if self._data:
                    data = self._data[0] if len(self._data) == 1 else "\n".join(self._data)
                    events.append(Event(self._type or "message", data, self._id))
                    self._data.clear()
                self._type = ""
                continue
            self._lines_size += len(line)
            if self._limit is not None:
                self._check_size(self._lines_size)
            name, _, value = line.partition(b":")
            if value[:1] == b" ":
                value = value[1:]
            if name == b"data":
                self._data.append(value.decode("utf-8", "replace"))
            elif name == b"event":
                self._type = value.decode("utf-8", "replace")
            elif name == b"id":
                if b"\0" not in value:
                    self._id = value.decode("utf-8", "replace")
            elif name == b"retry" and value.isdigit():  # of bytes: ASCII digits only
                self._set_retry(value)

    def _set_retry(self, digits: bytes) -> None:
        significant = digits.lstrip(b"0") or b"0"
        if len(significant) <= _MOST_DIGITS:
            self.retry = int(significant)
