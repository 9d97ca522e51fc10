"""One connection: requests in (h11), steps out as exact socket writes.

It decides nothing about what is answered: `answer` does. One `Send` is one HTTP chunk and one
write, with TCP_NODELAY; `Fail` is a real FIN or RST. A client that closes early is noticed at once,
also while there is nothing to send: then steps that are still being made are not waited for.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

import h11

from streamtape.cassette import Request
from streamtape.playback import Fail, Finish, Gap, Head, Send, Wait
from streamtape.server._sockets import unacknowledged, unread

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable

    from streamtape.playback import Step

    Live: TypeAlias = AsyncGenerator[Step, None]
    Answer: TypeAlias = Callable[[Request], Iterable[Step] | Live]

__all__ = ["Connection", "Served"]

_READ = 65_536
_MOST_BODY = 64 * 1024 * 1024  # of a request; several times what a model API takes
_POLL = 0.001  # seconds between two looks at what is under way
_MOST_PATIENCE = 1.0  # seconds; a client that does not read has filled its own memory on purpose
_LINGER_NONE = struct.pack("ii", 1, 0)  # close() sends RST instead of FIN


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


class _Closed(Exception):  # noqa: N818 - a signal inside this module
    """The client has closed its side."""


class Connection:
    """The server's side of one connection."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        answer: Answer,
        served: list[Served],
    ) -> None:
        self._reader, self._writer = reader, writer
        self._answer = answer
        self._served = served
        self._http = h11.Connection(h11.SERVER)
        self._due = 0.0
        # Always one read under way, so that a close is noticed while the server waits or writes.
        self._incoming = asyncio.ensure_future(reader.read(_READ))
        self._socket: socket.socket = writer.get_extra_info("socket")
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    async def run(self) -> None:
        """Serve until the client or a fault closes the connection."""
        try:
            while await self._one_exchange():
                self._http.start_next_cycle()
        except (_Closed, ConnectionError):
            pass
        except h11.RemoteProtocolError as error:
            await self._refuse(error)
        finally:
            self._incoming.cancel()
            self._writer.close()
            with contextlib.suppress(ConnectionError):
                await self._writer.wait_closed()

    async def _one_exchange(self) -> bool:
        """Answer one request; return whether the connection can carry another."""
        request = await self._request()
        if request is None:
            return False
        served = Served(request)
        self._served.append(served)
        self._due = asyncio.get_running_loop().time()
        try:
            steps = self._answer(request)
            if isinstance(steps, AsyncIterator):
                await self._perform_live(steps, served)
            else:
                for step in steps:
                    await self._perform(step, served)
        except (_Closed, ConnectionError):
            if served.end == "open":
                served.end = "aborted"
            raise
        return self._http.our_state is h11.DONE and self._http.their_state is h11.DONE

    async def _request(self) -> Request | None:
        head: h11.Request | None = None
        body = bytearray()
        while True:
            event = self._http.next_event()
            if event is h11.NEED_DATA:
                if self._http.they_are_waiting_for_100_continue:
                    await self._write(h11.InformationalResponse(status_code=100, headers=[]))
                self._http.receive_data(await self._receive())
            elif isinstance(event, h11.Request):
                head = event
            elif isinstance(event, h11.Data):
                body += event.data
                if len(body) > _MOST_BODY:
                    raise h11.RemoteProtocolError("request body too large", error_status_hint=413)
            elif isinstance(event, h11.EndOfMessage) and head is not None:
                return _request(head, bytes(body))
            else:  # ConnectionClosed, or paused behind an upgrade that is not offered
                return None

    async def _perform_live(self, steps: Live, served: Served) -> None:
        """Perform steps that are being made meanwhile, each as soon as it is there."""
        async with contextlib.aclosing(steps):
            while (step := await self._unless_closed(anext(steps, None))) is not None:
                await self._perform(step, served)

    async def _unless_closed(self, coming: Awaitable[Step | None]) -> Step | None:
        """Wait for a step, but not longer than the client stays.

        Raises:
            _Closed: it went. What makes the step has been cancelled.
        """
        making = asyncio.ensure_future(coming)
        try:
            await asyncio.wait([making, self._incoming], return_when=asyncio.FIRST_COMPLETED)
            if not making.done():
                self._check_open()
                await making  # its next request is here: it stays
            return making.result()
        finally:
            if not making.done():
                making.cancel()
                await asyncio.wait([making])

    async def _perform(self, step: Step, served: Served) -> None:
        if isinstance(step, Wait):
            self._due += step.seconds
            await self._wait_until(self._due)
        elif isinstance(step, Gap):
            await self._leave_gap(step.seconds)
        elif isinstance(step, Head):
            # Framing is the server's own: chunked, so that one `Send` is one HTTP chunk.
            kept = [(n, v) for n, v in step.headers if n not in _FRAMING]
            headers = [*kept, ("transfer-encoding", "chunked")]
            await self._write(h11.Response(status_code=step.status, headers=headers))
        elif isinstance(step, Send):
            if step.data:  # an empty HTTP chunk would end the body
                await self._write(h11.Data(data=step.data))
            served.sent += len(step.data)
        elif isinstance(step, Finish):
            await self._write(h11.EndOfMessage())
            served.end = "complete"
        elif isinstance(step, Fail):
            served.end = "failed"
            await self._fail(step)

    async def _fail(self, step: Fail) -> None:
        if step.kind == "timeout":
            await self._wait_until(float("inf"))  # until the client gives up
        if step.kind == "reset":
            await self._delivered()
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NONE)
            self._writer.transport.abort()
        self._writer.close()
        raise _Closed

    async def _delivered(self) -> None:
        """Wait until the client's side has every byte: a RST discards what is still under way."""
        while self._writer.transport.get_write_buffer_size() or unacknowledged(self._socket):
            await self._wait_until(asyncio.get_running_loop().time() + _POLL)

    async def _leave_gap(self, seconds: float) -> None:
        """Wait, and until the client has read every byte, where the system tells; not for ever.

        A client that is busy finds two writes as one, however long the gap between them was
        (measured on a busy machine, Node 20's fetch: 22 % of the cuts unseen with 2 ms alone).
        """
        loop = asyncio.get_running_loop()
        patience = loop.time() + _MOST_PATIENCE
        await self._wait_until(loop.time() + seconds)
        while (unacknowledged(self._socket) or unread(self._socket)) and loop.time() < patience:
            await self._wait_until(loop.time() + max(seconds, _POLL))

    async def _refuse(self, error: h11.RemoteProtocolError) -> None:
        """Answer a malformed request with the status that h11 suggests."""
        if self._http.our_state not in (h11.IDLE, h11.SEND_RESPONSE):
            return
        headers = [("connection", "close"), ("content-length", "0")]
        with contextlib.suppress(ConnectionError, _Closed):
            status = error.error_status_hint
            await self._write(h11.Response(status_code=status, headers=headers))
            await self._write(h11.EndOfMessage())

    async def _write(self, event: h11.Event) -> None:
        data = self._http.send(event)
        if data:
            self._writer.write(data)
            await self._writer.drain()

    async def _receive(self) -> bytes:
        data = await self._incoming
        if data:
            self._incoming = asyncio.ensure_future(self._reader.read(_READ))
        return data

    async def _wait_until(self, due: float) -> None:
        """Wait, but not longer than the client stays.

        Raises:
            _Closed: it went.
        """
        seconds = due - asyncio.get_running_loop().time()
        timeout = None if seconds == float("inf") else max(0.0, seconds)
        await asyncio.wait([self._incoming], timeout=timeout)
        self._check_open()

    def _check_open(self) -> None:
        if self._incoming.done() and (self._incoming.exception() or not self._incoming.result()):
            raise _Closed


_FRAMING = frozenset({"transfer-encoding", "content-length", "connection"})


def _request(head: h11.Request, body: bytes) -> Request:
    headers = tuple(
        (name.decode("latin-1"), value.decode("latin-1")) for name, value in head.headers
    )
    host = next((value for name, value in headers if name == "host"), "127.0.0.1")
    url = f"http://{host}{head.target.decode('ascii')}"
    return Request(head.method.decode("ascii"), url, headers, body)
