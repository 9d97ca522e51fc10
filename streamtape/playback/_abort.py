"""Telling the code under test to abort, at an exact place of a stream.

This module decides when it is told; what aborting means is the test's to say.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from streamtape.errors import UsageError
from streamtape.faults import find_event

if TYPE_CHECKING:
    from collections.abc import Callable

    from streamtape.playback._playback import Playback

__all__ = ["Abort", "AbortPoint", "parse_abort"]

_REMEDY = "Give the number of an event, from 0 (before the first), as 5 or, of interaction 2, 2/5."


@dataclass(frozen=True, slots=True)
class Abort:
    """Where to abort.

    Attributes:
        after: the number of the last event that the client is given in full; 0 for none.
        interaction: of which interaction, counted from 1; None for the first that gets so far.
    """

    after: int
    interaction: int | None = None

    def __str__(self) -> str:
        return f"{self.interaction}/{self.after}" if self.interaction else str(self.after)


def parse_abort(value: Abort | int | str | None) -> Abort | None:
    """Turn any spelling of an abort into its value.

    Raises:
        UsageError: it is none.
    """
    if value is None or isinstance(value, Abort):
        return value
    number, slash, after = str(value).rpartition("/")
    if not after.isdecimal() or (slash and not number.isdecimal()):
        raise UsageError(f"abort {value!r}", "not a place to abort", _REMEDY)
    return Abort(int(after), int(number) if slash else None)


class AbortPoint:
    """Stands where a `Gate` stands, and lets everything pass; on the way, it tells once.

    The client has been given everything up to the end of the event, and asks for more: then the
    callbacks are called, from there, before anything more is given.

    Attributes:
        callbacks: what is called.
        told: whether they have been.
    """

    def __init__(self, abort: Abort) -> None:
        self.callbacks: list[Callable[[], object]] = []
        self.told: bool = False
        self._abort = abort

    def poll(self, playback: Playback, size: int, *, is_end: bool = False) -> int | None:
        """Return how many of the next `size` bytes may pass; see `Gate.poll`."""
        if self.told or self._abort.interaction not in (None, playback.number):
            return size
        after = self._abort.after
        response = playback.response
        stop = find_event(response.body, after, response.format).stop if after else 0
        if playback.delivered < stop and not is_end:
            return min(size, stop - playback.delivered)
        self.told = True
        for callback in self.callbacks:
            callback()
        return size

    def wait(self, playback: Playback, size: int, *, is_end: bool = False) -> int:
        """Do the same as `poll`: nobody ever waits here."""
        return self.poll(playback, size, is_end=is_end) or 0

    def listen(self, listener: Callable[[], None]) -> None:
        """Nothing changes here that could be listened for."""

    def notify(self) -> None:
        """Nobody waits here."""

    def open(self) -> None:
        """Nothing is held here."""
