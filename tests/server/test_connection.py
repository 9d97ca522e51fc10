"""One connection of the loopback server: exact writes, real endings, robust against requests."""

import asyncio
import contextlib
import itertools
import socket
import sys
import threading
from pathlib import Path

import httpx
import pytest

from streamtape.playback import Fail, Finish, Gap, Head, Send
from streamtape.server import Limits, LoopbackServer

SSE = (("content-type", "text/event-stream"),)
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


def test_a_large_body_is_refused_before_it_comes(serving, talk):
    """A length over the limit is enough: nobody is told to go on."""
    with serving(Finish(), limits=Limits(body=10)) as server:
        head = b"POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 20\r\n\r\n"
        assert talk(server, head).startswith(b"HTTP/1.1 413")


def test_pipelined_requests_are_answered_in_order(serving, talk):
    """A client may send the next request before it has read."""
    numbers = itertools.count(1)

    def answer(_request):
        return iter([Head(200, (), "HTTP/1.1"), Send(b"%d" % next(numbers)), Finish()])

    keeps = GET.replace(b"Connection: close\r\n", b"")
    with LoopbackServer(answer) as server:
        answers = talk(server, keeps + keeps + GET)
    bodies = [part.partition(b"\r\n\r\n")[2] for part in answers.split(b"HTTP/1.1 200 OK")[1:]]
    assert bodies == [b"1\r\n%d\r\n0\r\n\r\n" % number for number in (1, 2, 3)]


def test_steps_without_a_pause_are_one_write(serving):
    """Head, chunks and end leave together where nothing separates them."""
    steps = [Send(b"a"), Send(b"b"), Finish()]
    with serving(*steps) as server:
        port = int(server.url.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port), timeout=5) as sock:
            sock.sendall(GET)
            assert sock.recv(65536).endswith(b"1\r\na\r\n1\r\nb\r\n0\r\n\r\n")


def test_a_stall_lasts_until_the_client_gives_up(serving):
    """Nothing more comes, and the connection stays, until the client's own timeout."""
    with serving(Send(b"abc"), Fail("timeout")) as server:
        with pytest.raises(httpx.ReadTimeout):
            httpx.get(server.url, timeout=0.1)
        with httpx.stream("GET", server.url, timeout=5) as response:
            assert next(response.iter_raw()) == b"abc"
            assert server.served[1].end == "failed"


def test_an_early_end_is_clean(serving, talk):
    """An end that comes too early is the end of the body as HTTP ends one."""
    with serving(Send(b"abc"), Finish()) as server:
        assert talk(server, GET).endswith(b"3\r\nabc\r\n0\r\n\r\n")


def test_an_answer_that_raises_is_a_500(talk, caplog):
    """The client is told, the event loop's handler too, and the next request is served."""
    asked = itertools.count()

    def answer(_request):
        if not next(asked):
            raise LookupError("no such thing")
        return iter([Head(200, (), "HTTP/1.1"), Finish()])

    with LoopbackServer(answer) as server:
        first = talk(server, GET)
        assert httpx.get(server.url).status_code == 200
    assert first.startswith(b"HTTP/1.1 500 ")
    assert b"LookupError: no such thing" in first
    assert "streamtape: no answer to GET http://here/x" in caplog.text


def test_an_answer_that_raises_in_its_middle_ends_the_connection(serving, talk, caplog):
    """What has been sent cannot be taken back."""

    def answer(_request):
        yield Head(200, (), "HTTP/1.1")
        yield Send(b"abc")
        yield Gap(0.001)
        raise LookupError("no more")

    with LoopbackServer(answer) as server:
        assert talk(server, GET).endswith(b"3\r\nabc\r\n")
    assert server.served[0].end == "failed"
    assert "no more" in caplog.text


def test_an_answer_without_an_end_is_cut_off(serving, talk):
    """Steps that simply stop do not leave the client waiting."""
    with serving(Send(b"abc")) as server:
        assert talk(server, GET).endswith(b"3\r\nabc\r\n")
    assert server.served[0].end == "aborted"


def live(*steps, closed):
    """Return an answer that makes its steps meanwhile, and notes that it was closed."""

    async def answer(_request):
        try:
            yield Head(200, SSE, "HTTP/1.1")
            for step in steps:
                await asyncio.sleep(0.001)
                yield step
        finally:
            closed.set()

    return answer


