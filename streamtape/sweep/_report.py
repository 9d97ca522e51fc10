"""What came of a sweep: plain values, that can be saved, sent, added up and printed.

This module holds facts. Which case runs next is decided in `_sweep`, how the facts read in `_text`.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from streamtape import splits
from streamtape.splits import OnlyInteraction
from streamtape.sweep._case import Case
from streamtape.sweep._coverage import Coverage
from streamtape.sweep._excerpt import Excerpt
from streamtape.sweep._growth import Growth
from streamtape.sweep._text import render

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

__all__ = ["MOST_FAILURES", "Failure", "SweepReport", "Tally"]

MOST_FAILURES = 50
"""How many failures a report keeps: one for each kind of cut in each variant, and no more."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How many runs there were, and how many of them failed."""

    failed: int = 0
    checked: int = 0

    def __add__(self, other: Tally) -> Tally:
        """Return both together."""
        return Tally(self.failed + other.failed, self.checked + other.checked)


@dataclass(frozen=True, slots=True)
class Failure:
    """One split that failed.

    Attributes:
        split: the split, as `--streamtape-split` takes it: ``2/at:517``.
        variant: the name of the variant, or "".
        kinds: what kind of cut it is, the one it is counted under first.
        cuts: how many cuts it has.
        error: what came of it, in a line or a few: ``UnicodeDecodeError: ...``.
        order: what it is compared by; the smallest failure has the least.
        places: its cuts, explained; of the smallest failure only, and not more than a few.
    """

    split: str
    variant: str
    kinds: tuple[str, ...]
    cuts: int
    error: str
    order: tuple[int, ...]
    places: tuple[Excerpt, ...] = ()

    @property
    def case(self) -> Case:
        """The failure as a case that can be run again."""
        spec = splits.parse(self.split)
        if isinstance(spec, OnlyInteraction):
            return Case(spec.split, self.kinds, spec.number, self.variant)
        return Case(spec, self.kinds, None, self.variant)

    @property
    def group(self) -> tuple[str, str]:
        """The variant and kind: of each group, a report keeps the smallest failure."""
        return self.variant, self.kinds[0]

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Failure:
        """Return the failure that `SweepReport.to_dict` wrote."""
        places = tuple(
            Excerpt(**{**place, "mark": tuple(place["mark"])}) for place in data["places"]
        )
        lists = {key: tuple(data[key]) for key in ("kinds", "order")}
        return cls(**{**data, **lists, "places": places})


@dataclass(frozen=True, slots=True)
class SweepReport:
    """What came of a sweep, or of one shard of it. `print` it, or `assert report.ok, str(report)`.

    Attributes:
        planned: how many runs there were to be, those for shrinking left out.
        checked: how many of them there were; fewer, if the sweep was stopped.
        failed: how many of those failed.
        by_kind: the counts for each kind of cut (the keys are those of `KINDS`).
        by_variant: the counts for each variant; "" is the recording itself.
        smallest: the smallest failure: fewest cuts, then the cleanest place. The recording comes
            before its variants.
        failures: the smallest failure of each kind in each variant, in order.
        shrink_runs: how many runs it took to find the smallest.
        coverage: which boundaries there were, and which were cut at.
        growth: how the cost grew with the length of the body, where that was asked for.
    """

    planned: int = 0
    checked: int = 0
    failed: int = 0
    by_kind: Mapping[str, Tally] = field(default_factory=dict)
    by_variant: Mapping[str, Tally] = field(default_factory=dict)
    smallest: Failure | None = None
    failures: tuple[Failure, ...] = ()
    shrink_runs: int = 0
    coverage: Coverage = field(default_factory=Coverage)
    growth: tuple[Growth, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether nothing failed, and no cost grew too fast."""
        return self.smallest is None and not any(each.too_fast for each in self.growth)

    @property
    def complete(self) -> bool:
        """Whether all that was planned has been run."""
        return self.checked >= self.planned

    def __str__(self) -> str:
        """The report as text; see `lines`."""
        return "\n".join(self.lines())

    def lines(
        self, reproduce: Callable[[Failure], str] | None = None, *, error: bool = True
    ) -> Iterator[str]:
        """Yield the report as lines of plain text.

        Args:
            reproduce: what to type to run a failure again; by default its split is named.
            error: whether to say what the smallest failure raised, too.
        """
        return render(self, reproduce, error=error)

    def __or__(self, other: SweepReport) -> SweepReport:
        """Return both together: two shards of one sweep, or two sweeps."""
        smallest = [each for each in (self.smallest, other.smallest) if each]
        return SweepReport(
            self.planned + other.planned,
            self.checked + other.checked,
            self.failed + other.failed,
            _added(self.by_kind, other.by_kind),
            _added(self.by_variant, other.by_variant),
            min(smallest, key=lambda each: each.order, default=None),
            representatives((*self.failures, *other.failures)),
            self.shrink_runs + other.shrink_runs,
            self.coverage | other.coverage,
            (*self.growth, *other.growth),
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the report as JSON values."""
        return {
            "planned": self.planned,
            "checked": self.checked,
            "failed": self.failed,
            "by_kind": {kind: asdict(tally) for kind, tally in self.by_kind.items()},
            "by_variant": {name: asdict(tally) for name, tally in self.by_variant.items()},
            "smallest": asdict(self.smallest) if self.smallest else None,
            "failures": [asdict(failure) for failure in self.failures],
            "shrink_runs": self.shrink_runs,
            "coverage": self.coverage.to_dict(),
            "growth": [asdict(each) for each in self.growth],
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> SweepReport:
        """Return the report that `to_dict` wrote, also after a trip through JSON."""
        return cls(
            data["planned"],
            data["checked"],
            data["failed"],
            {kind: Tally(**tally) for kind, tally in data["by_kind"].items()},
            {name: Tally(**tally) for name, tally in data["by_variant"].items()},
            Failure.from_dict(data["smallest"]) if data["smallest"] else None,
            tuple(Failure.from_dict(each) for each in data["failures"]),
            data["shrink_runs"],
            Coverage.from_dict(data["coverage"]),
            tuple(Growth.from_dict(each) for each in data["growth"]),
        )


def representatives(failures: Iterable[Failure]) -> tuple[Failure, ...]:
    """Return the smallest failure of each group, in order, and no more than a report keeps."""
    best: dict[tuple[str, str], Failure] = {}
    for failure in sorted(failures, key=lambda each: each.order):
        best.setdefault(failure.group, failure)
    return tuple(best.values())[:MOST_FAILURES]


def _added(mine: Mapping[str, Tally], other: Mapping[str, Tally]) -> dict[str, Tally]:
    names = dict.fromkeys((*mine, *other))
    return {name: mine.get(name, Tally()) + other.get(name, Tally()) for name in names}
