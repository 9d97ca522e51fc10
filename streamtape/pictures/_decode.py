"""From the bytes of a body to events with their places, whatever its wire format.

Which format that is, and how it is read, `streamtape.formats` decides; a new one is drawn as it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from streamtape.cassette import Response

__all__ = ["Found", "events_of"]


class Found(NamedTuple):
    """One event of a body.

    Attributes:
        type: its type, as the wire has it.
        start: its first byte.
        stop: behind its last.
        data: what it carries.
    """

    type: str
    start: int
    stop: int
    data: bytes


def events_of(response: Response) -> list[Found]:
    """Return the events of a response, in order."""
    form, body = response.format, response.body
    found = []
    for span in form.spans(body):
        data = b"\n".join(form.read(body, part) for part in form.parts(body, span))
        found.append(Found(span.type, span.start, span.stop, data))
    return found
