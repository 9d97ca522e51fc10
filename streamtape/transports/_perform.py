"""Performs the steps of one playback as the body of an httpx or httpx2 response.

It decides nothing: what is sent, when, and how it ends is in the steps. The sync and the async
driver differ in how they wait.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from streamtape.playback import Fail, Finish, Head, Play, Send, Session, Wait
from streamtape.transports._libraries import library_of, stream_class, transport_error

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from streamtape.clock import Clock
    from streamtape.transports._libraries import AnyRequest, AnyResponse

__all__ = ["aperform", "perform"]


def perform(play: Play, session: Session, request: AnyRequest, clock: Clock) -> AnyResponse:
    """Carry out a decision to play: wait for the head, return the response that streams on."""
    stream: _ReplayStream = _stream(play, session, request, clock)
    for step in play.steps:
        if isinstance(step, Head):
            return stream.response(step)
        clock.sleep(stream.until(step))
    raise AssertionError("a plan has a head")


async def aperform(play: Play, session: Session, request: AnyRequest, clock: Clock) -> AnyResponse:
    """Do the same as `perform`, in async code."""
    stream: _ReplayStream = _stream(play, session, request, clock)
    for step in play.steps:
        if isinstance(step, Head):
            return stream.response(step)
        await clock.asleep(stream.until(step))
    raise AssertionError("a plan has a head")


def _stream(play: Play, session: Session, request: AnyRequest, clock: Clock) -> Any:
    return stream_class(_ReplayStream, library_of(request))(play, session, request, clock)


class _ReplayStream:
    """The body of a replayed response; made a byte stream of either library by `stream_class`."""

    def __init__(self, play: Play, session: Session, request: AnyRequest, clock: Clock) -> None:
        self._playback, self._steps = play
        self._session = session
        self._request = request
        self._clock = clock
        self._due = clock.now()

    def response(self, head: Head) -> AnyResponse:
        """Build the response around this body."""
        response: AnyResponse = library_of(self._request).Response(
            head.status,
            headers=list(head.headers),
            stream=self,
            extensions={"http_version": head.http_version.encode()},
            request=self._request,
        )
        return response

    def until(self, step: object) -> float:
        """Return how long to wait for `step` to be due, in seconds.

        Counted from when the step before was *due*, not from now: what a late wake-up or a slow
        consumer took is not added, so a long stream does not drift.
        """
        if isinstance(step, Wait):
            self._due += step.seconds
            return self._due - self._clock.now()
        return 0.0

    def __iter__(self) -> Iterator[bytes]:
        for step in self._steps:
            if isinstance(step, Send):
                self._playback.sent(step.data)
                yield step.data
            elif isinstance(step, Wait):
                self._clock.sleep(self.until(step))
            else:
                self._end(step)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for step in self._steps:
            # Also where there is nothing to wait for: other tasks run, and cancellation comes in,
            # between any two chunks of a real network.
            await self._clock.asleep(self.until(step))
            if isinstance(step, Send):
                self._playback.sent(step.data)
                yield step.data
            elif not isinstance(step, Wait):
                self._end(step)

    def _end(self, step: object) -> None:
        if isinstance(step, Finish):
            self._playback.finished()
        elif isinstance(step, Fail):
            self._playback.failed(step.kind)
            if step.kind == "exhausted":
                raise self._session.exhausted(self._playback)
            raise transport_error(step.kind, self._request)

    def close(self) -> None:
        """Note that the client closed the response."""
        self._playback.closed()

    async def aclose(self) -> None:
        """Note that the client closed the response."""
        self._playback.closed()
