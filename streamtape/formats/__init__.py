r"""The wire formats of streaming model APIs, and which one a body is in: decided here, once.

    >>> format_of("application/x-ndjson; charset=utf-8").name
    'ndjson'
    >>> [event.data for event in format_of("text/event-stream").events(b"data: a\n\n")]
    ['a']

`SSE`, `NDJSON` and `EVENT_STREAM` answer the same questions: where the events of a body stand, what
they are called, what they say, and what the bytes become where they are to say something else. What
a format *is* stands in `streamtape.sse`, `streamtape.ndjson` and `streamtape.eventstream`.
"""

from streamtape.formats._base import Edit, Format, Part, edited
from streamtape.formats._choice import EVENT_STREAM, FORMATS, NDJSON, SSE, format_of

__all__ = [
    "EVENT_STREAM",
    "FORMATS",
    "NDJSON",
    "SSE",
    "Edit",
    "Format",
    "Part",
    "edited",
    "format_of",
]
