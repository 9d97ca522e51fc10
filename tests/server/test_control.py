"""Orders of requests, sessions of tests, and commands: several tests share one server."""

import asyncio
import threading
from pathlib import Path

import httpx
import pytest

from streamtape.cassette import (
    Cassette,
    Interaction,
    Matching,
    Request,
    Response,
    register_matcher,
)
from streamtape.cassette._match import MATCHERS
from streamtape.server import ReplayServer, _control
from streamtape.sse import Decoder

HELLO = Path(__file__).parents[2] / "cassettes" / "hello.yaml"
URL = "https://api.example.com/v1/x"
BODY = b"data: 1\n\ndata: 2\n\ndata: 3\n\n"


@pytest.fixture
def cassette():
    """Two interactions with one request, and another one."""
    first, second = (Interaction(Request("GET", URL), Response(body=BODY)),) * 2
    third = Interaction(Request("GET", f"{URL}?third=1"), Response(body=b"data: third\n\n"))
    return Cassette((first, second, third))


@pytest.fixture
def server(cassette):
    """A server that takes orders."""
    with ReplayServer(cassette, control=True) as server:
        yield server


@pytest.fixture
def client(server):
    """A client of it."""
    with httpx.Client(base_url=server.url, timeout=5) as client:
        yield client


def reads(client, **orders):
    """Return the sizes of a client's reads."""
    headers = {f"x-streamtape-{name}": value for name, value in orders.items()}
    with client.stream("GET", "/v1/x", headers=headers) as response:
        assert response.status_code == 200, response.read()
        return [len(chunk) for chunk in response.iter_raw()]


def told(client, command="playbacks", test=None):
    headers = {"x-streamtape-test": test} if test else {}
    return client.post(f"/__streamtape__/{command}", headers=headers)


def test_a_request_says_how_it_is_cut(client, server):
    """A split in a header is for this request only."""
    assert reads(client, split="size:10") == [10, 10, 7]
    assert reads(client) == [9, 9, 9]
    assert [str(played.split) for played in server.playbacks] == ["size:10", "recorded"]


def test_a_request_says_when_its_bytes_come(client, server):
    """A timing in a header is, too: here, of three chunks that take 30 ms."""
    reads(client, timing="fixed:10ms")
    reads(client)
    slow = server.playbacks[0]
    assert slow.ended - slow.started >= 0.03
    assert server.report.timed == 3


def test_a_request_says_what_goes_wrong(client, server):
    """A fault in a header goes wrong with whichever interaction answers."""
    with pytest.raises(httpx.RemoteProtocolError):
        reads(client, fault="disconnect:after=1")
    reads(client)
    assert [str(played.fault) for played in server.playbacks] == ["disconnect:after=1", "None"]
    assert [(played.number, played.end) for played in server.playbacks] == [
        (1, "faulted"),
        (2, "complete"),
    ]
    response = client.get("/v1/x?third=1", headers={"x-streamtape-fault": "http:529"})
    assert response.status_code == 529
    assert server.playbacks[-1].fault.interaction == 3


def test_a_retry_repeats_its_orders(client, server):
    """With then=replay, each fault is followed by a replay without it."""
    orders = {"fault": "reset:at=9", "then": "replay"}
    for _ in range(2):
        with pytest.raises(httpx.ReadError):
            reads(client, **orders)
        assert sum(reads(client, **orders)) == len(BODY)
    assert [played.number for played in server.playbacks] == [1, 1, 2, 2]


def test_orders_are_no_part_of_a_request(cassette):
    """They are left out of matching and of what is kept."""
    register_matcher("no orders", lambda live, _: not any("tape" in n for n, _ in live.headers))
    matching = Matching(("path", "no orders"))
    try:
        server = ReplayServer(cassette, control=True, matching=matching)
        with server, httpx.Client() as client:
            client.base_url = server.url
            assert reads(client, split="whole", test="a") == [27]
    finally:
        del MATCHERS["no orders"]
    assert server.playbacks[0].request.header("x-streamtape-split") is None


