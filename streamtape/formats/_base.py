"""What every format answers, and edits of bytes.

This module decides the questions; it knows no format.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from streamtape.sse import Event, EventSpan, Line

__all__ = ["Edit", "Format", "Part", "edited", "smallest"]

Part: TypeAlias = tuple[int, int]
"""From which byte of a body, up to which."""

Edit: TypeAlias = tuple[int, int, bytes]
"""From which byte of a body, up to which, and what stands there instead."""


class Format(Protocol):
    """One wire format. It takes whole bodies, broken and cut short ones too, and raises nothing.

    An event is what a client is given at once: of SSE what a blank line dispatches, of
    newline-delimited JSON a line, of an AWS event stream a frame. A line is the next smaller thing:
    a line, or a part of a frame.
    """

    @property
    def name(self) -> str:
        """How it is called."""
        ...

    def ends(self, body: bytes) -> Sequence[int]:
        """Return the offsets behind everything that stands by itself, events and comments."""
        ...

    def line_ends(self, body: bytes) -> Sequence[int]:
        """Return the offsets behind each line."""
        ...

    def lines(self, body: bytes) -> Iterator[Line]:
        """Yield the places of the lines."""
        ...

    def spans(self, body: bytes) -> list[EventSpan]:
        """Return the places of the events."""
        ...

    def events(self, body: bytes) -> list[Event]:
        """Return the events, with their data as text."""
        ...

    def parts(self, body: bytes, span: EventSpan) -> list[Part]:
        """Return where the data of an event stands: one part, or one for each line of it."""
        ...

    def read(self, body: bytes, part: Part) -> bytes:
        """Return what a part of an event's data says."""
        ...

    def edit(self, body: bytes, span: EventSpan, part: Part, data: bytes) -> Edit:
        """Return what must change in the body so that this part of the event says `data`."""
        ...

    def error(self, kind: str, data: str) -> bytes:
        """Return an error within the stream, of a type (as the Messages API has them)."""
        ...

    def resealed(self, body: bytes, original: bytes) -> bytes:
        """Return a body that was changed, without a change of size, with its checksums right."""
        ...


def edited(body: bytes, edits: Iterable[Edit]) -> bytes:
    """Return `body` after edits that are in order and do not overlap."""
    parts, position = list[bytes](), 0
    for start, stop, instead in edits:
        parts += [body[position:start], instead]
        position = stop
    return b"".join((*parts, body[position:]))


def smallest(body: bytes, edit: Edit) -> Edit:
    """Return an edit without what it leaves as it is, at its start and then at its end."""
    start, stop, instead = edit
    was = body[start:stop]
    same = next(
        (number for number, pair in enumerate(zip(was, instead, strict=False)) if len({*pair}) > 1),
        min(len(was), len(instead)),
    )
    start, was, instead = start + same, was[same:], instead[same:]
    while was and instead and was[-1] == instead[-1]:
        stop, was, instead = stop - 1, was[:-1], instead[:-1]
    return start, stop, instead
