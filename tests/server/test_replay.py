"""A cassette on a real socket: exact boundaries, misses that say so, endings that are noted."""

import select
import socket
import sys
from pathlib import Path

import httpx
import pytest

from streamtape.cassette import Cassette, End, Filters, Interaction, Request, Response
from streamtape.playback import Finish, Gap, Send
from streamtape.server import ReplayServer, _played, _sockets
from streamtape.server._sockets import Receivers, unacknowledged, unread

HELLO = Path(__file__).parents[2] / "cassettes" / "hello.yaml"
BODY = "data: Zürich\n\n".encode()
SSE = (("content-type", "text/event-stream"),)


def recording(**response):
    request = Request("POST", "https://api.example.com/v1/x?a=1", (), b'{"a": 1}')
    return Cassette([Interaction(request, Response(headers=SSE, body=BODY, **response))])


def ask(server, method="POST", path="/v1/x?a=1", json=None):
    return httpx.stream(method, server.url + path, json=json or {"a": 1})


def finished(server):
    """Wait until the server has noted the ends: it does before it stops."""
    server.__exit__(None, None, None)
    return server.playbacks[0]


@pytest.mark.parametrize("split", ["whole", "bytes", "at:8", "at:2,8"])
def test_a_client_sees_the_boundaries_that_were_asked_for(split):
    """Each chunk is one read of httpx's, byte-exact."""
    with ReplayServer(recording(), split=split) as server, ask(server) as response:
        chunks = list(response.iter_raw())
    assert b"".join(chunks) == BODY
    sizes = {"whole": [15], "bytes": [1] * 15, "at:8": [8, 7], "at:2,8": [2, 6, 7]}
    assert [len(chunk) for chunk in chunks] == sizes[split]
    assert server.playbacks[0].end == "complete"
    assert server.playbacks[0].delivered == len(BODY)


def test_a_cassette_file_is_served():
    """A path will do; the address that was recorded does not count, the rest does."""
    with ReplayServer(HELLO, split="size:100") as server:
        body = ReplayServer(HELLO).session.cassette.interactions[0].request.body
        response = httpx.post(f"{server.url}/v1/messages", content=body)
    assert (response.status_code, len(server.playbacks)) == (200, 1)


@pytest.mark.parametrize(
    "asked",
    [{"path": "/v1/y?a=1"}, {"path": "/v1/x"}, {"json": {"a": 2}}, {"method": "PUT"}],
    ids=["path", "query", "body", "method"],
)
def test_a_miss_is_a_404_that_says_so(asked):
    """What was not recorded is answered in the form of the APIs, and kept."""
    with ReplayServer(recording()) as server, ask(server, **asked) as response:
        error = (response.read() and response.json())["error"]
    assert (response.status_code, error["type"]) == (404, "streamtape_miss")
    assert error["message"] == str(server.misses[0])
    assert "differs in: " + next(iter(asked)).replace("json", "body") in error["message"] or (
        "differs in: query" in error["message"]
    )


def test_an_interaction_answers_once_or_as_often_as_asked():
    """A second request is a miss, unless repeats are allowed."""
    for repeats, status in ((False, 404), (True, 200)):
        with ReplayServer(recording(), allow_playback_repeats=repeats) as server:
            for expected in (200, status):
                with ask(server) as response:
                    assert response.status_code == expected


def test_what_a_filter_lets_through_has_nothing_behind_it():
    """A request that before_record_request passes on is refused: there is no network here."""
    filters = Filters.of(before_record_request=lambda request: None)
    with ReplayServer(recording(), filters=filters) as server, ask(server) as response:
        assert response.status_code == 404
        assert b"there is nothing behind" in response.read()
    assert not server.misses


def test_a_client_that_leaves_is_noted():
    """A client that closes in the middle of the body has aborted."""
    server = ReplayServer(recording(), split="at:8", gap=60).__enter__()
    with ask(server) as response:
        assert next(response.iter_raw()) == BODY[:8]
    assert (finished(server).end, server.playbacks[0].delivered) == ("aborted", 8)


def test_a_truncated_recording_ends_in_the_middle():
    """The connection ends where the recorded one did."""
    with (
        ReplayServer(recording(end=End("truncated"))) as server,
        ask(server) as response,
        pytest.raises(httpx.RemoteProtocolError),
    ):
        response.read()
    assert server.playbacks[0].end == "truncated"


