"""Bodies of binary frames as text: readable where it can be, and exact to the byte, always."""

from __future__ import annotations

import base64
from contextlib import suppress
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamtape.cassette import Cassette, Chunk, Interaction, Request, Response, fix, load, save
from streamtape.cassette._frames import read_frames, write_frames
from streamtape.cassette._reader import read
from streamtape.cassette._writer import write
from streamtape.errors import CassetteFormatError
from streamtape.eventstream import Frame, Header, HeaderType, encode, spans

REQUEST = Request("POST", "https://bedrock.example/model/m/converse-stream")
TYPE = ("content-type", "application/vnd.amazon.eventstream")
EVENT = Frame(
    (Header(":event-type", "chunk"), Header(":message-type", "event")), '{"a":"é☀️"}'.encode()
)
TYPED = Frame(
    (
        Header("yes", True, "true"),
        Header("no", False, "false"),
        Header("n", -5, "int"),
        Header("raw", b"\0\xff", "bytes"),
        Header("id", UUID(int=7), "uuid"),
        Header("empty", ""),
    ),
    b"two\n\nlines\n",
)
WRAPPED = Frame((), b'{"bytes":"eyJ0eXBlIjoicGluZyJ9","p":"abc"}')
BODY = encode(EVENT) + encode(TYPED) + encode(WRAPPED) + encode(Frame((), b"\xff\0")) + b"rest"

TEXT = """\
:event-type: chunk
:message-type: event
> {"a":"é☀️"}

yes (true):
no (false):
n (int): -5
raw (bytes): AP8=
id (uuid): 00000000-0000-0000-0000-000000000007
empty: \n\
> two
> \n\
> lines
> \n\

> {"bytes":"","p":"abc"}
>= {"type":"ping"}

>> /wA=

! cmVzdA==
"""


def test_frames_are_written_as_lines() -> None:
    """Headers with their types, text as text, what Bedrock wraps unwrapped, the rest as base64."""
    assert write_frames(BODY) == TEXT
    assert read_frames(TEXT) == BODY


def test_what_an_editor_strips_does_no_harm() -> None:
    """White space at the ends of lines is not needed."""
    stripped = "\n".join(line.rstrip() for line in TEXT.splitlines())
    assert read_frames(stripped) == BODY


NAMES = st.text(st.characters(codec="utf-8"), min_size=1, max_size=8)
TEXTS = st.text(st.characters(codec="utf-8"), max_size=20)
KINDS: list[tuple[HeaderType, st.SearchStrategy[object]]] = [
    ("string", TEXTS),
    ("bytes", st.binary(max_size=8)),
    ("long", st.integers(-(1 << 63), (1 << 63) - 1)),
    ("uuid", st.uuids()),
]
HEADERS = st.one_of(*(st.builds(Header, NAMES, each, st.just(kind)) for kind, each in KINDS))
PAYLOADS = st.one_of(
    st.binary(max_size=20),
    TEXTS.map(str.encode),
    st.binary(max_size=9).map(lambda data: b'{"bytes":"%s"}' % base64.b64encode(data)),
)
BODIES = st.lists(
    st.one_of(
        st.builds(Frame, st.lists(HEADERS, max_size=2).map(tuple), PAYLOADS).map(encode),
        st.binary(max_size=12),
    ),
    max_size=4,
).map(b"".join)


@given(BODIES)
def test_any_body_survives_its_text(body: bytes) -> None:
    """Broken and cut short ones too; "" says that there is no frame in it."""
    text = write_frames(body)
    assert bool(text) is bool(spans(body))
    if text:
        assert read_frames(text) == body


@given(BODIES)
def test_any_response_survives_its_file(body: bytes) -> None:
    """And what is loaded is written as the same file."""
    cassette = Cassette([Interaction(REQUEST, Response(200, [TYPE], body, [Chunk(5, len(body))]))])
    data = write(cassette)
    assert read(data, Path("c.yaml")) == cassette
    assert write(read(data, Path("c.yaml"))) == data


