"""Bytes to frames: the same whatever the cuts, and every checksum is looked at."""

from __future__ import annotations

import struct
from binascii import crc32
from contextlib import suppress
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamtape.errors import EventTooLargeError, InvalidFrameError, UsageError
from streamtape.eventstream import Decoder, Frame, Header, HeaderType, encode, frames, spans
from streamtape.splits import cut

EVENT = Frame(
    (
        Header(":event-type", "contentBlockDelta"),
        Header(":content-type", "application/json"),
        Header(":message-type", "event"),
    ),
    '{"delta":{"text":"Zürich"}}'.encode(),
)
BODY = encode(EVENT) + encode(Frame()) + encode(Frame((Header("n", 5, "int"),), b"\0\n"))


def integers(kind: HeaderType, size: int) -> st.SearchStrategy[Header]:
    numbers = st.integers(-(1 << size - 1), (1 << size - 1) - 1)
    return st.builds(Header, NAMES, numbers, st.just(kind))


NAMES = st.text(st.characters(codec="utf-8"), min_size=1, max_size=20)
HEADERS = st.one_of(
    st.builds(Header, NAMES, st.text(st.characters(codec="utf-8"), max_size=30), st.just("string")),
    st.builds(Header, NAMES, st.binary(max_size=30), st.just("bytes")),
    st.builds(Header, NAMES, st.uuids(), st.just("uuid")),
    st.builds(Header, NAMES, st.just(True), st.just("true")),
    st.builds(Header, NAMES, st.just(False), st.just("false")),
    integers("byte", 8),
    integers("short", 16),
    integers("int", 32),
    integers("long", 64),
    integers("timestamp", 64),
)
FRAMES = st.builds(Frame, st.lists(HEADERS, max_size=4).map(tuple), st.binary(max_size=40))


def decoded(chunks: list[bytes]) -> list[Frame]:
    decoder = Decoder()
    found = [frame for chunk in chunks for frame in decoder.feed(chunk)]
    assert not decoder.pending
    return found + decoder.close()


@given(st.lists(FRAMES, min_size=1, max_size=3), st.lists(st.integers(0, 300), max_size=8))
def test_every_frame_comes_back_whatever_the_cuts(given: list[Frame], cuts: list[int]) -> None:
    """Encoding and decoding are inverse, under every split, and the spans agree."""
    body = b"".join(map(encode, given))
    assert decoded([body]) == given == frames(body)
    assert decoded(cut(body, sorted(min(at, len(body)) for at in cuts))) == given
    assert decoded([body[at : at + 1] for at in range(len(body))]) == given
    assert [body[each.start : each.stop] for each in spans(body)] == list(map(encode, given))
    assert [each.type for each in spans(body)] == [frame.type for frame in given]


def test_every_single_cut_gives_the_same_frames() -> None:
    """Inside every field of every frame."""
    for at in range(len(BODY) + 1):
        assert decoded([BODY[:at], BODY[at:]]) == frames(BODY)


def test_the_layout_is_that_of_the_specification() -> None:
    """Lengths, CRCs and types stand where AWS says, written here by hand."""
    headers = b"\x04name\x07\x00\x05value" + b"\x01i\x04\x00\x00\x00\x07" + b"\x01t\x00"
    prelude = struct.pack("!II", 12 + len(headers) + 2 + 4, len(headers))
    prelude += struct.pack("!I", crc32(prelude))
    message = prelude + headers + b"{}"
    message += struct.pack("!I", crc32(message))
    frame = Frame(
        (Header("name", "value"), Header("i", 7, "int"), Header("t", True, "true")), b"{}"
    )
    assert encode(frame) == message
    assert decoded([message]) == [frame]
    assert frame.header("i") == 7
    assert frame.header("other") is None


@pytest.mark.parametrize(
    ("headers", "kind"),
    [
        ((Header(":event-type", "chunk"), Header(":message-type", "event")), "chunk"),
        ((Header(":exception-type", "throttlingException"),), "throttlingException"),
        ((Header(":error-code", "500"), Header(":message-type", "error")), "500"),
        ((Header(":event-type", UUID(int=1), "uuid"),), "message"),
        ((), "message"),
    ],
)
def test_a_frame_is_called_by_its_headers(headers: tuple[Header, ...], kind: str) -> None:
    """By its event type, that of its exception or the code of its error."""
    assert Frame(headers).type == kind


def flipped(body: bytes, at: int) -> bytes:
    return body[:at] + bytes((body[at] ^ 1,)) + body[at + 1 :]


