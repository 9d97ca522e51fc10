"""Sweeping a parser: the reference, expectations, variants, and what counts as a failure."""

from __future__ import annotations

import json
import tracemalloc
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import pytest

from streamtape import sweep
from streamtape.errors import UsageError
from streamtape.sse import Decoder

BODY = 'event: a\ndata: {"text":"é"}\n\ndata: {"text":"b"}\n\n'.encode()

HALF = "é".encode()[1:]


def decode(chunks: list[bytes]) -> list[Any]:
    """Decode events, as it should be."""
    decoder = Decoder()
    return [event for chunk in chunks for event in decoder.feed(chunk)]


def test_a_correct_parser_passes_everything() -> None:
    """Cuts, pairs, sizes, grammar, random ones and all variants."""
    over = ["cuts", "grammar", "pairs:2", "sizes", "random:20"]
    report = sweep.run(decode, BODY, over, variants=["all", "unicode"])
    assert report.ok, str(report)
    assert report.complete
    assert len(report.by_variant) > 12


def test_the_reference_is_the_whole_body() -> None:
    """What the whole body gives is right, whatever it is."""
    assert sweep.run(lambda chunks: len(b"".join(chunks)), BODY).ok
    report = sweep.run(len, BODY)
    assert (report.failed, report.checked) == (len(BODY), len(BODY) + 1)


def test_an_expectation_holds_for_the_whole_body_too() -> None:
    """A parser that is wrong uncut fails uncut."""
    report = sweep.run(decode, BODY, "whole", expect=["something else"])
    assert report.smallest is not None
    assert report.smallest.split == "whole"
    assert report.smallest.error == (
        "differs at item 0 (2 items, not 1)\n"
        "  got       Event(event='a', data='{\"text\":\"é\"}', id='')\n"
        "  expected  'something else'"
    )


def test_an_expectation_is_of_the_recording_and_what_keeps_its_events() -> None:
    """A variant that shows in the events is compared with its own whole body."""
    names = ["crlf", "comments", "ids", "json-escaped", "unicode-emoji"]
    assert sweep.run(decode, BODY, "cuts", variants=names, expect=decode([BODY])).ok


def test_an_expectation_can_be_a_function_of_the_body() -> None:
    """Then it is asked for every variant."""
    asked = []

    def expect(body: bytes) -> Any:
        asked.append(body)
        return decode([body])

    assert sweep.run(decode, BODY, "bytes", variants=["crlf", "ids"], expect=expect).ok
    assert len(asked) == 2  # the recording, and the IDs: CR LF must give what the recording gives


def test_none_is_an_expectation() -> None:
    """Only its absence is none."""
    assert sweep.run(lambda _: None, BODY, expect=None).ok
    assert not sweep.run(decode, BODY, "whole", expect=None).ok


def test_a_parser_that_fails_on_the_whole_body_fails_at_once() -> None:
    """That is no matter of splits: the exception comes through as it is."""

    def broken(_: list[bytes]) -> None:
        raise LookupError("no such thing")

    with pytest.raises(LookupError, match="no such thing"):
        sweep.run(broken, BODY)


def test_with_an_expectation_it_is_a_failure_of_the_whole_body() -> None:
    """There is something to compare with, so the sweep goes on."""

    def broken(chunks: list[bytes]) -> bytes:
        if len(chunks) == 1:
            raise LookupError("no such thing")
        return b"".join(chunks)

    report = sweep.run(broken, BODY, expect=BODY)
    assert report.failed == 1
    assert report.smallest is not None
    assert report.smallest.error == "LookupError: no such thing"


def test_a_parser_that_fails_in_a_variant_fails_in_that_variant() -> None:
    """Also where its own whole body is what it is compared with."""

    def no_emoji(chunks: list[bytes]) -> list[Any]:
        body = b"".join(chunks)
        if "😀".encode() in body:
            raise ValueError("unknown letter")
        return decode([body])

    report = sweep.run(no_emoji, BODY, "cuts", variants="unicode-emoji")
    assert report.by_variant[""].failed == 0
    tally = report.by_variant["unicode-emoji"]
    assert tally.failed == tally.checked
    assert report.smallest is not None
    assert report.smallest.kinds == ("whole",)
    assert report.smallest.error == "on the whole body: ValueError: unknown letter"


