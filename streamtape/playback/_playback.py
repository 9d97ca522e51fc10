"""One replay of one interaction, with what came of it.

A playback is written by the face that performs it and read by tests. It decides nothing.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

from streamtape.faults import find_event
from streamtape.playback._fault import alter

if TYPE_CHECKING:
    from streamtape.cassette import Interaction, Request, Response
    from streamtape.faults import EventName, Fault
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

    Times are seconds on the clock of the use: `RealClock`'s, or virtual ones.

    Attributes:
        number: which interaction of the cassette, counted from 1.
        request: the live request that it answered.
        interaction: what was recorded.
        split: how the body was cut.
        fault: what went wrong by design, or None.
        started: when the request came.
        response: what was replayed: what was recorded, as the fault altered it.
        delivered: bytes of the body that the client has taken.
        end: how it ended; ``unread`` until the client takes the first chunk, None while it reads.
            ``faulted`` where the client has seen the fault.
        ended: when; None while it lasts.
        released: whether the client has closed the response, or never got one.
    """

    number: int
    request: Request
    interaction: Interaction
    split: BodySplit
    fault: Fault | None = None
    started: float = 0.0
    response: Response = field(init=False)
    delivered: int = 0
    end: Ending | None = "unread"
    ended: float | None = None
    released: bool = False
    _shown: int | None = field(init=False, default=None, repr=False)

    def __post_init__(self) -> None:
        self.response = self.interaction.response
        if self.fault is not None:
            self.response, self._shown = alter(self.response, self.fault)

    @property
    def delivered_body(self) -> bytes:
        """The bytes of the body that the client has taken."""
        return self.response.body[: self.delivered]

    @property
    def delivered_events(self) -> list[Event]:
        """The events that are complete in what the client has taken."""
        return self.response.format.events(self.delivered_body)

    @property
    def delivered_text(self) -> str:
        """The text of the Messages API's text deltas among them."""
        return "".join(map(_text_delta, self.delivered_events))

    def event_number(self, name: EventName) -> int:
        """Return the number of an event of the stream, counted from 1.

        Raises:
            UsageError: it has no such event.
        """
        return find_event(self.response.body, name, self.response.format).number

    def __str__(self) -> str:
        total = len(self.response.body)
        told = [
            f"{self.request}: {self.end or 'being read'}",
            f"{self.delivered} of {total} bytes, {len(self.delivered_events)} events delivered",
            *([f"fault '{self.fault}'"] if self.fault else []),
        ]
        return ", ".join(told)

    def sent(self, data: bytes) -> None:
        """Note that the client took a chunk."""
        self.sent_bytes(len(data))

    def sent_bytes(self, size: int) -> None:
        """Note that the client took so many bytes."""
        self.delivered += size
        self.end = None

    def finished(self, at: float | None = None) -> None:
        """Note that the client has seen the end of the body."""
        self._ends("complete" if self.fault is None else "faulted", at)

    def failed(self, kind: FailKind, at: float | None = None) -> None:
        """Note that the stream broke, as it was planned to."""
        self._ends(_ENDINGS[kind] if self.fault is None else "faulted", at)

    def closed(self, at: float | None = None) -> None:
        """Note that the client closed the response; before its end, that is an abort."""
        self.released = True
        if self.end not in (None, "unread"):
            return
        if self._shown is not None and self.delivered >= self._shown:
            self._ends("faulted", at)
        elif self.end == "unread" and not self.response.body and self.fault is None:
            self._ends("complete", at)
        else:
            self._ends("aborted", at)

    def _ends(self, end: Ending, at: float | None) -> None:
        self.end, self.ended = end, at


def _text_delta(event: Event) -> str:
    if "text_delta" not in event.data:
        return ""
    try:
        delta = json.loads(event.data).get("delta")
    except (ValueError, AttributeError):
        return ""
    if not isinstance(delta, dict) or delta.get("type") != "text_delta":
        return ""
    return str(delta.get("text", ""))
