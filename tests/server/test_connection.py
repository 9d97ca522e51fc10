"""One connection of the loopback server: exact writes, real endings, robust against requests."""

import socket

import httpx
import pytest

from streamtape.playback import Fail, Finish, Send
from streamtape.server import Limits, LoopbackServer

GET = b"GET /x HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n"


def test_one_send_is_one_http_chunk(serving, talk):
    """Each chunk of the steps is one chunk of the transfer encoding, in order."""
    with serving(Send(b"abc"), Send(b""), Send(b"de"), Finish()) as server:
        answer = talk(server, GET)
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200")
    assert body == b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"
    assert (server.served[0].sent, server.served[0].end) == (5, "complete")


def test_what_was_asked_is_kept(serving):
    """The server keeps every request: method, URL, headers and body."""
    with serving(Finish()) as server:
        httpx.post(f"{server.url}/v1/messages?a=1", content=b"hello", headers={"x-a": "1"})
    request = server.served[0].request
    assert (request.method, request.body, request.header("x-a")) == ("POST", b"hello", "1")
    assert request.url == f"{server.url}/v1/messages?a=1"


def test_connections_are_kept_alive(serving):
    """Two requests of one client share a connection."""
    with serving(Send(b"a"), Finish()) as server, httpx.Client() as client:
        ports = set()
        for _ in range(2):
            response = client.get(server.url)
            network = response.extensions["network_stream"]
            ports.add(network.get_extra_info("client_addr"))
            assert response.content == b"a"
    assert len(ports) == 1


def test_expect_continue_is_answered(serving, talk):
    """A client that waits for 100 Continue gets it before it sends its body."""
    with serving(Finish()) as server:
        port = int(server.url.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port), timeout=5) as sock:
            sock.sendall(
                b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n"
            )
            assert sock.recv(65536).startswith(b"HTTP/1.1 100")
            sock.sendall(b"ok")
            assert sock.recv(65536).startswith(b"HTTP/1.1 200")
    assert server.served[0].request.body == b"ok"


@pytest.mark.parametrize(
    "data",
    [
        b"hello\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: x\r\n\r\n",
    ],
    ids=["no HTTP", "no host", "no length"],
)
def test_malformed_requests_are_refused(serving, talk, data):
    """A request that is none gets a 400, and the next client is served."""
    with serving(Send(b"a"), Finish()) as server:
        assert talk(server, data).startswith(b"HTTP/1.1 400")
        assert httpx.get(server.url).content == b"a"


def test_a_client_that_leaves_in_the_middle_of_a_request(serving):
    """A connection that ends before its request does harms nobody."""
    with serving(Send(b"a"), Finish()) as server:
        port = int(server.url.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port), timeout=5) as sock:
            sock.sendall(b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 99\r\n\r\nab")
        assert httpx.get(server.url).content == b"a"


def test_reset_is_a_reset(serving):
    """A planned reset is an RST on the socket, not a FIN."""
    with serving(Send(b"abc"), Fail("reset")) as server:
        port = int(server.url.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port), timeout=5) as sock:
            sock.sendall(GET)
            with pytest.raises(ConnectionResetError):
                b"".join(iter(lambda: sock.recv(65536), b""))
    assert server.served[0].end == "failed"


def test_disconnect_is_a_fin(serving, talk):
    """A planned disconnect ends the connection without the end of the body."""
    with serving(Send(b"abc"), Fail("disconnect")) as server:
        assert talk(server, GET).endswith(b"3\r\nabc\r\n")
    assert server.served[0].end == "failed"


def test_it_listens_on_loopback_only(serving):
    """The server's address is 127.0.0.1; a port that is taken is an error."""
    with serving(Finish()) as server:
        assert server.url.startswith("http://127.0.0.1:")
        port = int(server.url.rpartition(":")[2])
        with pytest.raises(OSError, match=str(port)), LoopbackServer(lambda _: iter(()), port=port):
            pass


def test_a_server_that_was_never_started_can_be_left():
    """Leaving a server that never ran is nothing."""
    LoopbackServer(lambda _: iter(())).__exit__(None, None, None)


def test_a_large_body_is_refused(serving, talk):
    """A request body over the limit gets a 413."""
    with serving(Finish(), limits=Limits(body=10)) as server:
        data = b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 20\r\n\r\n" + b"x" * 20
        assert talk(server, data).startswith(b"HTTP/1.1 413")