def test_a_base_exception_ends_the_sweep() -> None:
    """Ctrl-C is nobody's finding."""

    def interrupted(chunks: list[bytes]) -> None:
        if len(chunks) > 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        sweep.run(interrupted, BODY)


def test_results_that_cannot_be_compared_are_refused() -> None:
    """Two equal calls that give unequal results would make every split a failure."""
    with pytest.raises(UsageError) as caught:
        sweep.run(lambda _: object(), BODY)
    assert str(caught.value) == (
        "parse(): two calls with the same whole body gave results that are not equal. Return "
        "values that can be compared (text, lists, dicts, dataclasses, ...), and keep no state "
        "between calls."
    )


def test_a_recording_is_swept_body_by_body() -> None:
    """Anything with interactions will do; each body is parsed by itself."""
    one = SimpleNamespace(response=SimpleNamespace(body=b"data: a\n\n", chunk_sizes=(4, 5)))
    two = SimpleNamespace(response=SimpleNamespace(body=BODY, chunk_sizes=(len(BODY),)))
    tape = SimpleNamespace(interactions=(one, two))

    def each_chunk(chunks: list[bytes]) -> str:
        return "".join(chunk.decode() for chunk in chunks)

    report = sweep.run(each_chunk, tape, ["recorded", "cuts"])
    assert report.planned == report.checked == 11 + len(BODY) + 2
    assert report.smallest is not None
    assert report.smallest.split == f"2/at:{BODY.index(HALF)}"


def test_shards_limits_and_known_failures_are_the_sweeps() -> None:
    """`run` hands them on."""
    report = sweep.run(len, BODY, "cuts", shard=(1, 4), max_failures=2, recalled=[("at:2", "")])
    assert report.planned == len(range(1, len(BODY) + 1, 4))
    assert report.failed == 2
    first = sweep.run(len, BODY, "whole", recalled=[("at:2", "")])
    assert (first.planned, first.failed) == (2, 1)


@dataclass
class Odd:
    """A value of one's own."""

    size: int


DIFFERENCES = [
    ([1, 2], [1, 3], "differs at item 1\n  got       2\n  expected  3"),
    ([1], [1, 2], "differs at item 1 (1 items, not 2)\n  got       nothing\n  expected  2"),
    ((1, 2), (1,), "differs at item 1 (2 items, not 1)\n  got       2\n  expected  nothing"),
    (
        "a" * 30 + "b",
        "a" * 30,
        f"differs at character 30\n  got       {'a' * 20 + 'b'!r}\n  expected  {'a' * 20!r}",
    ),
    (b"ab", b"ac", "differs at byte 1\n  got       b'ab'\n  expected  b'ac'"),
    (None, [1], "differs\n  got       None\n  expected  [1]"),
    (Odd(1), Odd(2), "differs\n  got       Odd(size=1)\n  expected  Odd(size=2)"),
    (
        {"a": "x" * 300},
        1,
        f"differs\n  got       {({'a': 'x' * 300}.__repr__())[:200]}...\n  expected  1",
    ),
]


@pytest.mark.parametrize(("one", "two", "text"), DIFFERENCES, ids=lambda value: repr(value)[:12])
def test_a_difference_is_said_at_its_place(one: object, two: object, text: str) -> None:
    """The first item or character that differs, and not the megabyte before it."""
    assert sweep.difference(one, two) == text


def test_memory_does_not_grow_with_the_number_of_splits() -> None:
    """Twenty times as many splits, all of them failing, take no more memory."""

    def peak(over: str) -> int:
        tracemalloc.start()
        report = sweep.run(lambda chunks: len(chunks) == 1, BODY * 4, over)
        size = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert report.failed == report.checked
        return size

    peak("pairs:1")
    assert peak("pairs:40") < 1.5 * peak("pairs:2")


def test_the_example_of_the_documentation_runs() -> None:
    """A parser of one's own, in a few lines."""

    def parse(chunks: list[bytes]) -> list[object]:
        lines = b"".join(chunks).decode().split("\n")
        return [
            json.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data: ")
        ]

    report = sweep.run(parse, BODY, over=["cuts", "bytes"], variants="all")
    assert {name for name, tally in report.by_variant.items() if tally.failed} == {
        "cr",
        "mixed",
        "no-space",
    }
