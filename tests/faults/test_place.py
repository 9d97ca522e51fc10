"""Places: which byte of a body a fault happens in front of."""

import pytest

from streamtape import faults
from streamtape.errors import UsageError
from streamtape.faults import Disconnect, Drop, Eof, ErrorEvent, Reset, Stall, Swap
from streamtape.timing import Timeline

NO_TIME = Timeline(0, (), (), 0)
LISTED = (
    "Its events, 8 in all: message_start (1), content_block_start (1), ping (1), "
    "content_block_delta (3), text_delta (3), content_block_stop (1), message_stop (1)."
)


def start(events, number):
    return sum(map(len, events[: number - 1]))


@pytest.mark.parametrize(
    ("name", "number"),
    [
        (1, 1),
        (8, 8),
        ("message_start", 1),
        ("ping", 3),
        ("content_block_delta:2", 5),
        ("text_delta", 4),
        ("text_delta:3", 6),
        ("message_stop", 8),
    ],
)
def test_events_by_number_and_type(events, body, name, number):
    """An event is named by its number, its type or the type of its delta, the n-th of them."""
    span = faults.find_event(body, name)
    assert span.number == number
    assert body[span.start : span.stop] == events[number - 1]
    at, end = span.start, span.stop
    assert Eof(before=name).offset(body, NO_TIME) == at
    assert Eof(inside=name).offset(body, NO_TIME) == (at + end) // 2
    assert Eof(after=name).offset(body, NO_TIME) == end


def test_types_in_the_data():
    """A stream without `event:` lines goes by the types in its data; other data has none."""
    body = b'data: [DONE]\n\ndata: 3\n\ndata: {"type": "response.delta"}\n\ndata: {"delta": 1}\n\n'
    assert faults.find_event(body, "response.delta").number == 3
    assert faults.find_event(body, "message:4").number == 4
    with pytest.raises(UsageError):
        faults.find_event(body, "DONE")


def test_a_byte(body):
    """`at` is a byte, up to the length of the body."""
    assert Reset(at=5).offset(body, NO_TIME) == 5
    assert Reset(at=len(body)).offset(body, NO_TIME) == len(body)


@pytest.mark.parametrize(
    ("seconds", "chunks"), [(0, 0), (0.099, 0), (0.1, 1), (0.45, 4), (0.8, 8), (0.85, 8)]
)
def test_a_time(response, events, seconds, chunks):
    """A time means what had come by then in the recording, counted from the head."""
    fault = Reset(after_seconds=seconds)
    assert fault.offset(response.body, response.timeline) == start(events, chunks + 1)


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (
            Eof(at=10_000),
            "fault 'eof:at=10000': it is behind the end. The body has 675 bytes.",
        ),
        (Eof(after=9), f"fault 'eof:after=9': there is no event 9. {LISTED}"),
        (
            Eof(after="text_delta:4"),
            f"fault 'eof:after=text_delta:4': there is no event 'text_delta:4'. {LISTED}",
        ),
        (Eof(after="pong"), f"fault 'eof:after=pong': there is no event 'pong'. {LISTED}"),
        (
            Eof(after_seconds=1),
            "fault 'eof:after_seconds=1': it is behind the end. "
            "The recording lasts 0.85 s behind its head.",
        ),
    ],
    ids=str,
)
def test_places_that_a_body_has_not(response, fault, message):
    """A place that the body has not is an error that says what it has."""
    with pytest.raises(UsageError) as caught:
        fault.offset(response.body, response.timeline)
    assert str(caught.value) == message


def test_a_body_without_events():
    """Where there is no event at all, the message says that."""
    with pytest.raises(UsageError) as caught:
        faults.find_event(b"", 1)
    assert str(caught.value) == "event 1: there is no event 1. Its events, 0 in all: none."


def test_the_event_at_a_byte(events, body):
    """A byte is held by its event; what stands between events belongs to the next one."""
    assert faults.event_at(body, 0).number == 1
    assert faults.event_at(body, len(events[0])).number == 2
    assert faults.event_at(b":c\n\n" + body, 1).number == 1
    assert faults.event_at(body, len(body)) is None


def test_faults_at_every_event(body):
    """Every boundary once, and none where the fault would be the true end."""
    boundaries = [{"before": 1}, *({"after": number} for number in range(1, 9))]
    assert faults.at_every_event(body, Disconnect) == [Disconnect(**at) for at in boundaries]
    assert faults.at_every_event(body, Stall, seconds=3) == [
        Stall(**at, seconds=3) for at in boundaries
    ]
    assert faults.at_every_event(body, Eof) == [Eof(**at) for at in boundaries[:-1]]
    assert faults.at_every_event(body, ErrorEvent)[-1] == ErrorEvent(after=7)
    assert faults.at_every_event(body, Drop) == [Drop(inside=number) for number in range(1, 9)]
    assert len(faults.at_every_event(body, Swap)) == 7
    assert faults.at_every_event(b"", Disconnect) == []


def test_faults_at_every_byte():
    """One in front of each byte."""
    assert faults.at_every_byte(b"abc", Eof, interaction=2) == [
        Eof(at=offset, interaction=2) for offset in range(3)
    ]
