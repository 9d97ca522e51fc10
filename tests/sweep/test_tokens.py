"""The grammars of the other formats: what lies where, and how it is said and shown."""

from __future__ import annotations

from itertools import count
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import streamtape
from streamtape import eventstream, sweep
from streamtape.eventstream import Frame, Header
from streamtape.formats import EVENT_STREAM, FORMATS, NDJSON
from streamtape.sweep import BOUNDARIES, KINDS, Boundaries, Subject, excerpt, parse_over
from streamtape.sweep._growth import measure

FOLDER = Path(__file__).parents[2] / "cassettes"
LINES = (
    '{"n":12,"a":{"text":"Zürich \\u00e9 \\ud83d\\ude00 <b>"}}\r\n\r\n{"done":true}\n{}\n'
).encode()
FRAMES = eventstream.encode(
    Frame(
        (Header(":event-type", "delta"), Header("ok", value=True, type="true")),
        '{"text":"Zü \\u00e9 \\ud83d\\ude00 <b>","n":12,"ok":true}'.encode(),
    )
) + eventstream.encode(Frame((), b"\0"))


@pytest.mark.parametrize(("body", "form"), [(LINES, NDJSON), (FRAMES, EVENT_STREAM)])
def test_every_kind_of_a_format_is_found_in_one_body(
    body: bytes, form: streamtape.formats.Format
) -> None:
    """None is out of reach, and none of another format is found."""
    boundaries = Boundaries(body)
    assert boundaries.form is form
    found = {kind for kind in BOUNDARIES if boundaries.of_kind(kind)}
    wanted = {kind for kind in BOUNDARIES if form.name in KINDS[kind].formats}
    assert found == wanted


PLACES = [
    (b'{"a":{}|}\n{}\n', "json-close", "after a } that does not end the value, in event 1"),
    (b'{"a":1}|\n{}\n', "before-newline", "just before the newline, in event 1"),
    (b'{"a":1}\n|{"done":true}\n', "event", "between two events, after event 1"),
    (b'{"a":1}\n{"do|ne":true}\n', "json-key", 'inside the JSON key "done", in event 2, done'),
    (b'{"a":1}\r|\n{}\n', "crlf", "between CR and LF, in event 1"),
    (b'{"a":1}\n\n|{}\n', "blank-line", "between the newlines of the blank line, after event 1"),
    (b'{"a"|:1}\n{}\n', "other", "in the middle of a line, in event 1"),
]


@pytest.mark.parametrize(("body", "kind", "text"), PLACES, ids=[kind for _, kind, _ in PLACES])
def test_a_place_in_lines_of_json(body: bytes, kind: str, text: str) -> None:
    """Its kind, what a cut goes through, and where that is."""
    offset = body.index(b"|")
    boundaries = Boundaries(body.replace(b"|", b"", 1), NDJSON)
    assert boundaries.kinds(offset)[0] == kind
    assert str(boundaries.explain(offset)) == text


SHOWN = [
    (2, "total-length", "inside the length of the frame, 95, in the prelude", "00 00 | 00 5f "),
    (4, "prelude", "between two fields of the prelude, in the prelude", "5f | 00 00 00 18 "),
    (5, "headers-length", "inside the length of the headers, 24, in the prelude", "00 | 00 00 18 "),
    (9, "prelude-crc", "inside the checksum of the prelude, ", " | "),
    (12, "part", "between two parts of a frame, in the prelude", " | 0b :event-type 07 00 05"),
    (13, "header-field", "between two fields of a header, in the header :event-type", "0b | :ev"),
    (15, "header-name", "inside the header name ':event-type', in the header ", " :e | vent-ty"),
    (26, "header-size", "inside the length of a header value, 5, in the header", "07 00 | 05 de"),
    (29, "header-value", "inside the header value 'delta', in the header :event-type", "de | lta"),
    (32, "header", "between two headers, in the header :event-type", "delta | 02 ok 00 {"),
    (36, "part", "between two parts of a frame, in the header ok", 'ok 00 | {"text":'),
    (40, "json-key", 'inside the JSON key "text", in the payload of event 1, delta', '{"te | xt":'),
    (47, "utf8", "inside the 2-byte character 'ü', in the payload of event 1", "Z\\xc3 | \\xbc"),
    (44, "other", "in the middle of the payload, in the payload of event 1", '{"text": | "Zü'),
    (93, "message-crc", "inside the checksum of the frame, ", " | "),
    (95, "event", "between two frames, after event 1, delta", " | 00 00 00 11 00 00"),
    (110, "message-crc", "inside the checksum of the frame", " 00 "),
]


