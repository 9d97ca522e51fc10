"""The recording proxy over real sockets: live, unbuffered, recorded as in process."""

import gzip
import socket
import ssl
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import httpx2
import pytest

import streamtape
from streamtape.cassette import Filters
from streamtape.clock import today
from streamtape.errors import CassetteFormatError, UpstreamError
from streamtape.playback import Fail, Finish, Head, Send, Wait
from streamtape.proxy import RecordingProxy
from streamtape.server import LoopbackServer

LOOPBACK = Path(__file__).parent / "loopback.pem"
FOREVER = Wait(float("inf"))
SSE = (("content-type", "text/event-stream"),)
BODY = "data: Zürich\n\n".encode()


@pytest.fixture
def post(http):
    return lambda url, **options: http.post(f"{url}/v1/messages", json={"stream": True}, **options)


@pytest.fixture
def streamed(http):
    def streamed(url, **options):
        return http.stream("POST", f"{url}/v1/messages", json={"stream": True}, **options)

    return streamed


@pytest.fixture
def chunks(streamed):
    def chunks(url):
        with streamed(url) as response:
            return list(response.iter_raw())

    return chunks


def raw(server, data):
    """Send bytes on a raw socket; return all that comes back until it closes."""
    port = int(server.url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=5) as sock:
        sock.sendall(data)
        return b"".join(iter(lambda: sock.recv(65536), b""))


def response_of(proxy):
    (interaction,) = streamtape.load(proxy.path).interactions
    return interaction.response


def test_what_the_client_gets_and_what_is_kept(chunks, upstream, proxied):
    """The chunks are those of the direct connection, for the client and in the cassette."""
    server = upstream(*[Send(BODY[:7]), Wait(0.02), Send(BODY[7:]), Wait(0.02)], Finish())
    proxy = proxied(server)
    direct = chunks(server.url)
    assert chunks(proxy.url) == direct == [BODY[:7], BODY[7:]]
    proxy.stop()
    (saved,) = proxy.save()
    kept = response_of(proxy)
    assert kept.body == BODY
    assert kept.chunk_sizes == (7, 8)
    assert (kept.end.kind, kept.status, kept.http_version) == ("complete", 200, "HTTP/1.1")
    assert kept.duration >= 0.04
    assert saved.request.url == f"{server.url}/v1/messages"
    assert saved.request.body == server.served[0].request.body
    assert streamtape.load(proxy.path).interactions[0].recorded == today()


def test_every_chunk_is_passed_on_at_once(streamed, upstream, proxied):
    """The upstream waits until the client has what came before: nothing is held back."""
    seen = threading.Event()
    proxy = proxied(upstream(Send(b"a"), seen, Send(b"b"), Finish()))
    with streamed(proxy.url) as response:
        body = response.iter_raw()
        assert next(body) == b"a"
        seen.set()
        assert next(body) == b"b"


def test_the_head_is_passed_on_at_once(streamed, upstream, proxied):
    """Status and headers do not wait for a body."""
    seen = threading.Event()
    proxy = proxied(upstream(seen, Send(b"a"), Finish(), status=418))
    with streamed(proxy.url) as response:
        assert response.status_code == 418
        seen.set()


@pytest.mark.parametrize("library", [httpx, httpx2], ids=["httpx", "httpx2"])
def test_either_library_forwards(
    streamed, post, upstream, proxied, eventually, monkeypatch, library
):
    """Where only one of the two is there, it will do: streams, aborts, failures."""
    monkeypatch.setattr("streamtape.proxy._proxy.LIBRARIES", (library,))
    server, dying = upstream(Send(BODY), FOREVER), upstream(Send(BODY), Fail("reset"))
    proxy = proxied(server)
    with streamed(proxy.url) as response:
        assert next(response.iter_raw()) == BODY
    eventually(lambda: server.served[0].end == "aborted")
    with pytest.raises(httpx.ReadError):
        post(proxied(dying).url)
    assert post(proxied("http://127.0.0.1:1").url).status_code == 502


def test_an_abort_reaches_the_upstream_and_the_cassette(streamed, upstream, proxied, eventually):
    """A client that closes closes the upstream while nothing comes, and has aborted."""
    server = upstream(Send(BODY), FOREVER)
    proxy = proxied(server)
    with streamed(proxy.url) as response:
        assert next(response.iter_raw()) == BODY
    eventually(lambda: server.served[0].end == "aborted")
    proxy.stop()
    proxy.save()
    assert (response_of(proxy).end.kind, response_of(proxy).body) == ("aborted", BODY)


