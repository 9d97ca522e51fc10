"""When the bytes of a body come: pure values, parsed in one place.

A *timing* turns the recorded times of a body into the waits of a replay. It knows bytes and
numbers; it never waits (`clock` does) and never knows who reads.

=============  ===========================================================================
``instant``    no waits at all
``recorded``   as in the recording: a byte comes when it came then, however the body is cut now
``x10``        as recorded, ten times faster (``x0.5``: half as fast)
``fixed:50ms`` 50 milliseconds before every chunk (``fixed:1.5s``, ``fixed:800us``)
``profile:``   as a model speaks: ``profile:ttft=0.8,tps=60,jitter=0.2,seed=7``, or a mapping of
               the same: see `Profile`
=============  ===========================================================================

Durations are whole microseconds inside, so that they survive a file exactly, and seconds where they
are waited for.
"""

from __future__ import annotations

import math
import random
import re
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Any, TypeAlias

from streamtape.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = [
    "Fixed",
    "Instant",
    "Profile",
    "RecordedTiming",
    "Timeline",
    "Timing",
    "TimingLike",
    "Waits",
    "parse",
]

_VALID = (
    "Valid are instant, recorded, x10 (a speed), fixed:50ms (a duration in us, ms or s) and "
    "profile:ttft=0.8,tps=60,jitter=0.2,seed=7 (each optional, or a mapping of them)."
)
_SPEED = re.compile(r"x(\d+(?:\.\d+)?)")
_FIXED = re.compile(r"fixed:(\d+(?:\.\d+)?)(us|ms|s)")
_MICROSECONDS = {"us": 1, "ms": 1_000, "s": 1_000_000}


@dataclass(frozen=True, slots=True)
class Timeline:
    """The recorded times of one response.

    Attributes:
        head: microseconds from the request to the head of the response.
        sizes: bytes of each recorded chunk.
        gaps: microseconds before each recorded chunk; the first counts from the head.
        end: microseconds from the last chunk to the end of the body.
    """

    head: int
    sizes: Sequence[int]
    gaps: Sequence[int]
    end: int


@dataclass(frozen=True, slots=True)
class Waits:
    """How long a replay waits, in seconds, at each of its places.

    Attributes:
        head: before the head of the response.
        chunks: before each chunk of the replay; none for no waits, however many there are.
        end: before the end of the body.
    """

    head: float = 0.0
    chunks: Sequence[float] = ()
    end: float = 0.0


_NO_WAITS = Waits()


@dataclass(frozen=True, slots=True)
class Instant:
    """No waits."""

    def waits(self, timeline: Timeline, ends: Sequence[int]) -> Waits:  # noqa: ARG002, D102
        return _NO_WAITS

    def __str__(self) -> str:
        return "instant"


@dataclass(frozen=True, slots=True)
class RecordedTiming:
    """As recorded, or `speed` times as fast.

    A chunk of the replay comes when the last of its bytes came in the recording.
    """

    speed: float = 1.0

    def waits(self, timeline: Timeline, ends: Sequence[int]) -> Waits:
        """Return the waits of a replay whose chunks end at the byte offsets `ends`."""
        divisor = 1e6 * self.speed
        arrivals = list(accumulate(timeline.gaps))
        recorded_ends = list(accumulate(timeline.sizes))
        last = arrivals[-1] if arrivals else 0
        if ends == recorded_ends:
            times = arrivals
        else:
            times = []
            for end in ends:
                chunk = bisect_left(recorded_ends, end)
                times.append(arrivals[chunk] if chunk < len(arrivals) else last)
        chunks = [
            (time - before) / divisor for before, time in zip((0, *times), times, strict=False)
        ]
        tail = last - (times[-1] if times else 0) + timeline.end
        return Waits(timeline.head / divisor, chunks, tail / divisor)

    def __str__(self) -> str:
        return "recorded" if self.speed == 1 else f"x{self.speed:g}"


