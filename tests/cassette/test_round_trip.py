"""The law of the file: any recording survives it exactly, and it does not change by itself."""

import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from streamtape.cassette import Cassette, Chunk, Interaction, Request, Response
from streamtape.cassette._reader import read
from streamtape.cassette._writer import _dump, _field, write

FILE = Path("x.yaml")


@settings(max_examples=400, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_any_recording_survives_its_file(any_cassette, data):
    """Reading back what was written gives the same cassette, and writing that the same file."""
    cassette = data.draw(any_cassette)
    written = write(cassette)
    again = read(written, FILE)
    assert again == cassette
    assert [i.recorded for i in again.interactions] == [i.recorded for i in cassette.interactions]
    assert write(read(written, FILE)) == written


LITERAL = [
    "data: 1\n\n",
    "a",
    "\n",
    " \n\n  ",
    "\tx\n",
    "é🌍\ufeff",
    "#\n",
    "- a\n\n\n",
    "a\n ...\n",
]
CODED = [
    b"\xff",
    b"a\rb",
    b"a\r\nb\n",
    b"\x00",
    b"\x7f",
    b"\xc2\x85",
    b"\xe2\x80\xa8",
    b"\xef\xbf\xbe",
]


def file_of(body):
    return write(Cassette((Interaction(Request("GET", "u"), Response(body=body)),))).decode()


@pytest.mark.parametrize("text", LITERAL, ids=ascii)
def test_text_is_kept_as_text(text):
    """What a YAML literal can carry is written as one: the recording stays legible."""
    assert "\n    body: |2" in file_of(text.encode())


@pytest.mark.parametrize("body", CODED, ids=ascii)
def test_what_a_literal_cannot_carry_is_base64(body):
    """Bytes that are not UTF-8, and characters that YAML would lose, are written as base64."""
    assert "\n    base64: |2-\n" in file_of(body)


def test_a_body_of_crlf_lines_stays_legible():
    """Where every line end is CRLF, the body is a literal, and says so."""
    assert "body: |2+\n      data: 1\n\n    newlines: crlf\n" in file_of(b"data: 1\r\n\r\n")


def test_the_form_of_the_file():
    """The file is what the design shows: one body, one chunk index, plain decimals."""
    request = Request(
        "POST",
        "https://api.anthropic.com/v1/messages",
        (("content-type", "application/json"), ("x-a", "1"), ("x-a", "2")),
        b'{"model":"m","stream":true,"n":1.5,"messages":[{"role":"user","content":"a\\nb"}]}',
    )
    response = Response(
        headers=(("content-type", "text/event-stream; charset=utf-8"),),
        body="event: text\ndata: é\n\n".encode(),
        chunks=(Chunk(412_000, 12), Chunk(31_004, 7), Chunk(400, 3)),
        head=312_500,
    )
    assert write(Cassette((Interaction(request, response),))).decode() == (
        "streamtape: 1\n"
        "interactions:\n"
        "- request:\n"
        "    method: POST\n"
        "    url: https://api.anthropic.com/v1/messages\n"
        "    headers: {content-type: application/json, x-a: ['1', '2']}\n"
        "    json:\n"
        "      model: m\n"
        "      stream: true\n"
        "      n: 1.5\n"
        "      messages:\n"
        "      - role: user\n"
        "        content: |-\n"
        "          a\n"
        "          b\n"
        "  response:\n"
        "    status: 200\n"
        "    http_version: HTTP/1.1\n"
        "    headers: {content-type: text/event-stream; charset=utf-8}\n"
        "    head: 312.5\n"
        "    body: |2+\n"
        "      event: text\n"
        "      data: é\n"
        "\n"
        "    chunks: 412+12 31.004+7 0.4+3\n"
        "    end: complete\n"
    )


@pytest.mark.parametrize(
    "body",
    [b'{"a": 1}', b'{"a":1,"a":2}', b'{"a":NaN}', b'"\\ud800"', b"[1e5]", b"[" * 99 + b"]" * 99],
    ids=lambda body: body[:12].decode(),
)
def test_json_that_would_change_is_kept_as_text(body):
    """A request body that reading and writing JSON would alter is kept to the byte."""
    cassette = Cassette((Interaction(Request("POST", "u", (), body), Response()),))
    assert "\n    text: " in write(cassette).decode()
    assert read(write(cassette), FILE) == cassette


def test_long_header_lists_take_a_line_each():
    """Headers that would make a long line are written one a line."""
    fields = tuple((f"x-{n}", "value " * 4) for n in range(5))
    written = write(Cassette((Interaction(Request("GET", "u", fields), Response()),))).decode()
    assert "    headers:\n      x-0: 'value value value value '\n" in written


@pytest.mark.parametrize(
    "text",
    ["POST", "GET", "HTTP/1.1", "https://a.b/c?d=e&f=%20", "OFF/1.1", "http://x/:", "https://x/?"],
)
def test_texts_of_every_file_are_written_as_yaml_would(text):
    """The short cut for methods, versions and URLs writes what PyYAML writes."""
    assert _field("key", text) == _dump({"key": text}).split("\n")


@pytest.mark.parametrize("end", ["...", "\n...", "\n...\n"])
def test_texts_that_end_like_a_document(end):
    """Three dots at the end of the last text stay (found by the fuzz: they were taken off)."""
    bodies = [f'{{"content":"Wait{json.dumps(end)[1:-1]}"}}'.encode(), f"Wait{end}".encode()]
    for body in bodies:
        request = Request("POST", f"https://x/{end.strip()}", (("a", end.strip()),), body)
        cassette = Cassette((Interaction(request, Response()),))
        assert read(write(cassette), FILE) == cassette
