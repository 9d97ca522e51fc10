"""What becomes of the events while a stream runs: a transcript, in the end.

It decides nothing and consumes nothing: the faces hand it what came.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from streamtape.clock import RealClock
from streamtape.transcripts._event import Event, event_of, plain
from streamtape.transcripts._transcript import Transcript

if TYPE_CHECKING:
    from collections.abc import Callable

    from streamtape.clock import Clock

__all__ = ["Recorder"]

# What the arguments of an emission are called, where they are not called like the event.
_ARGUMENTS = {"stream_event": "event", "input_json": "partial_json", "compaction": "content"}
_ARGUMENTS |= {"final_message": "message", "abort": "error"}


class Recorder:
    """Takes the events of one stream.

    Args:
        clock: what tells the time.
        delivered: tells how many bytes of the recording the client has taken by now, and of how
            many; None where nobody knows.
        on_event: called with every item, as the stream handed it out.

    Attributes:
        events: what came so far.
        aborted_after: how many had come when the stream was told to stop, or None.
        error: what it raised, or None.
        interrupted: what `on_event` raised, or None.
    """

    def __init__(
        self,
        clock: Clock | None = None,
        delivered: Callable[[], tuple[int, int] | None] | None = None,
        on_event: Callable[[Any], object] | None = None,
    ) -> None:
        self._clock = clock or RealClock()
        self._began = self._clock.now()
        self._delivered = delivered or (lambda: None)
        self._on_event = on_event
        self.events: list[Event] = []
        self._body_size: int | None = None
        self.aborted_after: int | None = None
        self.error: BaseException | None = None
        self.interrupted: BaseException | None = None

    def take(self, item: Any) -> Event:
        """Take what an iterator handed out."""
        return self._take(event_of(item, *self._now()), item)

    def emit(self, name: str, *arguments: Any) -> Event:
        """Take what an emitter emitted; of several arguments the first, which is what is new."""
        data = {_ARGUMENTS.get(name, name): plain(arguments[0])} if arguments else {}
        return self._take(Event(name, data, *self._now()), arguments)

    def _now(self) -> tuple[float, int | None]:
        delivered, self._body_size = self._delivered() or (None, None)
        return self._clock.now() - self._began, delivered

    def _take(self, event: Event, item: Any) -> Event:
        self.events.append(event)
        if self._on_event is not None:
            try:
                self._on_event(item)
            except BaseException as error:
                self.interrupted = error  # a test's, not the stream's, whoever catches it
                raise
        return event

    def abort(self) -> None:
        """Note that the stream is told to stop, here and now."""
        self.aborted_after = len(self.events)

    def fail(self, error: BaseException) -> None:
        """Note what the stream raised."""
        self.error = error

    def transcript(self, own_message: Any = None, *, beta: bool = False) -> Transcript:
        """Return what was recorded.

        Args:
            own_message: the message that the stream itself has put together, or None.
            beta: whether it is one of the beta API.
        """
        return Transcript(
            self.events,
            error=self.error,
            aborted_after=self.aborted_after,
            message=None if own_message is None else plain(own_message),
            body_size=self._body_size,
            seconds=self._clock.now() - self._began,
            beta=beta,
        )
