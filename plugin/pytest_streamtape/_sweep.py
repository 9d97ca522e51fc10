"""One test under many splits, as one test item.

It drives a `streamtape.sweep.Sweep`: each case is one run of the test. Which cases there are, in
which order, and how a failing one is shrunk is the library's; how a test is run again is
`_isolation`'s. The first run is unsplit, and its failure is an ordinary failure.
"""

from __future__ import annotations

import shlex
import time
import unittest
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

import streamtape
from pytest_streamtape import _isolation
from pytest_streamtape._state import State, state_of
from streamtape import sweep as sweeps
from streamtape.cassette import KnownFailure, known_failures, remember_failure

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pytest_streamtape._options import SweepOptions

__all__ = ["BodyLoop", "Playing", "protocol", "watched"]


class Playing(NamedTuple):
    """What one run plays.

    Attributes:
        cassette: the recording, or a variant of it.
        split: how its bodies are cut.
    """

    cassette: streamtape.Cassette
    split: streamtape.splits.Split


def protocol(item: pytest.Item, nextitem: pytest.Item | None, options: SweepOptions) -> None:
    """Run a swept test: what `pytest_runtest_protocol` is for others."""
    hook = item.ihook
    hook.pytest_runtest_logstart(nodeid=item.nodeid, location=item.location)
    try:
        looped = not options.isolate and not _is_unittest(item)
        reports = _looped(item, options) if looped else _isolated(item, options)
    finally:
        broken = _isolation.finish(item, nextitem)
    if broken is not None:
        reports = [report for report in reports if report.when != "teardown"] + [broken]
    if (swept := state_of(item).swept) is not None:
        vars(reports[-1])["streamtape_sweep"] = swept
    for report in reports:
        hook.pytest_runtest_logreport(report=report)
    hook.pytest_runtest_logfinish(nodeid=item.nodeid, location=item.location)


def _is_unittest(item: pytest.Item) -> bool:
    """Whether the body of a test keeps its errors to itself: then only whole runs can be swept."""
    return issubclass(getattr(item, "cls", None) or object, unittest.TestCase)


def _isolated(item: pytest.Item, options: SweepOptions) -> list[pytest.TestReport]:
    """Run the whole test anew for every case; return the reports that decide."""
    start = time.perf_counter()
    state = state_of(item)
    first = _isolation.run(item)
    if not all(report.passed for report in first) or state.tape is None:
        return first
    try:
        swept = _Swept(item, options, state.tape)
    except streamtape.StreamtapeError as error:
        return _failed(first, f"streamtape: {error}")

    def execute(playing: Playing) -> BaseException | None:
        state.playing, state.error = playing, None
        _isolation.run(item)
        return state.error

    failure = swept.run(execute)
    if failure is None:
        call = next(report for report in first if report.when == "call")
        call.duration = time.perf_counter() - start
        return first
    # Once more, for its reports: this time the error carries what the sweep has found.
    state.note, state.playing = swept.note(), swept.playing(failure.case)
    with sweeps.Watchdog(options.timeout) as state.watchdog:
        reports = _isolation.run(item)
    if all(report.passed for report in reports):
        text = f"{failure.error}\n(it passed when it was run once more)\n{state.note}"
        return _failed(reports, text)
    return reports


def _failed(reports: list[pytest.TestReport], text: str) -> list[pytest.TestReport]:
    """Return the reports with a call that failed for a reason of our own."""
    call = next(report for report in reports if report.when == "call")
    call.outcome, call.longrepr = "failed", text
    return reports


def _looped(item: pytest.Item, options: SweepOptions) -> list[pytest.TestReport]:
    """Run the body of the test for every case, inside one set-up; return its reports."""
    state_of(item).loop = BodyLoop(item, options)
    return _isolation.run(item)


def watched(state: State, body: Callable[[], None]) -> None:
    """Run the body of a test, for as long as a run of its sweep may take.

    Raises:
        CaseTimeout: it did not end in time.
        BaseException: whatever the body raised.
    """
    if state.watchdog is None:
        body()
    else:
        state.watchdog.call(body)


class BodyLoop:
    """Runs the body of a test many times, within one set-up: what ``isolate=False`` asks for."""

    def __init__(self, item: pytest.Item, options: SweepOptions) -> None:
        self._item, self._options = item, options

    def __call__(self, body: Callable[[], None]) -> None:
        """Run the body unsplit, then under every case; raise the smallest failure.

        Raises:
            BaseException: whatever the body raised, with a note.
        """
        body()
        state = state_of(self._item)
        if (tape := state.tape) is None:
            raise AssertionError("a swept test has a tape")
        swept = _Swept(self._item, self._options, tape)
        smallest: list[BaseException] = []

        def execute(playing: Playing) -> BaseException | None:
            tape.rewind(playing.cassette, playing.split)
            try:
                watched(state, body)
            except (KeyboardInterrupt, pytest.exit.Exception):
                raise
            except BaseException as error:  # noqa: BLE001 - whatever it is, it is the finding
                return error
            return tape.verdict()

        if swept.run(execute, keep=smallest) is None:
            return
        error = smallest[-1]
        error.add_note(swept.note())
        raise error


