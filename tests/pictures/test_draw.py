"""What is shown of a stream: reads, events, cuts, faults, and what never came."""

import pytest

from streamtape import faults, splits
from streamtape.cassette import Cassette, End
from streamtape.faults import HttpError, Stall
from streamtape.pictures import Mark, Read, picture, pictures_of, replayed
from streamtape.playback import Abort, Playback

PING = {"type": "ping"}
STOP = {"type": "message_stop"}
PING_SIZE = len(b'event: ping\ndata: {"type": "ping"}\n\n')


def test_reads_are_as_recorded(stream):
    """Every read has its bytes and the time since the request at which it came."""
    drawn = picture(stream(PING, STOP, sizes=[10, 0, 30]))
    assert drawn.reads == (
        Read(0, 10, 2000),
        Read(10, 10, 3000),
        Read(10, 40, 4000),
        Read(40, len(drawn.body), 5000),
    )
    assert (drawn.head, drawn.duration, drawn.until) == (1000, 5000, len(drawn.body))


def test_an_event_is_there_with_its_last_byte(stream):
    """An event begins with the read of its first byte, and is there with that of its last."""
    drawn = picture(stream(PING, STOP, sizes=[10, PING_SIZE]))
    assert [(event.kind, event.began, event.at) for event in drawn.events] == [
        ("ping", 2000, 3000),
        ("message_stop", 3000, 4000),
    ]
    assert (drawn.events[0].start, drawn.events[0].stop) == (0, PING_SIZE)


def test_a_body_by_hand_has_one_read_for_each_event(golden):
    """Where no reads were noted, there is one for each event, all at once."""
    drawn = pictures_of(golden("by_hand"))[0]
    assert len(drawn.reads) == len(drawn.events) == 7
    assert {read.at for read in drawn.reads} == {0}


def test_an_empty_body_is_a_picture_too(stream):
    """A stream without a byte has neither reads nor events, and an ending."""
    drawn = picture(stream())
    assert (drawn.reads, drawn.events, drawn.body) == ((), (), b"")
    assert drawn.marks == (Mark("end", 0, 1000, "complete"),)


def test_the_ending_is_marked(stream):
    """How the recording ended stands behind its last byte, at its time."""
    drawn = picture(stream(PING, end=End("reset", 500)))
    assert drawn.marks == (Mark("end", PING_SIZE, 2500, "reset"),)
    assert drawn.end == "reset"


def test_a_split_is_shown_by_its_cuts(golden):
    """The reads stay as recorded; the split adds its cuts, the first few explained."""
    cassette = golden("hello")
    recorded, drawn = (
        pictures_of(cassette, split=split)[0] for split in (None, splits.parse("bytes"))
    )
    assert drawn.reads == recorded.reads
    assert drawn.cuts == tuple(range(1, len(drawn.body)))
    assert [each.offset for each in drawn.excerpts] == [1, 2, 3, 4]
    assert (recorded.split, drawn.split) == ("", "bytes")
    assert pictures_of(cassette, split=splits.parse("recorded"))[0] == recorded


def test_a_split_of_one_interaction_leaves_the_others_whole(golden):
    """`2/at:5` cuts the second interaction; the first is whole."""
    one = golden("hello").interactions[0]
    first, second = pictures_of(Cassette((one, one)), split=splits.parse("2/at:5"))
    assert (first.cuts, second.cuts) == ((), (5,))
    assert (first.number, second.number) == (1, 2)


@pytest.mark.parametrize("kind", ["disconnect", "reset", "eof", "stall"])
def test_what_never_came_stays_in_the_picture(golden, kind):
    """A fault that stops the stream is marked; behind it stands what was recorded."""
    fault = faults.parse(f"{kind}:after=text_delta:2")
    cassette = golden("hello")
    drawn = pictures_of(cassette, faults=(fault,))[0]
    assert drawn.body == cassette.interactions[0].response.body
    assert drawn.until == drawn.events[4].stop
    assert drawn.marks[0] == Mark("fault", drawn.until, drawn.events[4].at, str(fault))


