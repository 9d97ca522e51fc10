"""What can be asked and asserted of the streams that a use has replayed.

Everything here is read from playbacks; it decides nothing while a stream runs.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from streamtape.errors import PlaybackError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from streamtape._facade._expected import Expectations, ExpectedTranscript
    from streamtape.faults import EventName, Faults
    from streamtape.messages import Message
    from streamtape.playback import Mode, Playback, Session
    from streamtape.transcripts import Mask

__all__ = ["Expected", "Observed"]

_SEEN_TO_THE_END = frozenset({"complete", "truncated", "reset", "timeout", "faulted"})


class Expected:
    """What `Tape.expect` gives.

    Attributes:
        error: what was raised; None where nothing was, because there was no fault.
    """

    error: BaseException | None = None


class Observed:
    """The part of a `Tape` that looks at its playbacks."""

    path: Path
    expectations: Expectations
    session: Session

    if TYPE_CHECKING:  # a `Tape` has both

        @property
        def playbacks(self) -> list[Playback]: ...

        @property
        def faults(self) -> Faults: ...

        @property
        def mode(self) -> Mode: ...

    @property
    def delivered_text(self) -> str:
        """The text of every text delta that clients have taken, of all playbacks, in order."""
        return "".join(played.delivered_text for played in self.playbacks)

    def assert_closed_by_client(self, after_event: EventName | None = None) -> None:
        """Assert that a client closed its stream before the end.

        Args:
            after_event: the last event that it had been given in full: its number, counted from 1,
                or a type (``text_delta:3``).

        Raises:
            PlaybackError: none did, or after another event.
            UsageError: the stream has no such event.
        """
        closed = [played for played in self.playbacks if played.end == "aborted"]
        if not closed:
            raise self._error("no stream was closed by the client")
        if after_event is not None and not any(
            len(played.delivered_events) == played.event_number(after_event) for played in closed
        ):
            raise self._error(f"no stream was closed by the client after event {after_event!r}")

    def assert_fully_read(self) -> None:
        """Assert that there were streams, and that the client has seen the end of each.

        Raises:
            PlaybackError: there was none, or one was not.
        """
        if not self.playbacks or any(p.end not in _SEEN_TO_THE_END for p in self.playbacks):
            raise self._error("not every stream was read to its end")

    def assert_no_leaks(self) -> None:
        """Assert that the client has closed every response, as who reads to the end has.

        Raises:
            PlaybackError: one is open.
        """
        if self.leaks:
            raise self._error("responses that were never closed", self.leaks)

    @property
    def leaks(self) -> list[Playback]:
        """The playbacks whose response the client has not closed."""
        return [played for played in self.playbacks if not played.released]

    def expected(
        self, name: str | None = None, *, mask: Mask = (), times: bool = False
    ) -> ExpectedTranscript:
        """Return the transcript that is expected, from ``NAME.expected.yaml`` beside the cassette.

        ::

            assert streamtape.transcript(stream) == tape.expected(mask="ids")

        With the option ``update`` (``--streamtape-update``), what it is compared with is written
        there, once the test has passed.

        Args:
            name: which one, where a test expects several; the first, the second, ... by default.
            mask: fields whose values do not count: names, and the groups ``ids`` and ``times``.
            times: whether it counts when each event came: for a virtual clock.

        Raises:
            ExpectationMissingError: there is none yet.
            CassetteFormatError: the file cannot be read.
        """
        __tracebackhide__ = True
        return self.expectations.take(name, mask, times=times)

    def keep_expected(self) -> list[str]:
        """Write what was compared with `expected`, under the option ``update``.

        Not where the streams came from the live service: they are not redacted. The next run
        replays what was recorded, and may write.

        Returns:
            The names of the entries that changed.

        Raises:
            CassetteError: the file cannot be read, or not be written.
        """
        is_live = bool(self.session.recorded) or self.mode == "verify"
        return [] if is_live else self.expectations.save()

    @contextmanager
    def expect(
        self,
        *errors: type[BaseException],
        after_text: Any = None,
        snapshot: Mapping[str, Any] | None = None,
    ) -> Iterator[Expected]:
        """Expect one of `errors` if the use has a fault, and none if it has not.

        So that one test states its law for the plain stream and for every faulted one. With
        `after_text` or `snapshot` the error must come, fault or not (it may be a recorded one).

        Args:
            errors: their classes.
            after_text: the text that the client had been given before, of the last playback.
            snapshot: what the message by then must have, members of members too: that of the
                error (`partial_message`), or what the client had been given adds up to.

        Raises:
            PlaybackError: nothing was raised, or not there. (Other exceptions pass.)
        """
        expected = Expected()
        is_due = bool(self.faults) or after_text is not None or snapshot is not None
        try:
            yield expected
        except errors as error:
            if not is_due:
                raise
            expected.error = error
        else:
            if is_due:
                names = " or ".join(error.__name__ for error in errors)
                given = " ".join(map(str, self.faults))
                under = f"under {given}, " if given else ""
                raise self._error(f"{under}{names} was expected and nothing raised")
            return
        self._check_place(expected.error, after_text, snapshot)

    def _check_place(
        self, error: BaseException, after_text: Any, snapshot: Mapping[str, Any] | None
    ) -> None:
        """Check what had come before an error.

        Raises:
            PlaybackError: see `expect`.
        """
        last = self.playbacks[-1:]
        kind, come = type(error).__name__, "".join(played.delivered_text for played in last)
        if after_text is not None and after_text != come:
            problem = f"{kind} came after the text {come!r}, not after {after_text!r}"
            raise self._error(problem, last) from error
        if snapshot is None:
            return
        from streamtape.checks import including, mismatch  # noqa: PLC0415 - for those who ask

        message = getattr(error, "partial_message", None)
        if message is None:
            message = _message_of(last)
        said = None if message is None else message.to_dict()
        found = mismatch(including(dict(snapshot)), said)
        if found is not None:
            raise self._error(f"the message that {kind} broke off: {found}", last) from error

    def _error(self, problem: str, about: list[Playback] | None = None) -> PlaybackError:
        lines = map(str, self.playbacks if about is None else about)
        return PlaybackError(self.path, problem, list(lines))


def _message_of(playbacks: list[Playback]) -> Message[Any] | None:
    """Return the message that the events of playbacks add up to, as far as they were delivered."""
    from streamtape.transcripts import Transcript, event_of  # noqa: PLC0415 - for those who ask

    events = [event_of(event) for played in playbacks for event in played.delivered_events]
    return Transcript(events).snapshot()
