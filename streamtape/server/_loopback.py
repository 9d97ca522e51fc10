"""A server in a thread of its own: start, stop, and what it has served. On 127.0.0.1, unless asked.

It decides where it listens; what is answered is for `answer` to say.
"""

from __future__ import annotations

import asyncio
import ipaddress
import threading
import warnings
from typing import TYPE_CHECKING, Self

from streamtape.server._connection import Connection, Limits, Served, Service
from streamtape.server._meter import Meter
from streamtape.server._sockets import Receivers

if TYPE_CHECKING:
    from types import TracebackType

    from streamtape.server._meter import Report
    from streamtape.server._steps import Answer

__all__ = ["HOST", "LoopbackServer", "Served"]

HOST = "127.0.0.1"


class LoopbackServer:
    """Answers every request with the steps that `answer` returns for it.

    Args:
        answer: called with each request, in the server's thread. Steps that take time to make come
            from an asynchronous generator; it is closed when the client goes.
        host: the address to listen on. Any other than the loopback address is warned of.
        port: 0 for any free one.
        limits: what a client may ask of a connection: bytes of a body, seconds for a request.
        keep: how many requests, the last ones, are kept; None for all.

    Attributes:
        served: the requests so far, with what came of them; grows while the server runs.
    """

    def __init__(
        self,
        answer: Answer,
        *,
        host: str = HOST,
        port: int = 0,
        limits: Limits | None = None,
        keep: int | None = None,
    ) -> None:
        self._answer = answer
        self._host, self._port = HOST if host == "localhost" else host, port
        self._limits = limits or Limits()
        self._keep = keep
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._started = threading.Event()
        self._failure: OSError | None = None
        self._thread: threading.Thread | None = None
        self._meter = Meter()
        self.served: list[Served] = []
        if not self.is_local:
            warnings.warn(_exposed(host), stacklevel=2)

    @property
    def url(self) -> str:
        """The base URL, without a slash at its end."""
        # Who listens everywhere can be reached here, too.
        host = {"0.0.0.0": HOST, "::": "::1"}.get(self._host, self._host)  # noqa: S104 - a comparison
        return f"http://[{host}]:{self._port}" if ":" in host else f"http://{host}:{self._port}"

    @property
    def is_local(self) -> bool:
        """Whether only this machine can reach it."""
        try:
            return ipaddress.ip_address(self._host).is_loopback
        except ValueError:  # a name: whatever it stands for
            return False

    @property
    def report(self) -> Report:
        """What it has done by now, in numbers: streams, chunks, bytes, how late they were."""
        return self._meter.report()

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._run, name="streamtape-server", daemon=True)
        self._thread.start()
        self._started.wait()
        if self._failure is not None:
            raise self._failure
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._loop is not None and self._stop is not None:
            self._loop.call_soon_threadsafe(self._stop.set)
        if self._thread is not None:
            self._thread.join()
            self._loop = self._thread = None

    # Both take a few milliseconds, and wait for no client: no reason to leave the event loop.

    async def __aenter__(self) -> Self:
        return self.__enter__()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.__exit__(kind, error, trace)

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        receivers = Receivers()
        connections: set[Connection] = set()
        service = Service(
            self._answer, self._note, self._limits, self._meter, receivers, connections
        )
        try:
            server = await self._loop.create_server(
                lambda: Connection(service), self._host, self._port, backlog=_BACKLOG
            )
        except OSError as error:
            self._failure = error
            receivers.close()
            self._started.set()
            return
        self._port = server.sockets[0].getsockname()[1]
        self._started.set()
        await self._stop.wait()
        server.close()
        open_yet = list(connections)
        for connection in open_yet:
            connection.stop()
        await asyncio.gather(*(connection.over() for connection in open_yet))
        receivers.close()
        await self._close()

    async def _close(self) -> None:
        """Give back what the server holds, in its own event loop; by default, nothing."""

    def _note(self, served: Served) -> None:
        self.served.append(served)
        if self._keep is not None:
            del self.served[: -self._keep]


_BACKLOG = 1024  # connections at once; asyncio's 100 make a thousand clients wait a second


def _exposed(host: str) -> str:
    return (
        f"streamtape serves on {host}: whoever reaches this machine reads what is served. "
        f"Without host=, it is {HOST}, and nobody else does."
    )
