"""From the bytes of a body to events with their places: one decoder for each wire format.

A decoder takes a body and returns `Found` events; which one is used, the content type decides. A
new wire format is one more line in `_DECODERS`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from streamtape.sse import spans

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["Decode", "Found", "decoder_for"]


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


Decode: TypeAlias = "Callable[[bytes], list[Found]]"


def decoder_for(media: str) -> Decode:
    """Return what decodes bodies of a content type; server-sent events where it says nothing."""
    return _DECODERS.get(media.partition(";")[0].strip().lower(), _server_sent)


def _server_sent(body: bytes) -> list[Found]:
    found = []
    for span in spans(body):
        values = [body[line.value : line.stop] for line in span.lines if line.name(body) == b"data"]
        found.append(Found(span.type, span.start, span.stop, b"\n".join(values)))
    return found


_DECODERS: Mapping[str, Decode] = {"text/event-stream": _server_sent}