def test_a_client_that_closes_where_the_recorded_one_did():
    """A recording that its client aborted is left by a client that does the same."""
    server = ReplayServer(recording(end=End("aborted"))).__enter__()
    with ask(server) as response:
        assert next(response.iter_raw()) == BODY
    assert finished(server).end == "aborted"
    assert not server.misses


def test_a_client_that_reads_on_where_the_recorded_one_closed(monkeypatch):
    """There is no more, and that is a miss."""
    monkeypatch.setattr(_played, "_UNTIL_IT_CLOSES", 0.0)
    with (
        ReplayServer(recording(end=End("aborted"))) as server,
        ask(server) as response,
        pytest.raises(httpx.RemoteProtocolError),
    ):
        response.read()
    assert server.playbacks[0].end == "errored"
    assert "this one reads on" in str(server.misses[0])


linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells")


@linux
def test_a_gap_begins_when_the_client_has_read(serving):
    """However slow the client, two chunks with a gap between them are two reads."""
    steps = [Send(b"a"), *[Gap(0.0), Send(b"b")] * 20, Finish()]
    with serving(*steps) as server:
        port = int(server.url.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port), timeout=5) as sock:
            sock.sendall(b"GET / HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n")
            reads = list(iter(lambda: sock.recv(65536), b""))
    assert all(read.count(b"1\r\nb\r\n") <= 1 for read in reads)
    assert b"".join(reads).count(b"1\r\nb\r\n") == 20


@linux
def test_how_much_has_not_been_read():
    """The system tells how many bytes wait for the program at the other end."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        client = socket.create_connection(listening.getsockname())
        server, _ = listening.accept()
        with client, server:
            assert unread(server) == 0
            server.sendall(b"hello")
            while unacknowledged(server):
                pass
            assert unread(server) == 5
            client.recv(3)
            assert unread(server) == 2


@linux
@pytest.mark.parametrize("has_netlink", [True, False])
def test_the_kernel_is_asked_for_one_socket(monkeypatch, has_netlink):
    """Where it cannot be, the table that every Linux has says the same."""
    if not has_netlink:
        monkeypatch.delattr(socket, "AF_NETLINK")
    receivers = Receivers()
    assert receivers.tells
    with socket.create_server(("127.0.0.1", 0)) as listening:
        client = socket.create_connection(listening.getsockname())
        server, _ = listening.accept()
        with client, server:
            server.sendall(b"hello")
            while unacknowledged(server):
                pass
            assert receivers.unread(server) == 5
            client.recv(5)
            assert receivers.unread(server) == 0
        assert receivers.unread(server) == 0  # there is no connection any more
    receivers.close()
    receivers.close()


@linux
def test_a_connection_to_nobody_on_this_machine():
    """Whoever reads at the other end of the world is not in the kernel's tables."""
    receivers = Receivers()
    elsewhere = ("192.0.2.1", 9), ("192.0.2.2", 9)
    assert _sockets._ask(receivers._netlink, *elsewhere) == 0
    receivers.close()


def test_a_socket_that_is_not_connected_has_nothing_under_way():
    """Where the system does not tell, the answer is 0."""
    with socket.socket() as sock:
        assert unread(sock) == 0
    assert unacknowledged(sock) == 0


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not tell what was read")
def test_a_reset_comes_when_what_was_sent_before_has_been_read():
    """Data and RST at once are the end of a stream to Node's fetch, and no reset."""
    with ReplayServer(recording(), fault="reset:at=9") as server:
        port = int(server.url.rpartition(":")[2])
        asking = b"POST /v1/x?a=1 HTTP/1.1\r\nhost: x\r\ncontent-length: 8\r\n\r\n" + b'{"a": 1}'
        with socket.create_connection(("127.0.0.1", port), timeout=5) as client:
            client.sendall(asking)
            while BODY[:9] not in client.recv(65_536, socket.MSG_PEEK):
                pass
            watched = select.poll()
            watched.register(client, 0)  # hang-ups and errors are always told
            assert watched.poll(50) == []
            assert BODY[:9] in client.recv(65_536)
            with pytest.raises(ConnectionResetError):
                client.recv(65_536)
    assert server.playbacks[0].end == "faulted"
