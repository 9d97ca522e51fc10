"""One test under many splits, as one test item.

It drives a `streamtape.sweep.Sweep`: each case is one run of the test. Which cases there are, in
which order, and how a failing one is shrunk is the library's; how a test is run again is
`_isolation`'s. The first run is unsplit, and its failure is an ordinary failure.
"""

from __future__ import annotations

import shlex
import time
import unittest
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest

import streamtape
from pytest_streamtape import _isolation
from pytest_streamtape._cases import cases_of, first_of
from pytest_streamtape._state import State, state_of
from streamtape import sweep as sweeps

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pytest_streamtape._cases import Cases, Playing
    from pytest_streamtape._options import SweepOptions

__all__ = ["BodyLoop", "protocol", "watched"]


def protocol(
    item: pytest.Item, nextitem: pytest.Item | None, options: SweepOptions, path: Path
) -> None:
    """Run a swept test: what `pytest_runtest_protocol` is for others. `path`: its cassette's."""
    with suppress(streamtape.CassetteError):  # the first run says what is the matter
        state_of(item).playing = first_of(streamtape.load(path), options)
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
        swept = _Swept(item, options, cases_of(state.tape, options))
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
    state.note, state.playing, state.error = swept.note(), failure, None
    with sweeps.Watchdog(options.timeout) as state.watchdog:
        reports = _isolation.run(item)
    if all(report.passed for report in reports):
        text = f"(it passed when it was run once more)\n{state.note}"
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
        swept = _Swept(self._item, self._options, cases_of(tape, self._options))
        smallest: list[BaseException] = []

        def execute(playing: Playing) -> BaseException | None:
            tape.rewind(playing.cassette, **playing.changes)
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
    """The sweep of one test: runs its cases, and says what came of them.

    Args:
        item: the test.
        options: how it is swept.
        cases: which cases there are, and how each is played.
    """

    def __init__(self, item: pytest.Item, options: SweepOptions, cases: Cases) -> None:
        self._item, self._options, self._cases = item, options, cases
        self._progress = _Progress(item.config, item.nodeid, len(cases.sweep))

    def run(
        self,
        execute: Callable[[Playing], BaseException | None],
        keep: list[BaseException] | None = None,
    ) -> Playing | None:
        """Run every case; return what the smallest failure played, or None.

        Args:
            execute: runs the test once; returns what it raised.
            keep: given the error of each failure that was the smallest until then.
        """
        state, sweep = state_of(self._item), self._cases.sweep
        try:
            with self._cases.around(), sweeps.Watchdog(self._options.timeout) as state.watchdog:
                for case in sweep:
                    error = execute(self._cases.playing(case))
                    if sweep.record(case, error) and keep is not None and error is not None:
                        keep.append(error)
                    self._progress.step()
                    if self._item.session.shouldstop or self._item.session.shouldfail:
                        sweep.stop()
        except (KeyboardInterrupt, pytest.exit.Exception) as stop:
            sweep.stop()
            stop.add_note(str(sweep.report()))
            raise
        finally:
            state.watchdog = None
            self._progress.end()
            state.swept = self._cases.facts()
        state.smallest = self._cases.smallest(save=self._options.save)
        return state.smallest

    def note(self) -> str:
        """Return what a failure carries: counts, where it is, how to run it again."""
        state, nodeid = state_of(self._item), shlex.quote(self._item.nodeid)

        def reproduce(arguments: str) -> str:
            state.reproduce = state.reproduce or f"pytest {nodeid} {arguments}"
            return f"pytest {nodeid} {arguments}"

        lines = list(self._cases.lines(reproduce))
        if self._cases.can_save and not self._options.save:
            lines.append("  keep it:    add --streamtape-save-failures")
        state.found = "\n".join(line.rstrip() for line in lines)
        return state.found


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
