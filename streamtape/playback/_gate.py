"""A gate in front of a client: a test lets through what it wants the client to have.

This module decides how much may pass, and knows when the client has taken that and asks for more.
It locks and notifies; who waits, and how, is up to the two sides.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from streamtape.faults import find_event

if TYPE_CHECKING:
    from collections.abc import Callable

    from streamtape.faults import EventName
    from streamtape.playback._playback import Playback

__all__ = ["Gate"]


class Gate:
    """Holds the stream that was begun last, at whatever its client has taken.

    Attributes:
        playback: that stream, or None before there is one.
    """

    def __init__(self) -> None:
        self.playback: Playback | None = None
        self._changed = threading.Condition()
        self._listeners: list[Callable[[], None]] = []
        self._is_open = False
        self._limit = 0  # bytes of the body that may be taken
        self._pass = False  # whether what has no bytes may come: an empty chunk, or the end
        self._parked = False  # whether the client waits here, for so many bytes
        self._asked = 0

    # The client's side.

    def poll(self, playback: Playback, size: int, *, is_end: bool = False) -> int | None:
        """Return how many of the next `size` bytes may pass now; None: wait, and ask again.

        Args:
            playback: whose bytes.
            size: of the next chunk, or of what is left of it.
            is_end: whether it is not a chunk, but the end of the stream.
        """
        with self._changed:
            is_new = playback is not self.playback
            if is_new:
                self.playback, self._limit, self._pass = playback, playback.delivered, False
            room = self._limit - playback.delivered
            passes = self._pass if is_end or not size else room > 0
            if self._is_open or passes or (not size and not is_end and room > 0):
                self._parked = self._pass = False
                return size if self._is_open else min(size, room)
            is_news = is_new or not self._parked
            self._parked, self._asked = True, size
        if is_news:
            self.notify()
        return None

    def wait(self, playback: Playback, size: int, *, is_end: bool = False) -> int:
        """Do the same as `poll`, blocking the thread until something may pass."""
        while (room := self.poll(playback, size, is_end=is_end)) is None:
            with self._changed:
                self._changed.wait_for(lambda: not self._parked or self._is_open)
        return room

    # The test's side.

    @property
    def has_ended(self) -> bool:
        """Whether the stream is over, for whatever reason."""
        return self.playback is not None and self.playback.end not in (None, "unread")

    @property
    def settled(self) -> bool:
        """Whether the client has taken what it may, and asks for more or has ended."""
        return self.playback is not None and (self._parked or self.has_ended)

    def allow_next(self) -> None:
        """Let the next chunk pass, or the end."""
        with self._changed:
            if self._parked and self.playback is not None:
                self._limit = self.playback.delivered + self._asked
                self._pass, self._parked = not self._asked, False
        self.notify()

    def allow_through(self, event: EventName) -> None:
        """Let everything pass up to the end of an event, wherever the chunks are cut.

        Raises:
            UsageError: the stream has no such event.
        """
        with self._changed:
            if self._parked and self.playback is not None:
                response = self.playback.response
                stop = find_event(response.body, event, response.format).stop
                if stop > self.playback.delivered:
                    self._limit, self._parked = stop, False
        self.notify()

    def open(self) -> None:
        """Let everything pass from now on."""
        with self._changed:
            self._is_open, self._parked = True, False
        self.notify()

    # Both.

    def listen(self, listener: Callable[[], None]) -> None:
        """Call `listener` once, at the next change, from whatever thread makes it."""
        self._listeners.append(listener)

    def notify(self) -> None:
        """Tell everybody that something has changed."""
        listeners, self._listeners = self._listeners, []
        for listener in listeners:
            listener()
        with self._changed:
            self._changed.notify_all()

    def wait_settled(self, seconds: float) -> bool:
        """Block the thread until the client has settled; return whether it has in time."""
        with self._changed:
            return self._changed.wait_for(lambda: self.settled, seconds)
