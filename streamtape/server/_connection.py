"""One connection: bytes in, requests to `answer`, its steps out as exact socket writes.

It decides nothing about what is answered, nor what a request is (`_http` does), nor how bytes are
written (`_line`). One `Send` is one HTTP chunk; what stands between two `Gap`s or `Wait`s is one
write; `Fail` is a real FIN or RST. A client that closes early is noticed at once, also while there
is nothing to send: then steps that are still being made are not waited for.
"""

from __future__ import annotations

import asyncio
import contextlib
import math
from collections.abc import AsyncIterator, Callable, Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

from streamtape.playback import Fail, Finish, Gap, Head, Send, Wait
from streamtape.server._framing import Frame
from streamtape.server._http import MOST_BODY, Asked, Refusal, Reply, Requests, refuse
from streamtape.server._line import Closed, Line
from streamtape.server._steps import Burst

if TYPE_CHECKING:
    from collections.abc import Iterable

    from streamtape.cassette import Request
    from streamtape.server._meter import Meter
    from streamtape.server._sockets import Receivers
    from streamtape.server._steps import Answer, Live, ServerStep

__all__ = ["Connection", "Limits", "Served", "Service"]

_MOST_AHEAD = 65_536  # bytes that are taken of the requests behind the one that is answered
_FAREWELL = 1.0  # seconds in which a client that is refused may still send, and be listened to


class Limits(NamedTuple):
    """What a client may ask of a connection.

    Attributes:
        body: bytes of a request's body.
        request: seconds for one request to come in, from its first byte to its last.
        idle: seconds without a request.
    """

    body: int = MOST_BODY
    request: float = 30.0
    idle: float = 300.0


@dataclass(slots=True)
class Served:
    """One request that was answered, and what came of it.

    Attributes:
        request: what the client sent.
        sent: bytes of the body that were written.
        end: ``open`` while it lasts; ``complete``; ``failed``, as the steps asked; or ``aborted``
            by the client.
    """

    request: Request
    sent: int = 0
    end: Literal["open", "complete", "failed", "aborted"] = "open"


class Service(NamedTuple):
    """What the connections of one server have in common.

    Attributes:
        answer: what answers a request.
        note: is told of every request that is answered.
        limits: see `Limits`.
        meter: counts how late writes are.
        receivers: tells how much the clients have not read.
        connections: those that are open.
    """

    answer: Answer
    note: Callable[[Served], None]
    limits: Limits
    meter: Meter
    receivers: Receivers
    connections: set[Connection]