def test_the_content_type_decides_how_a_body_is_written(tmp_path: Path) -> None:
    """Frames under another type are base64: nobody would look for them there."""
    for name, kind, key in (("a", TYPE[1], "frames: |2"), ("b", "text/plain", "base64: |2")):
        response = Response(200, [("content-type", kind)], BODY)
        path = tmp_path / f"{name}.yaml"
        save(Cassette([Interaction(REQUEST, response)]), path)
        assert key in path.read_text("utf-8")
        assert load(path).interactions[0].response.body == BODY


def by_hand(tmp_path: Path, frames: str, chunks: str = "") -> Path:
    lines = "".join(f"      {line}\n" for line in frames.splitlines())
    path = tmp_path / "by_hand.yaml"
    path.write_text(
        "streamtape: 1\ninteractions:\n- request: {method: GET, url: 'https://a.example/'}\n"
        f"  response:\n    status: 200\n    headers: {{content-type: {TYPE[1]}}}\n"
        f"    frames: |\n{lines}{chunks}",
        "utf-8",
    )
    return path


def test_frames_can_be_written_by_hand(tmp_path: Path) -> None:
    """Without lengths and checksums, one chunk a frame."""
    path = by_hand(tmp_path, ":event-type: a\n> {}\n\n:event-type: b\n> {}")
    response = load(path).interactions[0].response
    frames = [Frame((Header(":event-type", kind),), b"{}") for kind in "ab"]
    assert response.body == b"".join(map(encode, frames))
    assert response.chunk_sizes == tuple(len(encode(frame)) for frame in frames)


def test_an_edited_body_is_mended(tmp_path: Path) -> None:
    """`streamtape fix` keeps the chunks that still fit."""
    path = by_hand(tmp_path, ":event-type: a\n> {}\n\n:event-type: b\n> {}", "    chunks: 5+34\n")
    with pytest.raises(CassetteFormatError, match="the chunks add up to 34 bytes, the body has 68"):
        load(path)
    assert fix(path) == [1]
    assert load(path).interactions[0].response.chunk_sizes == (34, 34)


@pytest.mark.parametrize(
    ("frames", "problem"),
    [
        ("no header", "'no header' is no header, and '> ' begins no payload there"),
        ("a (colour): red", "'a (colour): red' is no header, and '> ' begins no payload there"),
        ("a (int): red", "'a (int): red': 'red' is no value of type int"),
        ("a (uuid): red", "'a (uuid): red': 'red' is no value of type uuid"),
        ("a (byte): 300", "header 'a': 300 is no value of type byte: byte format requires"),
        ("a (bytes): *", "'a (bytes): *' is not base64"),
        (">> *", "'>> *' is not base64"),
        ("! *", "'! *' is not base64"),
        ("a: b\u00a0\u0085", "holds what a line of text cannot"),
    ],
)
def test_what_is_no_frame_says_what_is_wrong(tmp_path: Path, frames: str, problem: str) -> None:
    """With the line, and where the format is described."""
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the message is asserted
        read_frames(frames)
    assert problem in str(caught.value)
    if "\u0085" not in frames:
        with pytest.raises(CassetteFormatError) as error:
            load(by_hand(tmp_path, frames))
        assert error.value.field == "interactions[0].response.frames"
        assert "cassette-format.md" in error.value.remedy


PIECES = (
    *(":event-type: a", "a (int): 3", "a (int): x", "a (bool): y", "> {}", ">", ">= x", ">> e30="),
    *(">> *", "! YWI=", "! *", '> {"bytes":""}', "é", "\u2028", " ", ": "),
    *("\n", "\n", "\n\n", "\n\n\n"),
)


@given(st.lists(st.sampled_from(PIECES), max_size=8).map("".join))
def test_any_text_is_a_body_or_says_why_not(text: str) -> None:
    """Nothing but a ValueError comes of it; blank lines more or less do no harm."""
    with suppress(ValueError):
        body = read_frames(text)
        assert read_frames(f"\n{text}\n\n\n".replace("\n\n", "\n\n\n")) == body


def test_a_body_is_given_once(tmp_path: Path) -> None:
    """Frames beside a body or base64 would be two bodies."""
    path = by_hand(tmp_path, "> {}", "    body: x\n")
    with pytest.raises(CassetteFormatError, match="body and frames exclude each other"):
        load(path)
