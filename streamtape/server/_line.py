"""The socket of one connection: exact writes, and waits that end when the client goes.

It decides when bytes leave, and nothing about what they are. What is put is written when somebody
waits, in one write, with TCP_NODELAY (which asyncio sets on every socket).
"""

from __future__ import annotations

import asyncio
import math
import socket
import struct
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeAlias

from streamtape.server._sockets import Receivers, unacknowledged

if TYPE_CHECKING:
    from streamtape.server._steps import Park

__all__ = ["GAP", "Closed", "Line", "TellLate"]

GAP = 0.002
"""Seconds between two writes, at least. The next waits until the client has read the one before,
too; where the system does not tell (other than Linux), 2 ms with chunked encoding are exact on an
idle machine for httpx, requests, aiohttp and Node's fetch. Without, aiohttp and Node merge."""

_POLL = 0.001  # seconds between two looks at what is under way
_MOST_PATIENCE = 1.0  # seconds; a client that does not read has filled its own memory on purpose
_MOST_PENDING = 262_144  # bytes put before they are written; with less, a large write is many
_TURN = 64  # writes after which others have theirs
_LINGER_NONE = struct.pack("ii", 1, 0)  # close() sends RST instead of FIN

TellLate: TypeAlias = Callable[[float], None]


class Closed(Exception):  # noqa: N818 - a signal inside this package
    """The client has closed its side, or the connection is over."""


class Line(asyncio.Protocol):
    """What a server does with the socket of one connection.

    Args:
        receivers: tells how much the client has not read.
        tell_late: is told by how many seconds a write with a time was late.
    """

    def __init__(self, receivers: Receivers, tell_late: TellLate) -> None:
        self._receivers = receivers
        self._tell_late = tell_late
        self._loop = asyncio.get_running_loop()
        self._due = 0.0  # when the last timed step was
        self._is_timed = False  # whether what is written next had a time
        self._pending: list[bytes] = []
        self._pending_size = 0
        self._writes = 0
        self._written_at = -math.inf
        self._waiter: asyncio.Future[None] | None = None
        self._is_gone = self._is_full = False
        self._closed: asyncio.Future[None] = self._loop.create_future()

    # What the event loop calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the socket."""
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]  # a socket's
        self._socket: socket.socket = transport.get_extra_info("socket")

    def eof_received(self) -> bool:
        """Notice that the client has closed its side; ours is closed when that has been noted."""
        self._leave()
        return True

    def connection_lost(self, error: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        """Notice that there is no connection any more."""
        self._leave()
        self._closed.set_result(None)

    def pause_writing(self) -> None:
        """Notice that the client reads more slowly than it is written to."""
        self._is_full = True

    def resume_writing(self) -> None:
        """Notice that it has caught up."""
        self._is_full = False
        self._wake()

    def _leave(self) -> None:
        self._is_gone = True
        self._wake()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    # How it writes.

    async def _put(self, data: bytes) -> None:
        """Have bytes written with the next ones, at the latest when somebody waits."""
        self._pending.append(data)
        self._pending_size += len(data)
        if self._pending_size > _MOST_PENDING:
            await self._flush()

    async def _flush(self) -> None:
        """Write what was put, in one write; then wait until the client is not far behind.

        Raises:
            Closed: it went.
        """
        self._check_open()
        if not self._pending:
            return
        self._written_at = self._loop.time()
        if self._is_timed:
            self._tell_late(self._written_at - self._due)
            self._is_timed = False
        self._transport.write(b"".join(self._pending))
        self._pending.clear()
        self._pending_size = 0
        self._writes += 1
        if not self._writes % _TURN:
            await asyncio.sleep(0)
        while self._is_full:
            await self._nap(math.inf)
            self._check_open()

    def _reset(self) -> None:
        """Close with RST instead of FIN."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NONE)
        self._transport.abort()

    # How it waits. Each of these raises `Closed` when the client goes.

    async def _leave_gap(self, seconds: float) -> None:
        """Wait, and until the client has read every byte, where the system tells; not for ever.

        A client that is busy finds two writes as one, however long the gap between them was
        (measured on a busy machine, Node 20's fetch: 22 % of the cuts unseen with 2 ms alone).
        """
        await self._flush()
        await self._wait_until(self._written_at + seconds)
        patience = self._loop.time() + _MOST_PATIENCE
        while unacknowledged(self._socket) or self._receivers.unread(self._socket):
            now = self._loop.time()
            if now >= patience:
                return
            await self._wait_until(now + max(seconds, _POLL))

    async def _delivered(self) -> None:
        """Wait until the client's side has every byte: a RST discards what is still under way."""
        await self._flush()
        while self._transport.get_write_buffer_size() or unacknowledged(self._socket):
            await self._wait_until(self._loop.time() + _POLL)

    async def _park(self, park: Park) -> None:
        await self._flush()
        park.listen(lambda: self._loop.call_soon_threadsafe(self._wake))
        while not park.is_woken:
            await self._nap(math.inf)
            self._check_open()

    async def _wait_until(self, due: float) -> None:
        await self._flush()
        while self._loop.time() < due:
            await self._nap(due)
            self._check_open()

    async def _nap(self, due: float) -> None:
        """Wait until then, or until anything happens."""
        self._waiter = self._loop.create_future()
        timer = None if due == math.inf else self._loop.call_at(due, self._wake)
        try:
            await self._waiter
        finally:
            self._waiter = None
            if timer is not None:
                timer.cancel()

    def _check_open(self) -> None:
        if self._is_gone:
            raise Closed
