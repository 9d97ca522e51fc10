"""What a server has done, as numbers: streams, chunks, bytes, and how late they were.

This module counts, in bounded memory, and writes the report; it reads no clock.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

__all__ = ["Meter", "Report"]

# Sixteen to an octave: what is read back is at most 4.5 % more than what was put in.
_PER_OCTAVE = 16
_BUCKETS = _PER_OCTAVE * 32  # up to 2**32 us, over an hour
_MICROSECONDS = 1e6
_SHARES = (50, 90, 99)


@dataclass(frozen=True, slots=True)
class Report:
    """What a server has done by now.

    Attributes:
        streams: recordings whose replay has begun.
        chunks: how many chunks of them were sent.
        bytes: how many bytes of their bodies.
        at_once: streams at the same time, at most.
        timed: how many writes had a time at which they were due.
        missed: requests that found no answer.
        late: by how many seconds such a write was late, for each of the percentiles 50, 90, 99 and
            100; empty where nothing had a time.
    """

    streams: int
    chunks: int
    bytes: int
    at_once: int
    timed: int
    missed: int
    late: dict[int, float]

    def __str__(self) -> str:
        first = (
            f"{self.streams:,} streams, {self.chunks:,} chunks, {self.bytes:,} bytes; "
            f"at most {self.at_once:,} at once"
        )
        if not self.timed:
            return f"{first}\nno write had a time to keep"
        told = (
            f"{'max' if share == 100 else f'p{share}'} {seconds * 1000:.1f} ms"  # noqa: PLR2004 - per cent
            for share, seconds in self.late.items()
        )
        return f"{first}\nlateness of {self.timed:,} timed writes: {', '.join(told)}"

    def as_json(self) -> dict[str, Any]:
        """Return the same for JSON; times in milliseconds."""
        late = {f"p{share}": round(seconds * 1000, 3) for share, seconds in self.late.items()}
        return {
            "streams": self.streams,
            "chunks": self.chunks,
            "bytes": self.bytes,
            "at_once": self.at_once,
            "timed": self.timed,
            "missed": self.missed,
            "late_ms": late,
        }


class Meter:
    """Counts; written by the server's thread, read by any."""

    def __init__(self) -> None:
        self._streams = self._chunks = self._bytes = 0
        self._open = self._at_once = 0
        self._timed = self._missed = 0
        self._most_late = 0.0
        self._late = [0] * _BUCKETS

    def began(self) -> None:
        """Count a stream."""
        self._streams += 1
        self._open += 1
        self._at_once = max(self._at_once, self._open)

    def ended(self) -> None:
        """Count its end."""
        self._open -= 1

    def missed(self) -> None:
        """Count a request that found no answer."""
        self._missed += 1

    def sent(self, chunks: int, size: int) -> None:
        """Count chunks, of so many bytes together."""
        self._chunks += chunks
        self._bytes += size

    def wrote(self, late: float) -> None:
        """Note by how many seconds a write was late."""
        self._timed += 1
        self._most_late = max(self._most_late, late)
        bucket = int(math.log2(1 + max(0.0, late) * _MICROSECONDS) * _PER_OCTAVE)
        self._late[min(bucket, _BUCKETS - 1)] += 1

    def report(self) -> Report:
        """Return the numbers by now."""
        late = {share: self._percentile(share) for share in _SHARES} if self._timed else {}
        if late:
            late[100] = self._most_late
        return Report(
            streams=self._streams,
            chunks=self._chunks,
            bytes=self._bytes,
            at_once=self._at_once,
            timed=self._timed,
            missed=self._missed,
            late=late,
        )

    def _percentile(self, share: int) -> float:
        """Return the upper end of the bucket in which so many per cent are reached."""
        wanted, seen = self._timed * share / 100, 0
        for bucket, count in enumerate(self._late):
            seen += count
            if seen >= wanted:
                upper: float = 2 ** ((bucket + 1) / _PER_OCTAVE) - 1
                return min(upper / _MICROSECONDS, self._most_late)
        return self._most_late
