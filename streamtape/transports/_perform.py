"""Performs the steps of one playback as the body of an httpx or httpx2 response.

It decides nothing: what is sent, when, and how it ends is in the steps. The sync and the async
driver differ in how they wait.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

from streamtape.clock import change, sleep_unless
from streamtape.errors import UsageError
from streamtape.playback import Fail, Finish, Head, Play, Send, Session, Wait
from streamtape.timing import Instant
from streamtape.transports._libraries import (
    closed_error,
    library_of,
    read_timeout,
    stream_class,
    transport_error,
)
from streamtape.transports._network import ReplayNetwork

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from streamtape.clock import Clock
    from streamtape.transports._libraries import AnyRequest, AnyResponse

__all__ = ["aperform", "perform"]

_GIVEN_UP = Fail("timeout")


def perform(play: Play, session: Session, request: AnyRequest, clock: Clock) -> AnyResponse:
    """Carry out a decision to play: wait for the head, return the response that streams on."""
    stream: _ReplayStream = _stream(play, session, request, clock)
    for step in play.steps:
        if isinstance(step, Head):
            return stream.response(step)
        stream.pass_time(step)
    raise AssertionError("a plan has a head, or fails")


async def aperform(play: Play, session: Session, request: AnyRequest, clock: Clock) -> AnyResponse:
    """Do the same as `perform`, in async code."""
    stream: _ReplayStream = _stream(play, session, request, clock)
    for step in play.steps:
        if isinstance(step, Head):
            return stream.response(step)
        await stream.apass_time(step)
    raise AssertionError("a plan has a head, or fails")


def _stream(play: Play, session: Session, request: AnyRequest, clock: Clock) -> Any:
    return stream_class(_ReplayStream, library_of(request))(play, session, request, clock)


class _Pause(NamedTuple):
    """How long to wait, in seconds, and whether the client gives up then."""

    seconds: float
    gives_up: bool = False


_NONE = _Pause(0.0)


class _ReplayStream:
    """The body of a replayed response; made a byte stream of either library by `stream_class`."""

    def __init__(self, play: Play, session: Session, request: AnyRequest, clock: Clock) -> None:
        self._playback, self._steps = play
        self._session = session
        self._request = request
        self._clock = clock
        self._has_head = False
        # When the step before was due, and since when the client has been waiting for bytes.
        self._due = self._since = clock.now()
        self._patience = read_timeout(request)
        # Where there is nothing to wait for, there is nothing to wake from.
        is_paced = self._playback.fault is not None or not isinstance(session.timing, Instant)
        self._network = ReplayNetwork() if is_paced else None

    def response(self, head: Head) -> AnyResponse:
        """Build the response around this body."""
        self._has_head = True
        self._since = self._clock.now()
        extensions: dict[str, Any] = {"http_version": head.http_version.encode()}
        if self._network is not None:
            extensions["network_stream"] = self._network
        response: AnyResponse = library_of(self._request).Response(
            head.status,
            headers=list(head.headers),
            stream=self,
            extensions=extensions,
            request=self._request,
        )
        return response

    def pause(self, step: object) -> _Pause:
        """Return how long to wait for `step` to be due.

        Counted from when the step before was *due*, not from now: what a late wake-up or a slow
        consumer took is not added, so a long stream does not drift. The client's read timeout
        counts from when it began to wait, as on a socket.
        """
        if not isinstance(step, Wait):
            return _NONE
        self._due += step.seconds
        limit = self._since + self._patience
        gives_up = self._due > limit
        return _Pause(min(self._due, limit) - self._clock.now(), gives_up)

    def pass_time(self, step: object) -> None:
        """Wait until `step` is due; fail if it is a failure, or if the client gives up first."""
        pause = self.pause(step)
        if pause.seconds == math.inf:
            raise UsageError(
                f"fault '{self._playback.fault}'",
                "the client has no read timeout, and would wait for ever",
                "Give it one, or the stall an end (seconds=30).",
            )
        if isinstance(step, Wait) and self._network is not None:
            sleep_unless(self._clock, pause.seconds, self._network.is_shut)
            if self._network.is_shut.is_set():
                self.close()
                raise transport_error("disconnect", self._request, has_head=True)
        self._end(_GIVEN_UP if pause.gives_up else step)

    async def apass_time(self, step: object) -> None:
        """Do the same as `pass_time`, in async code, where who waits for ever can be cancelled.

        Also where there is nothing to wait for: other tasks run, and cancellation comes in, between
        any two chunks of a real network.
        """
        pause = self.pause(step)
        await self._clock.asleep(pause.seconds)
        self._end(_GIVEN_UP if pause.gives_up else step)

    def __iter__(self) -> Iterator[bytes]:
        taken = False
        # Chunks are thousands: what is done for each, other than `yield`, is a third of the cost.
        session, playback = self._session, self._playback
        for step in self._steps:
            if playback.released:
                raise closed_error(self._request, is_async=False)
            if step.__class__ is Send:
                data = step.data
                if session.gate is None:
                    playback.delivered += len(data)
                    if not taken:
                        playback.end, taken = None, True
                    yield data
                else:
                    yield from self._pieces(data)
                    taken = True
                continue
            if taken:  # the client has come back for more, this very moment
                self._since = self._clock.now()
                taken = False
            if not isinstance(step, Wait):
                self._allowed(0, is_end=True)
            self.pass_time(step)

    def _pieces(self, data: bytes) -> Iterator[bytes]:
        rest: bytes | None = data
        while rest is not None:
            piece, rest = self._take(rest, self._allowed(len(rest)))
            yield piece

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for step in self._steps:
            if self._playback.released:
                raise closed_error(self._request, is_async=True)
            if isinstance(step, Send):
                await self.apass_time(step)
                rest: bytes | None = step.data
                while rest is not None:
                    piece, rest = self._take(rest, await self._aallowed(len(rest)))
                    yield piece
                    self._since = self._clock.now()
            else:
                if not isinstance(step, Wait):
                    await self._aallowed(0, is_end=True)
                await self.apass_time(step)

    def _take(self, data: bytes, size: int) -> tuple[bytes, bytes | None]:
        """Note that the client takes `size` bytes of a chunk; return them and the rest, if any."""
        piece = data[:size]
        self._playback.sent(piece)
        return piece, data[size:] or None

    def _allowed(self, size: int, *, is_end: bool = False) -> int:
        """Return how much of a chunk the client may have: all of it, unless the stream is held."""
        gate = self._session.gate
        return size if gate is None else gate.wait(self._playback, size, is_end=is_end)

    async def _aallowed(self, size: int, *, is_end: bool = False) -> int:
        """Do the same as `_allowed`, in async code."""
        gate = self._session.gate
        if gate is None:
            return size
        room: int | None = None

        def may_pass() -> bool:
            nonlocal room
            room = gate.poll(self._playback, size, is_end=is_end)
            return room is not None

        await change(gate.listen, may_pass)
        return room or 0

    def _end(self, step: object) -> None:
        """Note the ending, if `step` is one, and raise what it raises."""
        now = self._clock.now()
        if isinstance(step, Finish):
            self._playback.finished(now)
            self._tell_gate()
        elif isinstance(step, Fail):
            self._playback.failed(step.kind, now)
            self._tell_gate()
            if step.kind == "exhausted":
                raise self._session.exhausted(self._playback)
            if not self._has_head:
                self._playback.closed(now)
            raise transport_error(step.kind, self._request, has_head=self._has_head)

    def close(self) -> None:
        """Note that the client closed the response."""
        self._playback.closed(self._clock.now())
        self._tell_gate()

    def _tell_gate(self) -> None:
        if self._session.gate is not None:
            self._session.gate.notify()

    async def aclose(self) -> None:
        """Note that the client closed the response."""
        self.close()
