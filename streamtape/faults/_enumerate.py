"""Faults at every place of a body: what a sweep goes through."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from streamtape.faults._values import Eof, ErrorEvent, OfEvent, Swap
from streamtape.formats import format_of

if TYPE_CHECKING:
    from streamtape.faults._place import Placed
    from streamtape.formats import Format

__all__ = ["at_every_byte", "at_every_event"]


def at_every_event(
    body: bytes, make: type[Placed], *, form: Format | None = None, **arguments: Any
) -> list[Any]:
    """Return a fault at every event boundary of `body`, or of every event for the faults of one.

    A boundary is in front of the first event or behind any. `Eof` and `ErrorEvent` are left out
    behind the last one: an end there is not too early.

    Args:
        body: what was recorded.
        make: one of the faults that have a place (`Disconnect`, ...).
        form: the wire format of the body; told by the bytes themselves where it is left out.
        arguments: what else it takes (``interaction=2``).
    """
    numbers = [span.number for span in (form or format_of(None, body)).spans(body)]
    if issubclass(make, OfEvent):
        touched = numbers[:-1] if issubclass(make, Swap) else numbers
        return [make(inside=number, **arguments) for number in touched]
    behind = numbers[:-1] if make in (Eof, ErrorEvent) else numbers
    first = [make(before=1, **arguments)] if numbers else []
    return first + [make(after=number, **arguments) for number in behind]


def at_every_byte(body: bytes, make: type[Placed], **arguments: Any) -> list[Any]:
    """Return a fault in front of every byte of `body`."""
    return [make(at=offset, **arguments) for offset in range(len(body))]
