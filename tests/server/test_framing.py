"""How a body is framed: what recorded headers say, what is asked for, and cuts in the framing."""

import http.client
import socket

import httpx
import pytest

from streamtape.cassette import Cassette, End, Interaction, Request, Response
from streamtape.errors import UsageError
from streamtape.playback import Finish, Send
from streamtape.server import Framing, ReplayServer
from streamtape.server._framing import framing_of, parse

BODY = b"data: 1\n\ndata: 2\n\n"
GET = b"GET /x HTTP/1.1\r\nHost: here\r\n\r\n"
GET_ONCE = b"GET /x HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n"
VALID = (
    "Valid are recorded, chunked, content-length, close, and, to cut the framing itself, "
    "chunked:bytes, chunked:size:N and chunked:at:N[,N...]."
)


def recording(*headers, method="GET", status=200, body=BODY, **response):
    return Cassette(
        (
            Interaction(
                Request(method, "https://api.example.com/x"),
                Response(status, headers, body, **response),
            ),
        )
    )


def raw(server, data=GET_ONCE):
    """Return what comes on a socket, until the server closes it."""
    port = int(server.url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=5) as sock:
        sock.sendall(data)
        return b"".join(iter(lambda: sock.recv(65536), b""))


@pytest.mark.parametrize(
    "text",
    [
        "recorded",
        "chunked",
        "content-length",
        "close",
        "chunked:bytes",
        "chunked:size:7",
        "chunked:at:0,3,9",
    ],
)
def test_a_framing_reads_back_as_itself(text):
    """Text and value are the same thing."""
    assert str(parse(text)) == text
    assert parse(parse(text)) is parse(text) or parse(parse(text)) == parse(text)


@pytest.mark.parametrize("text", ["", "chunky", "close:bytes", "chunked:", "chunked:events", "x:1"])
def test_what_is_no_framing(text):
    """The message lists what is valid."""
    with pytest.raises(UsageError) as caught:
        parse(text)
    assert str(caught.value) == f"framing {text!r}: not a framing. {VALID}"


@pytest.mark.parametrize(
    ("headers", "version", "kind"),
    [
        ((), "HTTP/1.1", "chunked"),
        ((), "HTTP/1.0", "close"),
        ((("connection", "Close"),), "HTTP/1.1", "close"),
        ((("connection", "close"), ("transfer-encoding", "chunked")), "HTTP/1.1", "chunked"),
        ((("content-length", "18"),), "HTTP/1.1", "content-length"),
        ((("content-length", "9"), ("content-encoding", "gzip")), "HTTP/1.1", "chunked"),
    ],
)
def test_what_recorded_headers_say(headers, version, kind):
    """A recording without a word about framing is chunked; a length of other bytes is none."""
    assert framing_of(headers, version) == kind


@pytest.mark.parametrize(
    ("framing", "said", "body"),
    [
        (
            "chunked",
            b"transfer-encoding: chunked",
            b"9\r\ndata: 1\n\n\r\n9\r\ndata: 2\n\n\r\n0\r\n\r\n",
        ),
        ("content-length", b"content-length: 18", BODY),
        ("close", b"connection: close", BODY),
    ],
)
def test_a_body_is_framed_as_asked(framing, said, body):
    """Each framing is what stands on the wire, and nothing else speaks of a length."""
    with ReplayServer(recording(("content-length", "18")), framing=framing) as server:
        head, _, sent = raw(server).partition(b"\r\n\r\n")
    assert sent == body
    lines = [line for line in head.split(b"\r\n") if line.startswith((b"transfer", b"content-l"))]
    assert lines == [said] * (framing != "close")
    assert said in head


def test_a_connection_that_frames_a_body_ends_with_it():
    """With framing close the server closes, though the client would go on."""
    with ReplayServer(recording(), framing="close") as server:
        assert raw(server, GET).endswith(BODY)


def test_a_client_of_http_1_0_gets_no_chunks():
    """It does not know the encoding: the end of the connection ends the body."""
    with ReplayServer(recording(("transfer-encoding", "chunked"))) as server:
        answer = raw(server, b"GET /x HTTP/1.0\r\n\r\n")
    assert answer.endswith(b"\r\n\r\n" + BODY)
    assert b"transfer-encoding" not in answer


