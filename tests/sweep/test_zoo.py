"""The zoo: broken clients, each named after its mistake, and what `grammar` says of them.

A client takes a body in chunks and returns what it understood. Each is caught by `grammar` alone;
the smallest split is of the kind that tells the mistake, and no split with fewer cuts fails.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from streamtape import sweep
from streamtape.sse import Decoder

BODY = (
    'event: message_start\ndata: {"type":"start","n":12345,"ok":true}\n\n'
    'event: delta\ndata: {"text":"Zürich is \\u00e9 <think>a b</think> \\ud83d\\ude00"}\n\n'
    "event: stop\ndata: {}\n\n"
    "data: [DONE]\n\n"
).encode()
LINES = b"event: a\ndata: one\ndata: two\n\nevent: b\ndata: three\ndata: four\n\n"
SEPARATORS = 'data: {"text":"one\u2028two\u0085three"}\n\ndata: {"text":"four"}\n\n'.encode()

Client = Callable[[list[bytes]], Any]


def right(body: bytes) -> list[tuple[str, str]]:
    """Understand a whole body, by the rules."""
    return [(event.event, event.data) for event in Decoder().feed(body)]


@dataclass(frozen=True)
class Entry:
    """One client of the zoo, and what a sweep must say of it."""

    client: Client
    kind: str
    cuts: int
    variants: str | None
    body: bytes
    expect: Callable[[bytes], Any] | None

    def run(self, over: sweep.Over) -> sweep.SweepReport:
        """Sweep the client."""
        options = {} if self.expect is None else {"expect": self.expect}
        return sweep.run(self.client, self.body, over, variants=self.variants, **options)  # type: ignore[arg-type]


ZOO: dict[str, Entry] = {}


def broken(
    kind: str,
    cuts: int = 1,
    *,
    variants: str | None = None,
    body: bytes = BODY,
    expect: Callable[[bytes], Any] | None = None,
) -> Callable[[Client], Client]:
    """Put a client into the zoo, with the kind and the number of cuts of its smallest failure."""

    def put(client: Client) -> Client:
        ZOO[client.__name__] = Entry(client, kind, cuts, variants, body, expect)
        return client

    return put


# Bytes to text.


@broken("utf8")
def decodes_each_chunk(chunks: list[bytes]) -> Any:
    return right("".join(chunk.decode() for chunk in chunks).encode())


@broken("utf8")
def replaces_what_it_cannot_decode(chunks: list[bytes]) -> Any:
    return right("".join(chunk.decode(errors="replace") for chunk in chunks).encode())


@broken("utf8")
def ignores_what_it_cannot_decode(chunks: list[bytes]) -> Any:
    return right("".join(chunk.decode(errors="ignore") for chunk in chunks).encode())


@broken("utf8")
def decodes_what_it_has_when_an_event_ends(chunks: list[bytes]) -> Any:
    text, buffer = "", b""
    for chunk in chunks:
        buffer += chunk
        if b"\n\n" in chunk:
            text, buffer = text + buffer.decode(errors="replace"), b""
    return right((text + buffer.decode()).encode())


@broken("bom", variants="bom")
def looks_for_the_bom_in_the_first_chunk(chunks: list[bytes]) -> Any:
    first, *rest = chunks
    return right(b" \n" + b"".join((first.removeprefix(b"\xef\xbb\xbf"), *rest)))


# Text to lines.


@broken("event")
def strips_each_chunk(chunks: list[bytes]) -> Any:
    return right(b"".join(chunk.strip() for chunk in chunks) + b"\n\n")


@broken("blank-line")
def strips_the_start_of_each_chunk(chunks: list[bytes]) -> Any:
    return right(b"".join(chunk.lstrip() for chunk in chunks))


@broken("blank-line")
def takes_a_chunk_that_starts_with_a_newline_for_an_error(chunks: list[bytes]) -> Any:
    if any(chunk.startswith(b"\n") for chunk in chunks):
        raise ValueError("unexpected newline")
    return right(b"".join(chunks))


@broken("before-newline")
def drops_the_tail_of_each_chunk(chunks: list[bytes]) -> Any:
    lines = [line for chunk in chunks for line in chunk.split(b"\n")[:-1]]
    return right(b"".join(line + b"\n" for line in lines))


@broken("before-newline")
def ends_a_line_with_each_chunk(chunks: list[bytes]) -> Any:
    lines = [line for chunk in chunks for line in chunk.splitlines()]
    return right(b"".join(line + b"\n" for line in lines))


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
    return right(b"".join(line + b"\n" for line in lines))


@broken("whole", 0, body=SEPARATORS, expect=right)
def splits_lines_as_text(chunks: list[bytes]) -> Any:
    lines = b"".join(chunks).decode().splitlines()
    return right("".join(f"{line}\n" for line in lines).encode())


@broken("crlf", variants="crlf")
def counts_crlf_twice(chunks: list[bytes]) -> Any:
    text = b"".join(chunk.replace(b"\r\n", b"\n").replace(b"\r", b"\n") for chunk in chunks)
    return [block.split(b"\n") for block in text.split(b"\n\n")]


@broken("whole", 0, variants="cr")
def holds_the_cr_at_the_end(chunks: list[bytes]) -> Any:
    text, held = b"", b""
    for chunk in chunks:
        text, held = text + held + chunk.rstrip(b"\r"), chunk[len(chunk.rstrip(b"\r")) :]
    return right(text)


@broken("empty", 2, variants="crlf")
def forgets_the_cr_at_an_empty_chunk(chunks: list[bytes]) -> Any:
    text, after_cr = b"", False
    for chunk in chunks:
        text += (chunk.removeprefix(b"\n") if after_cr else chunk).replace(b"\r\n", b"\n")
        after_cr = chunk.endswith(b"\r")
    return right(text.replace(b"\r", b"\n"))


@broken("empty")
def takes_an_empty_chunk_for_the_end(chunks: list[bytes]) -> Any:
    return right(b"".join(chunks[: chunks.index(b"")] if b"" in chunks else chunks))


@broken("blank-line")
def needs_two_bytes_in_a_chunk(chunks: list[bytes]) -> Any:
    return [right(b"".join(chunks)), *(chunk[1] * 0 for chunk in chunks)][0]


# Lines to events.


@broken("event-line")
def splits_each_chunk_at_blank_lines(chunks: list[bytes]) -> Any:
    return [event for chunk in chunks for event in right(chunk + b"\n\n")]


@broken("event-line")
def searches_each_chunk_for_events(chunks: list[bytes]) -> Any:
    return [
        event for each in chunks for event in re.findall(rb"(?:event: (.*)\n)data: (.*)\n", each)
    ]


@broken("event-line")
def forgets_the_type_with_the_chunk(chunks: list[bytes]) -> Any:
    events, rest = list[tuple[bytes, bytes]](), b""
    for chunk in chunks:
        kind = b"message"
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            name, _, value = line.partition(b": ")
            if name == b"event":
                kind = value
            elif name == b"data":
                events.append((kind, value))
            elif not line:
                kind = b"message"
    return events


@broken("line", body=LINES)
def forgets_the_data_with_the_chunk(chunks: list[bytes]) -> Any:
    events, rest = list[list[bytes]](), b""
    for chunk in chunks:
        data = list[bytes]()
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            if line.startswith(b"data: "):
                data.append(line)
            elif not line and data:
                events.append(data)
                data = []
    return events


@broken("event-line")
def clears_the_buffer_too_early(chunks: list[bytes]) -> Any:
    events, buffer = list[Any](), b""
    for chunk in chunks:
        buffer += chunk
        if b"\n\n" in buffer:
            events += right(buffer)
            buffer = b""
    return events


@broken("blank-line")
def looks_for_the_blank_line_in_the_chunk(chunks: list[bytes]) -> Any:
    events, buffer = list[Any](), b""
    for chunk in chunks:
        buffer += chunk
        if b"\n\n" in chunk:
            done, _, buffer = buffer.rpartition(b"\n\n")
            events += right(done + b"\n\n")
    return events


@broken("field")
def matches_names_by_prefix(chunks: list[bytes]) -> Any:
    lines, rest = list[bytes](), b""
    for chunk in chunks:
        *whole, rest = (rest + chunk).split(b"\n")
        lines += whole
        if rest and b":" not in rest and (b"data".startswith(rest) or b"event".startswith(rest)):
            lines.append(rest + b":")
            rest = b""
    return right(b"".join(line + b"\n" for line in lines))


@broken("colon")
def takes_a_space_that_starts_a_chunk_for_the_colons(chunks: list[bytes]) -> Any:
    lines = b"".join(chunk.removeprefix(b" ") for chunk in chunks).split(b"\n")
    return [line[6:] for line in lines if line.startswith(b"data: ")]


@broken("whole", 0, expect=right)
def takes_one_event_from_each_chunk(chunks: list[bytes]) -> Any:
    events, buffer = list[Any](), b""
    for chunk in chunks:
        event, blank, rest = (buffer + chunk).partition(b"\n\n")
        buffer = rest if blank else event
        events += right(event + b"\n\n") if blank else []
    return events


@broken("whole", 0, expect=right)
def keeps_the_last_event_of_each_chunk(chunks: list[bytes]) -> Any:
    decoder = Decoder()
    events = [decoder.feed(chunk) for chunk in chunks]
    return [(each[-1].event, each[-1].data) for each in events if each]


@broken("several", 2)
def keeps_one_chunk_of_a_broken_event(chunks: list[bytes]) -> Any:
    events, rest = list[Any](), b""
    for chunk in chunks:
        done, blank, more = (rest + chunk).rpartition(b"\n\n")
        events += right(done + b"\n\n") if blank else []
        rest = more if blank else chunk
    return events


# Events to JSON.


@broken("other")
def loads_json_from_each_chunk(chunks: list[bytes]) -> Any:
    lines = [line for chunk in chunks for line in chunk.split(b"\n")]
    return [
        json.loads(line.removeprefix(b"data: "))
        for line in lines
        if line.startswith(b"data: {") and line.endswith(b"}")
    ]


@broken("colon")
def takes_a_chunk_that_starts_with_a_brace_for_json(chunks: list[bytes]) -> Any:
    return [json.loads(each) for each in chunks if each.startswith(b"{")] or right(b"".join(chunks))


@broken("json-key")
def counts_keys_in_each_chunk(chunks: list[bytes]) -> Any:
    return sum(chunk.count(b'"text"') for chunk in chunks)


@broken("number")
def takes_the_digits_that_have_come(chunks: list[bytes]) -> Any:
    for number in range(1, len(chunks) + 1):
        found = re.search(rb'"n":(\d+)', b"".join(chunks[:number]))
        if found:
            return int(found[1])
    return None


@broken("literal")
def takes_the_letters_that_have_come(chunks: list[bytes]) -> Any:
    for number in range(1, len(chunks) + 1):
        found = re.search(rb'"ok":(\w+)', b"".join(chunks[:number]))
        if found:
            return found[1] == b"true"
    return None


@broken("space")
def strips_spaces_from_each_chunk(chunks: list[bytes]) -> Any:
    return right(b"".join(chunk.strip(b" ") for chunk in chunks))


@broken("tag")
def filters_tags_from_each_chunk(chunks: list[bytes]) -> Any:
    return right(b"".join(re.sub(rb"</?think>", b"", chunk) for chunk in chunks))


@broken("done")
def looks_for_done_in_each_chunk(chunks: list[bytes]) -> Any:
    return any(b"[DONE]" in chunk for chunk in chunks)


@broken("json-escape")
def unescapes_each_chunk(chunks: list[bytes]) -> Any:
    def character(match: re.Match[bytes]) -> bytes:
        return chr(int(match[1], 16)).encode("utf-8", "surrogatepass")

    return b"".join(re.sub(rb"\\u([0-9a-f]{4})", character, chunk) for chunk in chunks)


@broken("surrogates")
def joins_surrogates_in_each_read(chunks: list[bytes]) -> Any:
    text, rest = "", b""
    for chunk in chunks:
        whole = re.fullmatch(rb"(.*?)(\\(?:u[0-9a-f]{0,3})?)?", rest + chunk, re.DOTALL)
        assert whole is not None
        rest = whole[2] or b""
        text += re.sub(rb"(\\u[0-9a-f]{4})+", _characters, whole[1]).decode("latin-1")
    return text


def _characters(match: re.Match[bytes]) -> bytes:
    units = bytes.fromhex(match[0].replace(b"\\u", b"").decode())
    return units.decode("utf-16-be", "replace").encode()


@pytest.fixture(params=ZOO.values(), ids=list(ZOO))
def entry(request: pytest.FixtureRequest) -> Entry:
    found: Entry = request.param
    return found


def test_the_zoo_is_large_enough() -> None:
    """There are at least 25 clients, and all kinds of boundary of SSE are some client's undoing."""
    assert len(ZOO) >= 25
    kinds = {kind for kind in sweep.BOUNDARIES if "sse" in sweep.KINDS[kind].formats}
    assert kinds <= {entry.kind for entry in ZOO.values()}


