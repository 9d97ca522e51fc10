"""What faults make of a replay: other steps, no socket, no sleep."""

import json
import math

import pytest

from streamtape import faults
from streamtape.cassette import Cassette, Chunk, End, Interaction, Request, Response
from streamtape.errors import CassetteMiss, UsageError
from streamtape.faults import (
    Corrupt,
    Disconnect,
    Drop,
    Duplicate,
    Eof,
    ErrorEvent,
    HttpError,
    Reset,
    Stall,
    Swap,
)
from streamtape.playback import Fail, Finish, Head, Send, Session, Wait, body_steps, plan
from streamtape.playback._fault import alter, check_fault
from streamtape.splits import Events, Recorded, Whole
from streamtape.timing import Instant, RecordedTiming

ONE, TWO, THREE = (b'event: e%d\ndata: {"n": "%d"}\n\n' % (n, n) for n in (1, 2, 3))
BODY = ONE + TWO + THREE
LENGTH = len(ONE)
CHUNKS = (Chunk(100_000, 10), Chunk(200_000, LENGTH), Chunk(300_000, 2 * LENGTH - 10))
RESPONSE = Response(200, (), BODY, CHUNKS, 50_000, End("complete", 400_000))
HEAD = Head(200, (), "HTTP/1.1")


def steps(fault, split=None, timing=None):
    return list(body_steps(RESPONSE, split or Events(), timing or Instant(), fault))


