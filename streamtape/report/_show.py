"""A cassette as lines: one head per interaction, one line per chunk."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from itertools import accumulate, repeat
from typing import TYPE_CHECKING

from streamtape.eventstream import spans, unwrapped
from streamtape.formats import EVENT_STREAM
from streamtape.splits import cut

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from streamtape.cassette import Cassette, Interaction, Response

__all__ = ["show", "table"]

_WIDEST = 60  # characters of a chunk's text


def show(cassette: Cassette) -> Iterator[str]:
    """Yield a cassette as lines: requests, chunks with their times, events, endings."""
    for number, interaction in enumerate(cassette.interactions, 1):
        if number > 1:
            yield ""
        yield from _interaction(number, interaction)


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield a table as lines; a column is right-aligned where all its cells are numbers."""
    columns = [*zip(heads, *rows, strict=True)]
    widths = [max(map(len, column)) for column in columns]
    right = [all(cell[:1].isdigit() for cell in column[1:]) for column in columns]
    for row in (heads, ["-" * width for width in widths], *rows):
        cells = [
            cell.rjust(width) if numbers else cell.ljust(width)
            for cell, width, numbers in zip(row, widths, right, strict=True)
        ]
        yield "  ".join(cells).rstrip()


def _interaction(number: int, interaction: Interaction) -> Iterator[str]:
    request, response = interaction.request, interaction.response
    events = response.format.events(response.body)
    yield f"{number}. {request}"
    yield (
        f"   {response.status} {response.header('content-type') or ''}, "
        f"{len(response.body)} bytes, {len(response.chunk_sizes)} chunks, {len(events)} events, "
        f"{response.duration:.3f} s, {response.end.kind}"
        f"{f', recorded on {interaction.recorded}' if interaction.recorded else ''}"
    )
    for name, count in Counter(event.event for event in events).items():
        yield f"   {count:5} {name}"
    legible = _legible(response) if response.format is EVENT_STREAM else repeat(None)
    yield "   ms since request    bytes"
    time = response.head
    times = accumulate((time, *response.timeline.gaps))
    next(times)
    chunks = cut(response.body, response.offsets)
    for data, at, shown in zip(chunks, times, legible, strict=False):
        text = data.decode("utf-8", "backslashreplace") if shown is None else shown
        yield f"   {at / 1000:16.3f} {len(data):8}  {_text(text)}"


def _legible(response: Response) -> list[str]:
    """Return what can be read of each chunk of binary frames: their types and payloads."""
    sizes, starts = response.chunk_sizes, [0, *response.offsets]
    texts = [""] * len(sizes)
    for span in spans(response.body):
        first = bisect_right(starts, span.start) - 1
        texts[first] += f" {span.type} "
        for number in range(first, bisect_left(starts, span.stop)):
            start, stop = starts[number], starts[number] + sizes[number]
            payload = response.body[max(start, span.payload) : min(stop, span.crc)]
            if len(payload) == span.crc - span.payload:
                payload = unwrapped(payload)
            texts[number] += payload.decode("utf-8", "backslashreplace")
    return [text.strip() for text in texts]


def _text(text: str) -> str:
    text = text.encode("unicode_escape").decode()
    text = text.replace("\\\\x", "\\x")
    return text if len(text) <= _WIDEST else f"{text[: _WIDEST - 3]}..."
