"""A server on 127.0.0.1, in a thread of its own: start, stop, and what it has served."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Self

from streamtape.server._connection import Connection, Served

if TYPE_CHECKING:
    from types import TracebackType

    from streamtape.server._connection import Answer

__all__ = ["LoopbackServer", "Served"]

HOST = "127.0.0.1"


class LoopbackServer:
    """Answers every request with the steps that `answer` returns for it.

    Args:
        answer: called with each request, in the server's thread. Steps that take time to make come
            from an asynchronous generator; it is closed when the client goes.
        port: 0 for any free one.

    Attributes:
        served: every request so far, with what came of it; grows while the server runs.
    """

    def __init__(self, answer: Answer, *, port: int = 0) -> None:
        self._answer = answer
        self._port = port
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._started = threading.Event()
        self._failure: OSError | None = None
        self._thread: threading.Thread | None = None
        self.served: list[Served] = []

    @property
    def url(self) -> str:
        """The base URL, without a slash at its end."""
        return f"http://{HOST}:{self._port}"

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

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        connections: set[asyncio.Task[None]] = set()

        async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            run = Connection(reader, writer, self._answer, self.served).run()
            task = asyncio.ensure_future(run)
            connections.add(task)
            # Stopping cancels the inner task; asyncio.streams would report this outer one.
            await asyncio.wait([task])
            connections.discard(task)

        try:
            server = await asyncio.start_server(connected, HOST, self._port)
        except OSError as error:
            self._failure = error
            self._started.set()
            return
        self._port = server.sockets[0].getsockname()[1]
        self._started.set()
        await self._stop.wait()
        server.close()
        for task in connections:
            task.cancel()
        await asyncio.gather(*connections, return_exceptions=True)
        await self._close()

    async def _close(self) -> None:
        """Give back what the server holds, in its own event loop; by default, nothing."""
