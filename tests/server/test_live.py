"""Steps that are made while they are performed: at once, and not for a client that has gone."""

import asyncio
import socket
import threading

import pytest

from streamtape.playback import Finish, Head, Send
from streamtape.server import LoopbackServer

GET = b"GET /x HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n"
HEAD = Head(200, (("content-type", "text/event-stream"),), "HTTP/1.1")


class Live:
    """An answer in two parts, and what came of it."""

    def __init__(self):
        self.go_on = threading.Event()
        self.closed = threading.Event()
        self.cancelled = False

    async def __call__(self, _request):
        try:
            yield HEAD
            yield Send(b"one")
            while not self.go_on.is_set():  # noqa: ASYNC110 - another thread sets it
                await asyncio.sleep(0.001)
            yield Send(b"two")
            yield Finish()
        except asyncio.CancelledError:
            self.cancelled = True
            raise
        finally:
            self.closed.set()


@pytest.fixture
def live():
    return Live()


@pytest.fixture
def connected():
    """A factory: a socket to a server that has asked, and has read up to the first chunk."""

    def connected(server, more=b""):
        sock = socket.create_connection(("127.0.0.1", int(server.url.rpartition(":")[2])), 5)
        sock.sendall(GET + more)
        received = b""
        while b"one" not in received:
            received += sock.recv(65536)
        return sock

    return connected


def rest(sock):
    return b"".join(iter(lambda: sock.recv(65536), b""))


def test_each_step_is_performed_as_soon_as_it_is_made(live, connected):
    """The client reads the first chunk before the second is there."""
    with LoopbackServer(live) as server, connected(server) as sock:
        live.go_on.set()
        assert rest(sock).endswith(b"3\r\ntwo\r\n0\r\n\r\n")
    assert (server.served[0].end, server.served[0].sent) == ("complete", 6)
    assert not live.cancelled


def test_a_client_that_goes_is_not_waited_for(live, connected):
    """What makes the step is cancelled at once."""
    with LoopbackServer(live) as server:
        connected(server).close()
        assert live.closed.wait(5)
    assert live.cancelled
    assert server.served[0].end == "aborted"


def test_a_server_that_stops_does_not_wait(live, connected):
    """A server that is left while steps are made cancels that, too."""
    with LoopbackServer(live) as server, connected(server):
        pass
    assert live.closed.is_set()
    assert live.cancelled


def test_a_client_that_asks_ahead_stays(live, connected):
    """The next request, come early, is no reason to stop."""
    with LoopbackServer(live) as server, connected(server, GET) as sock:
        live.go_on.set()
        assert b"3\r\ntwo\r\n0\r\n\r\n" in rest(sock)
    assert not live.cancelled
