"""Stepping: a test hands out a stream bit by bit, and looks at what its client made of it.

The two faces of `playback.Gate`, for a test that runs in another thread than the client and for one
that runs in the same event loop. They only wait.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamtape.clock import change
from streamtape.errors import PlaybackError

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    from streamtape.faults import EventName
    from streamtape.playback import Gate, Playback, Session

__all__ = ["AsyncHold", "Hold", "Holding"]

_PATIENCE = 10.0  # seconds for a client to ask for what it is given


class Hold:
    """What ``with tape.hold() as hold`` gives; for a client in another thread."""

    def __init__(self, gate: Gate, path: Path) -> None:
        self._gate, self._path = gate, path

    @property
    def playback(self) -> Playback | None:
        """The stream that is held, or None before there is one."""
        return self._gate.playback

    def step(self) -> None:
        """Hand out the next chunk (or the end), and wait until the client has taken it.

        Raises:
            PlaybackError: no client asks for any, or the stream is over.
        """
        self._settle()
        _check_running(self._gate, self._path)
        self._gate.allow_next()
        self._settle()

    def run_until(self, event: EventName) -> None:
        """Hand out everything up to the end of an event, and wait until the client has taken it.

        Args:
            event: its number, counted from 1, or a type: ``message_stop``, ``text_delta:3``.

        Raises:
            PlaybackError: no client asks for it, or the client closed the stream before.
            UsageError: the stream has no such event.
        """
        self._settle()
        self._gate.allow_through(event)
        self._settle()
        _check_reached(self._gate, event, self._path)

    def release(self) -> None:
        """Hand out the rest, as if it had not been held."""
        self._gate.open()

    def _settle(self) -> None:
        if not self._gate.wait_settled(_PATIENCE):
            raise _nobody(self._path)


class AsyncHold:
    """What ``async with tape.hold() as hold`` gives; for a client in another task."""

    def __init__(self, gate: Gate, path: Path) -> None:
        self._gate, self._path = gate, path

    @property
    def playback(self) -> Playback | None:
        """The stream that is held, or None before there is one."""
        return self._gate.playback

    async def step(self) -> None:
        """Do the same as `Hold.step`."""
        await self._settle()
        _check_running(self._gate, self._path)
        self._gate.allow_next()
        await self._settle()

    async def run_until(self, event: EventName) -> None:
        """Do the same as `Hold.run_until`."""
        await self._settle()
        self._gate.allow_through(event)
        await self._settle()
        _check_reached(self._gate, event, self._path)

    def release(self) -> None:
        """Hand out the rest, as if it had not been held."""
        self._gate.open()

    async def _settle(self) -> None:
        import anyio  # noqa: PLC0415 - 30 ms, for those who hold asynchronously

        with anyio.move_on_after(_PATIENCE):
            await change(self._gate.listen, lambda: self._gate.settled)
            return
        raise _nobody(self._path)


class Holding:
    """What `Tape.hold` returns, to be entered by ``with`` or ``async with``."""

    def __init__(self, session: Session, path: Path) -> None:
        self._session, self._path = session, path

    def __enter__(self) -> Hold:
        return Hold(self._session.hold(), self._path)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._session.release()

    async def __aenter__(self) -> AsyncHold:
        return AsyncHold(self._session.hold(), self._path)

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._session.release()


def _check_running(gate: Gate, path: Path) -> None:
    if gate.has_ended:
        raise PlaybackError(path, "the stream is over", [str(gate.playback)])


def _check_reached(gate: Gate, event: EventName, path: Path) -> None:
    playback = gate.playback
    if playback is None or len(playback.delivered_events) < playback.event_number(event):
        raise PlaybackError(path, f"the stream ended before event {event!r}", [str(playback)])


def _nobody(path: Path) -> PlaybackError:
    return PlaybackError(path, f"no client asked for the stream within {_PATIENCE:g} s", [])
