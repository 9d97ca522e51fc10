"""What one stream emitted, and what can be asked of it.

It decides what a transcript knows: events, text, snapshots, error, ending. It is a value: nothing
here reads a stream, and nothing asserts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeAlias

from streamtape.messages import BetaMessage, Message
from streamtape.transcripts import _diff, _place, _plain, _snapshots
from streamtape.transcripts._event import plain

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from streamtape.transcripts._event import Event, EventName
    from streamtape.transcripts._plain import Mask

__all__ = ["End", "Transcript"]

_LONGEST = 40  # characters of the text that a repr shows

End: TypeAlias = Literal["complete", "incomplete", "errored", "aborted"]


class Transcript:
    """Everything that one stream emitted.

    Two are equal where the same was emitted and they ended in the same way; when it came does not
    count.

    Args:
        events: the events, in order.
        error: what the stream raised, or None.
        aborted_after: how many events had come when the stream was told to stop, or None.
        message: the message that the stream itself had put together, as JSON, or None.
        body_size: how many bytes the body of the recording has; None where nobody knows.
        seconds: how long it took.
        beta: whether it is a stream of the beta API.

    Attributes:
        events: the events, in order.
        error: what the stream raised, or None.
        aborted_after: how many events had come when the stream was told to stop, or None.
        body_size: see above.
        seconds: how long it took, on the clock of the use: virtual seconds under a virtual one.
    """

    def __init__(
        self,
        events: Sequence[Event],
        *,
        error: BaseException | None = None,
        aborted_after: int | None = None,
        message: dict[str, Any] | None = None,
        body_size: int | None = None,
        seconds: float = 0.0,
        beta: bool = False,
    ) -> None:
        self.events: list[Event] = list(events)
        self.error = error
        self.aborted_after = aborted_after
        self.body_size = body_size
        self.seconds = seconds
        self._own_message = message
        self._beta = beta

    @property
    def types(self) -> list[str]:
        """The types of the events, in order."""
        return [event.type for event in self.events]

    @property
    def text(self) -> str:
        """The text that the events add up to."""
        return "".join(event.text for _, event in self.told())

    @property
    def end(self) -> End:
        """How it ended: ``complete``, ``incomplete``, ``errored`` or ``aborted``.

        A message is complete when it stopped, or said why it is going to. What is no message is
        complete when it ends without an error.
        """
        if self.aborted_after is not None or _is_abort(self.error):
            return "aborted"
        if self.error is not None:
            return "errored"
        is_message = any(_snapshots.raw_of(event) for event in self.events)
        whole = not is_message or _snapshots.is_complete(self.events)
        return "complete" if whole else "incomplete"

    @property
    def message(self) -> Message[Any] | None:
        """The message as the stream itself had put it together by its end.

        Where it does not (a raw stream, an iterable), it is put together here; None where the
        events are none of a message.
        """
        if self._own_message is not None:
            return (BetaMessage if self._beta else Message)(plain(self._own_message))
        return self.snapshot()

    def snapshot(self, after: EventName | None = None) -> Message[Any] | None:
        """Return the message as it was after an event, put together from the raw events.

        Nothing of it is kept: each call costs time linear in the stream.

        Args:
            after: the event: its number, counted from 1, or a type (``text:3``). The last by
                default.

        Returns:
            A message of its own; None before `message_start`, or where there is no message.

        Raises:
            UsageError: there is no such event.
        """
        count = len(self.events) if after is None else self.number_of(after)
        return _snapshots.message_of(self.events[:count], beta=self._beta)

    def snapshots(self) -> Iterator[Message[Any] | None]:
        """Yield the message after each event: one live object, which grows from event to event."""
        return _snapshots.messages_of(self.events, beta=self._beta)

    def number_of(self, name: EventName) -> int:
        """Return the number of an event, counted from 1.

        Raises:
            UsageError: there is no such event.
        """
        return _place.find(name, self.names())

    def names(self) -> Iterator[tuple[str, ...]]:
        """Yield what each event can be called.

        A raw delta is called by what it adds, too (``text``), where the stream does not derive an
        event of that name from it: so that one pattern fits every stream of the same message.
        """
        for number, event in enumerate(self.events):
            if event.adds and not self.is_said_again(number):
                yield (*event.names, event.adds)
            else:
                yield event.names

    def told(self) -> Iterator[tuple[int, Event]]:
        """Yield each event with its number, but for raw deltas that the next event says again."""
        for number, event in enumerate(self.events):
            if not self.is_said_again(number):
                yield number + 1, event

    def is_said_again(self, at: int) -> bool:
        """Whether event `at`, counted from 0, is a raw delta from which the next is derived."""
        after = self.events[at + 1 : at + 2]
        return bool(after) and self.events[at].is_said_again_by(after[0])

    def to_dict(self, *, mask: Mask = (), times: bool = False) -> dict[str, Any]:
        """Return the transcript as plain data, in a stable order: for snapshots of any kind.

        Args:
            mask: names of fields whose values do not count (replaced by placeholders, the same for
                the same value), and the groups ``ids`` and ``times``.
            times: whether to say when each event came, in milliseconds.

        Returns:
            ``events`` (each a mapping of its type to what it says, or its type alone; a raw delta
            is not said beside the event derived from it), ``message``, ``error``,
            ``aborted_after``, ``end``: those that there are.
        """
        return _plain.plain_of(self, mask=mask, times=times)

    def differences(
        self, other: Transcript | dict[str, Any], names: tuple[str, str] = ("left", "right")
    ) -> list[str]:
        """Return lines that say how another transcript differs, the first difference first.

        Args:
            other: the other one, or what `to_dict()` gave for it.
            names: what this one and the other are called.
        """
        theirs = other.to_dict() if isinstance(other, Transcript) else other
        return list(_diff.differences(self.to_dict(), theirs, names))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Transcript):
            return NotImplemented
        return self is other or self.to_dict() == other.to_dict()

    __hash__: ClassVar[None] = None  # type: ignore[assignment]  # equal by content

    def __repr__(self) -> str:
        text = self.text
        shown = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."
        facts = [f"{len(self)} events", self.end, *([repr(shown)] if shown else [])]
        facts += [repr(self.error)] if self.error is not None else []
        return f"<Transcript: {', '.join(facts)}>"

    def __str__(self) -> str:
        return "\n".join([repr(self), *_diff.listing(self.to_dict()["events"])])

    def __len__(self) -> int:
        return len(self.events)

    def __iter__(self) -> Iterator[Event]:
        return iter(self.events)

    def __getitem__(self, at: int) -> Event:
        return self.events[at]


def _is_abort(error: BaseException | None) -> bool:
    """Whether an error says that the stream was ended from this side, in streamtape or an SDK."""
    return any(cls.__name__ == "APIUserAbortError" for cls in type(error).__mro__)