class _Swept:
    """The sweep of one test: its cases, how each is played, and what is said of it."""

    def __init__(self, item: pytest.Item, options: SweepOptions, tape: streamtape.Tape) -> None:
        self._item, self._options, self._path = item, options, tape.path
        played = {playback.number for playback in tape.playbacks}
        variants = sweeps.variants(options.variants)
        subjects = [
            subject
            for subject in sweeps.subjects_of(tape.cassette)
            if (subject.interaction or 1) in played
        ]
        self._cassettes = {
            name: sweeps.variant_of(tape.cassette, name)
            for name in ("", *(variant.name for variant in variants))
        }
        self._sweep = sweeps.Sweep(
            [*subjects, *sweeps.rewritten(subjects, variants)],
            options.over,
            recalled=[known[:2] for known in known_failures(tape.path)],
            shard=options.shard,
            empty_chunks=False,  # httpx and httpx2 drop them
            label=tape.path.name,
        )
        self._progress = _Progress(item.config, item.nodeid, len(self._sweep))

    def playing(self, case: sweeps.Case) -> Playing:
        """Return what a run of `case` plays."""
        return Playing(self._cassettes[case.variant], case.spec)

    def run(
        self,
        execute: Callable[[Playing], BaseException | None],
        keep: list[BaseException] | None = None,
    ) -> sweeps.Failure | None:
        """Run every case; return the smallest failure, or None.

        Args:
            execute: runs the test once; returns what it raised.
            keep: given the error of each failure that was the smallest until then.
        """
        state = state_of(self._item)
        try:
            with sweeps.Watchdog(self._options.timeout) as state.watchdog:
                for case in self._sweep:
                    error = execute(self.playing(case))
                    if self._sweep.record(case, error) and keep is not None and error is not None:
                        keep.append(error)
                    self._progress.step()
                    if self._item.session.shouldstop or self._item.session.shouldfail:
                        self._sweep.stop()
        except (KeyboardInterrupt, pytest.exit.Exception) as stop:
            self._sweep.stop()
            stop.add_note(str(self._sweep.report()))
            raise
        finally:
            state.watchdog = None
            self._progress.end()
            state.swept = self._sweep.report().to_dict()
        smallest = self._sweep.smallest
        if smallest is not None and self._options.save:
            kept = KnownFailure(smallest.split, smallest.variant, smallest.error.split("\n")[0])
            remember_failure(self._path, kept)
        return smallest

    def note(self) -> str:
        """Return what a failure carries: counts, the bytes around the cut, how to run it again."""
        lines = list(self._sweep.report().lines(self._reproduce, error=False))
        if not self._options.save:
            lines.append("  keep it:    add --streamtape-save-failures")
        return "\n".join(_trimmed(lines))

    def _reproduce(self, failure: sweeps.Failure) -> str:
        nodeid = shlex.quote(self._item.nodeid)
        variant = f" --streamtape-variant={failure.variant}" if failure.variant else ""
        return f"pytest {nodeid} --streamtape-split={failure.split}{variant}"


class _Progress:
    """How far a long sweep is, on a terminal."""

    _EVERY = 0.5  # seconds

    def __init__(self, config: pytest.Config, name: str, planned: int) -> None:
        reporter: Any = config.pluginmanager.get_plugin("terminalreporter")
        shown = reporter is not None and reporter.isatty and config.get_verbosity() >= 0
        self._reporter = reporter if shown else None
        self._name, self._planned, self._done = name, planned, 0
        self._next = time.perf_counter() + self._EVERY
        self._written = False

    def step(self) -> None:
        """Count one run; say so now and then."""
        self._done += 1
        if self._reporter is not None and time.perf_counter() > self._next:
            self._reporter.rewrite(f"{self._name} {self._done:,}/{self._planned:,}", erase=True)
            self._written = True
            self._next = time.perf_counter() + self._EVERY

    def end(self) -> None:
        """Clear the line."""
        if self._written and self._reporter is not None:
            self._reporter.rewrite("", erase=True)


def _trimmed(lines: Iterable[str]) -> list[str]:
    return [line.rstrip() for line in lines]