@pytest.mark.parametrize(
    ("order", "value", "sentence"),
    [
        ("split", "sometimes", "split 'sometimes': not a split. Valid are recorded, whole, "),
        ("split", "at:99", "split 'at:99': it cuts behind the end. The longest body that it is "),
        ("split", "9/bytes", "split '9/bytes': there is no interaction 9. The cassette has 3."),
        ("timing", "late", "timing 'late': not a timing. Valid are instant, "),
        ("timing", f"fixed:{'9' * 400}s", "header x-streamtape-timing: not to be understood. Say "),
        ("fault", "reset:at=99", "fault 'reset:at=99': "),
        ("then", "again", "then='again': not a choice. Valid are next and replay."),
        (
            "speed",
            "1",
            "header x-streamtape-speed: no such order. Valid are x-streamtape-split, "
            "x-streamtape-timing, x-streamtape-fault, x-streamtape-then, x-streamtape-test.",
        ),
    ],
)
def test_a_bad_order_is_a_400_with_the_sentence(client, server, order, value, sentence):
    """What cannot be done is said, and nothing is used up."""
    response = client.get("/v1/x", headers={f"x-streamtape-{order}": value})
    error = response.json()["error"]
    assert (response.status_code, error["type"]) == (400, "streamtape_usage")
    assert error["message"].startswith(sentence)
    assert (server.playbacks, len(server.unplayed)) == ([], 3)


def test_a_server_that_takes_no_orders_says_so(cassette):
    """A header that would be ignored is refused, and there are no commands."""
    with ReplayServer(cassette) as server, httpx.Client(base_url=server.url) as client:
        response = client.get("/v1/x", headers={"x-streamtape-split": "bytes"})
        assert response.status_code == 400
        assert response.json()["error"]["message"] == (
            "header x-streamtape-split: this server takes no orders from requests. "
            "Start it with --control (control=True)."
        )
        assert told(client).json()["error"]["type"] == "streamtape_miss"


def test_each_test_has_a_session_of_its_own(client, server):
    """Two tests use the same interactions, and each sees its own streams; the server sees all."""
    for test in ("a", "b"):
        for _ in range(2):
            reads(client, test=test)
        missed = client.get("/v1/x", headers={"x-streamtape-test": test})
        assert "each of them has been replayed" in missed.json()["error"]["message"]
    reads(client)
    of_a = told(client, test="a").json()
    assert of_a["playbacks"][0] == {
        "interaction": 1,
        "method": "GET",
        "url": f"{server.url}/v1/x",
        "split": "recorded",
        "fault": None,
        "delivered": 27,
        "size": 27,
        "events": 3,
        "end": "complete",
    }
    assert [len(of_a[name]) for name in ("playbacks", "misses", "unplayed")] == [2, 1, 1]
    everybody = told(client).json()
    assert [len(everybody[name]) for name in ("playbacks", "misses", "unplayed")] == [5, 2, 1]
    assert len(server.playbacks) == 5


def test_a_test_begins_anew(client, server):
    """Reset forgets the streams of one test, or of all."""
    for test in ("a", "b"):
        reads(client, test=test)
    assert told(client, "reset", "a").json() is None
    assert told(client, test="a").json()["playbacks"] == []
    assert len(server.playbacks) == 1
    told(client, "reset")
    assert server.playbacks == []
    assert len(server.unplayed) == 3
    assert len(told(client, test="b").json()["unplayed"]) == 3
    told(client, "reset", "never heard of")


def test_the_oldest_test_is_forgotten_first(client, server, monkeypatch):
    """A server does not keep a session for every name that it ever heard."""
    monkeypatch.setattr(_control, "_MOST_TESTS", 2)
    for test in ("a", "b", "c"):
        reads(client, test=test)
    kept = [len(told(client, test=test).json()["playbacks"]) for test in ("b", "c")]
    assert kept == [1, 1]
    assert told(client, test="a").json()["playbacks"] == []


def test_the_report_is_json(client):
    """Streams, chunks, bytes; nothing had a time."""
    reads(client)
    assert client.get("/__streamtape__/report").json() == {
        "streams": 1,
        "chunks": 3,
        "bytes": 27,
        "at_once": 1,
        "timed": 0,
        "missed": 0,
        "late_ms": {},
    }


