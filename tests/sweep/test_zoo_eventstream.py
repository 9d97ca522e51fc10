"""Broken readers of AWS event streams, each named after its mistake, all caught by `grammar`.

A reader takes a body in chunks and returns the payloads that it found.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Callable
from typing import Any

import pytest

from streamtape import eventstream, sweep
from streamtape.eventstream import Frame, Header


def frame(kind: str, payload: str) -> bytes:
    headers = (Header(":event-type", kind), Header(":message-type", "event"))
    return eventstream.encode(Frame(headers, payload.encode()))


BODY = (
    frame("messageStart", '{"role":"assistant"}')
    + frame("contentBlockDelta", '{"delta":{"text":"Zürich \\u00e9"},"n":12345}')
    + frame("messageStop", '{"stopReason":"end_turn","done":true}')
)

Reader = Callable[[list[bytes]], Any]


def right(body: bytes) -> list[bytes]:
    """Understand a whole body, by the rules."""
    return [each.payload for each in eventstream.Decoder().feed(body)]


class Input:
    """What a socket gives: reads that may come short."""

    def __init__(self, *chunks: bytes) -> None:
        self._chunks = [chunk for chunk in chunks if chunk]

    def __bool__(self) -> bool:
        return bool(self._chunks)

    def once(self, size: int) -> bytes:
        """Read once: at most `size` bytes, and no more than has come."""
        chunk = self._chunks.pop(0) if self._chunks else b""
        if len(chunk) > size:
            self._chunks.insert(0, chunk[size:])
        return chunk[:size]

    def exactly(self, size: int) -> bytes:
        """Read until there are so many bytes."""
        data = b""
        while len(data) < size and self._chunks:
            data += self.once(size - len(data))
        return data


class ReadsAtOnce:
    """A reader that is right, but that reads one field with a single call."""

    def __init__(self, field: str) -> None:
        self._field = field

    def __call__(self, chunks: list[bytes]) -> list[bytes]:
        source, payloads = Input(*chunks), list[bytes]()
        while source:
            prelude = self._whole("prelude", source, 12)
            total, size = self._number("total", prelude, 4), self._number("size", prelude, 4)
            self._take("prelude's checksum", prelude, 4)
            headers, left = self._whole("headers", source, size), size
            while left:
                left -= self._header(headers)
            payloads.append(self._take("payload", source, total - size - 16))
            self._take("checksum", source, 4)
        return payloads

    def _header(self, source: Input) -> int:
        """Read one header; return its size."""
        name = self._take("name", source, self._number("name length", source, 1))
        kind_and_length = self._whole("type and length", source, 3)
        self._take("type", kind_and_length, 1)
        value = self._take("value", source, self._number("length", kind_and_length, 2))
        return len(name) + len(value) + 4

    def _take(self, name: str, source: Input, size: int) -> bytes:
        data = source.once(size) if name == self._field else source.exactly(size)
        if len(data) < size:
            raise EOFError(f"the {name} has {size} bytes, {len(data)} came")
        return data

    def _number(self, name: str, source: Input, size: int) -> int:
        return int.from_bytes(self._take(name, source, size), "big")

    def _whole(self, name: str, source: Input, size: int) -> Input:
        """Return several fields, read at once, if that is the mistake; else all the input."""
        return Input(self._take(name, source, size)) if name == self._field else source


READERS: dict[str, tuple[Reader, str, int]] = {
    f"reads_the_{field}_at_once": (ReadsAtOnce(field), kind, 1)
    for field, kind in {
        "prelude": "prelude",
        "total": "total-length",
        "size": "headers-length",
        "prelude's checksum": "prelude-crc",
        "headers": "header",
        "name": "header-name",
        "type and length": "header-field",
        "length": "header-size",
        "value": "header-value",
        "payload": "other",
        "checksum": "message-crc",
    }.items()
}


def broken(kind: str, cuts: int = 1) -> Callable[[Reader], Reader]:
    """Put a reader into the zoo, with the kind and the number of cuts of its smallest failure."""

    def put(reader: Reader) -> Reader:
        READERS[reader.__name__] = (reader, kind, cuts)  # type: ignore[attr-defined]
        return reader

    return put


@broken("part")
def takes_a_chunk_for_frames(chunks: list[bytes]) -> Any:
    return [frame.payload for chunk in chunks for frame in eventstream.frames(chunk)]


@broken("whole", 0)
def takes_a_chunk_for_one_frame(chunks: list[bytes]) -> Any:
    return [frame.payload for chunk in chunks for frame in eventstream.frames(chunk)[:1]]


@broken("part")
def takes_the_payload_for_the_end(chunks: list[bytes]) -> Any:
    found, buffer = [], b""
    for chunk in chunks:
        buffer += chunk
        while len(buffer) >= 12:
            total, headers = struct.unpack_from("!II", buffer)
            if len(buffer) < total - 4:
                break
            found.append(buffer[12 + headers : total - 4])
            buffer = buffer[total:]  # the checksum may not have come
    return found


@broken("total-length")
def drops_what_is_too_short_to_say_its_length(chunks: list[bytes]) -> Any:
    found, buffer = [], b""
    for chunk in chunks:
        buffer += chunk
        whole = eventstream.spans(buffer)
        found += [buffer[each.payload : each.crc] for each in whole]
        buffer = buffer[whole[-1].stop :] if whole else buffer
        if len(buffer) < 4:
            buffer = b""
    return found


@broken("header-value")
def looks_for_the_type_in_the_chunk(chunks: list[bytes]) -> Any:
    payloads = right(b"".join(chunks))
    return payloads if any(b"contentBlockDelta" in chunk for chunk in chunks) else payloads[:1]


@broken("other")
def searches_each_chunk_for_json(chunks: list[bytes]) -> Any:
    return [found for chunk in chunks for found in re.findall(rb"\{[^\0]*\}", chunk)]


@broken("utf8")
def decodes_each_chunk(chunks: list[bytes]) -> Any:
    text = "".join(chunk.decode("utf-8", "ignore") for chunk in chunks)
    return [found.encode() for found in re.findall(r"\{[^\0]*\}", text)]


@pytest.mark.parametrize(("reader", "kind", "cuts"), READERS.values(), ids=READERS)
def test_grammar_alone_catches_it_and_names_the_kind(reader: Reader, kind: str, cuts: int) -> None:
    """The smallest failing split has the kind that tells the mistake, and so many cuts."""
    report = sweep.run(reader, BODY, "grammar", expect=right)
    assert report.smallest is not None, str(report)
    assert (report.smallest.kinds[0], report.smallest.cuts) == (kind, cuts), str(report)


def test_every_kind_of_place_in_a_frame_is_some_readers_undoing() -> None:
    """What no mistake depends on would not be worth a cut."""
    kinds = {kind for kind in sweep.BOUNDARIES if sweep.KINDS[kind].formats == ("eventstream",)}
    assert kinds <= {kind for _, kind, _ in READERS.values()}


@pytest.mark.parametrize("variants", [None, "all", "unicode"])
def test_the_right_readers_pass(variants: str | None) -> None:
    """The decoder, and a reader that waits for every field, read every split alike."""

    def decoder(chunks: list[bytes]) -> list[bytes]:
        decoder = eventstream.Decoder()
        return [each.payload for chunk in chunks for each in decoder.feed(chunk)]

    for reader in (decoder, ReadsAtOnce("nothing")):
        report = sweep.run(reader, BODY, ["grammar", "bytes"], variants=variants, expect=right)
        assert report.ok, str(report)