@pytest.mark.parametrize(("offset", "kind", "said", "shown"), SHOWN, ids=[str(s[0]) for s in SHOWN])
def test_a_place_in_a_frame_is_said_and_shown(
    offset: int, kind: str, said: str, shown: str
) -> None:
    """Texts as text, everything else in hexadecimal digits, the mark below what is cut through."""
    boundaries = Boundaries(FRAMES)
    assert boundaries.kinds(offset)[0] == kind
    place = excerpt(boundaries, offset)
    assert said in place.what + place.where
    assert shown in place.text
    assert len(place.text) < 90
    first, last = place.mark
    assert place.text[first:last].strip()
    assert first <= place.text.index(" | ") + 1 < last or place.text[first:last] == "|"


@pytest.mark.parametrize("name", ["ndjson", "eventstream"])
@settings(max_examples=30)
@given(data=st.data())
def test_any_place_of_any_body_can_be_explained(name: str, data: st.DataObject) -> None:
    """Whatever the bytes: cut short, changed, or of another format."""
    body = data.draw(st.sampled_from([LINES, FRAMES, b"data: a\n\n", b""]))
    at = data.draw(st.integers(0, len(body)))
    body = body[:at] + data.draw(st.binary(max_size=3)) + body[at + data.draw(st.integers(0, 2)) :]
    boundaries = Boundaries(body, FORMATS[name])
    for offset in {*range(min(len(body), 12)), at, len(body)}:
        if offset > len(body):
            continue
        place = boundaries.explain(offset)
        assert place.kinds == boundaries.kinds(offset)
        assert place.start <= offset <= place.stop
        assert place.what
        assert " |" in excerpt(boundaries, offset).text


def test_a_grammar_needs_no_cassette_to_know_the_format() -> None:
    """Bytes by themselves are told apart; `grammar:2` makes a few of what looks alike."""
    for body, kind in ((LINES, "json-close"), (FRAMES, "total-length")):
        for over in ("grammar", "grammar:2"):
            (enumerator,) = parse_over(over)
            cases = list(enumerator.cases(Subject(body)))
            assert enumerator.count(Subject(body)) == len(cases)
            assert kind in {kind for case in cases for kind in case.kinds}


@pytest.mark.parametrize("name", ["ollama.yaml", "bedrock.yaml"])
def test_the_decoders_read_the_golden_cassettes(name: str) -> None:
    """At every kind of place, byte by byte, and every variant that keeps the meaning."""
    cassette = streamtape.load(FOLDER / name)
    form = cassette.interactions[0].response.format
    module = eventstream if form is EVENT_STREAM else streamtape.ndjson

    def parse(chunks: list[bytes]) -> object:
        decoder = module.Decoder()
        return [each for chunk in chunks for each in decoder.feed(chunk)] + decoder.close()

    assert sweep.run(parse, cassette, "grammar:1", variants="all").ok
    assert sweep.run(parse, cassette.interactions[0].response.body, ["bytes", "random:5"]).ok


def test_growth_is_measured_in_every_format() -> None:
    """Frames are stretched with their checksums right."""
    seen = []

    def parse(chunks: list[bytes]) -> None:
        body = b"".join(chunks)
        seen.append((len(body), len(eventstream.frames(body))))

    growth = measure(parse, FRAMES, count().__next__)
    assert [each.what for each in growth] == ["one event", "the stream"]
    assert [(size > 16_000, frames == 2) for size, frames in seen[:2]] == [(True, True)] * 2
    assert seen[-1][1] > 500


def test_the_coverage_names_what_could_be() -> None:
    """Nothing makes a line end or a BOM in a frame."""
    report = sweep.run(len, FRAMES, "grammar", expect=lambda _: 0)
    line = sweep.coverage_line(report.coverage)
    assert "total-length 6/6" in line
    assert "crlf" not in line
    assert "bom" not in line
    report = sweep.run(len, b'{"a":1}\n{"b":{}}\n', "grammar", expect=lambda _: 0)
    line = sweep.coverage_line(report.coverage)
    assert 'crlf 0/0 (none in the recording; variants="newlines" makes some)' in line
    assert "bom" not in line
