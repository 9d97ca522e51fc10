"""Which format a body is in.

The content type decides. Where there is none (bytes by themselves, a cassette written by hand), the
first bytes do: the checksum of a prelude, or a JSON object on the first line. Everything else is
taken for SSE, in which a body that is none has no events.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from streamtape import eventstream
from streamtape.formats._eventstream import AwsEventStream
from streamtape.formats._ndjson import Ndjson
from streamtape.formats._sse import Sse

if TYPE_CHECKING:
    from streamtape.formats._base import Format

__all__ = ["EVENT_STREAM", "FORMATS", "NDJSON", "SSE", "format_of"]

SSE: Format = Sse()
NDJSON: Format = Ndjson()
EVENT_STREAM: Format = AwsEventStream()

FORMATS: dict[str, Format] = {each.name: each for each in (SSE, NDJSON, EVENT_STREAM)}
"""All of them, by their names."""

_TYPES = {
    "application/jsonl": NDJSON,
    "application/jsonlines": NDJSON,
    "application/ndjson": NDJSON,
    "application/stream+json": NDJSON,
    "application/vnd.amazon.eventstream": EVENT_STREAM,
    "application/x-jsonl": NDJSON,
    "application/x-jsonlines": NDJSON,
    "application/x-ndjson": NDJSON,
}
_OBJECT_LINE = re.compile(rb"\s*(\{[^\r\n]*\})[ \t]*(?:\r?\n|\Z)")


def format_of(content_type: str | None, body: bytes = b"") -> Format:
    """Return the format of a body.

    Args:
        content_type: the header, with or without parameters; None or "" if there is none.
        body: looked at only without a content type.
    """
    if content_type:
        return _TYPES.get(content_type.partition(";")[0].strip().lower(), SSE)
    if eventstream.is_prelude(body[:12]):
        return EVENT_STREAM
    match = _OBJECT_LINE.match(body)
    return NDJSON if match is not None and _is_json(match[1]) else SSE


def _is_json(text: bytes) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
