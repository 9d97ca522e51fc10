"""What a plan tells a face to do: lists of steps, no socket, no sleep."""

import pytest

from streamtape.cassette import Chunk, End, Response
from streamtape.playback import Fail, Finish, Head, Send, Wait, body_steps, plan
from streamtape.splits import At, Recorded, Whole
from streamtape.timing import Fixed, Instant, RecordedTiming

RESPONSE = Response(
    200,
    (("content-type", "text/event-stream"),),
    b"abcdef",
    (Chunk(10_000, 4), Chunk(20_000, 2)),
    head=100_000,
    end=End("complete", 5_000),
)
HEAD = Head(200, (("content-type", "text/event-stream"),), "HTTP/1.1")


def test_instant_has_no_waits():
    """Instantly: the head, the recorded chunks, the end, and nothing to wait for."""
    assert list(plan(RESPONSE, Recorded(), Instant())) == [
        HEAD,
        Send(b"abcd"),
        Send(b"ef"),
        Finish(),
    ]


def test_recorded_timing():
    """As recorded: every wait stands before what it delays."""
    steps = list(plan(RESPONSE, Recorded(), RecordedTiming()))
    assert steps == [
        Wait(0.1),
        HEAD,
        Wait(0.01),
        Send(b"abcd"),
        Wait(0.02),
        Send(b"ef"),
        Wait(0.005),
        Finish(),
    ]


def test_another_split():
    """Another split cuts the same body; an empty chunk is a chunk."""
    assert list(body_steps(RESPONSE, At((1, 1)), Instant())) == [
        Send(b"a"),
        Send(b""),
        Send(b"bcdef"),
        Finish(),
    ]
    assert list(body_steps(RESPONSE, Whole(), Fixed(1000))) == [
        Wait(0.001),
        Send(b"abcdef"),
        Finish(),
    ]


@pytest.mark.parametrize(
    ("end", "step"),
    [
        ("complete", Finish()),
        ("truncated", Fail("disconnect")),
        ("reset", Fail("reset")),
        ("timeout", Fail("timeout")),
        ("aborted", Fail("exhausted")),
    ],
)
def test_recorded_endings(end, step):
    """Each recorded ending is played as itself."""
    assert list(body_steps(Response(end=End(end)), Whole(), Instant())) == [step]


def test_headers_that_would_lie_are_left_out():
    """A decoded body is not announced as encoded, and a length that is wrong is not announced."""
    fields = (("content-encoding", "gzip"), ("content-length", "5"), ("x", "y"))
    (head, *_) = plan(Response(headers=fields, body=b"abc"), Whole(), Instant())
    assert head == Head(200, (("x", "y"),), "HTTP/1.1")
    true = (("content-length", "3"),)
    (head, *_) = plan(Response(headers=true, body=b"abc"), Whole(), Instant())
    assert head == Head(200, true, "HTTP/1.1")