@pytest.mark.parametrize(
    ("method", "command", "status", "sentence"),
    [
        (
            "POST",
            "explode",
            404,
            "'explode' is no command. Valid are playbacks, report, hold, release, reset, step, "
            "run-until?event=EVENT.",
        ),
        ("GET", "reset", 405, "GET {url}/__streamtape__/reset: commands are POST (playbacks, "),
        ("POST", "step", 409, "step: nothing is held. Hold first."),
        ("POST", "run-until?event=3", 409, "run-until: nothing is held. Hold first."),
    ],
)
def test_what_is_no_command(client, server, method, command, status, sentence):
    """The answer says what would be one."""
    response = client.request(method, f"/__streamtape__/{command}")
    assert response.status_code == status
    error = response.json()["error"]
    assert error["type"] == "streamtape_control"
    assert error["message"].startswith(sentence.format(url=server.url))


class Reader(threading.Thread):
    """A client in a thread that notes what it has read."""

    def __init__(self, url, **headers):
        super().__init__(daemon=True)
        self.url, self.headers, self.text = url, headers, b""
        self.start()

    def run(self):
        with httpx.stream("GET", f"{self.url}/v1/x", headers=self.headers) as response:
            for chunk in response.iter_raw():
                self.text += chunk


def test_a_stream_is_handed_out_bit_by_bit(client, server):
    """A test in any language holds the streams, steps through one, and lets it go."""
    assert told(client, "hold").json() is None
    assert told(client, "hold").json()["error"]["message"].startswith("hold(): the streams are")
    reader = Reader(server.url)
    first = told(client, "step").json()
    assert (first["delivered"], first["events"], first["end"]) == (9, 1, None)
    assert reader.text == BODY[:9]
    second = told(client, "run-until?event=2").json()
    assert (second["delivered"], second["events"]) == (18, 2)
    missing = told(client, "run-until?event=nonsense")
    assert missing.status_code == 409
    told(client, "release")
    reader.join(5)
    assert reader.text == BODY
    assert server.playbacks[0].end == "complete"
    assert told(client, "step").status_code == 409


def test_steps_go_to_the_end(client, server):
    """The end is a step, and after it there is none."""
    told(client, "hold", "a")
    reader = Reader(server.url, **{"x-streamtape-test": "a"})
    steps = [told(client, "step", "a").json() for _ in range(4)]
    assert [(step["delivered"], step["end"]) for step in steps] == [
        (9, None),
        (18, None),
        (27, None),
        (27, "complete"),
    ]
    over = told(client, "step", "a")
    assert (over.status_code, "the stream is over" in over.text) == (409, True)
    assert reads(client) == [9, 9, 9]  # of another test: not held
    reader.join(5)


def test_a_held_stream_ends_when_its_client_goes(server):
    """Nobody waits for a client that has left."""
    gate = server.session.hold()
    client = httpx.Client()
    with client.stream("GET", f"{server.url}/v1/x"):
        assert gate.wait_settled(5)
    client.close()
    assert gate.wait_settled(5)
    gate.allow_next()
    for _ in range(500):
        if server.playbacks[0].end == "aborted":
            break
        threading.Event().wait(0.01)
    assert (server.playbacks[0].end, server.playbacks[0].delivered) == ("aborted", 0)


def test_at_full_speed_chunks_are_still_handed_out_one_by_one(cassette):
    """A hold takes apart what would be one write, also a chunk that an event ends in."""
    with ReplayServer(cassette, gap=0, split="at:5", control=True) as server:
        with httpx.Client(base_url=server.url, timeout=5) as client:
            told(client, "hold")
            reader = Reader(server.url)
            assert told(client, "step").json()["delivered"] == 5
            assert told(client, "run-until?event=1").json()["delivered"] == 9
            told(client, "release")
        reader.join(5)
    assert Decoder().feed(reader.text) == Decoder().feed(BODY)


def test_parallel_tests_share_a_server():
    """Twenty tests at once, each with its own split, session and fault."""
    cassette = Cassette((Interaction(Request("GET", URL), Response(body=BODY)),))

    async def one(client, number):
        headers = {"x-streamtape-test": str(number), "x-streamtape-split": f"size:{number + 1}"}
        async with client.stream("GET", "/v1/x", headers=headers) as response:
            return [len(chunk) async for chunk in response.aiter_raw()]

    async def main(url):
        async with httpx.AsyncClient(base_url=url) as client:
            return await asyncio.gather(*(one(client, number) for number in range(20)))

    with ReplayServer(cassette, control=True) as server:
        found = asyncio.run(main(server.url))
    expected = [[min(n, 27 - at) for at in range(0, 27, n)] for n in range(1, 21)]
    assert found == expected
