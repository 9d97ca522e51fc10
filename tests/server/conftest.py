"""A raw socket to a server, and servers of steps."""

import socket

import pytest

from streamtape.playback import Head
from streamtape.server import LoopbackServer

SSE = (("content-type", "text/event-stream"),)


@pytest.fixture
def serving():
    """A factory: a server that answers everything with a head and these steps."""

    def serving(*steps, headers=SSE, **options):
        head = Head(200, headers, "HTTP/1.1")
        return LoopbackServer(lambda _request: iter([head, *steps]), **options)

    return serving


@pytest.fixture
def talk():
    """Send bytes to a server on a raw socket; return all that it answers until it closes."""

    def talk(server, data):
        port = int(server.url.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port), timeout=5) as sock:
            sock.sendall(data)
            received = b""
            while chunk := sock.recv(65536):
                received += chunk
            return received

    return talk
