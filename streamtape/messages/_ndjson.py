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
from streamtape.ndjson import LineDecoder

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
