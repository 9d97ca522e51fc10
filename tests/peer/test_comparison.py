"""What docs/explanation/comparison.md says about others, measured; with streamtape beside it."""

import contextlib
import http.server
import itertools
import re
import socket
import struct
import threading
from pathlib import Path

import anthropic
import httpx
import httpx2
import pytest
import respx
import vcr

import streamtape
from streamtape import splits
from streamtape.errors import CassetteMiss

GOLDEN = streamtape.load(Path(__file__).parents[2] / "cassettes" / "hello.yaml")
BODY = GOLDEN.interactions[0].response.body
INSIDE = BODY.index("ü".encode()) + 1  # one of the reads ends inside a character
PIECES = [piece.decode("latin-1") for piece in splits.cut(BODY, [10, 531, INSIDE, 1900])]
SIZES = [len(piece) for piece in PIECES]
KEY = "a-key-of-nobody-1234567890"
ASKED = {"model": "m", "max_tokens": 9, "stream": True, "messages": [{"role": "user"}]}


class Handler(http.server.BaseHTTPRequestHandler):
    """Streams the pieces; each waits until the client has seen the one before."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("content-length", str(len(BODY)))
        self.send_header("set-cookie", "session=of-nobody")
        self.send_header("anthropic-organization-id", "org-of-nobody")
        self.end_headers()
        with contextlib.suppress(OSError):  # the client may leave
            for number, piece in enumerate(PIECES):
                if self.path == "/reset" and number == 2:
                    self.reset()
                    return
                self.wfile.write(piece.encode("latin-1"))
                self.server.wait()

    def reset(self):
        """Close so that the client's system is told of a reset (a linger of zero)."""
        linger = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.close_connection = True

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    """`live` is whether the client saw every piece while the stream was still going on.

    `patience` is how many seconds that may take: a bound for those who will, a pause for those who
    will not.
    """

    daemon_threads = True

    def __init__(self):
        self.patience = 10
        self.begin()
        super().__init__(("127.0.0.1", 0), Handler)

    def begin(self):
        self.live, self.seen = True, threading.Semaphore(0)

    def wait(self):
        self.live = self.live and self.seen.acquire(timeout=self.patience)

    def shutdown_request(self, request):
        self.close_request(request)  # without the farewell that would be no reset

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}"


@pytest.fixture
def server():
    with Server() as server:
        threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
        yield server
        server.shutdown()


def vcrpy(server, path, mode):
    server.patience = 0.05
    return vcr.use_cassette(str(path), record_mode=mode)


def ours(server, path, mode):
    server.patience = 10
    return streamtape.use_cassette(path, mode=mode)


def ask(server, path="/v1/messages", *, reads=None, asked=ASKED):
    """Ask; return the sizes of the reads that the client got, as many as it wanted."""
    server.begin()
    sizes = []
    with (
        httpx.Client(base_url=server.url, headers={"x-api-key": KEY}, trust_env=False) as client,
        client.stream("POST", path, json=asked) as response,
        contextlib.suppress(httpx.TransportError),
    ):
        for chunk in itertools.islice(response.iter_raw(), reads):
            sizes.append(len(chunk))
            server.seen.release()
    server.seen.release(len(PIECES))  # nobody will see more
    return sizes


@pytest.mark.parametrize(
    ("use", "live", "reads"), [(vcrpy, False, [len(BODY)]), (ours, True, SIZES)]
)
def test_reads_and_when_they_come(server, tmp_path, use, live, reads):
    """A client of vcrpy sees no byte before all is read, and one read; of streamtape, all reads."""
    with use(server, tmp_path / "it.yaml", "once"):
        assert ask(server) == reads
    assert server.live is live
    with use(server, tmp_path / "it.yaml", "none"):
        assert ask(server) == reads


@pytest.mark.parametrize(("use", "written"), [(vcrpy, True), (ours, False)])
def test_what_is_written_of_secrets(server, tmp_path, use, written):
    """Unasked vcrpy writes the key, cookies and the organization; streamtape does not."""
    with use(server, tmp_path / "it.yaml", "once"):
        ask(server)
    text = (tmp_path / "it.yaml").read_text("utf-8")
    for secret in (KEY, "session=of-nobody", "org-of-nobody"):
        assert (secret in text) is written, secret


@pytest.mark.parametrize(("use", "legible"), [(vcrpy, False), (ours, True)])
def test_how_the_file_reads(server, tmp_path, use, legible):
    """What the model said stands in streamtape's file as it came, in vcrpy's it is escaped."""
    with use(server, tmp_path / "it.yaml", "once"):
        ask(server)
    text = (tmp_path / "it.yaml").read_text("utf-8")
    assert ("\n      event: ping\n" in text and "Zürich" in text) is legible


