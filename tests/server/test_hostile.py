"""Malformed and hostile requests: whatever comes, the next good request is answered.

The long form (`pytest --long`): 100,000 requests without a socket, 20,000 over sockets, in a server
of its own whose memory is looked at; slow ones included.
"""

import asyncio
import contextlib
import errno
import random
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx
import pytest

from streamtape.playback import Finish, Head, Send
from streamtape.server import Limits, ReplayServer
from streamtape.server._connection import Connection, Service
from streamtape.server._framing import Frame
from streamtape.server._http import CONTINUE, Asked, Refusal, Reply, Requests
from streamtape.server._meter import Meter
from streamtape.server._sockets import Receivers
from streamtape.server._steps import Burst

HELLO = Path(__file__).parents[2] / "cassettes" / "hello.yaml"
MOST_GROWTH = 5_000_000  # bytes
GOOD = (
    b'{"model":"claude-demo","max_tokens":200,"stream":true,'
    b'"messages":[{"role":"user","content":"What is the weather in Z\xc3\xbcrich?"}]}'
)
HOSTILE_ORDERS = (
    b"split: size:" + b"9" * 5000,
    b"split: " + b"1/" * 4000,
    b"split: at:" + b",".join([b"1"] * 3000),
    b"timing: x" + b"9" * 400,
    b"timing: fixed:" + b"9" * 400 + b"s",
    b"timing: profile:ttft=nan,tps=inf",
    b"fault: stall:at=5,seconds=nan",
    b"fault: http:" + b"9" * 5000,
    b"fault: reset:at=99999999999",
    b"fault: \xff\xfe",
    b"then: " + b"x" * 9000,
    b"test: " + b"t" * 9000,
    b"nonsense: 1",
)


def post(body, *headers, target=b"/v1/messages"):
    lines = [b"POST " + target + b" HTTP/1.1", b"host: 127.0.0.1:1", *headers]
    return b"\r\n".join([*lines, b"content-length: %d" % len(body), b"", body])


SEEDS = (
    post(GOOD),
    post(b""),
    post(b'{"a": [' + b"1," * 400 + b"1]}"),
    post(b"[" * 3000),
    post(GOOD, b"expect: 100-continue"),
    post(GOOD, b"connection: close"),
    post(GOOD) + post(GOOD) + post(GOOD),
    post(GOOD, target=b"http://example.com:80/v1/messages"),
    post(GOOD, target=b"http://[::1/x"),
    post(GOOD, target=b"http://h:99999999/x"),
    post(b"", target=b"/__streamtape__/reset"),
    post(b"", target=b"/__streamtape__/run-until?event=" + b"9" * 5000),
    b"GET /__streamtape__/playbacks HTTP/1.1\r\nhost: h\r\nx-streamtape-test: a\r\n\r\n",
    *(post(GOOD, b"x-streamtape-" + order) for order in HOSTILE_ORDERS),
    b"HEAD /v1/messages HTTP/1.1\r\nhost: h\r\n\r\n",
    b"GET / HTTP/1.0\r\n\r\n",
    b"OPTIONS * HTTP/1.1\r\nhost: h\r\n\r\n",
    b"CONNECT example.com:443 HTTP/1.1\r\nhost: example.com:443\r\n\r\n",
    b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"GET / HTTP/1.1\r\nhost: [\r\n\r\n",
    b"GET / HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n",
    b"GET / HTTP/1.1\r\nhost: h\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n",
    b"POST / HTTP/1.1\r\nhost: h\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    b"POST / HTTP/1.1\r\nhost: h\r\ntransfer-encoding: chunked\r\n\r\nffffffffffffffff\r\nx",
    b"POST / HTTP/1.1\r\nhost: h\r\ntransfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    b"POST / HTTP/1.1\r\nhost: h\r\ncontent-length: 99999999999999999\r\n\r\n",
    b"PUT / HTTP/1.1\r\nhost:\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
    b"GET / HTTP/1.1\r\nhost: h\r\n" + b"x: y\r\n" * 5000 + b"\r\n",
    b"GET /" + b"a" * 40_000 + b" HTTP/1.1\r\nhost: h\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 500,  # the beginning of TLS
    b"\r\n" * 200,
    b"\x00" * 1000,
)
PIECES = (b"\r\n", b"\n", b"\r", b"\x00", b":", b" ", b"HTTP/1.1", b"%", b"\xff", b"9" * 30, b"\t")


