"""A server on plain blocking sockets that really breaks: what streamtape's is compared with.

It knows HTTP only as far as it writes some: a head, chunks, and then FIN, RST, silence or the end.
Nothing of streamtape's server is used; `steps` say what a request gets.
"""

from __future__ import annotations

import contextlib
import math
import socket
import struct
import threading
import time
from typing import TYPE_CHECKING, Self

from streamtape.playback import Fail, Finish, Head, Send, Wait

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

    from streamtape.playback import Step

__all__ = ["PlainServer"]

_READ = 1 << 16
_SETTLED = 0.05  # seconds, in which a client on this machine takes what it was sent
_NO_LINGER = struct.pack("ii", 1, 0)
_GONE = 5.0  # seconds for which an idle connection is kept


class PlainServer:
    """Answers every POST with the same steps, and the questions of a browser with consent.

    Args:
        steps: what a request gets.
        framing: the header that says how its body is framed; that of `steps` says nothing of it.
    """

    def __init__(self, steps: Sequence[Step], framing: tuple[str, str]) -> None:
        self._steps = steps
        self._framing = framing

    def __enter__(self) -> Self:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with contextlib.suppress(OSError):  # who waits in accept wakes up
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        connection.settimeout(_GONE)
        with connection, contextlib.suppress(OSError):
            while method := _request(connection):
                if method == b"OPTIONS":
                    connection.sendall(_CONSENT)
                else:
                    for step in self._steps:
                        self._perform(step, connection)

    def _perform(self, step: Step, connection: socket.socket) -> None:
        is_chunked = self._framing[1] == "chunked"
        if isinstance(step, Head):
            own = [header for header in step.headers if header[0] not in _FRAMING]
            lines = "".join(f"{name}: {value}\r\n" for name, value in [*own, self._framing])
            head = b"HTTP/1.1 %d X\r\n%b%b\r\n" % (step.status, lines.encode(), _CORS)
            connection.sendall(head)
        elif isinstance(step, Send):
            framed = b"%x\r\n%b\r\n" % (len(step.data), step.data)
            connection.sendall(framed if is_chunked else step.data)
        elif isinstance(step, Finish):
            connection.sendall(b"0\r\n\r\n" if is_chunked else b"")
        elif isinstance(step, Wait) and step.seconds == math.inf:
            connection.recv(_READ)  # until the client goes
            raise ConnectionAbortedError
        elif isinstance(step, Wait):
            time.sleep(step.seconds)
        elif isinstance(step, Fail):
            time.sleep(_SETTLED)
            if step.kind == "reset":
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
            raise ConnectionAbortedError


_FRAMING = ("transfer-encoding", "content-length", "connection")
_CORS = (
    b"access-control-allow-origin: *\r\n"
    b"access-control-allow-methods: POST\r\n"
    b"access-control-allow-headers: content-type\r\n"
)
_CONSENT = b"HTTP/1.1 204 No Content\r\n" + _CORS + b"\r\n"


def _request(connection: socket.socket) -> bytes:
    """Read one request; return its method, or nothing at the end."""
    data = b""
    while b"\r\n\r\n" not in data:
        received = connection.recv(_READ)
        if not received:
            return b""
        data += received
    head, _, body = data.partition(b"\r\n\r\n")
    lines = (line.lower().partition(b":") for line in head.split(b"\r\n"))
    left = next((int(value) for name, _, value in lines if name == b"content-length"), 0)
    while len(body) < left:
        body += connection.recv(_READ)
    return head.split(b" ", 1)[0]