def test_a_fault_before_the_head_leaves_nothing(golden):
    """Nothing came, not even a head."""
    drawn = pictures_of(golden("hello"), faults=(faults.parse("reset:before=head"),))[0]
    assert drawn.until == 0
    assert drawn.marks[0][:2] == ("fault", 0)


def test_a_fault_of_an_event_is_shown_as_it_was_replayed(golden):
    """A dropped event is not there; the place where it was is marked."""
    cassette = golden("hello")
    drawn = pictures_of(cassette, faults=(faults.parse("drop:inside=2"),))[0]
    assert [event.kind for event in drawn.events][:2] == ["message_start", "content_block_start"]
    assert drawn.until == len(drawn.body) < len(cassette.interactions[0].response.body)
    assert drawn.marks[0].kind == "fault"


def test_an_http_error_takes_the_place_of_the_stream(golden):
    """The picture is that of the error's body."""
    drawn = pictures_of(golden("hello"), faults=(HttpError(529),))[0]
    assert (drawn.status, len(drawn.events)) == (529, 0)
    assert drawn.marks[0] == Mark("fault", 0, drawn.head, "http:529")


def test_a_stall_that_ends_stops_nothing(golden):
    """After a stall with a duration the rest comes."""
    drawn = pictures_of(golden("hello"), faults=(Stall(after=3, seconds=2),))[0]
    assert drawn.until == len(drawn.body)
    assert drawn.marks[0].label == "stall:after=3,seconds=2"


def test_a_fault_of_another_interaction_is_said_without_its_number(golden):
    """The picture of the second interaction says what happens in it."""
    one = golden("hello").interactions[0]
    fault = faults.parse("2/disconnect:at=100")
    first, second = pictures_of(Cassette((one, one)), faults=(fault,))
    assert [mark.kind for mark in first.marks] == ["end"]
    assert second.marks[0].label == "disconnect:at=100"


@pytest.mark.parametrize(("after", "events"), [(0, 0), (3, 3), (99, 19)])
def test_an_abort_stops_behind_its_event(golden, after, events):
    """What a test that aborts does not take any more never came."""
    drawn = pictures_of(golden("hello"), abort=Abort(after))[0]
    assert sum(event.stop <= drawn.until for event in drawn.events) == events
    assert drawn.marks[0].label == f"abort after event {after}"


def test_a_replay_is_drawn_as_far_as_its_client_took_it(golden):
    """A client that closes is marked where it closed; one that reads to the end is not."""
    one = golden("hello").interactions[0]
    whole = Playback(1, one.request, one, splits.parse("recorded"))
    closed = Playback(1, one.request, one, splits.parse("at:300"))
    whole.sent(one.response.body)
    whole.finished()
    closed.sent(one.response.body[:300])
    closed.closed()
    to_the_end, drawn = replayed([whole, closed])
    assert [mark.kind for mark in to_the_end.marks] == ["end"]
    assert drawn.marks[0].label == "closed by the client"
    assert (drawn.until, drawn.cuts, drawn.reads[0]) == (300, (300,), Read(0, 237, 19945))


@pytest.mark.parametrize(
    ("name", "kinds", "said"),
    [
        ("ollama", {"message", "done"}, "Bonjour"),
        ("bedrock", {"messageStart", "contentBlockDelta"}, "Bonjour"),
    ],
)
def test_every_wire_format_is_drawn(golden, name, kinds, said):
    """Lines of JSON and frames are events with places and texts, as server-sent ones are."""
    cassette = golden(name)
    drawn = pictures_of(cassette)[0]
    response = cassette.interactions[0].response
    assert [(event.start, event.stop) for event in drawn.events] == [
        (span.start, span.stop) for span in response.format.spans(response.body)
    ]
    assert kinds <= {event.kind for event in drawn.events}
    assert "".join(event.text for event in drawn.events).startswith(said)
