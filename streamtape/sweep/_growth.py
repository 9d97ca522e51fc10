"""Whether the cost of a client grows faster than the stream it reads.

With small chunks, a client that looks at its whole buffer again for every chunk needs a time
that grows with the square of the length: 27 s for 160 KB in 64-byte chunks, in a released one. On a
short recording that cannot be seen, so this module stretches it, by its longest text and by
repeating an event, and compares the processor time at growing lengths. It decides by the exponent
between two lengths that lie a factor of four apart, the larger of which took long enough to be
measured; one that is too large is measured again before it is believed.
See docs/decisions/0204-growth-is-an-exponent.md.
"""

from __future__ import annotations

import math
import re
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from streamtape import splits
from streamtape.errors import CaseTimeout
from streamtape.formats import edited, format_of
from streamtape.splits import Size

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from streamtape.formats import Format

__all__ = ["Growth", "measure"]

_CHUNK = 64
_FIRST = 16 * 1024
_LAST = 1024 * 1024
_FACTOR = 4
_ENOUGH = 0.1  # seconds: a run this long is not lost in the noise
# 1 is linear, 2 quadratic. Eight linear clients were measured at 0.97 to 1.09, those that copy or
# scan their buffer for every chunk at 1.92 to 2.33.
_TOO_FAST = 1.5
_NOTICEABLE = 0.01  # seconds: less is never worth a report
_TICK = 1e-6  # seconds: the least that a clock is believed to tell apart
_ROUNDS = 3
_LONG_TEXT = re.compile(rb'"((?:[^"\\]|\\.)*)"(?!\s*:)')


@dataclass(frozen=True, slots=True)
class Growth:
    """How the cost grew in one way of stretching a recording.

    Attributes:
        what: what was made longer: "one event" or "the stream".
        chunk: bytes per chunk.
        points: pairs of the length in bytes and the processor time in seconds, ascending.
        exponent: how the time grew between the last point and the one a factor of four before:
            1 is linear, 2 quadratic.
        too_fast: whether that is clearly faster than the length.
    """

    what: str
    chunk: int
    points: tuple[tuple[int, float], ...]
    exponent: float
    too_fast: bool

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Growth:
        """Return the growth that `SweepReport.to_dict` wrote."""
        return cls(**{**data, "points": tuple((size, time) for size, time in data["points"])})


def measure(
    parse: Callable[[list[bytes]], object],
    body: bytes,
    clock: Callable[[], float],
    form: Format | None = None,
) -> tuple[Growth, ...]:
    """Measure how the cost of `parse` grows.

    Args:
        parse: takes the chunks; what it returns or raises does not matter.
        body: the recording to stretch.
        clock: returns the processor time used so far, in seconds.
        form: the wire format of the body; told by the bytes themselves where it is left out.
    """
    found = []
    for what, stretch in (("one event", _stretched), ("the stream", _repeated)):
        series = _Series(what, body, form or format_of(None, body), stretch)
        if series.body_of(_FIRST) is not None:
            growth = series.measure(parse, clock)
            if growth.too_fast:  # the machine may have been busy: twice is no accident
                growth = min(growth, series.measure(parse, clock), key=lambda each: each.exponent)
            found.append(growth)
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Series:
    """One way to stretch a body, measured at growing lengths."""

    what: str
    body: bytes
    form: Format
    stretch: Callable[[bytes, int, Format], bytes | None]

    def body_of(self, size: int) -> bytes | None:
        """Return the body at a length; None where it cannot be stretched so."""
        return self.stretch(self.body, size, self.form)

    def measure(self, parse: Callable[[list[bytes]], object], clock: Callable[[], float]) -> Growth:
        points: list[tuple[int, float]] = []
        size = _FIRST
        while True:
            body = self.body_of(size) or self.body
            chunks = splits.cut(body, Size(_CHUNK).offsets(body, ()))
            points.append((len(body), _cost(parse, chunks, clock)))
            if size >= _LAST or (len(points) > 1 and points[-1][1] >= _ENOUGH):
                break
            size *= _FACTOR
        (before, short), (after, long) = points[-2:]
        exponent = math.log(max(long, _TICK) / max(short, _TICK)) / math.log(after / before)
        too_fast = exponent > _TOO_FAST and long > _NOTICEABLE
        return Growth(self.what, _CHUNK, tuple(points), exponent, too_fast)


def _cost(
    parse: Callable[[list[bytes]], object], chunks: list[bytes], clock: Callable[[], float]
) -> float:
    """Return the least of a few measurements, in seconds; of one, if that is long."""
    best = math.inf
    for _ in range(_ROUNDS):
        start = clock()
        # A stretched recording may offend the client: what it costs until then is what counts.
        with suppress(Exception, CaseTimeout):
            parse(list(chunks))
        best = min(best, clock() - start)
        if best >= _ENOUGH:
            break
    return best


def _stretched(body: bytes, size: int, form: Format) -> bytes | None:
    """Make the longest text of the body longer, so that the body has about `size` bytes."""
    texts = [
        (match.end(1) - match.start(1), match.end(1), span, part, data)
        for span in form.spans(body)
        for part in form.parts(body, span)
        for data in (form.read(body, part),)
        for match in _LONG_TEXT.finditer(data)
    ]
    if not texts:
        return None
    _, end, span, part, data = max(texts, key=lambda text: text[0])
    missing = max(size - len(body), 0)
    longer = data[:end] + b"x" * missing + data[end:]
    return edited(body, [form.edit(body, span, part, longer)])


def _repeated(body: bytes, size: int, form: Format) -> bytes | None:
    """Repeat the event whose type comes most often, so that the body has about `size` bytes."""
    events = form.spans(body)
    if not events:
        return None
    types = [event.type for event in events]
    common = max(dict.fromkeys(types), key=types.count)
    event = next(event for event in reversed(events) if event.type == common)
    text = body[event.start : event.stop]
    times = max((size - len(body)) // len(text), 0)
    return body[: event.stop] + text * times + body[event.stop :]
