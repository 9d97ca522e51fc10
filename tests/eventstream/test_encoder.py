"""Frames to bytes, and checksums of what was changed."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamtape.errors import UsageError
from streamtape.eventstream import (
    Frame,
    Header,
    encode,
    frames,
    resealed,
    spans,
    unwrapped,
    wrapped,
)

TYPES = "Types are true, false, byte, short, int, long, bytes, string, timestamp, uuid."


@pytest.mark.parametrize(
    ("header", "problem"),
    [
        (Header("", "x"), "a name has 1 to 255 bytes"),
        (Header("é" * 128, "x"), "a name has 1 to 255 bytes"),
        (Header("a", "x" * 65536), "65536 bytes are more than a value can have"),
        (Header("a", 5), "5 is no value of type string"),
        (Header("a", "5", "int"), "'5' is no value of type int"),
        (Header("a", True, "int"), "True is no value of type int"),
        (Header("a", True, "false"), "True is no value of type false"),
        (Header("a", 1, "uuid"), "1 is no value of type uuid"),
        (
            Header("a", 128, "byte"),
            "128 is no value of type byte: byte format requires -128 <= number <= 127",
        ),
    ],
)
def test_a_header_that_cannot_be_is_refused(header: Header, problem: str) -> None:
    """The message says which, and which types there are."""
    with pytest.raises(UsageError) as caught:
        encode(Frame((header,)))
    assert str(caught.value) == f"header {header.name!r}: {problem}. {TYPES}"


@pytest.mark.parametrize(
    ("frame", "said"),
    [
        (
            Frame((Header("a", "x" * 60_000),) * 3),
            "headers: 180015 bytes are too many. At most 131072 are allowed in a frame.",
        ),
        (
            Frame((), bytes((24 << 20) + 1)),
            "payload: 25165825 bytes are too many. At most 25165824 are allowed in a frame.",
        ),
    ],
    ids=["headers", "payload"],
)
def test_a_frame_that_is_too_large_is_refused(frame: Frame, said: str) -> None:
    """The limits are those of AWS's own SDKs."""
    with pytest.raises(UsageError) as caught:
        encode(frame)
    assert str(caught.value) == said


BODY = encode(Frame((Header("a", "secret"),), b"one secret")) + encode(Frame((), b"two"))


def test_changed_bytes_get_their_checksums() -> None:
    """A frame that was whole is whole again; one that was broken stays as it is."""
    changed = BODY.replace(b"secret", b"REDACT")
    assert [each.payload for each in frames(resealed(changed, BODY))] == [b"one REDACT", b"two"]
    damaged = BODY[:-1] + bytes((BODY[-1] ^ 1,))
    assert resealed(damaged.replace(b"one", b"ONE"), damaged)[-19:] == damaged[-19:]
    assert resealed(BODY + b"rest", BODY + b"tail") == BODY + b"rest"
    assert resealed(b"xyz", b"abc") == b"xyz"


@given(st.binary(max_size=60))
def test_what_was_not_changed_is_left_as_it_is(tail: bytes) -> None:
    """Whatever the bytes."""
    assert resealed(BODY + tail, BODY + tail) == BODY + tail
    assert resealed(BODY[: len(tail)], BODY[: len(tail)]) == BODY[: len(tail)]


@pytest.mark.parametrize(
    ("payload", "inner"),
    [
        (b'{"bytes":"e30=","p":"ab"}', b"{}"),
        (b'{"p":"ab", "bytes" : ""}', b""),
        (b'{"bytes":"a"}', None),
        (b'["bytes"]', None),
        (b"bytes", None),
        (b"", None),
    ],
)
def test_what_bedrock_wraps_can_be_changed(payload: bytes, inner: bytes | None) -> None:
    """A payload that wraps nothing is its own content."""
    assert unwrapped(payload) == (payload if inner is None else inner)
    changed = wrapped(payload, b'{"a":1}')
    assert unwrapped(changed) == b'{"a":1}'
    assert (changed == b'{"a":1}') is (inner is None)


def test_spans_know_every_field() -> None:
    """Where names, types, lengths and values of headers stand, and the payload."""
    body = encode(Frame((Header("ab", "xyz"), Header("n", 1, "short")), b"{}"))
    (span,) = spans(body)
    parts: list[Any] = [
        (body[h.name : h.type], h.type_name, body[h.size : h.value], body[h.value : h.stop])
        for h in span.headers
    ]
    assert parts == [(b"ab", "string", b"\0\3", b"xyz"), (b"n", "short", b"", b"\0\1")]
    assert (body[span.payload : span.crc], span.stop) == (b"{}", len(body))
