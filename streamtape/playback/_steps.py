"""The vocabulary of a replay: what a face is told to do, one thing at a time.

Always `Head` first (behind an optional `Wait`), then any number of `Wait` and `Send`, then exactly
one `Finish` or `Fail`; or `Fail` in place of the head.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from streamtape.cassette import Headers

__all__ = ["Fail", "FailKind", "Finish", "Gap", "Head", "Send", "Step", "Wait"]

FailKind: TypeAlias = Literal["disconnect", "reset", "timeout", "exhausted"]
"""How a stream fails: FIN before the body is complete; RST; nothing more until the client's read
timeout; or the recording has no more, because the recorded client closed it here."""


class Head(NamedTuple):
    """Send the head of the response."""

    status: int
    headers: Headers
    http_version: str


class Wait(NamedTuple):
    """Let time pass, in seconds, counted from the moment the step before was due.

    Infinite for a stall: only the client's own timeout ends it. A client that waits longer than its
    read timeout gets that, as on a network.
    """

    seconds: float


class Gap(NamedTuple):
    """Leave at least so many seconds between one chunk and the next: for sockets only.

    A `Wait` catches up with the schedule after a delay, and two writes that catch up are one read
    of the client's. A gap lasts until the chunk before was taken, too, and moves no schedule.
    """

    seconds: float


class Send(NamedTuple):
    """Hand over one chunk, as one read."""

    data: bytes


class Fail(NamedTuple):
    """Break the connection."""

    kind: FailKind


class Finish(NamedTuple):
    """End the body as HTTP ends one."""


Step: TypeAlias = Head | Wait | Gap | Send | Fail | Finish
