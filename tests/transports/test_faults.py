"""Faults through both libraries, in both colours: in process as on a real socket."""

import gc
import json
import time

import httpx2
import pytest

import streamtape
from streamtape import faults
from streamtape.cassette import Cassette, Chunk, Interaction, Request, Response
from streamtape.errors import UsageError
from streamtape.playback import plan
from streamtape.server import LoopbackServer
from streamtape.splits import Recorded, Size
from streamtape.timing import Instant

URL = "https://api.example/v1/messages"
SSE = (("content-type", "text/event-stream"),)
EVENTS = [
    b"event: %s\ndata: %s\n\n" % (kind.encode(), json.dumps({"type": kind, **more}).encode())
    for kind, more in [
        ("message_start", {}),
        ("content_block_delta", {"delta": {"type": "text_delta", "text": "Zürich"}}),
        ("content_block_delta", {"delta": {"type": "text_delta", "text": "!"}}),
        ("message_stop", {}),
    ]
]
BODY = b"".join(EVENTS)
RESPONSE = Response(200, SSE, BODY, tuple(Chunk(0, len(event)) for event in EVENTS))

PLACES = ["before=1", "after=message_start", "inside=text_delta:2", "at=7", "after=message_stop"]
ALL = [
    *(f"{kind}:{place}" for kind in ("disconnect", "reset", "eof") for place in PLACES),
    "disconnect:before=head",
    "reset:before=head",
    "error:overloaded_error,before=1",
    "error:api_error,after=text_delta",
    "http:529",
    "http:429,retry-after=2",
    "http:500,content-type=text/html,body=oops",
    *(f"corrupt:{kind},inside=text_delta" for kind in ("json", "utf8", "bom", "crlf")),
    "drop:inside=1",
    "duplicate:inside=text_delta:2",
    "swap:inside=2",
    "stall:after=1,seconds=0.01",
]
# Each waits for the client's own read timeout, twice; the shortest that is no race.
STALLS = ["stall:before=head", "stall:before=1", "stall:inside=text_delta", "stall:after=4"]


def taped(response=RESPONSE):
    return Cassette((Interaction(Request("POST", URL, (), b"{}"), response),))


def outcome(face, transport=None, url=URL, **options):
    """What a client sees: status, body, and the class of the error with its request."""
    try:
        seen = face.fetch(transport, url=url, **options)
    except face.library.TransportError as error:
        return None, b"", type(error), error.request.method
    request = seen.error and seen.error.request.method
    return seen.status, b"".join(seen.chunks), type(seen.error), request


def in_both(face, fault, **options):
    """The outcomes in process and on a real socket."""
    fault = faults.parse(fault)
    replay = streamtape.ReplayTransport(taped(), fault=fault)
    inside = outcome(face, replay, **options)
    with LoopbackServer(lambda _: plan(RESPONSE, Recorded(), Instant(), fault)) as server:
        outside = outcome(face, url=f"{server.url}/v1/messages", **options)
    (playback,) = replay.playbacks
    assert playback.end == "faulted"
    assert playback.released
    return inside, outside


@pytest.mark.parametrize("fault", ALL)
def test_in_process_as_on_a_socket(face, fault):
    """Same status, same bytes, same class of exception, with its request: for every fault."""
    inside, outside = in_both(face, fault)
    assert inside == outside


@pytest.mark.parametrize("fault", STALLS)
def test_stalls_end_with_the_client_s_timeout(face, fault):
    """A stall raises the client's own ReadTimeout, in process as on a socket."""
    inside, outside = in_both(face, fault, timeout=0.08)
    assert inside == outside
    assert inside[2] is face.library.ReadTimeout


@pytest.mark.parametrize(
    ("fault", "error", "status"),
    [
        ("disconnect:after=1", "RemoteProtocolError", 200),
        ("disconnect:before=head", "RemoteProtocolError", None),
        ("reset:after=1", "ReadError", 200),
        ("reset:before=head", "ReadError", None),
        ("eof:after=1", None, 200),
        ("http:529", None, 529),
    ],
)
def test_what_each_fault_raises(face, fault, error, status):
    """The classes, spelled out, so that both media cannot be wrong together."""
    replay = streamtape.ReplayTransport(taped(), fault=fault)
    got = outcome(face, replay)
    assert got[0] == status
    assert got[2] is (getattr(face.library, error) if error else type(None))
    if status == 200:
        assert got[1] == EVENTS[0]
        assert replay.playbacks[0].delivered_body == EVENTS[0]


def test_then_replay_answers_the_retry(face):
    """The second try gets the whole of it."""
    replay = streamtape.ReplayTransport(taped(), fault="http:529 reset:after=1", then="replay")
    assert outcome(face, replay)[0] == 529
    assert outcome(face, replay)[2] is face.library.ReadError
    assert outcome(face, replay) == (200, BODY, type(None), None)
    assert [played.end for played in replay.playbacks] == ["faulted", "faulted", "complete"]


def test_the_read_timeout_is_the_client_s_own(face, fake_clock):
    """A stall lasts exactly as long as this client waits, from when it began to."""
    replay = streamtape.ReplayTransport(taped(), fault="stall:after=1", clock=fake_clock)
    assert outcome(face, replay, timeout=5)[2] is face.library.ReadTimeout
    assert sum(fake_clock.waits) == 5
    assert (replay.playbacks[0].started, replay.playbacks[0].ended) == (1000, 1005)