class Connection(Line):
    """The server's side of one connection."""

    def __init__(self, service: Service) -> None:
        super().__init__(service.receivers, service.meter.wrote)
        self._service = service
        self._requests = Requests(service.limits.body)
        self._is_refused = self._is_answering = False
        self._ahead = 0  # bytes that came while a request was answered
        self._frame: Frame | None = None  # of the response that comes next
        self._live: asyncio.Future[ServerStep | None] | None = None

    # What the event loop and the server call.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to serve."""
        super().connection_made(transport)
        self._service.connections.add(self)
        self._task = self._loop.create_task(self._run())

    def data_received(self, data: bytes) -> None:
        """Take what the client sends; what it sends ahead, only so much."""
        if self._is_refused:
            return
        self._requests.receive(data)
        if self._is_answering:
            self._ahead += len(data)
            if self._ahead > _MOST_AHEAD:
                self._transport.pause_reading()
        self._wake()

    def connection_lost(self, error: Exception | None) -> None:
        """Notice that there is no connection any more."""
        super().connection_lost(error)
        self._service.connections.discard(self)

    def stop(self) -> None:
        """End the connection, whatever it is at."""
        self._task.cancel()
        self._transport.abort()

    async def over(self) -> None:
        """Wait until the connection is closed and everything about it noted."""
        await asyncio.wait([self._task, self._closed])

    def _leave(self) -> None:
        super()._leave()
        if self._live is not None:
            self._live.cancel()

    # What it does, one thing after the other.

    async def _run(self) -> None:
        try:
            while await self._one_exchange():
                pass
        except (Closed, OSError):
            pass
        finally:
            self._transport.close()

    async def _one_exchange(self) -> bool:
        """Answer one request; return whether the connection can carry another."""
        asked = await self._asked()
        if asked is None:
            return False
        served = Served(asked.request)
        self._service.note(served)
        self._reply = Reply(asked)
        self._frame = None
        self._due, self._is_answering, self._ahead = self._loop.time(), True, 0
        try:
            await self._answer(asked.request, served)
        finally:
            self._is_answering = False
            if served.end == "open":
                served.end = "aborted"
        self._transport.resume_reading()
        return self._reply.keeps_alive and served.end == "complete"

    async def _answer(self, request: Request, served: Served) -> None:
        try:
            steps = self._service.answer(request)
            if isinstance(steps, AsyncIterator):
                await self._perform_live(steps, served)
            else:
                await self._perform_all(steps, served)
        except (Closed, ConnectionError):
            raise
        except Exception as error:  # noqa: BLE001 - whatever the answer raised, the client is told
            context = {"message": f"streamtape: no answer to {request}", "exception": error}
            self._loop.call_exception_handler(context)
            served.end = "failed"
            if self._reply.is_begun:
                raise Closed from None
            await self._refuse(Refusal(500, f"{type(error).__name__}: {error}"))

    async def _asked(self) -> Asked | None:
        """Return the next request; None where there is no more to be answered."""
        since = self._loop.time()
        was_begun = False
        while True:
            found = self._requests.next()
            if isinstance(found, Asked):
                return found
            if isinstance(found, Refusal):
                await self._refuse(found)
                return None
            if isinstance(found, bytes):
                self._transport.write(found)
                continue
            begun, limits = self._requests.is_begun, self._service.limits
            if begun and not was_begun:
                since, was_begun = self._loop.time(), True
            until = since + (limits.request if begun else limits.idle)
            if self._loop.time() >= until:
                if begun:
                    late = f"A request has {limits.request:g} seconds to come in."
                    await self._refuse(Refusal(408, late))
                return None
            await self._nap(until)
            self._check_open()

    async def _perform_all(self, steps: Iterable[ServerStep], served: Served) -> None:
        try:
            for step in steps:
                await self._perform(step, served)
        finally:
            if isinstance(steps, Generator):
                steps.close()
        await self._flush()

    async def _perform_live(self, steps: Live, served: Served) -> None:
        """Perform steps that are being made meanwhile, each as soon as it is there."""
        async with contextlib.aclosing(steps):
            while (step := await self._made(steps)) is not None:
                await self._perform(step, served)
                await self._flush()

    async def _made(self, steps: Live) -> ServerStep | None:
        """Wait for a step, but not longer than the client stays."""
        self._check_open()
        self._live = asyncio.ensure_future(anext(steps, None))
        try:
            return await self._live
        except asyncio.CancelledError:
            self._check_open()
            raise
        finally:
            self._live = None

    async def _perform(self, step: ServerStep, served: Served) -> None:
        if isinstance(step, Send):
            served.sent += len(step.data)
            await self._put_body(self._reply.body((step.data,)))
        elif isinstance(step, Burst):
            served.sent += step.size
            await self._put_body(self._reply.body(step.chunks))
        elif isinstance(step, Wait):
            self._due += step.seconds
            await self._wait_until(self._due)
            self._is_timed = True
        elif isinstance(step, Gap):
            await self._leave_gap(step.seconds)
        elif isinstance(step, Frame):
            self._frame = step
        elif isinstance(step, Head):
            await self._put(self._reply.head(step, self._frame))
        elif isinstance(step, Finish):
            await self._put_body(self._reply.end())
            served.end = "complete"
        elif isinstance(step, Fail):
            served.end = "failed"
            await self._fail(step)
        else:
            await self._park(step)

    async def _put_body(self, framed: bytes) -> None:
        gap = self._reply.gap
        if gap is None or not framed:
            await self._put(framed)
            return
        for number, piece in enumerate(self._reply.pieces(framed)):
            if number:
                await self._leave_gap(gap)
            await self._put(piece)

    async def _fail(self, step: Fail) -> None:
        await self._flush()
        if step.kind == "timeout":
            await self._wait_until(math.inf)  # until the client gives up
        if step.kind == "reset":
            await self._delivered()
            self._reset()
        raise Closed

    async def _refuse(self, refusal: Refusal) -> None:
        """Say why, and close when the client has had a chance to read it.

        What it is still sending must be taken: a close would be a RST, which discards the answer.
        """
        self._is_refused = True
        self._transport.write(refuse(refusal))
        with contextlib.suppress(OSError):  # who has reset the connection reads nothing
            self._transport.write_eof()
        await self._wait_until(self._loop.time() + _FAREWELL)
