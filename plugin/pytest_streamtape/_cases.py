"""Which cases a sweep has, and how each is played: splits of a recording, or faults and aborts.

Both kinds come from `streamtape.sweep`; here they get one face, for `_sweep` to drive.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import streamtape
from streamtape import sweep as sweeps
from streamtape.cassette import KnownFailure, known_failures, remember_failure
from streamtape.clock import VirtualClock
from streamtape.playback import Abort

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pytest_streamtape._options import SweepOptions

__all__ = ["Cases", "Playing", "cases_of", "first_of"]


class Playing(NamedTuple):
    """What one run plays.

    Attributes:
        cassette: the recording, or a variant of it.
        changes: options of the use that differ, parsed.
    """

    cassette: streamtape.Cassette
    changes: dict[str, Any]


class Cases(Protocol):
    """The cases of one sweep."""

    sweep: Any  # a `Sweep` or a `TroubleSweep`
    can_save: bool

    def around(self) -> AbstractContextManager[Any]:
        """Return what is to be entered around all the runs."""
        ...

    def playing(self, case: Any) -> Playing:
        """Return what a run of `case` plays."""
        ...

    def smallest(self, *, save: bool) -> Playing | None:
        """Return what the smallest failure plays, or None; keep it beside the cassette."""
        ...

    def facts(self) -> dict[str, Any]:
        """Return what came of it so far, as JSON values, for the summary."""
        ...

    def lines(self, reproduce: Callable[[str], str]) -> Iterable[str]:
        """Return the report; `reproduce` makes a command of the options that run a case again."""
        ...


def cases_of(tape: streamtape.Tape, options: SweepOptions) -> Cases:
    """Return the cases of a test that has been run once.

    Raises:
        UsageError: there is nothing to sweep.
    """
    played = {playback.number for playback in tape.playbacks}
    subjects = [
        subject
        for subject in sweeps.subjects_of(tape.cassette)
        if (subject.interaction or 1) in played
    ]
    if sweeps.is_trouble(options.over):
        return _Troubles(tape, subjects, options)
    return _Splits(tape, subjects, options)


def first_of(cassette: streamtape.Cassette, options: SweepOptions) -> Playing | None:
    """Return what the first run of a sweep plays, where that is not the plain recording.

    A test that is to abort has no plain run: its law is about aborting.
    """
    over = [options.over] if isinstance(options.over, str) else options.over
    return Playing(cassette, {"abort": Abort(1)}) if over == ["aborts"] else None


class _OnClock:
    """Around the runs of a sweep on a virtual clock, one more such clock.

    freezegun, which moves the clocks of synchronous code, takes 35 ms to start; inside another
    virtual clock, those of the runs start for nothing.
    """

    def __init__(self, tape: streamtape.Tape) -> None:
        self._is_virtual = tape.options.clock is VirtualClock

    def around(self) -> AbstractContextManager[Any]:
        return VirtualClock() if self._is_virtual else nullcontext()


class _Splits(_OnClock):
    """Every split, of the recording and of its variants."""

    can_save = True

    def __init__(
        self, tape: streamtape.Tape, subjects: list[sweeps.Subject], options: SweepOptions
    ) -> None:
        super().__init__(tape)
        self._path = tape.path
        variants = sweeps.variants(options.variants)
        self._cassettes = {
            name: sweeps.variant_of(tape.cassette, name)
            for name in ("", *(variant.name for variant in variants))
        }
        self.sweep = sweeps.Sweep(
            [*subjects, *sweeps.rewritten(subjects, variants)],
            options.over,
            recalled=[known[:2] for known in known_failures(tape.path)],
            shard=options.shard,
            empty_chunks=False,  # httpx and httpx2 drop them
            label=tape.path.name,
        )

    def playing(self, case: sweeps.Case) -> Playing:
        return Playing(self._cassettes[case.variant], {"split": case.spec})

    def smallest(self, *, save: bool) -> Playing | None:
        failure = self.sweep.smallest
        if failure is None:
            return None
        if save:
            kept = KnownFailure(failure.split, failure.variant, failure.error.split("\n")[0])
            remember_failure(self._path, kept)
        return self.playing(failure.case)

    def facts(self) -> dict[str, Any]:
        return {"splits": self.sweep.report().to_dict()}

    def lines(self, reproduce: Callable[[str], str]) -> Iterator[str]:
        def arguments(failure: sweeps.Failure) -> str:
            variant = f" --streamtape-variant={failure.variant}" if failure.variant else ""
            return reproduce(f"--streamtape-split={failure.split}{variant}")

        return self.sweep.report().lines(arguments, error=False)


class _Troubles(_OnClock):
    """Every fault, or every abort, at every event."""

    can_save = False

    def __init__(
        self, tape: streamtape.Tape, subjects: list[sweeps.Subject], options: SweepOptions
    ) -> None:
        super().__init__(tape)
        self._cassette = tape.cassette
        self.sweep = sweeps.TroubleSweep(subjects, options.over, options.shard)

    def playing(self, case: sweeps.TroubleCase) -> Playing:
        if isinstance(case.what, Abort):
            return Playing(self._cassette, {"abort": case.what})
        return Playing(self._cassette, {"faults": (case.what,)})

    def smallest(self, *, save: bool) -> Playing | None:  # noqa: ARG002 - they are not kept
        case = self.sweep.smallest
        return self.playing(case) if case else None

    def facts(self) -> dict[str, Any]:
        report = self.sweep.report()
        return {"troubles": [sum(report.checked.values()), sum(report.failed.values())]}

    def lines(self, reproduce: Callable[[str], str]) -> Iterator[str]:
        def arguments(case: sweeps.TroubleCase) -> str:
            name = "abort" if isinstance(case.what, Abort) else "fault"
            return reproduce(f"--streamtape-{name}={case.what}")

        return self.sweep.report().lines(arguments)