def hostile(draw):
    """Return one request as somebody might send it: a seed, changed a few times."""
    data = bytearray(draw.choice(SEEDS))
    for _ in range(draw.randrange(4)):
        at = draw.randrange(len(data) + 1)
        match draw.randrange(5):
            case 0 if at < len(data):
                data[at] = draw.randrange(256)
            case 1:
                del data[at : at + draw.randrange(1, 40)]
            case 2:
                data[at:at] = draw.choice(PIECES)
            case 3:
                data[at:at] = data[: draw.randrange(80)]
            case 4:
                data = data[:at] + draw.choice(SEEDS)[draw.randrange(60) :]
    return bytes(data) or b"\r\n"


def pieces(draw, data):
    """Cut bytes as a network might."""
    size = draw.choice((len(data), len(data), 1000, 37, 1 if len(data) < 600 else 3))
    return [data[start : start + size] for start in range(0, len(data), size)]


class SansIo:
    """A connection without a socket, of a server without a thread."""

    def __init__(self):
        self.server = ReplayServer(HELLO, control=True, allow_playback_repeats=True, keep=100)
        self.seen = set()

    def talk(self, sent):
        """Let a client send these pieces; return what it would be sent."""
        requests, answer = Requests(), bytearray()
        for piece in sent:
            requests.receive(piece)
            while (found := requests.next()) is not None:
                self.seen.add(type(found))
                if isinstance(found, Refusal):
                    assert found.problem.endswith(".")
                    assert 400 <= found.status <= 505
                    return bytes(answer)
                if found == CONTINUE:
                    continue
                answer += self.answer(found)
                if len(answer) > 1_000_000 or not found.keeps_alive:
                    return bytes(answer)
        return bytes(answer)

    def answer(self, asked):
        reply, frame, said = Reply(asked), None, bytearray()
        steps = self.server._respond(asked.request)
        if hasattr(steps, "__anext__"):  # a command that waits
            return b""
        with contextlib.closing(steps) if hasattr(steps, "close") else contextlib.nullcontext():
            for step in steps:
                if isinstance(step, Frame):
                    frame = step
                elif isinstance(step, Head):
                    said += reply.head(step, frame)
                elif isinstance(step, Send):
                    said += reply.body((step.data,))
                elif isinstance(step, Burst):
                    said += reply.body(step.chunks)
                elif isinstance(step, Finish):
                    said += reply.end()
        return said


def resident(process="self"):
    """Return the bytes of memory that a process has, by its id."""
    return int(Path(f"/proc/{process}/statm").read_text().split()[1]) * 4096


@pytest.mark.parametrize("count", [300, pytest.param(100_000, marks=pytest.mark.long)])
def test_nothing_that_is_sent_breaks_a_connection(count):
    """Every request is answered or refused with a sentence; nothing is kept for long."""
    draw = random.Random(20)
    sans_io = SansIo()
    good = sans_io.talk([post(GOOD)])
    assert good.startswith(b"HTTP/1.1 200 OK\r\n")
    assert good.endswith(b"\r\n0\r\n\r\n")
    before = 0
    for number in range(count):
        if number == count // 10:  # caches are full, and modules loaded
            before = resident() if sys.platform == "linux" else 0
        sans_io.talk(pieces(draw, hostile(draw)))
    if before and count > 10_000:
        assert resident() - before < MOST_GROWTH
    assert sans_io.seen == {Asked, Refusal, bytes}
    assert sans_io.talk([post(GOOD)]) == good


SERVER = """
import sys, time
from streamtape.server import Limits, ReplayServer
limits = Limits(request=float(sys.argv[2]), idle=30)
with ReplayServer(sys.argv[1], control=True, allow_playback_repeats=True, keep=100,
                  limits=limits, gap=0) as server:
    print(server.url, flush=True)
    sys.stdin.read()
"""


@contextlib.contextmanager
def apart(patience):
    """A server in a process of its own; give its URL and its process."""
    command = [sys.executable, "-c", SERVER, str(HELLO), str(patience)]
    with tempfile.TemporaryFile() as said:
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": said}
        with subprocess.Popen(command, text=True, **pipes) as process:
            yield process.stdout.readline().strip(), process
            process.communicate(timeout=20)
        said.seek(0)
        assert (process.returncode, said.read()) == (0, b"")


