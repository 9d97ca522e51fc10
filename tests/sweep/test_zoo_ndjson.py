"""Broken readers of newline-delimited JSON, each named after its mistake, all caught by `grammar`.

A reader takes a body in chunks and returns the values that it understood.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest

from streamtape import ndjson, sweep

BODY = (
    '{"model":"m","message":{"content":"Zürich <b>is</b>"},"done":false}\n'
    '{"model":"m","message":{"content":"\\u00e9 \\ud83d\\ude00 \\"{x}\\""},"done":false}\n'
    '{"model":"m","n":12345,"done":true}\n'
).encode()
SEPARATORS = '{"content":"one\u2028two\u0085three"}\n{"content":"four"}\n'.encode()

Reader = Callable[[list[bytes]], Any]


def right(body: bytes) -> list[Any]:
    """Understand a whole body, by the rules."""
    decoder = ndjson.Decoder()
    values: list[Any] = decoder.feed(body) + decoder.close()
    return values


class Entry(NamedTuple):
    """One reader, and what a sweep must say of it."""

    reader: Reader
    kind: str
    cuts: int
    variants: str | None
    body: bytes

    def run(self, over: sweep.Over) -> sweep.SweepReport:
        """Sweep the reader."""
        expect = EXPECTED.get(self.reader.__name__, right)
        return sweep.run(self.reader, self.body, over, variants=self.variants, expect=expect)


ZOO: dict[str, Entry] = {}
EXPECTED = {"looks_for_done_in_the_chunk": lambda body: [*right(body), True]}


def broken(
    kind: str, cuts: int = 1, *, variants: str | None = None, body: bytes = BODY
) -> Callable[[Reader], Reader]:
    """Put a reader into the zoo, with the kind and the number of cuts of its smallest failure."""

    def put(reader: Reader) -> Reader:
        ZOO[reader.__name__] = Entry(reader, kind, cuts, variants, body)
        return reader

    return put


@broken("other")
def takes_a_chunk_for_some_lines(chunks: list[bytes]) -> Any:
    return [json.loads(line) for chunk in chunks for line in chunk.splitlines() if line]


@broken("whole", 0)
def takes_a_chunk_for_a_value(chunks: list[bytes]) -> Any:
    return [json.loads(chunk) for chunk in chunks if chunk.strip()]


@broken("whole", 0)
def parses_one_value_a_chunk(chunks: list[bytes]) -> Any:
    values, buffer = [], b""
    for chunk in chunks:
        buffer += chunk
        line, end, rest = buffer.partition(b"\n")
        if end:  # where it should say `while`
            values.append(json.loads(line))
            buffer = rest
    return values


@broken("before-newline")
def drops_the_tail_of_each_chunk(chunks: list[bytes]) -> Any:
    return [json.loads(line) for chunk in chunks for line in chunk.split(b"\n")[:-1]]


@broken("event")
def strips_each_chunk(chunks: list[bytes]) -> Any:
    return right(b"".join(chunk.strip() for chunk in chunks))


@broken("json-close")
def takes_a_bracket_for_the_end(chunks: list[bytes]) -> Any:
    values, buffer = [], b""
    for chunk in chunks:
        buffer += chunk
        if buffer.rstrip().endswith(b"}"):
            values += right(buffer)
            buffer = b""
    return values


@broken("utf8")
def decodes_each_chunk(chunks: list[bytes]) -> Any:
    return right("".join(chunk.decode(errors="replace") for chunk in chunks).encode())


@broken("other")
def looks_for_done_in_the_chunk(chunks: list[bytes]) -> Any:
    done = any(b'"done":true' in chunk for chunk in chunks)
    return [*right(b"".join(chunks)), done]


@broken("two-cuts", 2)
def overwrites_what_was_left_over(chunks: list[bytes]) -> Any:
    lines, rest = list[bytes](), b""
    for chunk in chunks:
        first, *more = chunk.split(b"\n")
        if more:
            lines += [rest + first, *more[:-1]]
            rest = more[-1]
        else:
            rest = first
    return right(b"\n".join(lines))


@broken("crlf", variants="crlf")
def counts_crlf_twice(chunks: list[bytes]) -> Any:
    text = b"".join(chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n") for chunk in chunks)
    return [json.loads(line) for line in text.removesuffix(b"\n").split(b"\n")]


@broken("whole", 0, variants="no-last-newline")
def forgets_a_last_line_without_an_end(chunks: list[bytes]) -> Any:
    return [json.loads(line) for line in b"".join(chunks).split(b"\n")[:-1]]


@broken("whole", 0, variants="blank-lines")
def parses_blank_lines(chunks: list[bytes]) -> Any:
    return [json.loads(line) for line in b"".join(chunks).removesuffix(b"\n").split(b"\n")]


@broken("whole", 0, body=SEPARATORS)
def splits_lines_as_text(chunks: list[bytes]) -> Any:
    return [json.loads(line) for line in b"".join(chunks).decode().splitlines()]


@pytest.mark.parametrize("entry", ZOO.values(), ids=ZOO)
def test_grammar_alone_catches_it_and_names_the_kind(entry: Entry) -> None:
    """The smallest failing split has the kind that tells the mistake, and so many cuts."""
    report = entry.run("grammar")
    assert report.smallest is not None, str(report)
    assert (report.smallest.kinds[0], report.smallest.cuts) == (entry.kind, entry.cuts), str(report)


@pytest.mark.parametrize("variants", [None, "all", "unicode"])
def test_the_right_reader_passes(variants: str | None) -> None:
    """The decoder reads every split of every variant alike."""

    def read(chunks: list[bytes]) -> Any:
        decoder = ndjson.Decoder()
        return [each for chunk in chunks for each in decoder.feed(chunk)] + decoder.close()

    report = sweep.run(read, BODY, ["grammar", "bytes"], variants=variants, expect=right)
    assert report.ok, str(report)
