"""The decoder against the corpus, under every chunking, and at its limits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamtape import splits
from streamtape.errors import EventTooLargeError, UsageError
from streamtape.sse import Decoder, Event

SMALL = 2048  # bytes; up to here, a vector is tried under every single cut


def decode(chunks):
    """Return everything that a decoder says about these chunks."""
    decoder = Decoder()
    events = [event for chunk in chunks for event in decoder.feed(chunk)]
    decoder.close()
    return [event._asdict() for event in events], decoder.retry, decoder.last_event_id


def expected(vector):
    return vector["events"], vector["retry"], vector["last_event_id"]


def every_split(vector):
    body = vector["input"]
    yield ()
    yield range(1, len(body))
    yield from vector.get("splits", ())
    if len(body) < SMALL:
        for offset in range(len(body) + 1):
            yield (offset,)


def test_corpus(vector):
    """Every vector gives its events, retry and last event ID, however it is cut."""
    for offsets in every_split(vector):
        chunks = splits.cut(vector["input"], offsets)
        assert decode(chunks) == expected(vector), offsets


@pytest.mark.parametrize("offsets", [[0, 0], [1, 1, 1], [3, 3]])
def test_empty_chunks_change_nothing(vector, offsets):
    """Empty chunks, at the start, inside a BOM or in the middle, change no event."""
    offsets = [min(offset, len(vector["input"])) for offset in offsets]
    assert decode(splits.cut(vector["input"], offsets)) == expected(vector)


@given(st.lists(st.sampled_from([b"data", b":", b" ", b"\r", b"\n", b"id", b"\xef\xbb\xbf", b"x"])))
def test_events_do_not_depend_on_the_cut(pieces):
    """Any sequence of grammar pieces decodes the same whole and byte by byte."""
    body = b"".join(pieces)
    assert decode([body]) == decode(splits.cut(body, range(1, len(body))))


def test_an_event_comes_with_the_byte_that_completes_it():
    """An event is returned by the call that brings the first byte of its blank line, not later."""
    decoder = Decoder()
    assert decoder.feed(b"data: 1\r\n") == []
    assert decoder.feed(b"\r") == [Event(data="1")]
    assert decoder.feed(b"\n") == []


def test_retry_of_more_digits_than_int_takes_is_ignored():
    """A reconnection time of 5,000 digits is dropped, not an error."""
    decoder = Decoder()
    decoder.feed(b"retry: 5\nretry: " + b"9" * 5000 + b"\n")
    assert decoder.retry == 5


def test_pending_tells_an_unfinished_event():
    """`pending` is true from the first byte of an event to its blank line."""
    decoder = Decoder()
    assert not decoder.pending
    decoder.feed(b"da")
    assert decoder.pending
    decoder.feed(b"ta: 1\n")
    assert decoder.pending
    decoder.feed(b"\n")
    assert not decoder.pending


def test_close_discards_and_ends():
    """Closing returns no event, drops what is unfinished, and takes no more bytes."""
    decoder = Decoder()
    decoder.feed(b"data: lost")
    assert decoder.close() == []
    assert not decoder.pending
    with pytest.raises(UsageError) as caught:
        decoder.feed(b"\n\n")
    assert str(caught.value) == "feed(): this decoder has been closed. Make one Decoder a stream."


@pytest.mark.parametrize("cut", [[], range(1, 40)])
def test_limit_allows_its_own_size(cut):
    """An event of exactly the limit passes: lines are counted without their ends."""
    body = b"event: a\ndata: 12345\n\ndata: 6\n\n"
    decoder = Decoder(max_event_size=len(b"event: adata: 12345"))
    offsets = [offset for offset in cut if offset < len(body)]
    events = [e for chunk in splits.cut(body, offsets) for e in decoder.feed(chunk)]
    assert [e.data for e in events] == ["12345", "6"]


def test_limit_is_a_terminal_state():
    """Past the limit, complete events come first, then the same error for good."""
    decoder = Decoder(max_event_size=10)
    assert decoder.feed(b"data: 1\n\ndata: 23456789") == [Event(data="1")]
    for call in (lambda: decoder.feed(b"\n\n"), decoder.close):
        with pytest.raises(EventTooLargeError) as caught:
            call()
        assert str(caught.value) == (
            "an event of at least 14 bytes is over the limit of 10 bytes. "
            "Raise max_event_size if the stream is to be trusted."
        )


@pytest.mark.parametrize("size", [1, 4, 64])
def test_limit_counts_all_lines_of_an_event(size):
    """Many small lines are over the limit as one large line is, in chunks of any size."""
    body = b"data: 1\n" * 10
    decoder = Decoder(max_event_size=30)
    for start in range(0, 32, size):
        decoder.feed(body[:32][start : start + size])
    with pytest.raises(EventTooLargeError):
        decoder.feed(body[32:])


def test_a_limit_must_be_a_size():
    """A limit under one byte is refused when the decoder is made."""
    with pytest.raises(UsageError) as caught:
        Decoder(max_event_size=0)
    assert str(caught.value) == "max_event_size=0: not a size. Give bytes, at least 1, or None."
