"""The sweep of a command: a server and a process for every case.

It decides what a run is given and what is expected of it. Which cases there are is `sweep`'s, how
they are spread over workers `sweep.drive`'s, how a process ends `Processes`'.
"""

from __future__ import annotations

import os
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

from streamtape import splits
from streamtape import sweep as sweeps
from streamtape.cassette import known_failures
from streamtape.command._outcome import Outcome, difference
from streamtape.command._process import Processes
from streamtape.errors import UsageError
from streamtape.server import ReplayServer, environment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from streamtape.cassette import Cassette
    from streamtape.splits import Split
    from streamtape.sweep import Case, Over, Result, SweepReport, Variant

__all__ = ["CommandSweep"]

# What a gap between two writes takes at most (measured: 3 ms, 5 ms on a busy machine): a run of
# thousands of chunks is not slow, it is long.
_PER_CHUNK = 0.01
# A run is a process: a thousand times what a call of a parser costs.
_SHRINK_RUNS = 300


class CommandSweep:
    """Runs a command under many splits of a cassette, each run in a process of its own.

    Args:
        command: the program and its arguments.
        cassette: what it is served.
        over: which splits; see `streamtape.sweep`.
        variants: rewritten copies of the recording to sweep as well, by name or group.
        only_variants: whether to leave out the recording itself.
        shrink: whether to search for the smallest failure.
        jobs: how many runs at a time.
        timeout: seconds after which a run is killed and counts as failed; the time that the server
            takes between writes is not counted.

    Raises:
        UsageError: an option cannot be.
    """

    def __init__(
        self,
        command: Sequence[str],
        cassette: Cassette,
        over: Over = "cuts",
        *,
        variants: str | Variant | Iterable[str | Variant] | None = None,
        only_variants: bool = False,
        shrink: bool = True,
        jobs: int = 1,
        timeout: float = 10.0,
    ) -> None:
        if not command:
            raise UsageError("an empty command", "nothing would be run", "Name a program.")
        if not 0 < timeout < threading.TIMEOUT_MAX:
            raise UsageError(f"timeout={timeout:g}", "not a time", "Give seconds, more than 0.")
        sweeps.parse_over(over)
        self._command, self._cassette, self._over = list(command), cassette, over
        self._variants = sweeps.variants(variants)
        self._only_variants, self._shrink = only_variants, shrink
        self._jobs, self._timeout = jobs, timeout
        self._cassettes = {
            "": cassette,
            **{each.name: sweeps.variant_of(cassette, each) for each in self._variants},
        }
        self._expected: dict[str, Outcome] = {}
        self._unexpected: dict[str, Result] = {}  # what is wrong with a variant's unsplit run
        self._processes = Processes()
        self._sweep: sweeps.Sweep | None = None

    @property
    def sweep(self) -> sweeps.Sweep:
        """The cases; the unsplit runs come before it."""
        if self._sweep is None:
            self._sweep = self._planned(self.unsplit())
        return self._sweep

    def run(self, each: Callable[[], None] | None = None) -> bool:
        """Run all cases; `report` has what came of them.

        Args:
            each: called after each run.

        Returns:
            Whether it came to its end; False where Ctrl-C stopped it.

        Raises:
            UsageError: the unsplit run gives nothing to compare with, or a split has no place.
        """
        runner = _Runner(self._case, self._processes.stop)
        return sweeps.drive(self.sweep, runner, jobs=self._jobs, each=each, shrink=self._shrink)

    def report(self) -> SweepReport:
        """Return what is known so far."""
        return self.sweep.report()

    def unsplit(self) -> Outcome:
        """Run the command on whole bodies: what every split is compared with.

        Raises:
            UsageError: that gives nothing to compare with.
        """
        if "" not in self._expected:
            first = self._execute("", splits.Whole())
            self._check(first)
            again = self._execute("", splits.Whole())
            if difference(again, first) is not None:
                raise self._refused(
                    "two runs on the same whole body gave different results: "
                    f"{difference(again, first)}",
                    "Let it print what does not change from run to run.",
                )
            self._expected[""] = first
        return self._expected[""]

    def _check(self, first: Outcome) -> None:
        if first.trouble is not None:
            problem = f"without any split, {first.trouble}".rstrip(".")
            raise self._refused(f"{problem}{first.said}", "Mend it, or give it more time.")
        if first.misses:
            problem = f"without any split, {first.misses[0]}".rstrip(".")
            raise self._refused(problem, "The sweep needs a cassette with all that it asks for.")
        if not first.played:
            raise self._refused(
                f"it asked the server for nothing{first.said}",
                "Send its requests to $STREAMTAPE_URL ($ANTHROPIC_BASE_URL, $OPENAI_BASE_URL).",
            )

    def _refused(self, problem: str, remedy: str) -> UsageError:
        return UsageError(f"command {' '.join(self._command)!r}", problem, remedy)

    def _planned(self, first: Outcome) -> sweeps.Sweep:
        """Make the sweep of those interactions that the command asks for."""
        subjects = [
            subject
            for subject in sweeps.subjects_of(self._cassette)
            if (subject.interaction or 1) in first.played
        ]
        rewritten = sweeps.rewritten(subjects, self._variants)
        if self._only_variants and not rewritten:
            names = ", ".join(each.name for each in self._variants)
            raise UsageError(
                f"variant {names}", "it changes nothing in this recording", "Leave it out."
            )
        for name in dict.fromkeys(subject.variant for subject in rewritten):
            self._learn(name, first)
        path = self._cassette.path
        return sweeps.Sweep(
            rewritten if self._only_variants else [*subjects, *rewritten],
            self._over,
            recalled=[known[:2] for known in known_failures(path)] if path and self._shrink else (),
            shrink_runs=_SHRINK_RUNS,
            empty_chunks=False,  # an empty HTTP chunk would end the body
            label=path.name if path else "",
        )

    def _learn(self, name: str, first: Outcome) -> None:
        """Find out what is expected under a variant, as `sweep.run` does for parsers."""
        keeps = next(each.keeps for each in self._variants if each.name == name)
        self._expected[name] = first
        if keeps == "events":
            return
        own = self._execute(name, splits.Whole())
        # What it prints may differ: the data do. How it ends must not.
        self._unexpected[name] = difference(own, replace(first, output=own.output))
        self._expected[name] = own

    def _case(self, case: Case) -> Result:
        """Run one case; return what is wrong, or None."""
        wrong = self._unexpected.get(case.variant)
        if wrong is not None:
            return f"on the whole body: {wrong}"
        chunks = len(self.sweep.subject(case).offsets(case.split)) + 1
        outcome = self._execute(case.variant, case.spec, chunks)
        return difference(outcome, self._expected[case.variant])

    def _execute(self, variant: str, split: Split, chunks: int = 1) -> Outcome:
        allowance = chunks * _PER_CHUNK
        with ReplayServer(self._cassettes[variant], split=split) as server:
            variables = environment(server.url, os.environ)
            outcome = self._processes.run(
                self._command, variables, self._timeout + allowance, self._timeout
            )
        misses = tuple(map(str, server.misses))
        played = frozenset(playback.number for playback in server.playbacks)
        return replace(outcome, misses=misses, played=played)


class _Runner:
    """A function that runs a case, and one that stops it: a `sweep.Runner`."""

    def __init__(self, run: Callable[[Case], Result], stop: Callable[[], None]) -> None:
        self.run, self.stop = run, stop