def test_a_client_that_leaves_before_the_head(post, upstream, proxied, eventually, cassette_path):
    """It closes the upstream, too; a request that nobody answered is no interaction."""
    server = LoopbackServer(lambda _request: iter([FOREVER]))
    with server:
        proxy = proxied(server)
        with pytest.raises(httpx.ReadTimeout):
            post(proxy.url, timeout=httpx.Timeout(5, read=0.05))
        eventually(lambda: server.served and server.served[0].end == "aborted")
    proxy.stop()
    assert proxy.save() == ()
    assert not cassette_path.exists()


def test_a_proxy_that_is_stopped_has_aborted(streamed, upstream, proxied, eventually):
    """What is under way when it ends is kept as far as it came."""
    server = upstream(Send(BODY), FOREVER)
    proxy = proxied(server)
    with streamed(proxy.url) as response:
        body = response.iter_raw()
        assert next(body) == BODY
        proxy.stop()
        with pytest.raises(httpx.RemoteProtocolError):
            next(body)
    eventually(lambda: server.served[0].end == "aborted")
    proxy.save()
    assert (response_of(proxy).end.kind, response_of(proxy).body) == ("aborted", BODY)


@pytest.mark.parametrize(
    ("fail", "error", "end"),
    [
        ("disconnect", httpx.RemoteProtocolError, "truncated"),
        ("reset", httpx.ReadError, "reset"),
    ],
)
def test_failures_are_passed_on_and_recorded(streamed, upstream, proxied, fail, error, end):
    """A connection that dies upstream dies for the client in the same way."""
    proxy = proxied(upstream(Send(BODY), Fail(fail)))
    got = []
    with streamed(proxy.url) as response, pytest.raises(error):
        got.extend(response.iter_raw())
    assert (response.status_code, got) == (200, [BODY])
    proxy.stop()
    proxy.save()
    assert (response_of(proxy).end.kind, response_of(proxy).body) == (end, BODY)


def test_errors_of_the_upstream_are_answers(post, upstream, proxied):
    """Whatever status it answers with is passed on and recorded."""
    server = upstream(Send(b"{}"), Finish(), status=529, headers=(("retry-after", "3"),))
    proxy = proxied(server)
    answer = post(proxy.url)
    assert (answer.status_code, answer.content, answer.headers["retry-after"]) == (529, b"{}", "3")
    proxy.stop()
    proxy.save()
    assert response_of(proxy).status == 529


def test_nobody_answers(post, proxied, cassette_path):
    """An upstream that is not there is a 502 with a sentence, and no interaction."""
    proxy = proxied("http://127.0.0.1:1")
    answer = post(proxy.url, params={"key": "secret"})
    error = answer.json()["error"]
    assert (answer.status_code, error["type"]) == (502, "streamtape_upstream")
    assert (
        error["message"]
        == str(proxy.troubles[0])
        == (
            "POST http://127.0.0.1:1/v1/messages was not answered: All connection attempts failed. "
            "Check the address, the network and the server's certificate."
        )
    )
    proxy.stop()
    assert proxy.save() == ()
    assert not cassette_path.exists()


def test_an_upstream_that_hangs_up(post, proxied):
    """One that closes the connection instead of an answer is a 502 as well."""
    with LoopbackServer(lambda _request: iter([Fail("disconnect")])) as server:
        proxy = proxied(server)
        assert post(proxy.url).status_code == 502
    assert isinstance(proxy.troubles[0], UpstreamError)
    assert proxy.troubles[0].reason == "Server disconnected without sending a response"


@pytest.fixture
def tls(proxied):
    """A server with a certificate of its own, and a proxy in front of it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(LOOPBACK)
    listening = socket.create_server(("127.0.0.1", 0))

    def serve():
        for _ in range(2):
            try:
                sock = context.wrap_socket(listening.accept()[0], server_side=True)
            except OSError:  # refused, or over
                continue
            with sock:
                # To its end: a close in front of unread bytes is a RST, and takes the answer along
                asked = b""
                while not asked.endswith(b"}") and (more := sock.recv(65536)):
                    asked += more
                sock.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield lambda: proxied(f"https://127.0.0.1:{listening.getsockname()[1]}")
    listening.shutdown(socket.SHUT_RDWR)
    listening.close()
    thread.join()


def test_tls_is_verified(post, tls):
    """A certificate that nobody vouches for is refused, with the reason."""
    answer = post(tls().url)
    assert answer.status_code == 502
    assert "CERTIFICATE_VERIFY_FAILED" in answer.json()["error"]["message"]


def test_more_certificates_can_be_trusted(post, tls, monkeypatch):
    """SSL_CERT_FILE names what is trusted, as for every client of the library."""
    monkeypatch.setenv("SSL_CERT_FILE", str(LOOPBACK))
    proxy = tls()
    assert post(proxy.url).content == b"ok"
    proxy.stop()
    assert proxy.save()[0].request.url.startswith("https://127.0.0.1:")


@pytest.mark.parametrize(
    "line",
    [b"GET http://evil.example/x", b"GET /../x", b"OPTIONS /#x"],
    ids=["forward", "out", "fragment"],
)
def test_it_forwards_nowhere_else(upstream, proxied, line):
    """A target that is not within the upstream is refused, and reaches nobody."""
    server = upstream(Finish())
    proxy = proxied(server, "/api")
    answer = raw(proxy, line + b" HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 421")
    said = f"{line.decode()}: this forwards to {server.url}/api only."
    assert said.encode() in answer
    assert server.served == []


def test_what_reaches_the_upstream(upstream, proxied):
    """Path, query, body and end-to-end headers, with the upstream's own host."""
    server = upstream(Finish())
    proxy = proxied(server, "/api")
    raw(
        proxy,
        b"POST /v1/x?a=%20 HTTP/1.1\r\nHost: elsewhere\r\nX-Api-Key: k\r\nConnection: close, x-own"
        b"\r\nX-Own: 1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n",
    )
    request = server.served[0].request
    assert (request.method, request.url) == ("POST", f"{server.url}/api/v1/x?a=%20")
    assert (request.body, request.header("content-length")) == (b"abc", "3")
    assert (request.header("x-api-key"), request.header("x-own")) == ("k", None)
    assert request.header("transfer-encoding") is None