def test_a_stall_shorter_than_the_timeout_is_waited_for(face, fake_clock):
    """A client that is patient enough gets the rest."""
    replay = streamtape.ReplayTransport(taped(), fault="stall:after=1,seconds=4", clock=fake_clock)
    assert outcome(face, replay, timeout=5)[1] == BODY
    assert sum(fake_clock.waits) == 4


def test_recorded_gaps_meet_the_timeout_too(face, fake_clock):
    """A recorded gap that is longer than the client's read timeout ends the stream there."""
    chunks = (Chunk(0, 10), Chunk(7_000_000, len(BODY) - 10))
    slow = taped(Response(200, SSE, BODY, chunks))
    replay = streamtape.ReplayTransport(slow, timing="recorded", clock=fake_clock)
    got = outcome(face, replay, timeout=5)
    assert got[1:3] == (BODY[:10], face.library.ReadTimeout)
    assert sum(fake_clock.waits) == 5
    assert replay.playbacks[0].end == "timeout"
    assert (
        outcome(
            face,
            streamtape.ReplayTransport(slow, timing="recorded", clock=fake_clock),
            timeout=None,
        )[1]
        == BODY
    )


def test_a_recorded_timeout_under_recorded_time(face, fake_clock):
    """A recorded read timeout comes when it came, or when this client's own is shorter, then."""
    response = Response(
        200, SSE, BODY, (Chunk(0, len(BODY)),), 0, streamtape.cassette.End("timeout", 3_000_000)
    )
    for own, lasts in ((600, 3), (2, 2)):
        replay = streamtape.ReplayTransport(taped(response), timing="recorded", clock=fake_clock)
        before = fake_clock.time
        assert outcome(face, replay, timeout=own)[2] is face.library.ReadTimeout
        assert fake_clock.time - before == lasts


def test_a_synchronous_client_without_a_timeout_would_hang():
    """Who would wait for ever, in a thread that nobody can cancel, is told so."""
    import httpx

    replay = streamtape.ReplayTransport(taped(), fault="stall:after=1")
    with (
        httpx.Client(transport=replay, timeout=None) as client,
        pytest.raises(UsageError) as caught,
    ):
        client.post(URL, json={})
    assert str(caught.value) == (
        "fault 'stall:after=1': the client has no read timeout, and would wait for ever. "
        "Give it one, or the stall an end (seconds=30)."
    )


def test_options_of_a_use(face, tmp_path):
    """`use_cassette` takes `fault` and `then`."""
    path = tmp_path / "x.yaml"
    streamtape.save(taped(), path)
    with streamtape.use_cassette(path, fault="disconnect:after=1", then="replay") as tape:
        assert outcome(face)[2] is face.library.RemoteProtocolError
        assert outcome(face)[1] == BODY
    assert [played.end for played in tape.playbacks] == ["faulted", "complete"]
    with pytest.raises(UsageError) as caught:
        streamtape.use_cassette(path, then="again")
    assert str(caught.value) == "then='again': not a choice. Valid are next and replay."


def test_nothing_leaks(face):
    """No socket, task or generator is left behind by a fault."""
    for fault in ("reset:inside=2", "disconnect:after=1", "eof:after=1", "http:500"):
        outcome(face, streamtape.ReplayTransport(taped(), fault=fault))
    gc.collect()  # pytest turns a ResourceWarning into a failure


def test_recorded_failures_fail_again(face, tmp_path):
    """What failed while it was recorded is saved as that, and replays with the same ending."""
    for fault in ("disconnect:inside=2", "reset:after=2", "eof:after=1", "stall:after=2"):
        steps = list(plan(RESPONSE, Recorded(), Instant(), faults.parse(fault)))
        with LoopbackServer(lambda _, steps=steps: iter(steps)) as server:
            transport = streamtape.RecordTransport(face.inner())
            url = f"{server.url}/v1/messages"
            live = outcome(face, transport, url=url, timeout=0.08)
        path = tmp_path / f"{face}-{fault.partition(':')[0]}.yaml"
        streamtape.save(transport.cassette, path)
        (again,) = streamtape.load(path).interactions
        kinds = {"disconnect": "truncated", "stall": "timeout", "eof": "complete"}
        assert again.response.end.kind == kinds.get(fault.partition(":")[0], "reset")
        assert outcome(face, streamtape.ReplayTransport(path), url=url) == live


@pytest.mark.parametrize("kind", ["reset", "disconnect"])
def test_a_slow_client_loses_nothing(kind):
    """However much is under way, and however slow the reader, it gets what precedes a fault."""
    size = 3_000_000
    large = Response(200, SSE, b"x" * size)
    fault = faults.parse(f"{kind}:at={size - 1}")
    steps = list(plan(large, Size(10_000), Instant(), fault))
    with (
        LoopbackServer(lambda _: iter(steps)) as server,
        httpx2.Client() as client,
        client.stream("POST", server.url) as response,
    ):
        time.sleep(0.02)  # the server has long filled every buffer
        got = bytearray()
        with pytest.raises(httpx2.TransportError):
            any(map(got.extend, response.iter_raw()))
        assert len(got) == size - 1
