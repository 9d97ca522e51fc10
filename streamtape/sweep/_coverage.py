"""Which boundaries there were, and which of them a run cut at.

Facts only: counted per body, so that two shards of a sweep, or two processes of a test session, add
up to what one would have counted. They print nothing; `summary` gives the numbers to print.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING, Any

from streamtape.sweep._kinds import BOUNDARIES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from streamtape.sweep._case import Subject

__all__ = ["Coverage", "CoverageCount", "Marks"]


@dataclass(frozen=True, slots=True)
class CoverageCount:
    """How many boundaries of one kind there are, and how many of them were cut at."""

    exercised: int
    available: int

    def __str__(self) -> str:
        return f"{self.exercised:,}/{self.available:,}"


class Marks:
    """Where one body has been cut so far: one byte for each place, however many runs."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject
        self._seen = bytearray(len(subject.body) + 1)

    def add(self, offsets: Iterable[int]) -> None:
        """Note the cuts of one run."""
        if isinstance(offsets, range) and offsets.step == 1:  # byte by byte
            self._seen[offsets.start : offsets.stop] = b"\1" * len(offsets)
            return
        for offset in offsets:
            self._seen[offset] = 1

    def coverage(self, label: str = "") -> Coverage:
        """Return what has been noted, by kind. `label` names the file, for the reader."""
        subject = self._subject
        digest = hashlib.sha256(subject.body).hexdigest()[:12]
        parts = (label, f"#{subject.interaction}" if subject.interaction else "", subject.variant)
        key = " ".join(part for part in (*parts, digest) if part)
        kinds = {}
        for kind in BOUNDARIES:
            available = subject.boundaries.of_kind(kind)
            if available:
                cut = frozenset(offset for offset in available if self._seen[offset])
                kinds[kind] = (len(available), cut)
        return Coverage({key: kinds})


@dataclass(frozen=True, slots=True)
class Coverage:
    """Boundary coverage of any number of bodies.

    Attributes:
        bodies: for each body and each kind that it has: how many such boundaries there are, and the
            offsets of those that were cut at.
    """

    bodies: Mapping[str, Mapping[str, tuple[int, frozenset[int]]]] = field(default_factory=dict)

    def __or__(self, other: Coverage) -> Coverage:
        """Return what both have covered together."""
        bodies = {key: dict(kinds) for key, kinds in self.bodies.items()}
        for key, kinds in other.bodies.items():
            mine = bodies.setdefault(key, {})
            for kind, (available, cut) in kinds.items():
                mine[kind] = (available, cut | mine.get(kind, (0, frozenset[int]()))[1])
        return Coverage(bodies)

    def summary(self) -> dict[str, CoverageCount]:
        """Return the totals for every kind, also for those of which there are none."""
        totals = dict.fromkeys(BOUNDARIES, CoverageCount(0, 0))
        for kinds in self.bodies.values():
            for kind, (available, cut) in kinds.items():
                total = totals[kind]
                totals[kind] = CoverageCount(
                    total.exercised + len(cut), total.available + available
                )
        return totals

    def to_dict(self) -> dict[str, Any]:
        """Return the coverage as JSON values, the totals first."""
        return {
            "kinds": {
                kind: {"exercised": count.exercised, "available": count.available}
                for kind, count in self.summary().items()
            },
            "bodies": {
                key: {
                    kind: {"available": available, "exercised": _ranges(cut)}
                    for kind, (available, cut) in kinds.items()
                }
                for key, kinds in self.bodies.items()
            },
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Coverage:
        """Return the coverage that `to_dict` wrote."""
        return cls(
            {
                key: {
                    kind: (each["available"], _offsets(each["exercised"]))
                    for kind, each in kinds.items()
                }
                for key, kinds in data["bodies"].items()
            }
        )


def _ranges(offsets: Iterable[int]) -> str:
    """Write offsets as ``3,5-9``."""
    runs = groupby(enumerate(sorted(offsets)), key=lambda pair: pair[1] - pair[0])
    return ",".join(
        f"{run[0]}-{run[-1]}" if len(run) > 1 else f"{run[0]}"
        for run in ([offset for _, offset in group] for _, group in runs)
    )


def _offsets(ranges: str) -> frozenset[int]:
    parts = (part.partition("-") for part in ranges.split(",") if part)
    return frozenset(
        offset for first, _, last in parts for offset in range(int(first), int(last or first) + 1)
    )
