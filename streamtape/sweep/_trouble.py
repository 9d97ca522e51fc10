"""A sweep over faults and aborts: every one at every event, and which fail.

It runs nothing: like `Sweep`, it hands out cases and is told what came of each. The first failing
place is the smallest: the fewest events had been delivered, so there is the least to look at.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from streamtape import faults
from streamtape.errors import UsageError
from streamtape.playback import Abort
from streamtape.sweep._sweep import describe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from streamtape.sweep._case import Subject

__all__ = ["ABORTS", "TROUBLES", "TroubleCase", "TroubleReport", "TroubleSweep", "is_trouble"]

ABORTS = "aborts"
_KINDS: dict[str, type[Any]] = {
    "disconnects": faults.Disconnect,
    "resets": faults.Reset,
    "eofs": faults.Eof,
    "stalls": faults.Stall,
    "errors": faults.ErrorEvent,
}
_PER_BYTE = {f"{name}:bytes": _KINDS[name] for name in ("disconnects", "resets", "eofs")}
TROUBLES = (*_KINDS, *_PER_BYTE, ABORTS)
"""What can be swept over: the names that ``sweep=`` takes besides those of splits."""


class TroubleCase(NamedTuple):
    """One run.

    Attributes:
        kind: one of `TROUBLES`.
        what: a fault, or an abort.
        event: how many events are delivered in full before it.
        place: where that is, in words.
    """

    kind: str
    what: faults.Fault | Abort
    event: int
    place: str


def is_trouble(over: object) -> bool:
    """Whether `over` asks for faults or aborts, and not for splits.

    Raises:
        UsageError: it asks for both; one test, one law.
    """
    names = [over] if isinstance(over, str) else list(over) if isinstance(over, list) else []
    found = [name in TROUBLES for name in names]
    if any(found) and not all(found):
        remedy = "Write two tests: they have different laws."
        raise UsageError(f"sweep={over!r}", "it asks for splits and for faults", remedy)
    return any(found)


class TroubleSweep:
    """Hands out faults and aborts, and collects what came of them.

    Args:
        subjects: the bodies of the recording.
        over: one of `TROUBLES`, or a list of them.
        shard: which part of the sweep this is, counted from 0, and how many there are.

    Raises:
        UsageError: there is nothing to sweep.
    """

    def __init__(
        self, subjects: list[Subject], over: str | list[str], shard: tuple[int, int] = (0, 1)
    ) -> None:
        names = [over] if isinstance(over, str) else over
        cases = [case for name in names for each in subjects for case in _cases(name, each)]
        if not cases:
            raise UsageError("a sweep over nothing", "the recording has no event", "Record one.")
        self._cases = cases[shard[0] :: shard[1]]
        self._checked: Counter[str] = Counter()
        self._failed: Counter[str] = Counter()
        self._smallest: tuple[TroubleCase, str] | None = None
        self._stopped = False

    def __len__(self) -> int:
        return len(self._cases)

    def __iter__(self) -> Iterator[TroubleCase]:
        for case in self._cases:
            if self._stopped:
                return
            yield case

    def record(self, case: TroubleCase, error: BaseException | None) -> bool:
        """Take note of what came of a case; return whether it is the smallest failure so far."""
        self._checked[case.kind] += 1
        if error is None:
            return False
        self._failed[case.kind] += 1
        if self._smallest is not None and self._smallest[0].event <= case.event:
            return False
        self._smallest = (case, describe(error))
        return True

    def stop(self) -> None:
        """Hand out no more cases."""
        self._stopped = True

    @property
    def smallest(self) -> TroubleCase | None:
        """The smallest failure so far."""
        return self._smallest[0] if self._smallest else None

    def report(self) -> TroubleReport:
        """Return what is known so far."""
        case, error = self._smallest or (None, "")
        return TroubleReport(len(self), dict(self._checked), dict(self._failed), case, error)


@dataclass(frozen=True, slots=True)
class TroubleReport:
    """What came of a sweep over faults and aborts.

    Attributes:
        planned: how many runs there were to be.
        checked: how many there were, by kind.
        failed: how many of these failed, by kind.
        smallest: the failing case before which the fewest events were delivered.
        error: what was raised there.
    """

    planned: int
    checked: dict[str, int]
    failed: dict[str, int]
    smallest: TroubleCase | None
    error: str

    def __str__(self) -> str:
        return "\n".join(self.lines(lambda case: str(case.what)))

    def lines(self, reproduce: Callable[[TroubleCase], str]) -> Iterator[str]:
        """Yield the report as lines of plain text; `reproduce` says what to type."""
        checked, failed = sum(self.checked.values()), sum(self.failed.values())
        left = self.planned - checked
        stopped = f" (stopped: {left} of {self.planned} not run)" if left else ""
        if self.smallest is None:
            yield f"streamtape: passes under {_by_kind(self.checked)}{stopped}"
            return
        counts = ", ".join(f"{n} of {self.checked[kind]} {kind}" for kind, n in self.failed.items())
        yield (
            f"streamtape: fails under {failed} of {checked}{stopped} ({counts}); "
            f"first: {self.smallest.place}"
        )
        yield ""
        yield f"  reproduce:  {reproduce(self.smallest)}"


def _cases(name: str, subject: Subject) -> Iterator[TroubleCase]:
    """Yield one case for every event boundary of a body, or for every byte."""
    body, number = subject.body, subject.interaction
    spans = subject.boundaries.events
    ends = [span.stop for span in spans]
    types = ["", *(span.type for span in spans)]
    where = f", of interaction {number}" if number else ""

    def place(events: int) -> str:
        behind = f"after event {events}, {types[events]}" if events else "before the first event"
        return f"{behind}{where}"

    if name == ABORTS:
        for event in range(1, len(types)):
            yield TroubleCase(name, Abort(event, number), event, f"abort {place(event)}")
        return
    make = (_KINDS | _PER_BYTE)[name]
    per_byte = name in _PER_BYTE
    every = faults.at_every_byte if per_byte else faults.at_every_event
    form = {} if per_byte else {"form": subject.form}
    for fault in every(body, make, interaction=number or 1, **form):
        offset = fault.at if fault.at is not None else ([0, *ends])[fault.after or 0]
        events = bisect_right(ends, offset)
        inside = f" (byte {fault.at})" if fault.at is not None else ""
        yield TroubleCase(name, fault, events, f"{make.__name__} {place(events)}{inside}")


def _by_kind(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {kind}" for kind, count in counts.items())