@pytest.mark.parametrize(
    ("make", "end"),
    [(Disconnect, Fail("disconnect")), (Reset, Fail("reset")), (Eof, Finish())],
)
def test_streams_that_end_early(make, end):
    """Everything in front of the place is sent, and nothing behind it."""
    assert steps(make(at=0)) == [end]
    assert steps(make(before=1)) == [end]
    assert steps(make(after=1)) == [Send(ONE), end]
    assert steps(make(before="e3")) == [Send(ONE), Send(TWO), end]
    assert steps(make(at=LENGTH + 3)) == [Send(ONE), Send(TWO[:3]), end]
    assert steps(make(inside=2)) == [Send(ONE), Send(TWO[: LENGTH // 2]), end]
    assert steps(make(after=3)) == [Send(ONE), Send(TWO), Send(THREE), end]


def test_recorded_chunks_and_times_are_kept_in_front_of_the_place():
    """The chunks come when they came; the one that the place cuts is shorter."""
    assert steps(Reset(at=12), Recorded(), RecordedTiming()) == [
        Wait(0.1),
        Send(BODY[:10]),
        Wait(0.2),
        Send(BODY[10:12]),
        Fail("reset"),
    ]


def test_a_fault_at_a_time_comes_at_that_time():
    """Behind what had come by then, the rest of the time passes too."""
    assert steps(Reset(after_seconds=0.15), Recorded(), RecordedTiming()) == [
        Wait(0.1),
        Send(BODY[:10]),
        Wait(0.05),
        Fail("reset"),
    ]


def test_faults_before_the_head():
    """There is no response at all."""
    assert list(plan(RESPONSE, Whole(), Instant(), Disconnect(before="head"))) == [
        Fail("disconnect")
    ]
    assert list(plan(RESPONSE, Whole(), RecordedTiming(), Reset(before="head"))) == [
        Wait(0.05),
        Fail("reset"),
    ]
    assert list(plan(RESPONSE, Whole(), Instant(), Stall(before="head", seconds=9))) == [
        Wait(9.0),
        HEAD,
        Send(BODY),
        Finish(),
    ]


def test_stalls():
    """A stall is a wait in front of a byte; the rest stands behind it."""
    assert steps(Stall(after=1)) == [
        Send(ONE),
        Wait(math.inf),
        Send(TWO),
        Send(THREE),
        Finish(),
    ]
    assert steps(Stall(at=LENGTH + 3, seconds=30), Whole()) == [
        Send(ONE + TWO[:3]),
        Wait(30.0),
        Send(BODY[LENGTH + 3 :]),
        Finish(),
    ]
    assert steps(Stall(at=0, seconds=30), Whole()) == [Wait(30.0), Send(BODY), Finish()]
    assert steps(Stall(after=3, seconds=30), Whole()) == [Send(BODY), Wait(30.0), Finish()]


def test_a_stall_among_waits():
    """The recorded waits stay."""
    assert steps(Stall(at=10, seconds=30), Recorded(), RecordedTiming())[:4] == [
        Wait(0.1),
        Send(BODY[:10]),
        Wait(0.2),
        Wait(30.0),
    ]


def test_an_error_event():
    """The error stands where the place is, at the end of an event, and ends the stream."""
    data = b'{"type":"error","error":{"type":"api_error","message":"Api"}}'
    error = Send(b"event: error\ndata: %s\n\n" % data)
    assert steps(ErrorEvent("api_error", after=1)) == [Send(ONE), error, Finish()]
    assert steps(ErrorEvent("api_error", inside=2)) == [Send(ONE), Send(TWO), error, Finish()]
    assert steps(ErrorEvent("api_error", before=1)) == [error, Finish()]
    assert steps(ErrorEvent("api_error", after_seconds=0.15), Recorded(), RecordedTiming()) == [
        Wait(0.1),
        Send(ONE[:10]),
        Wait(0.2),
        Send(ONE[10:]),
        error,
        Finish(),
    ]


def test_an_http_error():
    """In place of the stream, the error comes, when the head would have come."""
    fault = HttpError(429, {"Retry-After": "2"}, "slow down")
    assert list(plan(RESPONSE, Recorded(), RecordedTiming(), fault)) == [
        Wait(0.05),
        Head(429, (("content-type", "application/json"), ("retry-after", "2")), "HTTP/1.1"),
        Send(b"slow down"),
        Finish(),
    ]
    typed = HttpError(500, [("content-type", "text/html")], b"")
    assert list(plan(RESPONSE, Recorded(), Instant(), typed)) == [
        Head(500, (("content-type", "text/html"),), "HTTP/1.1"),
        Finish(),
    ]


def body(fault, original=BODY):
    return alter(Response(body=original), fault).response.body


def test_events_dropped_doubled_and_swapped():
    """One event is missing, comes twice, or changes places with the next."""
    assert body(Drop(inside=2)) == ONE + THREE
    assert body(Duplicate(inside=2)) == ONE + TWO + TWO + THREE
    assert body(Swap(inside=2)) == ONE + THREE + TWO
    assert body(Swap(inside=1), ONE + b": c\n\n" + TWO) == TWO + b": c\n\n" + ONE


def test_which_event_is_meant():
    """`before` and `after` mean the neighbours, a byte the event that holds it."""
    assert body(Drop(before=2)) == TWO + THREE
    assert body(Drop(after=2)) == ONE + TWO
    assert body(Drop(at=LENGTH)) == ONE + THREE
    assert body(Drop(at=LENGTH - 1)) == TWO + THREE
    assert alter(RESPONSE, Drop(after_seconds=0.3)).response.body == ONE + THREE


@pytest.mark.parametrize(
    ("fault", "problem"),
    [
        (Drop(before=1), "fault 'drop:before=1': there is no event at this place"),
        (Drop(after=3), "fault 'drop:after=3': there is no event at this place"),
        (Drop(at=len(BODY)), f"fault 'drop:at={len(BODY)}': there is no event at this place"),
        (Swap(inside=3), "fault 'swap:inside=3': there are no two events at this place"),
    ],
    ids=str,
)
def test_events_that_are_not_there(fault, problem):
    """A fault of an event that is not there is refused."""
    with pytest.raises(UsageError) as caught:
        alter(RESPONSE, fault)
    assert str(caught.value) == f"{problem}. inside=EVENT names the event itself."


def test_damage():
    """JSON loses its last byte, UTF-8 its validity; a BOM or CRLF comes in."""
    assert body(Corrupt("json", inside=2)) == ONE + TWO.replace(b"}", b"") + THREE
    assert body(Corrupt("utf8", inside=2)) == ONE + TWO.replace(b'2"}', b'2\xff"}') + THREE
    assert body(Corrupt("utf8", inside=1), b"data: 12\n\n") == b"data: 12\xff\n\n"
    assert body(Corrupt("bom", inside=2)) == ONE + b"\xef\xbb\xbf" + TWO + THREE
    assert body(Corrupt("crlf", inside=2)) == ONE + TWO.replace(b"\n", b"\r\n") + THREE
    assert body(Corrupt("crlf", inside=1), b"data:1\r\n\r\n") == b"data:1\r\n\r\n"
    assert body(Corrupt("json", inside=1), b"data:\n\n") == b"data:\n\n"


@pytest.mark.parametrize(
    "fault",
    [
        *(kind(inside=number) for kind in (Drop, Duplicate) for number in (1, 2, 3)),
        *(Corrupt(kind, inside=2) for kind in ("json", "utf8", "bom", "crlf")),
        Swap(inside=1),
    ],
    ids=str,
)
def test_chunks_still_add_up(fault):
    """Recorded chunks carry the changed body, each as late as before."""
    altered = alter(RESPONSE, fault).response
    assert [chunk.gap for chunk in altered.chunks] == [chunk.gap for chunk in CHUNKS]
    assert sum(altered.chunk_sizes) == len(altered.body)
    assert altered.body != BODY
    without = alter(Response(body=BODY), fault).response
    assert without == Response(body=altered.body)


def test_a_disconnect_that_nobody_could_tell_is_refused():
    """On a close-delimited body a FIN is the end: the message points to `Eof`."""
    closing = Response(200, (("connection", "Close"),), BODY)
    with pytest.raises(UsageError) as caught:
        check_fault(Disconnect(after="e2"), closing)
    assert str(caught.value) == (
        "fault 'disconnect:after=e2': closing the connection is how this body ends (it has neither "
        "a length nor chunked framing), so that a client cannot tell a disconnect from the end. "
        "Use Eof(after='e2') for an end that comes too early, or Reset."
    )
    with pytest.raises(UsageError):
        check_fault(Disconnect(at=1), Response(200, (), BODY, http_version="HTTP/1.0"))
    check_fault(Reset(after=2), closing)
    framed = (("connection", "close"), ("transfer-encoding", "chunked"))
    check_fault(Disconnect(after=2), Response(200, framed, BODY))
    check_fault(Disconnect(after=2), RESPONSE)


REQUEST = Request("POST", "u", (), b"{}")


def session(*given, count=1, **options):
    taped = Cassette((Interaction(REQUEST, RESPONSE),) * count)
    return Session(taped, faults=faults.parse_all(given), **options)


def played(given):
    """Ask once; return the interaction's number and the fault."""
    playback, _ = given.begin(REQUEST, 0.0)
    return playback.number, str(playback.fault)


def test_then_replay():
    """The retry gets the same interaction without the fault, then the next one."""
    one = session("eof:at=3", count=2, then="replay")
    assert [played(one) for _ in range(3)] == [(1, "eof:at=3"), (1, "None"), (2, "None")]
    assert one.unplayed == []


def test_several_faults_are_used_up_in_turn():
    """Each retry gets the next fault; then the interaction comes as it is."""
    one = session("http:529", "2/eof:at=1", "http:503", count=2, then="replay")
    assert [played(one) for _ in range(5)] == [
        (1, "http:529"),
        (1, "http:503"),
        (1, "None"),
        (2, "2/eof:at=1"),
        (2, "None"),
    ]


def test_then_next():
    """The retry gets the next interaction, and a miss behind the last says what would replay."""
    one = session("eof:at=3", count=2)
    assert [played(one) for _ in range(2)] == [(1, "eof:at=3"), (2, "None")]
    with pytest.raises(CassetteMiss) as caught:
        one.begin(REQUEST, 0.0)
    assert caught.value.details == [
        "it was recorded 2 time(s), and each of them has been replayed",
        "with a fault: then='replay' answers a retry with the same again",
    ]


def test_an_interaction_that_was_asked_for_is_not_unplayed():
    """A fault without a retry leaves nothing unplayed."""
    one = session("eof:at=3", then="replay")
    played(one)
    assert one.unplayed == []


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (["2/eof:at=1"], "fault '2/eof:at=1': there is no interaction 2. The cassette has 1."),
        (
            ["eof:at=1", "eof:at=2"],
            "fault 'eof:at=2': interaction 1 has a fault before it, and is not replayed again. "
            "Say then='replay'.",
        ),
        (
            ["eof:at=99999"],
            f"fault 'eof:at=99999': it is behind the end. The body has {len(BODY)} bytes.",
        ),
    ],
)
def test_faults_that_the_cassette_has_no_place_for(given, message):
    """They are refused at set-up."""
    with pytest.raises(UsageError) as caught:
        session(*given)
    assert str(caught.value) == message


def test_without_a_cassette_nothing_is_checked():
    """While recording there is nothing yet that a fault could be held against."""
    assert Session(None, mode="once", faults=(Eof(at=10**9),)).records


def test_the_playback_knows_what_was_delivered():
    """Delivered bytes, events and text are those of the faulted stream."""
    text = {"type": "content_block_delta", "delta": {"type": "text_delta", "text": "Hi"}}
    streamed = b"data: %s\n\n" % json.dumps(text).encode()
    others = b'data: text_delta\n\ndata: {"text_delta": 1}\n\ndata: ["text_delta"]\n\n'
    taped = Cassette((Interaction(REQUEST, Response(body=streamed + others)),))
    playback, planned = Session(taped, faults=(Duplicate(inside=1),)).begin(REQUEST, 0.0)
    for step in planned:
        if isinstance(step, Send):
            playback.sent(step.data)
    assert playback.delivered_body == streamed * 2 + others
    assert playback.delivered_text == "HiHi"
    assert len(playback.delivered_events) == 5
    playback.finished(3.0)
    assert (playback.end, playback.ended) == ("faulted", 3.0)


@pytest.mark.parametrize(
    ("fault", "delivered", "end"),
    [
        (ErrorEvent(after=1), 1000, "faulted"),
        (ErrorEvent(after=1), LENGTH, "aborted"),
        (Corrupt(inside=2), 2 * LENGTH, "faulted"),
        (Corrupt(inside=2), LENGTH, "aborted"),
        (HttpError(500), 0, "faulted"),
        (Disconnect(after=1), LENGTH, "aborted"),
    ],
    ids=str,
)
def test_who_closes_behind_the_fault_has_seen_it(fault, delivered, end):
    """A client that closes is aborting, unless what it took holds the fault."""
    playback, _ = session(fault).begin(REQUEST, 0.0)
    if delivered:
        playback.sent(playback.response.body[:delivered])
    playback.closed(1.0)
    assert (playback.end, playback.released) == (end, True)