def test_live_steps_leave_at_once():
    """Each step of an asynchronous generator is written when it is there."""
    closed = threading.Event()
    steps = [Send(b"a"), Send(b"b"), Finish()]
    with LoopbackServer(live(*steps, closed=closed)) as server, httpx.Client() as client:
        with client.stream("GET", server.url) as response:
            assert list(response.iter_raw()) == [b"a", b"b"]
        assert closed.wait(5)
        assert client.get(server.url).content == b"ab"  # and the connection goes on
    assert server.served[0].end == "complete"


def test_a_live_answer_ends_with_its_client():
    """Who leaves is not waited for: what makes the steps is closed at once."""
    closed, waiting = threading.Event(), threading.Event()

    async def answer(_request):
        try:
            yield Head(200, SSE, "HTTP/1.1")
            yield Send(b"a")
            waiting.set()
            await asyncio.sleep(60)
        finally:
            closed.set()

    with LoopbackServer(answer) as server:
        with httpx.stream("GET", server.url) as response:
            assert next(response.iter_raw()) == b"a"
            assert waiting.wait(5)
        assert closed.wait(5)
    assert server.served[0].end == "aborted"


def test_stopping_ends_what_is_under_way():
    """A server that is left ends its streams, of every kind, and waits for no client."""
    closed = threading.Event()

    async def answer(_request):
        try:
            yield Head(200, SSE, "HTTP/1.1")
            await asyncio.sleep(60)
        finally:
            closed.set()

    with httpx.Client() as client, contextlib.ExitStack() as stack:
        with LoopbackServer(answer) as server:
            stack.enter_context(client.stream("GET", server.url))
        assert closed.is_set()
    assert server.served[0].end == "aborted"


def test_a_client_that_reads_slowly_is_waited_for(serving):
    """What does not fit into the network waits, and all of it comes."""
    body = b"x" * 1_000_000
    with serving(*[Send(body)] * 30, Finish()) as server:
        port = int(server.url.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port), timeout=5) as sock:
            sock.sendall(GET)
            head = sock.recv(1000)
            while not server.served:
                pass
            assert server.served[0].end == "open"  # 30 MB do not fit
            received = len(head) + sum(map(len, iter(lambda: sock.recv(1 << 20), b"")))
    assert received > 30 * len(body)
    assert server.served[0].end == "complete"


def test_a_server_in_async_code(serving):
    """`async with` starts and stops it, too."""

    async def main():
        async with serving(Send(b"a"), Finish()) as server, httpx.AsyncClient() as client:
            return (await client.get(server.url)).content

    assert asyncio.run(main()) == b"a"


def test_only_so_many_requests_are_kept(serving):
    """A server that runs for long keeps the last."""
    with serving(Finish(), keep=3) as server, httpx.Client() as client:
        for number in range(5):
            client.get(f"{server.url}/{number}")
    assert [served.request.url[-1] for served in server.served] == ["2", "3", "4"]


@pytest.mark.parametrize(
    ("host", "url"),
    [("0.0.0.0", "http://127.0.0.1:"), ("::1", "http://[::1]:"), ("localhost", "http://127.0.0.1")],
)
def test_any_other_address_is_warned_of(serving, host, url):
    """Who wants to be reached by other machines is told what that means; it works all the same."""
    expected = (
        pytest.warns(UserWarning, match="^streamtape serves on 0.0.0.0: whoever reaches this ")
        if host == "0.0.0.0"
        else contextlib.nullcontext()
    )
    with expected:
        server = serving(Send(b"a"), Finish(), host=host)
    assert server.is_local is (host != "0.0.0.0")
    with server:
        assert server.url.startswith(url)
        assert httpx.get(server.url).content == b"a"


def test_a_name_is_not_taken_for_this_machine(serving):
    """Whatever it may stand for."""
    with pytest.warns(UserWarning, match="^streamtape serves on example.com: "):
        assert not serving(Finish(), host="example.com").is_local


@pytest.mark.skipif(sys.platform != "linux", reason="read from /proc")
def test_the_socket_is_bound_to_loopback_and_to_nothing_else(serving):
    """The system's own table says so."""
    with serving(Finish()) as server:
        port = int(server.url.rpartition(":")[2])
        rows = [
            line.split()
            for table in ("tcp", "tcp6")
            for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]
        ]
    listening = [row[1] for row in rows if row[3] == "0A" and row[1].endswith(f":{port:04X}")]
    assert listening == [f"0100007F:{port:04X}"]
