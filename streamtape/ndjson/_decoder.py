"""Bytes in, lines or values out: incremental, linear, whatever the chunks.

This module decides what a line is. It never waits, and passes over blank lines.
"""

from __future__ import annotations

import json
from typing import Any

from streamtape.errors import InvalidLineError, UsageError

__all__ = ["Decoder", "LineDecoder"]

_MOST_SHOWN = 80


class LineDecoder:
    """Bytes in, lines out, as text; LF, CR and CRLF end a line, blank ones are passed over.

    UTF-8 that is not valid becomes U+FFFD.

    Attributes:
        number: how many lines have ended so far, blank ones included.
    """

    def __init__(self) -> None:
        self.number: int = 0
        # Joined once, at the end of a line: that keeps a long line in small chunks linear.
        self._pieces: list[bytes] = []
        self._skip_lf = False  # the last byte was CR: an LF now belongs to it

    @property
    def pending(self) -> bool:
        """Whether a line has begun that has not ended."""
        return bool(self._pieces)

    def feed(self, chunk: bytes) -> list[str]:
        """Take the next bytes; return the lines that they complete."""
        return [line for _, line in self.numbered(chunk)]

    def close(self) -> list[str]:
        """End the body: a last line needs no line end."""
        rest, self._pieces = b"".join(self._pieces), []
        self.number += bool(rest)
        return [rest.decode("utf-8", "replace")] if rest.strip() else []

    def numbered(self, chunk: bytes) -> list[tuple[int, str]]:
        """Do the same as `feed`, and number the lines from 1."""
        if self._skip_lf and chunk:
            self._skip_lf = False
            chunk = chunk.removeprefix(b"\n")
        # bytes.splitlines knows LF, CR and CRLF only; str.splitlines cuts at U+2028 too.
        lines = chunk.splitlines()
        rest = lines.pop() if chunk[-1:] not in (b"\n", b"\r", b"") else None
        self._skip_lf = self._skip_lf or chunk.endswith(b"\r")
        if lines:
            lines[0] = b"".join((*self._pieces, lines[0]))
            self._pieces.clear()
        if rest is not None:
            self._pieces.append(rest)
        first = self.number + 1
        self.number += len(lines)
        return [
            (number, line.decode("utf-8", "replace"))
            for number, line in enumerate(lines, first)
            if line.strip()
        ]


class Decoder:
    """Bytes in, JSON values out: one for each line that is not blank."""

    def __init__(self) -> None:
        self._lines = LineDecoder()
        self._failure: InvalidLineError | None = None
        self._closed = False

    @property
    def pending(self) -> bool:
        """Whether a line has begun that has not ended; `close` takes it for whole."""
        return self._lines.pending

    def feed(self, data: bytes) -> list[Any]:
        """Take the next bytes of the body; return the values that they complete, in order.

        Raises:
            InvalidLineError: a line is no JSON. Values that were complete before it are returned
                first, and the error comes with the next call; the decoder stays in that state.
            UsageError: the decoder has been closed.
        """
        if self._closed:
            raise UsageError("feed()", "this decoder has been closed", "Make one Decoder a stream.")
        if self._failure is not None:
            raise self._failure
        values: list[Any] = []
        for number, line in self._lines.numbered(data):
            try:
                values.append(_value(number, line))
            except InvalidLineError as error:
                self._failure = error
                if not values:
                    raise
                break
        return values

    def close(self) -> list[Any]:
        """End the stream; return the value of a last line without a line end, if there is one.

        Raises:
            InvalidLineError: that line is no JSON, cut short perhaps; or the stream had failed, and
                nobody has been told.
        """
        self._closed = True
        if self._failure is not None:
            raise self._failure
        return [_value(self._lines.number, line) for line in self._lines.close()]


def _value(number: int, line: str) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError) as error:
        raise InvalidLineError(number, str(error), line[:_MOST_SHOWN]) from None