@dataclass(frozen=True, slots=True)
class Fixed:
    """The same wait before every chunk, in microseconds."""

    microseconds: int

    def waits(self, timeline: Timeline, ends: Sequence[int]) -> Waits:  # noqa: ARG002, D102
        return Waits(0.0, [self.microseconds / 1e6] * len(ends), 0.0)

    def __str__(self) -> str:
        for unit in ("s", "ms", "us"):
            if self.microseconds % _MICROSECONDS[unit] == 0:
                return f"fixed:{self.microseconds // _MICROSECONDS[unit]}{unit}"
        raise AssertionError


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """As a model speaks: a first token, then so many a second.

    A token is a chunk of the recording (an event, where no chunks were noted). However the body is
    cut now, a chunk comes when the last of its bytes would have come.

    Attributes:
        ttft: seconds from the request to the first token.
        tps: tokens per second, from then on; infinite for no waits.
        jitter: how much a gap between two tokens varies, as a part of it: 0.2 for 80 to 120 %.
        seed: of the jitter; the same seed, the same times.

    Raises:
        UsageError: a number that cannot be.
    """

    ttft: float = 0.0
    tps: float = math.inf
    jitter: float = 0.0
    seed: int = 0

    def __post_init__(self) -> None:
        if not (0 <= self.ttft < math.inf and self.tps > 0 and 0 <= self.jitter <= 1):
            raise UsageError(
                f"timing '{self}'",
                "ttft is 0 or more, tps more than 0, jitter from 0 to 1",
                "As in profile:ttft=0.8,tps=60,jitter=0.2,seed=7.",
            )

    def waits(self, timeline: Timeline, ends: Sequence[int]) -> Waits:
        """Return the waits of a replay whose chunks end at the byte offsets `ends`."""
        # Not for secrets; `random.Random` with an int seed draws the same on every platform.
        draw = random.Random(self.seed)  # noqa: S311
        gap = 1e6 / self.tps
        gaps = [round(gap * draw.uniform(1 - self.jitter, 1 + self.jitter)) for _ in timeline.sizes]
        gaps[:1] = [round(self.ttft * 1e6)] if gaps else []
        return RecordedTiming().waits(Timeline(0, timeline.sizes, gaps, 0), ends)

    def __str__(self) -> str:
        given = ((name, getattr(self, name)) for name in _PROFILE)
        said = [f"{name}={_number(value)}" for name, value in given if value != _PROFILE[name]]
        return f"profile:{','.join(said) or 'ttft=0'}"


_PROFILE = {"ttft": 0.0, "tps": math.inf, "jitter": 0.0, "seed": 0}

Timing: TypeAlias = Instant | RecordedTiming | Fixed | Profile
TimingLike: TypeAlias = "Timing | str | Mapping[str, float]"


def parse(value: TimingLike) -> Timing:
    """Turn any spelling of a timing into its value (a value comes back as it is).

    Raises:
        UsageError: it is none; the message lists what is valid.
    """
    if isinstance(value, Timing):
        return value
    if isinstance(value, str):
        text = value.strip()
        if text == "instant":
            return Instant()
        if text == "recorded":
            return RecordedTiming()
        if (match := _SPEED.fullmatch(text)) and float(match[1]) > 0:
            return RecordedTiming(float(match[1]))
        if match := _FIXED.fullmatch(text):
            return Fixed(round(float(match[1]) * _MICROSECONDS[match[2]]))
        kind, colon, arguments = text.partition(":")
        if (kind, colon) == ("profile", ":"):
            return _profile(value, dict(part.partition("=")[::2] for part in arguments.split(",")))
    if isinstance(value, Mapping):
        return _profile(value, value)
    raise UsageError(f"timing {value!r}", "not a timing", _VALID)


def _profile(value: object, given: Mapping[str, Any]) -> Profile:
    numbers: dict[str, Any] = {}
    for name, number in given.items():
        try:
            numbers[name] = int(number) if name == "seed" else float(number)
        except (TypeError, ValueError):
            raise UsageError(f"timing {value!r}", "not a timing", _VALID) from None
    if not numbers or not numbers.keys() <= _PROFILE.keys():
        raise UsageError(f"timing {value!r}", "not a timing", _VALID)
    return Profile(**numbers)


def _number(value: float) -> str:
    """Write a number so that it reads back as itself, without a needless `.0`."""
    if isinstance(value, int):
        return str(value)  # a seed is read as an integer, and 1e+06 is none
    short = f"{value:g}"
    return short if float(short) == value else repr(value)
