"""Newline-delimited JSON: how a back end hands a stream on to the TypeScript helper.

One raw event a line, as `toReadableStream()` writes and `fromReadableStream()` reads them. Derived
events are not written: the other side makes them again.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from streamtape.messages._emitter import as_sent
from streamtape.messages._errors import InvalidEventError
from streamtape.messages._status import stream_error

if TYPE_CHECKING:
    from streamtape.messages._record import Record

__all__ = ["LineDecoder", "line_of", "line_payload"]


def line_of(event: Record) -> bytes:
    """Return the line of an event, or nothing for a derived one."""
    raw = as_sent(event)
    if raw is None:
        return b""
    text = json.dumps(raw.to_dict(), separators=(",", ":"), ensure_ascii=False)
    # A lone surrogate has no UTF-8; as an escape it comes through.
    return text.encode("utf-8", "backslashreplace") + b"\n"


class LineDecoder:
    """Bytes in, lines out; LF, CR and CRLF end a line, blank ones are passed over."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def feed(self, chunk: bytes) -> list[str]:
        """Take the next bytes; return the lines that they complete."""
        lines = chunk.splitlines()
        rest = lines.pop() if chunk[-1:] not in (b"\n", b"\r", b"") else None
        if lines:
            lines[0] = b"".join((*self._pieces, lines[0]))
            self._pieces.clear()
        if rest is not None:
            self._pieces.append(rest)
        return [line.decode("utf-8", "replace") for line in lines if line.strip()]

    def close(self) -> list[str]:
        """End the body: a last line needs no line end."""
        rest, self._pieces = b"".join(self._pieces), []
        return [rest.decode("utf-8", "replace")] if rest.strip() else []


def line_payload(line: str, response: Any = None) -> dict[str, Any]:
    """Return the raw event of a line.

    Raises:
        APIError: the line is an error of the service.
        InvalidEventError: the line is no JSON object.
    """
    try:
        data = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise InvalidEventError("NDJSON", f"{error}: {line[:80]!r}") from None
    if not isinstance(data, dict):
        raise InvalidEventError("NDJSON", f"not an object: {line[:80]!r}")
    if data.get("type") == "error":
        raise stream_error(data, response)
    return data
