"""Reports: they add up, survive JSON, and say what happened in words."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from streamtape.sweep import (
    Boundaries,
    Coverage,
    CoverageCount,
    Failure,
    Growth,
    Marks,
    Subject,
    SweepReport,
    Tally,
    coverage_line,
    coverage_sentence,
    excerpt,
    run,
)

if TYPE_CHECKING:
    from collections.abc import Callable

BODY = (
    'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,'
    '"delta":{"type":"input_json_delta","partial_json":"\\"Zürich\\"}"}}\n\n'
    "event: message_stop\ndata: {}\n\n"
).encode()


def decode_each(chunks: list[bytes]) -> str:
    """Make the commonest mistake."""
    return "".join(chunk.decode() for chunk in chunks)


def keep_the_first(chunks: list[bytes]) -> bytes:
    """Make a mistake that any cut shows."""
    return chunks[0]


def test_a_failing_report_reads_like_this() -> None:
    """The sentence, the bytes around the cut, the mark, the error, and how to run it again."""
    assert str(run(decode_each, BODY)).splitlines() == [
        (
            "streamtape: fails under 2 of 172 splits (1 of 1 cuts inside a UTF-8 character, "
            "0 of 169 cuts elsewhere, and byte by byte); smallest: one cut, at byte 128"
        ),
        "",
        "  event 1, content_block_delta",
        (
            '    data: ... ype":"input_json_delta","partial_json":"\\"Z\\xc3 | '
            '\\xbcrich\\"}"}}\\n\\nevent: mess'
        ),
        (
            "                                                         ^^^^^^^^^^^ "
            "inside the 2-byte character 'ü'"
        ),
        "",
        (
            "  UnicodeDecodeError: 'utf-8' codec can't decode byte 0xc3 in position 127: "
            "unexpected end of data"
        ),
        "",
        "  reproduce:  split 'at:128'",
    ]


def test_the_caller_says_how_to_reproduce() -> None:
    """Only the test runner knows the name of the test; the error may stand elsewhere."""

    def command(failure: Failure) -> str:
        return f"pytest t.py::t --streamtape-split={failure.split}"

    lines = list(run(decode_each, BODY).lines(command, error=False))
    assert lines[-1] == "  reproduce:  pytest t.py::t --streamtape-split=at:128"
    assert not any("UnicodeDecodeError" in line for line in lines)


def test_a_passing_report_is_one_line() -> None:
    """So is one with a single split."""
    assert str(run(b"".join, BODY)) == "streamtape: passes under 172 splits"
    assert str(run(b"".join, BODY, "bytes")) == "streamtape: passes under 1 split"


def failing(over: object, client: Callable[[list[bytes]], object] = keep_the_first) -> list[str]:
    """Return the report of a broken client."""
    return str(run(client, BODY, over)).splitlines()  # type: ignore[arg-type]


def test_more_kinds_than_a_sentence_holds_are_counted() -> None:
    """Four are named, the dirtiest first."""
    assert failing("cuts")[0] == (
        "streamtape: fails under 171 of 172 splits (1 of 1 cuts inside a UTF-8 character, "
        "2 of 2 cuts inside a JSON string escape, 35 of 35 cuts inside a JSON key, 8 of 8 cuts "
        "between a field's colon and its value, and 7 more kinds); "
        "smallest: one cut, at byte 141"
    )


def test_two_cuts_in_one_event_stand_under_one_heading() -> None:
    """And an empty chunk is shown as one place."""
    lines = str(run(lambda chunks: len(chunks) > 2, BODY, "at:30,40")).splitlines()
    assert lines[0] == (
        "streamtape: fails under 1 of 1 split (two cuts in one line); smallest: 2 cuts, "
        "at bytes 27 and 141"
    )
    assert [line.strip() for line in lines[2:9]] == [
        "event 1, content_block_delta",
        'event: content_block_delta\\n | data: {"type":"content_b',
        "^^^^^ after the event: line",
        'data: ... son_delta","partial_json":"\\"Zürich\\"}"}}\\n\\n | event: message_stop\\ndata',
        "^^^^^^^ between two events",
        "",
        "differs",
    ]


def test_a_split_of_many_cuts_shows_a_few() -> None:
    """A failure that needs them all names the split, and the first places."""

    def needs_all(chunks: list[bytes]) -> bool:
        return len(chunks) == len(BODY)

    lines = failing("bytes", needs_all)
    assert lines[0].endswith("(byte by byte); smallest: 170 cuts, bytes")
    assert "    and 167 more cuts" in lines


def test_a_variant_is_named() -> None:
    """In the sentence, in a line that counts, and in how to reproduce it."""

    def takes_lf_only(chunks: list[bytes]) -> int:
        return b"".join(chunks).count(b"\n\n")

    lines = str(run(takes_lf_only, BODY, "bytes", variants=["crlf", "bom"])).splitlines()
    assert lines[0] == (
        "streamtape: fails under 1 of 3 splits (1 of 3 byte by byte); smallest: the whole body, "
        "uncut, in variant crlf"
    )
    assert lines[1] == "  failing:  crlf 1 of 1"
    assert lines[-1] == "  reproduce:  split 'whole', variants='crlf'"


def report_of(**facts: object) -> SweepReport:
    """Return a report with these facts."""
    return SweepReport(**facts)  # type: ignore[arg-type]


SMALL = Failure("at:7", "", ("utf8",), 1, "E: x", (0, 1, 21, 0, 7))
LARGE = Failure("2/size:3", "cr", ("sizes",), 99, "E: x", (1, 99, 300, 1))


def test_a_stopped_report_says_how_much_is_missing() -> None:
    """Of a pass too: what was not run may fail."""
    assert str(report_of(planned=2000, checked=10)) == (
        "streamtape: passes under 10 splits (stopped: 1,990 of 2,000 not run)"
    )
    stopped = report_of(planned=5, checked=3, failed=1, smallest=LARGE)
    assert str(stopped).splitlines()[0] == (
        "streamtape: fails under 1 of 3 splits (stopped: 2 of 5 not run); "
        "smallest: 99 cuts, size:3 of interaction 2, in variant cr"
    )


GROWTH = Growth("one event", 64, ((16_384, 0.01), (65_536, 0.16)), 2.0, too_fast=True)


def test_growth_is_said_in_a_line() -> None:
    """And one that is too fast fails the report."""
    report = report_of(planned=1, checked=1, growth=(GROWTH,))
    assert str(report) == (
        "streamtape: passes under 1 split\n"
        "streamtape: the cost grows faster than the length of one event, in 64-byte chunks: "
        "16,384 bytes 0.010 s, 65,536 bytes 0.160 s (like n^2.0)"
    )
    assert not report.ok
    calm = Growth("the stream", 64, ((1, 0.1), (2, 0.2)), 1.0, too_fast=False)
    assert "grows about in line with the length of the stream" in str(report_of(growth=(calm,)))
    assert report_of(growth=(calm,)).ok


def test_reports_add_up() -> None:
    """Counts are summed, the smallest is the smallest of both, nothing comes twice."""
    one = report_of(
        planned=3,
        checked=2,
        failed=1,
        by_kind={"utf8": Tally(1, 2)},
        by_variant={"": Tally(1, 2)},
        smallest=SMALL,
        failures=(SMALL,),
        shrink_runs=4,
        growth=(GROWTH,),
    )
    two = report_of(
        planned=1,
        checked=1,
        failed=1,
        by_kind={"utf8": Tally(0, 1), "sizes": Tally(1, 1)},
        by_variant={"cr": Tally(1, 1)},
        smallest=LARGE,
        failures=(LARGE, SMALL),
    )
    assert two | one == report_of(
        planned=4,
        checked=3,
        failed=2,
        by_kind={"utf8": Tally(1, 3), "sizes": Tally(1, 1)},
        by_variant={"cr": Tally(1, 1), "": Tally(1, 2)},
        smallest=SMALL,
        failures=(SMALL, LARGE),
        shrink_runs=4,
        growth=(GROWTH,),
    )
    assert SweepReport() | one == one


def test_a_report_survives_json() -> None:
    """Failures, excerpts, coverage and growth, to the last field."""
    report = run(keep_the_first, BODY, "grammar", variants=["crlf", "cr"]) | report_of(
        growth=(GROWTH,), smallest=LARGE
    )
    assert report.smallest is not None
    assert report.smallest.places
    assert SweepReport.from_dict(json.loads(json.dumps(report.to_dict()))) == report
    assert SweepReport.from_dict(json.loads(json.dumps(SweepReport().to_dict()))) == SweepReport()


def test_a_failure_is_a_case_again() -> None:
    """What a file remembers can be run."""
    assert str(SMALL.case.spec) == "at:7"
    assert (str(LARGE.case.spec), LARGE.case.interaction, LARGE.case.variant) == (
        "2/size:3",
        2,
        "cr",
    )


def coverage(offsets: list[int], body: bytes = b"data: \xc3\xa9\n\n") -> Coverage:
    """Return the coverage of one run."""
    marks = Marks(Subject(body))
    marks.add(offsets)
    return marks.coverage("weather.yaml")


def test_coverage_counts_what_there_is_and_what_was_cut() -> None:
    """Each boundary counts once, however often it was cut."""
    counts = coverage([2, 2, 7]).summary()
    assert counts["utf8"] == CoverageCount(1, 1)
    assert counts["field"] == CoverageCount(1, 4)
    assert counts["crlf"] == CoverageCount(0, 0)
    assert str(CoverageCount(1_000, 22_000)) == "1,000/22,000"


def test_coverage_of_one_body_is_united_of_two_added() -> None:
    """Shards of one sweep cut the same body; another body has its own boundaries."""
    assert (coverage([1, 2]) | coverage([2, 3])).summary()["field"] == CoverageCount(3, 4)
    other = coverage([1], b"data: other\n\n")
    assert (coverage([1]) | other | Coverage()).summary()["field"] == CoverageCount(2, 8)


def test_coverage_is_json() -> None:
    """Totals for the reader, offsets for who adds it up."""
    found = coverage([1, 2, 4, 7])
    written = found.to_dict()
    assert written["kinds"]["field"] == {"exercised": 3, "available": 4}
    ((name, body),) = written["bodies"].items()
    assert name.startswith("weather.yaml ")
    assert body["field"] == {"available": 4, "exercised": "1-2,4"}
    assert body["before-newline"] == {"available": 1, "exercised": ""}
    assert Coverage.from_dict(json.loads(json.dumps(written))) == found


def test_coverage_in_one_line() -> None:
    """Kinds that the recording does not have come with what would make them."""
    line = coverage_line(coverage(list(range(1, 10))))
    assert line == (
        "blank-line 1/1   before-newline 1/1   field 4/4   colon 2/2   utf8 1/1   "
        'crlf 0/0 (none in the recording; variants="newlines" makes some)   '
        'bom 0/0 (none in the recording; variants="bom" makes one)   '
        'json-escape 0/0 (none in the recording; variants="unicode-emoji+json-escaped" makes '
        'some)   surrogates 0/0 (none in the recording; variants="unicode-emoji+json-escaped" '
        "makes some)"
    )


def test_coverage_in_short() -> None:
    """How many were cut at, which kinds not wholly, and which the recordings do not have."""
    assert coverage_sentence(coverage(list(range(1, 10)))) == (
        "cut at 9 of 9 boundaries; none in the recordings: crlf, bom, json-escape, surrogates"
    )
    assert coverage_sentence(coverage([1, 2])) == (
        "cut at 2 of 9 boundaries; not at every blank-line, before-newline, field, colon, utf8; "
        "none in the recordings: crlf, bom, json-escape, surrogates"
    )


EXCERPTS = [
    (b"data: a\r|\n\r\n", r"data: a\r | \n\r\n", r"\r | \n"),
    ("data: a|\u2028\t\x00b\n\n".encode(), r"data: a | \u2028\t\x00b\n\n", "|"),
    (b"data: " + b"x" * 60 + b"| y\n\n", f"data: ... {'x' * 44} |  y\\n\\n", " |  "),
    (("data: " + "é" * 40 + "|" + "é" * 40).encode(), None, None),
    (b"x" * 50 + b"|", f"... {'x' * 44} | ", "|"),
]


@pytest.mark.parametrize(("body", "text", "marked"), EXCERPTS, ids=lambda value: repr(value)[:20])
def test_an_excerpt_shows_the_bytes(body: bytes, text: str | None, marked: str | None) -> None:
    """Text as text, the rest as escapes, the mark below what is cut through."""
    offset = body.index(b"|")
    place = excerpt(Boundaries(body.replace(b"|", b"", 1)), offset)
    if text is None:  # too long to spell: no character is cut by the edge of the excerpt
        assert "\\x" not in place.text
    else:
        assert (place.text, place.text[slice(*place.mark)]) == (text, marked)
