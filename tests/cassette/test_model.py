"""Which recordings can exist."""

import pytest

from streamtape.cassette import Cassette, Chunk, End, Interaction, Request, Response
from streamtape.errors import UsageError


def test_headers_are_lower_case_and_together():
    """Names are lowered, fields of one name stand where the first stood, in their order."""
    request = Request("GET", "u", (("X-A", "1"), ("b", "2"), ("x-a", "3")))
    assert request.headers == (("x-a", "1"), ("x-a", "3"), ("b", "2"))
    assert request.header("X-a") == "1, 3"
    assert request.header("c") is None
    assert str(request) == "GET u"


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: Response(body=b"abc", chunks=(Chunk(0, 2),)),
            "chunks: they add up to 2 bytes, the body has 3. "
            "Leave chunks out for one chunk per event.",
        ),
        (
            lambda: Response(body=b"abc", chunks=(Chunk(0, 4), Chunk(0, -1))),
            "chunk -1: it cannot be negative. Durations are microseconds.",
        ),
        (
            lambda: Response(head=-1),
            "head -1: it cannot be negative. Durations are microseconds.",
        ),
        (lambda: Response(20), "status 20: not a status code. It has three digits."),
        (
            lambda: End("finished"),
            "end 'finished': no such ending. Valid: complete, truncated, reset, timeout, aborted.",
        ),
        (lambda: End("reset", -5), "end -5: it cannot be negative. Durations are microseconds."),
    ],
    ids=["sizes", "negative size", "negative head", "status", "ending", "negative ending"],
)
def test_what_cannot_be_is_refused_when_it_is_made(make, message):
    """A recording that contradicts itself is never made."""
    with pytest.raises(UsageError) as caught:
        make()
    assert str(caught.value) == message


def test_times_of_a_response():
    """The timeline and the duration come from head, gaps and ending."""
    response = Response(
        body=b"abcd", chunks=((1000, 3), (2000, 1)), head=500, end=End("reset", 250)
    )
    assert response.timeline == (timeline := response.timeline)
    assert (timeline.head, timeline.sizes, timeline.gaps, timeline.end) == (
        500,
        (3, 1),
        (1000, 2000),
        250,
    )
    assert response.duration == pytest.approx(0.00375)
    assert response.offsets == [3]


def test_cassettes_compare_by_what_they_hold():
    """The path does not count, and nothing but a cassette is equal to one."""
    interactions = [Interaction(Request("GET", "u"), Response())]
    assert Cassette(interactions) == Cassette(tuple(interactions), path="x")
    assert hash(Cassette(interactions)) == hash(Cassette(tuple(interactions), path="x"))
    assert Cassette() != Cassette(interactions)
    assert Cassette() != ()
    assert len(Cassette(interactions)) == 1
