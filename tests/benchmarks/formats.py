"""What decoding costs: lines of JSON and AWS event streams, against the floor and botocore.

Run it as ``python tests/benchmarks/formats.py``; with botocore installed, its parser takes part. It
prints nanoseconds of processor time for a byte (the least of several), whole and in 64-byte chunks,
and how the time grows with the length of one event: 1 is linear.
"""

from __future__ import annotations

import json
import math
import struct
import time
from binascii import crc32
from typing import TYPE_CHECKING, Any

from streamtape import eventstream, ndjson, splits
from streamtape.eventstream import Frame, Header

if TYPE_CHECKING:
    from collections.abc import Callable

    Parse = Callable[[list[bytes]], Any]

ROUNDS = 7
HEADERS = (
    Header(":event-type", "contentBlockDelta"),
    Header(":content-type", "application/json"),
    Header(":message-type", "event"),
)
VALUE = {"contentBlockIndex": 0, "delta": {"text": "Zürich is sunny"}, "p": "abcdefghijkl"}


def frames(number: int, text: str = "") -> bytes:
    """Return a body of so many frames, with a text added to each."""
    payload = json.dumps(VALUE | {"p": text}, ensure_ascii=False).encode()
    return eventstream.encode(Frame(HEADERS, payload)) * number


def lines(number: int, text: str = "") -> bytes:
    """Return a body of so many lines, with a text added to each."""
    return ndjson.encode(VALUE | {"p": text}) * number


def fed(make: Callable[[], Any]) -> Parse:
    """Return a parser that feeds a decoder."""

    def parse(chunks: list[bytes]) -> Any:
        decoder = make()
        return [each for chunk in chunks for each in decoder.feed(chunk)]

    return parse


def floor_of_lines(chunks: list[bytes]) -> Any:
    """Split and parse, with the whole body at hand."""
    return [json.loads(line) for line in b"".join(chunks).splitlines()]


def floor_of_frames(chunks: list[bytes]) -> Any:
    """Cut into frames and check both sums, with the whole body at hand; no headers."""
    body, found, at = b"".join(chunks), [], 0
    while at < len(body):
        total, size, _ = struct.unpack_from("!III", body, at)
        if crc32(body[at : at + total - 4]) != int.from_bytes(body[at + total - 4 : at + total]):
            raise ValueError(at)
        found.append(body[at + 12 + size : at + total - 4])
        at += total
    return found


def botocore() -> Parse | None:
    """Return botocore's parser, if it is installed."""
    try:
        from botocore.eventstream import EventStreamBuffer
    except ImportError:
        return None

    def parse(chunks: list[bytes]) -> Any:
        buffer, found = EventStreamBuffer(), []
        for chunk in chunks:
            buffer.add_data(chunk)
            found += list(buffer)
        return found

    return parse


def seconds(parse: Parse, body: bytes, size: int) -> float:
    """Return the processor time of a parse in chunks of a size."""
    chunks = splits.cut(body, range(size, len(body), size))
    best = math.inf
    for _ in range(ROUNDS):
        start = time.process_time()
        parse(chunks)
        best = min(best, time.process_time() - start)
    return best


def main() -> None:
    """Print the table."""
    rivals: list[tuple[str, Parse | None, Callable[..., bytes]]] = [
        ("ndjson.Decoder", fed(ndjson.Decoder), lines),
        ("floor of lines", floor_of_lines, lines),
        ("eventstream.Decoder", fed(eventstream.Decoder), frames),
        ("floor of frames", floor_of_frames, frames),
        ("botocore", botocore(), frames),
    ]
    print(f"{'ns a byte':24}{'whole':>8}{'64 bytes':>10}{'growth of one event':>22}")
    for name, parse, make in rivals:
        if parse is None:
            continue
        body = make(2000)
        cost = [seconds(parse, body, size) / len(body) * 1e9 for size in (len(body), 64)]
        short, long = (seconds(parse, make(1, "x" * size), 64) for size in (250_000, 1_000_000))
        growth = math.log(long / short) / math.log(4)
        print(f"{name:24}{cost[0]:8.1f}{cost[1]:10.1f}{growth:22.2f}")


if __name__ == "__main__":
    main()
