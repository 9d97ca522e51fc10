"""Newline-delimited JSON: the same lines and values whatever the cuts."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamtape.errors import InvalidLineError, UsageError
from streamtape.ndjson import Decoder, LineDecoder, encode, spans
from streamtape.splits import cut

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)  # fmt: skip
PIECES = (b'{"a":1}', b"[]", b"1", b"x", b"\n", b"\r", b"\r\n", b" ", b"\xc3\xa9", b"\xe2\x80\xa8")
BODIES = st.lists(st.sampled_from(PIECES), max_size=12).map(b"".join)


def values(chunks: list[bytes]) -> list[Any]:
    decoder = Decoder()
    return [each for chunk in chunks for each in decoder.feed(chunk)] + decoder.close()


def texts(chunks: list[bytes]) -> list[str]:
    decoder = LineDecoder()
    return [each for chunk in chunks for each in decoder.feed(chunk)] + decoder.close()


@given(st.lists(VALUES, min_size=1, max_size=3), st.lists(st.integers(0, 80), max_size=8))
def test_every_value_comes_back_whatever_the_cuts(given: list[Any], cuts: list[int]) -> None:
    """Encoding and decoding are inverse, under every split and byte by byte."""
    body = b"".join(map(encode, given))
    assert values([body]) == given
    assert values(cut(body, sorted(min(at, len(body)) for at in cuts))) == given
    assert values([body[at : at + 1] for at in range(len(body))]) == given


@given(BODIES)
def test_every_cut_gives_the_same_lines(body: bytes) -> None:
    """For any bytes; LF, CR and CRLF end a line, and U+2028 does not."""
    whole = texts([body])
    for at in range(len(body) + 1):
        assert texts([body[:at], b"", body[at:]]) == whole
    ended = [body[line.start : line.stop].decode() for line in spans(body)]
    assert ended == whole[: len(ended)]
    assert len(whole) - len(ended) in (0, 1)  # the last may be cut short


def test_spans_lie_where_the_lines_do() -> None:
    """Blank lines are none; a last line without an end counts if it is a value."""
    body = b'{"a":1}\r\n \n{"b":2}\n\n{"c"'
    assert [tuple(line) for line in spans(body)] == [(0, 7, 9), (11, 18, 19)]
    assert [line.stop for line in spans(b'1\n{"c":3}')] == [1, 9]
    assert spans(b"") == []


def test_a_line_that_is_no_json_is_named() -> None:
    """By its number, blank lines counted; values before it come first."""
    decoder = Decoder()
    assert decoder.feed(b'{"a":1}\n\nnot JSON\n{"b":2}\n') == [{"a": 1}]
    said = "line 3 is no JSON: Expecting value: line 1 column 1 (char 0): not JSON"
    for call in (lambda: decoder.feed(b""), decoder.close):
        with pytest.raises(InvalidLineError) as caught:
            call()
        assert str(caught.value) == said
    with pytest.raises(InvalidLineError, match=r"^line 1 is no JSON"):
        Decoder().feed(b"{\n")
    with pytest.raises(UsageError, match="has been closed"):
        decoder.feed(b"")


def test_a_last_line_may_lack_its_end_but_not_its_rest() -> None:
    """At the end of the body it is taken for whole."""
    decoder = Decoder()
    assert decoder.feed(b'1\n{"a":') == [1]
    assert decoder.pending
    with pytest.raises(InvalidLineError, match=r'^line 2 is no JSON: .*: \{"a":$'):
        decoder.close()
    assert values([b"1\n2"]) == [1, 2]
    assert not LineDecoder().pending


@pytest.mark.parametrize("value", [math.nan, {1, 2}, b"x"], ids=repr)
def test_what_is_no_json_is_refused(value: object) -> None:
    """The message begins with the value."""
    with pytest.raises(UsageError) as caught:
        encode(value)
    assert str(caught.value).startswith(f"value {value!r}: ")


def test_a_lone_surrogate_comes_through_as_an_escape() -> None:
    """It has no UTF-8."""
    assert encode("\ud83d") == b'"\\ud83d"\n'
    assert json.loads(encode("\ud83d")) == "\ud83d"
