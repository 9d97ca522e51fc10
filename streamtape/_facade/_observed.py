"""What can be asked and asserted of the streams that a use has replayed.

Everything here is read from playbacks; it decides nothing while a stream runs.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from streamtape.errors import PlaybackError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from streamtape.faults import EventName, Faults
    from streamtape.playback import Playback

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

    if TYPE_CHECKING:  # a `Tape` has both

        @property
        def playbacks(self) -> list[Playback]: ...

        @property
        def faults(self) -> Faults: ...

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

    @contextmanager
    def expect(self, *errors: type[BaseException]) -> Iterator[Expected]:
        """Expect one of `errors` if the use has a fault, and none if it has not.

        So that one test states its law for the plain stream and for every faulted one.

        Raises:
            PlaybackError: there is a fault, and nothing was raised. (Other exceptions pass.)
        """
        expected = Expected()
        try:
            yield expected
        except errors as error:
            if not self.faults:
                raise
            expected.error = error
        else:
            if self.faults:
                names = " or ".join(error.__name__ for error in errors)
                given = " ".join(map(str, self.faults))
                raise self._error(f"under {given}, {names} was expected and nothing raised")

    def _error(self, problem: str, about: list[Playback] | None = None) -> PlaybackError:
        lines = map(str, self.playbacks if about is None else about)
        return PlaybackError(self.path, problem, list(lines))
