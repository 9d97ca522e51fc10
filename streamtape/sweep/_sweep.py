"""The sweep itself: which case runs next, and what is known so far.

A `Sweep` runs nothing. It hands out cases and is told what came of each; a plain loop, a test
runner that re-makes fixtures, and a pool of processes drive the same object::

    sweep = Sweep(subjects_of(body), over="cuts")
    for case in sweep:
        try:
            run(sweep.chunks(case))
        except Exception as error:
            sweep.record(case, error)
        else:
            sweep.record(case)
    report = sweep.report()

In order: known failures, what was asked for, and, if something failed, the search for the smallest.
What it keeps does not grow with the number of cases.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from streamtape import splits
from streamtape.errors import CaseTimeout, UsageError
from streamtape.splits import At, Bytes, Whole
from streamtape.sweep import _enumerate
from streamtape.sweep._case import Case, Subject
from streamtape.sweep._coverage import Coverage, Marks
from streamtape.sweep._enumerate import Cuts, One, Over
from streamtape.sweep._excerpt import excerpt
from streamtape.sweep._kinds import rank
from streamtape.sweep._report import Failure, SweepReport, Tally, representatives
from streamtape.sweep._shrink import shrink

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from streamtape.sweep._variants import Variant

__all__ = ["Sweep", "describe", "rewritten"]

_MOST_PLACES = 3  # cuts shown of the smallest failure
_MOST_TEXT = 2000  # characters kept of one error
_SHRINK_RUNS = 1000
# Each one costs the whole timeout, and 2,000 of them would take hours.
_MOST_HUNG = 3


def rewritten(subjects: Iterable[Subject], variants: Iterable[Variant]) -> list[Subject]:
    """Return what `variants` make of `subjects`; what differs in nothing is left out."""
    subjects = list(subjects)
    return [
        Subject(body, (), subject.interaction, variant.name, subject.form)
        for variant in variants
        for subject in subjects
        if (body := variant.rewrite(subject.body, subject.form)) != subject.body
    ]


class Sweep:
    """Hands out cases and collects what came of them.

    Args:
        subjects: what is swept, the recording first, then its variants.
        over: which splits; see `streamtape.sweep`.
        recalled: failures known from before, as pairs of a split and the name of a variant (or
            ""); they are tried first. Those that fit no subject are left out.
        shard: which part of the sweep this is, counted from 0, and how many there are.
        max_failures: after so many failures, nothing more is tried but to shrink.
        shrink_runs: the greatest number of runs to find the smallest failing split.
        empty_chunks: whether `grammar` makes empty chunks (httpx and httpx2 drop them).
        label: the name of the recording, for the coverage.

    Raises:
        UsageError: there is nothing to sweep, or no such shard.
    """

    def __init__(
        self,
        subjects: Iterable[Subject],
        over: Over = "cuts",
        *,
        recalled: Iterable[tuple[splits.SplitLike, str]] = (),
        shard: tuple[int, int] = (0, 1),
        max_failures: int | None = None,
        shrink_runs: int = _SHRINK_RUNS,
        empty_chunks: bool = True,
        label: str = "",
    ) -> None:
        self._subjects = {(each.interaction, each.variant): each for each in subjects}
        if not self._subjects:
            raise UsageError("a sweep over nothing", "the recording has no body", "Record one.")
        if not 0 <= shard[0] < shard[1]:
            raise UsageError(
                f"shard {shard}", "there is none", "Give (number from 0, of how many)."
            )
        self._enumerators = _enumerate.parse(over, empty_chunks=empty_chunks)
        self._shard, self._max_failures = shard, max_failures
        self._shrink_runs, self._label = shrink_runs, label
        self._recalled = [] if shard[0] else list(self._known(recalled))
        self._order = {key: number for number, key in enumerate(self._subjects)}
        self._marks = {key: Marks(subject) for key, subject in self._subjects.items()}
        self._by_kind: dict[str, list[int]] = {}
        self._by_variant: dict[str, list[int]] = {}
        self._checked = self._failed = self._shrunk = self._hung = 0
        self._failures: dict[tuple[str, str], Failure] = {}
        self._smallest: Failure | None = None
        self._answer: bool | None = None
        self._stopped = False
        self._all_asked = False

    def __len__(self) -> int:
        """How many cases there are, those for shrinking left out."""
        number, shards = self._shard
        asked = sum(
            enumerator.count(subject)
            for subject in self._subjects.values()
            for enumerator in self._enumerators
        )
        return len(self._recalled) + len(range(number, asked, shards))

    def __iter__(self) -> Iterator[Case]:
        """Hand out all cases, one after the other: record each before asking for the next."""
        yield from self.cases()
        yield from self.shrinking()

    def cases(self) -> Iterator[Case]:
        """Hand out the known failures and what was asked for; record them in any order."""
        number, shards = self._shard
        for case in self._recalled:
            if self._stopped:
                return
            yield case
        for case in islice(self._asked(), number, None, shards):
            if self._enough:
                return
            yield case
        self._all_asked = not self._enough

    def shrinking(self) -> Iterator[Case]:
        """Hand out the cases that lead to the smallest failure: record each before the next."""
        if self._smallest is None or self._stopped:
            return
        case = self._smallest.case
        subject = self.subject(case)
        search = shrink(
            subject.offsets(case.split),
            subject.boundaries,
            runs=self._shrink_runs,
            known=self._known_to_pass(),
        )
        try:
            offsets = next(search)
            while not self._stopped:
                split = At(offsets) if offsets else Whole()
                asked = subject.case(split, subject.boundaries.classify(offsets))
                self._answer = None
                yield asked._replace(shrinking=True)
                if self._answer is None:
                    raise UsageError(
                        f"the case {asked.spec}", "it was not recorded", "Call record() for each."
                    )
                offsets = search.send(self._answer)
        except StopIteration:
            return

    def subject(self, case: Case) -> Subject:
        """Return the body that a case cuts."""
        return self._subjects[case.interaction, case.variant]

    def chunks(self, case: Case) -> list[bytes]:
        """Return the chunks of a case."""
        return self._subjects[case.interaction, case.variant].chunks(case.split)

    def record(self, case: Case, error: BaseException | str | None = None) -> bool:
        """Take note of what came of a case.

        After a few cases that timed out, nothing more is tried but to shrink.

        Args:
            case: a case that was handed out.
            error: what went wrong, as an exception or in words, or None for a pass.

        Returns:
            Whether it is the smallest failure so far: keep its exception, if you need it.
        """
        key = (case.interaction, case.variant)
        self._marks[key].add(self._subjects[key].offsets(case.split))
        if case.shrinking:
            self._answer = error is not None
            self._shrunk += 1
        else:
            self._checked += 1
            for tallies, name in ((self._by_kind, case.kinds[0]), (self._by_variant, case.variant)):
                tally = tallies.get(name)
                if tally is None:
                    tally = tallies[name] = [0, 0]
                tally[0] += error is not None
                tally[1] += 1
            self._failed += error is not None
        if error is None:
            return False
        if isinstance(error, CaseTimeout):
            self._hung += 1
            if self._hung == _MOST_HUNG:
                self._max_failures = 0
        return self._note(case, error if isinstance(error, str) else describe(error))

    def stop(self) -> None:
        """Hand out no more cases, not even to shrink: the report has what has been run."""
        self._stopped = True

    def report(self) -> SweepReport:
        """Return what is known so far."""
        coverage = Coverage()
        for marks in self._marks.values():
            coverage |= marks.coverage(self._label)
        return SweepReport(
            len(self),
            self._checked,
            self._failed,
            {kind: Tally(*tally) for kind, tally in sorted(self._by_kind.items(), key=_by_rank)},
            {name: Tally(*tally) for name, tally in self._by_variant.items()},
            self._shown(self._smallest) if self._smallest else None,
            representatives(self._failures.values()),
            self._shrunk,
            coverage,
        )

    @property
    def failed(self) -> int:
        """How many cases have failed so far, those for shrinking left out."""
        return self._failed

    @property
    def smallest(self) -> Failure | None:
        """The smallest failure so far, without its excerpts."""
        return self._smallest

    @property
    def _enough(self) -> bool:
        limit = self._max_failures
        return self._stopped or (limit is not None and self._failed >= limit)

    def _asked(self) -> Iterator[Case]:
        for subject in self._subjects.values():
            for enumerator in self._enumerators:
                yield from enumerator.cases(subject)

    def _known(self, recalled: Iterable[tuple[splits.SplitLike, str]]) -> Iterator[Case]:
        for value, variant in recalled:
            split = splits.parse(value)
            for subject in self._subjects.values():
                if subject.variant == variant:
                    for case in One(split).cases(subject):
                        yield case._replace(recalled=True)

    def _known_to_pass(self) -> int:
        """Return the number of cuts below which nothing fails, as far as has been run."""
        complete = self._all_asked and self._shard[1] == 1
        return 2 if complete and any(isinstance(each, Cuts) for each in self._enumerators) else 0

    def _note(self, case: Case, error: str) -> bool:
        failure = self._failure(case, error)
        best = self._failures.get(failure.group)
        if not case.shrinking and (best is None or failure.order < best.order):
            self._failures[failure.group] = failure
        if self._smallest is not None and failure.order >= self._smallest.order:
            return False
        self._smallest = failure
        return True

    def _failure(self, case: Case, error: str) -> Failure:
        subject = self.subject(case)
        offsets = subject.offsets(case.split)
        split = case.spec
        if isinstance(case.split, Bytes) or len(offsets) > 64:  # noqa: PLR2004 - as it is spelled
            ranks = len(offsets) * rank("bytes")
        else:
            ranks = sum(map(subject.boundaries.rank, offsets))
        order = (
            int(bool(case.variant)),
            len(offsets),
            ranks,
            self._order[case.interaction, case.variant],
            *islice(offsets, 8),
        )
        return Failure(
            str(split), case.variant, case.kinds, len(offsets), error[:_MOST_TEXT], order
        )

    def _shown(self, failure: Failure) -> Failure:
        """Return the failure with its cuts explained."""
        case = failure.case
        boundaries = self.subject(case).boundaries
        offsets = dict.fromkeys(islice(self.subject(case).offsets(case.split), _MOST_PLACES))
        places = tuple(excerpt(boundaries, offset) for offset in offsets)
        return Failure(
            failure.split,
            failure.variant,
            failure.kinds,
            failure.cuts,
            failure.error,
            failure.order,
            places,
        )


def describe(error: BaseException) -> str:
    """Return an error in a line or a few: its type, and what it says."""
    return f"{type(error).__name__}: {error}".rstrip(": ")


def _by_rank(item: tuple[str, Sequence[int]]) -> int:
    return rank(item[0])