@pytest.mark.parametrize("method", ["GET", "HEAD", "DELETE", "OPTIONS"])
def test_every_method_is_forwarded(http, upstream, proxied, method):
    """Not only what model APIs are asked with."""
    server = upstream(Finish(), headers=(("x-a", "1"),))
    proxy = proxied(server)
    assert http.request(method, f"{proxy.url}/v1/models").headers["x-a"] == "1"
    assert server.served[0].request.method == method


def test_compressed_bodies(streamed, upstream, proxied):
    """The client gets the bytes that it asked for; what is kept is decoded, as in process."""
    packed = gzip.compress(BODY * 100)
    encoded = (*SSE, ("content-encoding", "gzip"))
    steps = [Send(packed[:20]), Wait(0.02), Send(packed[20:]), Finish()]
    server = upstream(*steps, headers=encoded)
    proxy = proxied(server)
    with streamed(proxy.url, headers={"accept-encoding": "gzip, x-own"}) as response:
        assert b"".join(response.iter_raw()) == packed
    assert response.headers["content-encoding"] == "gzip"
    assert server.served[0].request.header("accept-encoding") == "gzip"
    proxy.stop()
    proxy.save()
    assert response_of(proxy).body == BODY * 100
    assert response_of(proxy).header("content-encoding") is None


def test_requests_at_the_same_time(http, proxied):
    """Twenty at once: each is answered only when all have come, and each is recorded."""
    arrived, all_there = [], threading.Event()

    async def live(request):
        import asyncio

        arrived.append(request)
        if len(arrived) == 20:
            all_there.set()
        while not all_there.is_set():  # noqa: ASYNC110 - another thread sets it
            await asyncio.sleep(0.001)
        yield Head(200, SSE, "HTTP/1.1")
        yield Send(request.body)
        yield Finish()

    with LoopbackServer(live) as server:
        proxy = proxied(server)
        with ThreadPoolExecutor(20) as pool:
            bodies = [str(number).encode() for number in range(20)]
            answers = pool.map(lambda body: http.post(proxy.url, content=body).content, bodies)
            assert list(answers) == bodies
        proxy.stop()
    saved = proxy.save()
    assert sorted(item.request.body for item in saved) == sorted(bodies)
    assert all(item.request.body == item.response.body for item in saved)


def test_a_large_body_is_not_piled_up(streamed, upstream, proxied, eventually):
    """A client that does not read holds the upstream back."""
    piece = Send(b"x" * 1_000_000)
    server = upstream(*[piece] * 200, Finish())
    proxy = proxied(server)
    with streamed(proxy.url) as response:
        next(response.iter_raw(65536))
    eventually(lambda: server.served[0].end == "aborted")
    assert server.served[0].sent < 50_000_000


def test_a_large_body_is_whole(post, upstream, proxied):
    """Every byte of a few megabytes, whatever the reads."""
    body = bytes(range(256)) * 4096
    proxy = proxied(upstream(*[Send(body)] * 4, Finish()))
    assert post(proxy.url).content == body * 4