@pytest.mark.parametrize(
    ("headers", "body", "end", "fault", "length"),
    [
        ((), BODY, "complete", None, 18),
        ((), BODY, "truncated", None, 19),
        ((("content-length", "500"),), BODY, "truncated", None, 500),
        ((("content-length", "500"), ("content-encoding", "br")), BODY, "reset", None, 19),
        ((), BODY, "complete", "disconnect:at=9", 18),
        ((), BODY, "complete", "eof:at=9", 9),
        ((("content-length", "18"),), BODY, "complete", "error:overloaded_error,at=9", None),
    ],
    ids=[
        "whole",
        "cut short",
        "as said",
        "of other bytes",
        "fault",
        "early end",
        "more at its end",
    ],
)
def test_a_length_is_what_was_promised(headers, body, end, fault, length):
    """A body that ends too early is shorter than the head says; a clean early end is not."""
    cassette = recording(*headers, body=body, end=End(end))
    with ReplayServer(cassette, framing="content-length", fault=fault) as server:
        port = int(server.url.rpartition(":")[2])
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
        connection.request("GET", "/x")
        response = connection.getresponse()
        said = response.length
        try:
            whole = len(response.read())
        except (http.client.IncompleteRead, ConnectionError):
            whole = None
        connection.close()
    if length is not None:
        assert said == length
    assert whole == (said if end == "complete" and "disconnect" not in (fault or "") else None)


def test_a_connection_lives_on_behind_a_length():
    """Keep-alive works with a length, and not where another length was promised than came."""
    with ReplayServer(recording(), framing="content-length", allow_playback_repeats=True) as server:
        assert raw(server, GET + GET + GET_ONCE).count(BODY) == 3


def test_more_or_less_than_was_promised_ends_the_connection(serving):
    """Whoever answers with a wrong length cannot poison the next answer."""
    with serving(Send(b"ab"), Finish(), headers=(("content-length", "5"),)) as server:
        assert raw(server, GET + GET).count(b"HTTP/1.1 200") == 1


def test_a_head_is_all_that_a_head_request_gets():
    """A recorded HEAD keeps its length and has no body; then the connection goes on."""
    recorded = recording(("content-length", "1234"), method="HEAD", body=b"")
    with ReplayServer(recorded, allow_playback_repeats=True) as server, httpx.Client() as client:
        for _ in range(2):
            response = client.head(f"{server.url}/x")
            assert (response.headers["content-length"], response.content) == ("1234", b"")


def test_a_head_request_that_was_not_recorded():
    """It is a miss like any other, without a body to say so."""
    with ReplayServer(recording()) as server:
        assert httpx.head(f"{server.url}/x").status_code == 404
    assert str(server.misses[0]).startswith("the cassette has no answer to HEAD http://127.0.0.1:")


@pytest.mark.parametrize("status", [204, 304])
def test_a_status_without_a_body(status):
    """Nothing frames what cannot be there."""
    with ReplayServer(recording(status=status, body=b"")) as server:
        answer = raw(server)
    assert answer.endswith(b"\r\n\r\n")
    assert b"transfer-encoding" not in answer


@pytest.mark.parametrize(
    ("cut", "expected"),
    [
        ("bytes", [1] * 22),
        ("size:8", [8, 8, 6]),
        ("at:0,3,4,17", [3, 1, 13, 5]),
    ],
)
def test_the_framing_itself_can_be_cut(cut, expected):
    """Reads end inside chunk sizes, line ends and the last chunk, exactly as asked."""
    body = b"data: Z\n\nxy"  # b'...\r\n' around 11 bytes: 3 + 11 + 2, and 5 for the last chunk
    reads = []
    with ReplayServer(recording(body=body), framing=f"chunked:{cut}", split="whole") as server:
        port = int(server.url.rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", port), timeout=5) as sock:
            sock.sendall(GET_ONCE)
            while data := sock.recv(65536):
                reads.append(data)
    framed = b"b\r\n" + body + b"\r\n0\r\n\r\n"
    wire = b"".join(reads)
    head = len(wire) - len(framed)
    assert wire[head:] == framed
    ends, at = [], 0
    for read in reads:
        at += len(read)
        ends.append(at - head)
    wanted, at = [], 0
    for size in expected:
        at += size
        wanted.append(at)
    total = len(framed)
    assert [end for end in ends if end > 0] == [end for end in wanted if end < total] + [total]


def test_clients_get_the_body_whatever_is_cut():
    """A client that reads HTTP properly does not notice."""
    for cut in ("bytes", "size:5"):
        with ReplayServer(recording(), framing=f"chunked:{cut}") as server:
            assert httpx.get(f"{server.url}/x").content == BODY


def test_a_disconnect_that_nobody_could_see():
    """Where the end of the connection ends every body, a disconnect is refused."""
    with pytest.raises(UsageError) as caught:
        ReplayServer(recording(), framing="close", fault="disconnect:at=9")
    assert str(caught.value) == (
        "fault 'disconnect:at=9': with framing 'close', the end of the connection is the end of "
        "every body. Use Eof(at=9) for an end that comes too early, or Reset."
    )
    ReplayServer(recording(), framing="close", fault="disconnect:before=head")


def test_what_is_said_of_framings():
    """The value has a form for people."""
    assert str(Framing()) == "recorded"