def test_a_wrong_checksum_is_named() -> None:
    """Which one, of which frame, where that begins, what it says and what it should."""
    size = len(encode(EVENT))
    with pytest.raises(InvalidFrameError) as caught:
        decoded([flipped(BODY, size - 9)])
    said = BODY[size - 4 : size].hex()
    found = f"{crc32(flipped(BODY, size - 9)[: size - 4]):08x}"
    assert str(caught.value) == (
        "frame 1, at byte 0 of the event stream: "
        f"the CRC of the message says {said}, its bytes give {found}."
    )
    decoder = Decoder()
    assert decoder.feed(flipped(BODY, size + 9)) == [EVENT]  # what was whole comes first
    for call in (lambda: decoder.feed(b""), decoder.close):
        with pytest.raises(InvalidFrameError, match="the CRC of the prelude says") as caught:
            call()
        assert (caught.value.number, caught.value.offset) == (2, size)
    with pytest.raises(UsageError, match="has been closed"):
        decoder.feed(b"")


def test_every_flipped_bit_is_noticed() -> None:
    """No damage to one byte passes; the frames before it are given out."""
    first = len(encode(EVENT))
    for at in range(len(BODY)):
        decoder, found = Decoder(), 0
        with suppress(InvalidFrameError):
            found = len(decoder.feed(flipped(BODY, at)))
        with pytest.raises(InvalidFrameError):
            decoder.close()
        assert found == (at >= first) + (at >= first + 16)
        assert len(spans(flipped(BODY, at))) == found


@given(st.integers(0, len(BODY)), st.integers(0, 4), st.binary(max_size=6))
def test_any_bytes_are_frames_or_an_error(at: int, less: int, instead: bytes) -> None:
    """Whatever is changed; the spans go as far as the decoder does."""
    body = BODY[:at] + instead + BODY[at + less :]
    decoder, found = Decoder(), list[Frame]()
    with suppress(InvalidFrameError):
        for byte in range(len(body)):
            found += decoder.feed(body[byte : byte + 1])
    assert found == frames(body)


def sealed(headers: bytes, *, total: int | None = None, size: int | None = None) -> bytes:
    """Make a frame whose checksums are right, whatever else is not."""
    total = 16 + len(headers) if total is None else total
    prelude = struct.pack("!II", total, len(headers) if size is None else size)
    data = prelude + struct.pack("!I", crc32(prelude)) + headers
    return data + struct.pack("!I", crc32(data))


WRONG = [
    (sealed(b"", total=15), "15 bytes in all cannot hold 0 bytes of headers"),
    (sealed(b"", total=20, size=5), "20 bytes in all cannot hold 5 bytes of headers"),
    (sealed(b"", size=200_000), "200000 bytes of headers are over the limit of 131072"),
    (
        sealed(b"", total=(24 << 20) + 17),
        "a payload of 25165825 bytes is over the limit of 25165824",
    ),
    (sealed(b"\0\0"), "a header's name has no bytes, or more than there are"),
    (sealed(b"\x05ab"), "a header's name has no bytes, or more than there are"),
    (sealed(b"\x01a\x0a"), "a header has the type 10, which there is not"),
    (sealed(b"\x01a\x04\0"), "a header's value has more bytes than there are"),
    (sealed(b"\x01a\x07\0\x02b"), "a header's value has more bytes than there are"),
    (
        sealed(b"\x01\xff\x00"),
        "'utf-8' codec can't decode byte 0xff in position 0: invalid start byte",
    ),
]


@pytest.mark.parametrize(("data", "problem"), WRONG, ids=range(len(WRONG)))
def test_what_is_no_frame_says_why(data: bytes, problem: str) -> None:
    """Lengths and headers that cannot be are errors even where the checksums are right."""
    with pytest.raises(InvalidFrameError) as caught:
        Decoder().feed(data)
    assert caught.value.problem == problem
    assert spans(data) == []


def test_a_frame_over_the_limit_is_refused_by_its_prelude() -> None:
    """Before its bytes are waited for."""
    size = len(encode(EVENT))
    assert Decoder(max_event_size=size).feed(encode(EVENT)) == [EVENT]
    with pytest.raises(EventTooLargeError) as caught:
        Decoder(max_event_size=size - 1).feed(encode(EVENT)[:12])
    assert (caught.value.limit, caught.value.size) == (size - 1, size)
    with pytest.raises(UsageError, match="not a size"):
        Decoder(max_event_size=0)


def test_half_a_frame_is_pending_and_lost_at_the_end() -> None:
    """As a client would lose it."""
    decoder = Decoder()
    assert decoder.feed(BODY[:-1]) == frames(BODY)[:-1]
    assert decoder.pending
    assert decoder.close() == []
