"""What came of one replay."""

import pytest

from streamtape.cassette import Interaction, Request, Response
from streamtape.playback import Playback
from streamtape.splits import Whole
from streamtape.sse import Event

REQUEST = Request("GET", "u")


def playback(body=b"data: 1\n\ndata: 2\n\n"):
    return Playback(1, REQUEST, Interaction(REQUEST, Response(body=body)), Whole())


def test_what_was_delivered():
    """Delivered bytes and the events that they complete, as the client takes chunks."""
    played = playback()
    assert (played.end, played.delivered_body, played.delivered_events) == ("unread", b"", [])
    played.sent(b"data: 1\n\nda")
    assert (played.end, played.delivered_body) == (None, b"data: 1\n\nda")
    assert played.delivered_events == [Event(data="1")]
    played.finished()
    played.closed()
    assert played.end == "complete"


def test_closing_early_is_an_abort():
    """A response that is closed before its end was aborted, read or not."""
    read, unread = playback(), playback()
    read.sent(b"data")
    read.closed()
    unread.closed()
    assert (read.end, unread.end) == ("aborted", "aborted")


def test_closing_an_empty_body_is_no_abort():
    """Where there was nothing to read, closing is the end."""
    played = playback(b"")
    played.closed()
    assert played.end == "complete"


@pytest.mark.parametrize(
    ("kind", "end"),
    [
        ("disconnect", "truncated"),
        ("reset", "reset"),
        ("timeout", "timeout"),
        ("exhausted", "errored"),
    ],
)
def test_planned_failures(kind, end):
    """A stream that broke as planned says how, also after it is closed."""
    played = playback()
    played.sent(b"data")
    played.failed(kind)
    played.closed()
    assert played.end == end