def exchange(port, sent, patience=0.02):
    """Send these pieces on a connection of its own; return what came back by then."""
    answer = b""
    with (
        socket.create_connection(("127.0.0.1", port), timeout=10) as sock,
        contextlib.suppress(ConnectionError, TimeoutError),
    ):
        for piece in sent:
            sock.sendall(piece)
        sock.settimeout(patience)
        while data := sock.recv(65536):
            answer += data
            if answer.endswith(b"0\r\n\r\n"):
                break
    return answer


@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
def test_nothing_that_is_sent_breaks_a_server():
    """20,000 over sockets, slow ones among them: no crash, memory within 5 MB, still serving."""
    draw = random.Random(21)
    with apart(patience=2) as (url, process):
        port = int(url.rpartition(":")[2])
        slow = []
        before = 0
        for number in range(20_000):
            if number == 2_000:
                before = resident(process.pid)
            exchange(port, pieces(draw, hostile(draw)))
            if not number % 50:
                slow.append(socket.create_connection(("127.0.0.1", port)))
                while len(slow) > 100:
                    slow.pop(0).close()
            for each in draw.sample(slow, min(3, len(slow))):
                with contextlib.suppress(OSError):
                    each.send(b"G")
            if not number % 1000:
                assert exchange(port, [post(GOOD)], 10).startswith(b"HTTP/1.1 200 OK\r\n")
        for sock in slow:
            sock.close()
        answer = exchange(port, [post(GOOD)], 10)
        assert resident(process.pid) - before < MOST_GROWTH
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert answer.endswith(b"0\r\n\r\n")


@pytest.fixture
def impatient():
    """A server that gives a request a tenth of a second."""
    limits = Limits(request=0.1, idle=0.2)
    with ReplayServer(HELLO, allow_playback_repeats=True, limits=limits, gap=0) as server:
        yield server


def test_a_request_has_its_time(impatient):
    """Who sends a byte now and then gets a 408 when time is over; others are served meanwhile."""
    port = int(impatient.url.rpartition(":")[2])
    slow = [socket.create_connection(("127.0.0.1", port), timeout=5) for _ in range(20)]
    began = time.monotonic()
    answers = [b""] * len(slow)
    for sock in slow:
        sock.sendall(b"POST /v1/messages HTTP/1.1\r\nhost: h\r\ncontent-length: 100\r\n\r\n")
    good = httpx.post(f"{impatient.url}/v1/messages", content=GOOD)
    assert good.status_code == 200
    for number, sock in enumerate(slow):
        with contextlib.suppress(ConnectionError), sock:
            sock.sendall(b"x")
            answers[number] = b"".join(iter(lambda sock=sock: sock.recv(65536), b""))
    assert time.monotonic() - began < 5
    assert {answer.partition(b"\r\n")[0] for answer in answers} == {b"HTTP/1.1 408 Request Timeout"}
    assert b"A request has 0.1 seconds to come in." in answers[0]


def test_a_connection_without_a_request_is_closed(impatient, talk):
    """Who says nothing is not waited for for ever."""
    assert talk(impatient, b"") == b""


def test_what_is_sent_ahead_waits_in_the_network(impatient):
    """A client that sends without reading fills its own memory, and is served in the end."""
    port = int(impatient.url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=5) as sock:
        sock.sendall(post(GOOD) * 400)
        sock.sendall(post(GOOD, b"connection: close"))
        answer = b"".join(iter(lambda: sock.recv(1 << 20), b""))
    assert answer.count(b"HTTP/1.1 200 OK\r\n") == 401


class Reset(asyncio.Transport):
    """The transport of a connection that its client has reset, which nobody has noticed yet."""

    def __init__(self, protocol):
        super().__init__()
        self.protocol = protocol

    def get_extra_info(self, _name, default=None):
        return default

    def write(self, data):
        pass

    def write_eof(self):
        raise OSError(errno.ENOTCONN, "Transport endpoint is not connected")

    def close(self):
        self.protocol.connection_lost(None)


def test_who_resets_while_it_is_refused():
    """A client that does not wait for what is wrong with its request is nobody's error."""

    async def main():
        receivers = Receivers()
        common = (None, None, Limits(), Meter(), receivers, set())
        connection = Connection(Service(*common))
        connection.connection_made(Reset(connection))
        connection.data_received(b"no HTTP at all\r\n\r\n")
        await asyncio.sleep(0)
        connection.eof_received()
        await connection.over()
        receivers.close()
        return connection._task.exception()

    assert asyncio.run(main()) is None
