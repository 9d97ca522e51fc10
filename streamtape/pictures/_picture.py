"""What a picture of a stream is: plain data, for anyone to draw.

Bytes, when they came, what they meant, and what went wrong where. Nothing here knows HTML, colours
or a terminal, and nothing computes: `_draw` makes pictures, the renderers read them.

All offsets are bytes of the body; all times are whole microseconds since the request.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from streamtape.sweep import Excerpt

__all__ = ["Change", "Event", "Family", "Finding", "Mark", "MarkKind", "Picture", "Read"]

MarkKind: TypeAlias = Literal["fault", "abort", "end"]

Family: TypeAlias = Literal["message", "block", "text", "thinking", "json", "error", "other"]
"""What kinds of event have in common."""


class Read(NamedTuple):
    """The bytes that one read brought.

    Attributes:
        start: the first of them.
        stop: behind the last.
        at: when they came.
    """

    start: int
    stop: int
    at: int


class Event(NamedTuple):
    """One event of the stream.

    Attributes:
        type: its type, as the wire has it.
        kind: what it is told apart by, the most telling name: ``text_delta``.
        start: its first byte.
        stop: behind its last byte, the blank line included.
        began: when its first byte came.
        at: when its last byte came: when a client has it.
        adds_to: the text that it adds to, an index into `Picture.texts`, or None.
        text: what it adds.
    """

    type: str
    kind: str
    start: int
    stop: int
    began: int
    at: int
    adds_to: int | None = None
    text: str = ""


class Change(NamedTuple):
    """How an event changes the snapshot of the message.

    Attributes:
        event: the index of the event.
        path: where: member names and list indexes, from the message down; () is the message.
        value: what stands there from now on.
        grows: whether `value` is a text, to be appended to the one that stands there.
    """

    event: int
    path: tuple[str | int, ...]
    value: Any = None
    grows: bool = False


class Mark(NamedTuple):
    """Something that happened at a place of the stream, other than bytes.

    Attributes:
        kind: ``fault`` and ``abort``: what was done to the stream; ``end``: how it ended.
        offset: behind which byte.
        at: when.
        label: what, in a few words.
    """

    kind: MarkKind
    offset: int
    at: int
    label: str


@dataclass(frozen=True, slots=True)
class Picture:
    """One stream.

    Attributes:
        number: which interaction of the cassette it is, counted from 1.
        request: its method and URL.
        status: the status of the response.
        media: its content type, or "".
        body: all of its bytes, those that never came included.
        head: when the head of the response came.
        reads: how the bytes came, in order.
        events: what they meant, in order.
        texts: the names of the texts that grow.
        changes: how the snapshot of the message changes, in the order of the events; empty where
            the stream is none of a message.
        marks: faults, aborts, the ending.
        duration: when it was over.
        end: how the recording ended.
        recorded: the day of the recording, as ``2026-11-21``; "" where that is not known.
        until: how many bytes came, where a fault or the client stopped it; else all of them.
        split: what cuts it for the client, as text; "" where it is shown as recorded.
        cuts: where that split cuts, ascending.
        excerpts: the first few cuts, explained.
    """

    number: int
    request: str
    status: int
    media: str
    body: bytes
    head: int
    reads: tuple[Read, ...]
    events: tuple[Event, ...]
    texts: tuple[str, ...]
    changes: tuple[Change, ...]
    marks: tuple[Mark, ...]
    duration: int
    end: str
    recorded: str
    until: int
    split: str = ""
    cuts: tuple[int, ...] = ()
    excerpts: tuple[Excerpt, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """What a picture is shown for: the failure of a test.

    Attributes:
        test: which test failed.
        error: what it raised, in a line or a few.
        report: what a sweep has found, in lines; () where the test was not swept.
        reproduce: the command that runs just this again, or "".
    """

    test: str
    error: str
    report: tuple[str, ...] = ()
    reproduce: str = ""
