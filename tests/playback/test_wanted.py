"""What one request wants of its own replay; sessions that begin anew; records that are bounded."""

import pytest

from streamtape import faults, splits, timing
from streamtape.cassette import Cassette, Interaction, Matching, Request, Response
from streamtape.errors import CassetteMiss, UsageError
from streamtape.playback import Send, Session, Wait, Wanted

ASK = Request("GET", "https://api.example/v1")
BODY = b"data: 1\n\ndata: 2\n\n"


@pytest.fixture
def session():
    """A session of three interactions with one request."""
    interaction = Interaction(ASK, Response(body=BODY))
    return Session(Cassette((interaction,) * 3))


def sizes(play):
    return [len(step.data) for step in play.steps if isinstance(step, Send)]


def test_a_wish_is_for_one_request(session):
    """Split, timing and fault of a request change nothing for the next."""
    wanted = Wanted(split=splits.parse("size:5"), timing=timing.parse("fixed:5ms"))
    first = session.begin(ASK, 0, wanted)
    steps = list(first.steps)
    assert [len(step.data) for step in steps if isinstance(step, Send)] == [5, 5, 5, 3]
    assert steps.count(Wait(0.005)) == 4
    fault = faults.Disconnect(after=1)
    assert sizes(session.begin(ASK, 0, Wanted(fault=fault))) == [9]
    assert sizes(session.begin(ASK, 0)) == [9, 9]
    assert session.playbacks[1].fault == faults.Disconnect(after=1, interaction=2)


def test_a_fault_of_a_request_alternates_where_the_interaction_stays(session):
    """With then=replay: fault, clean, and the next interaction: fault, clean."""
    wanted = Wanted(fault=faults.Eof(after=1), then="replay")
    played = [session.begin(ASK, 0, wanted).playback for _ in range(4)]
    assert [(each.number, each.fault is not None) for each in played] == [
        (1, True),
        (1, False),
        (2, True),
        (2, False),
    ]


@pytest.mark.parametrize(
    "wanted",
    [
        Wanted(split=splits.At((99,))),
        Wanted(split=splits.parse("4/bytes")),
        Wanted(fault=faults.Reset(at=99)),
    ],
)
def test_what_cannot_be_given_uses_nothing_up(session, wanted):
    """The request is refused, and the interaction answers the next."""
    with pytest.raises(UsageError):
        session.begin(ASK, 0, wanted)
    assert session.begin(ASK, 0).playback.number == 1
    assert len(session.unplayed) == 2


def test_a_request_can_be_matched_by_other_rules(session):
    """A client of a server knows another address."""
    elsewhere = Request("GET", "http://127.0.0.1:80/v1")
    with pytest.raises(CassetteMiss):
        session.begin(elsewhere, 0)
    wanted = Wanted(matching=session.matching.at_another_address())
    assert session.begin(elsewhere, 0, wanted).playback.number == 1


def test_rules_at_another_address():
    """The address does not count, everything else does as before."""
    rules = Matching(("method", "scheme", "host", "port", "uri", "body", "path"), ("a.b",))
    assert rules.at_another_address() == Matching(("method", "path", "query", "body"), ("a.b",))


def test_a_sibling_begins_anew_and_shares_the_records(session):
    """Each has all interactions and faults before it; both note in the same place."""
    sibling = session.sibling()
    assert session.hold() is not sibling.hold()
    numbers = [each.begin(ASK, 0).playback.number for each in (session, sibling, session, sibling)]
    assert numbers == [1, 1, 2, 2]
    assert sibling.playbacks is session.playbacks
    assert len(session.playbacks) == 4


def test_faults_are_used_up_by_each_sibling_for_itself():
    """What goes wrong in one test goes wrong in the next."""
    tape = Cassette((Interaction(ASK, Response(body=BODY)),))
    session = Session(tape, faults=(faults.Eof(after=1),), then="replay")
    sibling = session.sibling()
    for each in (session, sibling):
        assert [each.begin(ASK, 0).playback.fault is None for _ in range(2)] == [False, True]


def test_a_session_can_begin_anew(session):
    """Nothing was replayed or missed, and everything is there again."""
    for _ in range(3):
        session.begin(ASK, 0)
    with pytest.raises(CassetteMiss):
        session.begin(ASK, 0)
    session.reset()
    assert (session.playbacks, session.misses, len(session.unplayed)) == ([], [], 3)
    assert session.begin(ASK, 0).playback.number == 1


def test_some_records_can_be_struck(session):
    """Those, and no equal ones."""
    first, second = (session.begin(ASK, 0).playback for _ in range(2))
    session.forget([first], [])
    assert session.playbacks == [second]


def test_records_can_be_bounded():
    """A server that runs for days keeps the last of them."""
    tape = Cassette((Interaction(ASK, Response(body=BODY)),))
    session = Session(tape, allow_playback_repeats=True, keep=2)
    for at in range(4):
        session.begin(ASK, at)
        with pytest.raises(CassetteMiss):
            session.begin(Request("GET", f"https://api.example/{at}"), at)
    assert [played.started for played in session.playbacks] == [2, 3]
    assert [miss.request for miss in session.misses] == [
        "GET https://api.example/2",
        "GET https://api.example/3",
    ]
