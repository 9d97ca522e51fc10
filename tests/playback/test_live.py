"""Mode `verify`: which live answer is to be compared with which recorded one."""

import pytest

from streamtape.cassette import Cassette, Filters, Interaction, Matching, Request, Response
from streamtape.errors import CassetteMiss
from streamtape.playback import Record, Session

URL = "https://api.example/v1"


def request(text, url=URL):
    return Request("POST", url, (), b'{"n":"%s"}' % text.encode())


def verifying(*texts, **options):
    """Make a session over a cassette whose requests say these texts, and answer them."""
    interactions = [Interaction(request(text), Response(body=text.encode())) for text in texts]
    return Session(Cassette(tuple(interactions)), mode="verify", **options)


def ask(session, what, status=200, body=b"live"):
    """Ask once; `status` 0: nobody answers."""
    decision = session.begin(what if isinstance(what, Request) else request(what), at=0.0)
    assert isinstance(decision, Record)
    if status:
        decision.recording.head(status, [("request-id", "req_1")], "HTTP/1.1", at=0.1)
        decision.recording.chunk(body, at=0.2)
        decision.recording.finish("complete", at=0.2)


def pairs(session):
    return [
        (answer.recorded.response.body, answer.live and answer.live.response.body)
        for answer in session.live_answers
    ]


def test_each_answer_is_paired_with_what_would_have_been_played():
    """In the order of the cassette, whatever that of the requests; nothing is to be written."""
    session = verifying("a", "b", "c")
    ask(session, "b", body=b"live b")
    ask(session, "a", body=b"live a")
    assert pairs(session) == [(b"a", b"live a"), (b"b", b"live b")]
    assert [answer.number for answer in session.live_answers] == [1, 2]
    assert [item.response.body for item in session.unplayed] == [b"c"]
    assert session.recorded == ()
    assert session.records


def test_the_first_request_must_be_the_recorded_one():
    """Before any live answer, another body is another request: a miss, and nothing is sent."""
    session = verifying("a")
    with pytest.raises(CassetteMiss):
        ask(session, "b")
    assert len(session.misses) == 1


def test_a_later_request_may_carry_what_the_live_service_said():
    """After a live answer, the next interaction is one that agrees in all but the body."""
    session = verifying("a", "b, as recorded", "c")
    ask(session, "a")
    ask(session, "b, as it is today", body=b"live b")
    assert pairs(session)[1] == (b"b, as recorded", b"live b")
    with pytest.raises(CassetteMiss):
        ask(session, request("c", "https://api.example/other"))
    ask(session, "c")
    with pytest.raises(CassetteMiss):
        ask(session, "d")


@pytest.mark.parametrize("status", [0, 429, 529])
def test_a_retry_is_paired_with_the_same(status):
    """Where nobody answered, or "not now", the next try is for the same; the last answer counts."""
    session = verifying("a", "b")
    ask(session, "a", status)
    ask(session, "a", body=b"live a")
    assert pairs(session) == [(b"a", b"live a")]
    ask(session, "b")
    with pytest.raises(CassetteMiss):
        ask(session, "a")


def test_what_was_recorded_is_no_not_now():
    """A recorded 429 that comes again is answered."""
    recorded = Interaction(request("a"), Response(429))
    session = Session(Cassette((recorded,)), mode="verify")
    ask(session, "a", 429)
    with pytest.raises(CassetteMiss):
        ask(session, "a")


def test_without_any_answer():
    """An interaction to which nobody answered has no live side."""
    session = verifying("a")
    ask(session, "a", 0)
    assert pairs(session) == [(b"a", None)]


def test_repeats():
    """With `allow_playback_repeats` an interaction is asked for as often as the test does."""
    session = verifying("a", allow_playback_repeats=True)
    ask(session, "a", body=b"one")
    ask(session, "a", body=b"two")
    assert pairs(session) == [(b"a", b"two")]


def test_live_answers_are_redacted_as_recorded_ones():
    """What filters change in a recording they change in the live answer; None leaves it out."""
    filters = Filters.of(redact=[lambda body: body.replace(b"live", b"****")])
    session = verifying("a", filters=filters)
    ask(session, "a", body=b"live a")
    assert pairs(session) == [(b"a", b"**** a")]
    dropping = verifying("a", filters=Filters.of(before_record_response=lambda _: None))
    ask(dropping, "a")
    assert dropping.live_answers == []


def test_everything_but_the_body_is_what_was_asked_for():
    """The matchers that the user names count, without those of the body."""
    matching = Matching(("path", "raw_body"))
    session = verifying("a", "b", matching=matching)
    ask(session, "a")
    ask(session, request("x", "https://other.example/v1"))
    assert len(session.live_answers) == 2