def test_no_secret_reaches_the_file(post, upstream, proxied, monkeypatch, cassette_path):
    """Keys in headers are dropped, values of secret variables replaced, and reported."""
    monkeypatch.setenv("SOME_API_KEY", "very-secret-value")
    server = upstream(Send(b"data: very-secret-value\n\n"), Finish())
    proxy = proxied(server)
    headers = {"x-api-key": "sk-ant-api03-hidden", "anthropic-version": "2023-06-01"}
    assert post(proxy.url, headers=headers).content == b"data: very-secret-value\n\n"
    assert server.served[0].request.header("x-api-key") == "sk-ant-api03-hidden"
    proxy.stop()
    proxy.save()
    text = cassette_path.read_text("utf-8")
    assert "very-secret-value" not in text
    assert "hidden" not in text
    assert "anthropic-version" in text
    assert [str(finding) for finding in proxy.findings] == [
        "value of $SOME_API_KEY in the response body, at byte 6"
    ]


def test_filters_are_those_of_every_recording(post, upstream, proxied, cassette_path):
    """What `before_record_request` lets through is forwarded, and not kept."""
    filters = Filters.of(before_record_request=lambda request: None)
    proxy = proxied(upstream(Send(BODY), Finish()), filters=filters)
    assert post(proxy.url).content == BODY
    proxy.stop()
    assert proxy.save() == ()
    assert not cassette_path.exists()


def test_once_replays_what_it_has(http, chunks, upstream, proxied):
    """The second run asks nobody: same chunks, and a request that was not recorded is a miss."""
    server = upstream(Send(BODY[:7]), Wait(0.02), Send(BODY[7:]), Finish())
    first = proxied(server)
    live = chunks(first.url)
    first.stop()
    first.save()
    second = proxied(server)
    assert chunks(second.url) == live
    missed = http.post(f"{second.url}/v1/other")
    assert (missed.status_code, missed.json()["error"]["type"]) == (404, "streamtape_miss")
    assert missed.json()["error"]["message"] == str(second.misses[0])
    assert str(second.misses[0]).endswith("Record it with mode new_episodes.")
    second.stop()
    assert second.save() == ()
    assert (len(server.served), len(second.playbacks), second.mode) == (1, 1, "once")


@pytest.mark.parametrize(
    ("mode", "asked", "kept"),
    [
        ("new_episodes", 1, ["/v1/messages", "/v1/other"]),
        ("all", 2, ["/v1/messages", "/v1/other"]),
        ("rewrite", 2, ["/v1/other", "/v1/messages"]),
    ],
)
def test_modes(http, post, upstream, proxied, mode, asked, kept):
    """What is asked for again, and what the cassette holds then."""
    server = upstream(Send(BODY), Finish())
    first = proxied(server)
    post(first.url)
    first.stop()
    first.save()
    second = proxied(server, mode=mode)
    assert http.post(f"{second.url}/v1/other").content == BODY
    assert post(second.url).content == BODY
    second.stop()
    second.save()
    assert len(server.served) - 1 == asked
    urls = [item.request.url for item in streamtape.load(second.path).interactions]
    assert urls == [server.url + path for path in kept]


def test_an_aborted_recording_is_replayed_as_one(streamed, upstream, proxied, eventually):
    """A client that closes where the recorded one did is no miss."""
    first = proxied(upstream(Send(BODY), FOREVER))
    with streamed(first.url) as response:
        next(response.iter_raw())
    first.stop()
    first.save()
    second = proxied(first.target.__str__())
    with streamed(second.url) as response:
        assert next(response.iter_raw()) == BODY
    eventually(lambda: second.playbacks[0].end == "aborted")
    second.stop()
    assert second.misses == []


def test_a_broken_cassette_is_never_overwritten(cassette_path):
    """It is an error before anything is asked."""
    cassette_path.write_text("streamtape: 1\ninteractions: no\n", "utf-8")
    with pytest.raises(CassetteFormatError):
        RecordingProxy("http://127.0.0.1:1", cassette_path, mode="all")
    assert cassette_path.read_text("utf-8") == "streamtape: 1\ninteractions: no\n"


def test_a_recording_is_as_in_process(upstream, proxied):
    """The interaction equals that of `RecordTransport`, but for times and what clients add."""
    steps = [Send(BODY[:8]), Wait(0.02), Send(BODY[8:]), Wait(0.02), Finish()]
    server = upstream(*steps, headers=(*SSE, ("request-id", "req_1"), ("x-own", "1")))
    proxy = proxied(server)
    transport = streamtape.RecordTransport(httpx2.HTTPTransport())
    with httpx2.Client(transport=transport) as client:
        client.post(f"{server.url}/v1/messages", json={"stream": True})
    with httpx2.Client() as client:
        client.post(f"{proxy.url}/v1/messages", json={"stream": True})
    proxy.stop()
    proxy.save()
    (here,), (there,) = transport.cassette.interactions, streamtape.load(proxy.path).interactions
    assert here.request == there.request
    for name in ("status", "headers", "body", "chunk_sizes", "http_version"):
        assert getattr(here.response, name) == getattr(there.response, name)
    assert here.response.end.kind == there.response.end.kind