@pytest.mark.parametrize(("use", "refused"), [(vcrpy, False), (ours, True)])
def test_another_body(server, tmp_path, use, refused):
    """By default a request with another body is answered by vcrpy, and refused by streamtape."""
    with use(server, tmp_path / "it.yaml", "once"):
        ask(server)
    outcome = pytest.raises(CassetteMiss) if refused else contextlib.nullcontext()
    with outcome, use(server, tmp_path / "it.yaml", "none"):
        ask(server, asked=ASKED | {"model": "another"})


@pytest.mark.parametrize(
    ("use", "miss"),
    [(vcrpy, vcr.errors.CannotOverwriteExistingCassetteException), (ours, CassetteMiss)],
)
def test_the_same_request_again(server, tmp_path, use, miss):
    """What was recorded once answers once, with both."""
    with use(server, tmp_path / "it.yaml", "once"):
        ask(server)
    with pytest.raises(miss), use(server, tmp_path / "it.yaml", "none"):  # noqa: PT012 - the second
        ask(server)
        ask(server)


@pytest.mark.parametrize(
    ("use", "error", "tries"), [(vcrpy, anthropic.APIConnectionError, 3), (ours, CassetteMiss, 1)]
)
def test_a_miss_through_the_sdk(server, tmp_path, monkeypatch, use, error, tries):
    """A miss of vcrpy is a connection error after three tries; streamtape's is itself, at once."""
    slept, sent = [], []
    with use(server, tmp_path / "it.yaml", "once"):
        ask(server)
    monkeypatch.setattr("time.sleep", slept.append)
    http_client = httpx2.Client(event_hooks={"request": [sent.append]}, trust_env=False)
    with (
        anthropic.Anthropic(api_key=KEY, base_url=server.url, http_client=http_client) as client,
        pytest.raises(error) as raised,
        use(server, tmp_path / "it.yaml", "none"),
    ):
        client.messages.count_tokens(model="m", messages=[])
    assert (len(sent), len(slept)) == (tries, tries - 1)
    assert (str(raised.value) == "Connection error.") is (use is vcrpy)


def test_a_reset_while_recording(server, tmp_path):
    """Of a stream that breaks vcrpy keeps nothing, and its client sees nothing; streamtape all."""
    with vcrpy(server, tmp_path / "theirs.yaml", "once"), pytest.raises(httpx.TransportError):
        ask(server, "/reset")
    assert not (tmp_path / "theirs.yaml").exists()
    with ours(server, tmp_path / "ours.yaml", "once"):
        assert ask(server, "/reset") == SIZES[:2]
    (kept,) = streamtape.load(tmp_path / "ours.yaml").interactions
    assert (kept.response.chunk_sizes, kept.response.end.kind) == (tuple(SIZES[:2]), "reset")


def test_a_client_that_leaves_while_recording(server, tmp_path):
    """For vcrpy a stream that its client left is complete; streamtape keeps that it was left."""
    with vcrpy(server, tmp_path / "theirs.yaml", "once"):
        ask(server, reads=1)
    assert "message_stop" in (tmp_path / "theirs.yaml").read_text("utf-8")
    with ours(server, tmp_path / "ours.yaml", "once"):
        assert ask(server, reads=1) == SIZES[:1]
    (kept,) = streamtape.load(tmp_path / "ours.yaml").interactions
    assert (kept.response.body, kept.response.end.kind) == (BODY[: SIZES[0]], "aborted")


RECORDED = """
    import httpx
    import pytest


    @pytest.mark.vcr
    def test_it():
        with httpx.Client(headers={"x-api-key": KEY}, trust_env=False) as client:
            with client.stream("POST", URL, json={"stream": True}) as response:
                assert [len(chunk) for chunk in response.iter_raw()] == READS
"""


def test_pytest_recording(server, pytester):
    """It is vcrpy with a marker: one read, the key in the file; without a mode it only replays."""
    named = {"KEY": KEY, "URL": f"{server.url}/v1/messages", "READS": [len(BODY)]}
    source = re.sub("KEY|URL|READS", lambda found: repr(named[found[0]]), RECORDED)
    pytester.makepyfile(test_it=source)
    server.patience = 0.05
    pytester.makeini("[pytest]\nasyncio_default_fixture_loop_scope = function\n")
    pytester.runpytest_inprocess("-n0").assert_outcomes(failed=1)
    pytester.runpytest_inprocess("-n0", "--record-mode=once").assert_outcomes(passed=1)
    assert KEY in (pytester.path / "cassettes" / "test_it" / "test_it.yaml").read_text("utf-8")
    server.shutdown()
    pytester.runpytest_inprocess("-n0").assert_outcomes(passed=1)


def test_respx_does_not_see_httpx2():
    """A request of httpx2, which the SDKs of today use, passes by respx to the network."""
    with (
        respx.mock(assert_all_called=False) as router,
        socket.create_server(("127.0.0.1", 0)) as taken,
        httpx2.Client(trust_env=False) as client,
    ):
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/"
        route = router.get(url)
        taken.close()
        with pytest.raises(httpx2.ConnectError):
            client.get(url)
        assert not route.called