def test_grammar_alone_catches_it_and_names_the_kind(entry: Entry) -> None:
    """The smallest failing split has the kind that tells the mistake, and so many cuts."""
    report = entry.run("grammar")
    assert report.smallest is not None
    assert (report.smallest.kinds[0], report.smallest.cuts) == (entry.kind, entry.cuts), str(report)


def test_no_split_with_fewer_cuts_fails(entry: Entry) -> None:
    """Brute force agrees that the reported split has the fewest cuts possible."""
    if entry.cuts == 0:
        return
    fewer: sweep.Over = (
        ["whole"] if entry.cuts == 1 else ["whole", sweep.Cuts(), "at:0", f"at:{len(BODY)}"]
    )
    report = entry.run(fewer)
    assert report.ok, str(report)
    assert report.shrink_runs == 0


def test_a_split_with_many_cuts_shrinks_to_as_few(entry: Entry) -> None:
    """Found byte by byte or at random, it is shrunk to the fewest cuts all the same."""
    report = entry.run(["bytes", "random:20"])
    if report.smallest is None:
        assert entry.kind in ("empty", "whole")
        return
    assert report.smallest.cuts == entry.cuts, str(report)


def test_two_of_each_kind_of_place_are_enough(entry: Entry) -> None:
    """`grammar:2` catches every client of the zoo, with work that does not grow with the body."""
    assert not entry.run("grammar:2").ok
