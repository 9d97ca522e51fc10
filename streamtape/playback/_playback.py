"""One replay of one interaction, with what came of it.

A playback is written by the face that performs it and read by tests. It decides nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from streamtape.sse import Decoder

if TYPE_CHECKING:
    from streamtape.cassette import Interaction, Request
    from streamtape.playback._steps import FailKind
    from streamtape.splits import BodySplit
    from streamtape.sse import Event

__all__ = ["Ending", "Playback"]

Ending: TypeAlias = Literal[
    "complete", "truncated", "reset", "timeout", "aborted", "faulted", "unread", "errored"
]

_ENDINGS: dict[FailKind, Ending] = {
    "disconnect": "truncated",
    "reset": "reset",
    "timeout": "timeout",
    "exhausted": "errored",
}


@dataclass(slots=True)
class Playback:
    """One replay.

    Attributes:
        number: which interaction of the cassette, counted from 1.
        request: the live request that it answered.
        interaction: what was recorded.
        split: how the body was cut.
        delivered: bytes of the body that the client has taken.
        end: how it ended; ``unread`` until the client takes the first chunk, None while it reads.
    """

    number: int
    request: Request
    interaction: Interaction
    split: BodySplit
    delivered: int = 0
    end: Ending | None = "unread"

    @property
    def delivered_body(self) -> bytes:
        """The bytes of the body that the client has taken."""
        return self.interaction.response.body[: self.delivered]

    @property
    def delivered_events(self) -> list[Event]:
        """The events that are complete in what the client has taken."""
        return Decoder().feed(self.delivered_body)

    def sent(self, data: bytes) -> None:
        """Note that the client took a chunk."""
        self.delivered += len(data)
        self.end = None

    def finished(self) -> None:
        """Note that the client has seen the end of the body."""
        self.end = "complete"

    def failed(self, kind: FailKind) -> None:
        """Note that the stream broke, as it was planned to."""
        self.end = _ENDINGS[kind]

    def closed(self) -> None:
        """Note that the client closed the response; before its end, that is an abort."""
        if self.end is None or (self.end == "unread" and self.interaction.response.body):
            self.end = "aborted"
        elif self.end == "unread":
            self.end = "complete"
