"""What a session says at its end: recordings, sweeps, boundaries.

It reads only what tests sent along with their reports, in the process that prints: whoever ran the
tests, this process or xdist's workers.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pytest_streamtape._expected import ExpectedSummary
from pytest_streamtape._state import state_of

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator

    from streamtape.sweep import SweepReport

__all__ = ["SAVED", "VERIFIED", "Summary"]

_WIDTH = 96

SAVED = "streamtape_saved"
"""The property of a report that says which recording was written, and what was redacted in it."""
VERIFIED = "streamtape_verified"
"""The property of a report that says what came of asking the live service again."""


class Summary:
    """Collects what tests recorded and swept.

    Args:
        coverage_file: where the boundary coverage goes as JSON, or None.
        all_boundaries: whether every kind of boundary is printed, also those of which the
            recordings have none.
    """

    def __init__(self, coverage_file: str | None, *, all_boundaries: bool) -> None:
        self._coverage_file = coverage_file
        self._all_boundaries = all_boundaries
        self._told: dict[str, list[str]] = {SAVED: [], VERIFIED: []}
        self._swept: dict[str, SweepReport] = {}
        self._expected = ExpectedSummary()
        self._troubles = [0, 0]  # how many runs under a fault or abort, and how many failed

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> Generator[None, pytest.TestReport, pytest.TestReport]:
        """Let the report of a test carry what it expected: xdist brings it to who prints."""
        report = yield
        if call.when == "teardown" and (expected := state_of(item).expected) is not None:
            vars(report)["streamtape_expected"] = list(expected)
        return report

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep what a test sent along."""
        self._expected.take(report)
        if report.when == "teardown":
            for name, text in report.user_properties:
                if name in self._told:
                    self._told[name] += str(text).splitlines()
        swept = getattr(report, "streamtape_sweep", None) or {}
        if "troubles" in swept:
            self._troubles = [a + b for a, b in zip(self._troubles, swept["troubles"], strict=True)]
        if "splits" in swept:
            from streamtape.sweep import SweepReport  # noqa: PLC0415 - for sessions that sweep

            test = report.nodeid.rpartition("shard")[0] or report.nodeid
            self._swept[test] = self._swept.get(test, SweepReport()) | SweepReport.from_dict(
                swept["splits"]
            )

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Say what was written, what was verified, and which boundaries were cut at."""
        for name, title in ((SAVED, "recorded"), (VERIFIED, "verified")):
            if self._told[name]:
                terminalreporter.section(f"streamtape: {title}")
                for line in self._told[name]:
                    terminalreporter.write_line(line)
        if lines := list(self._expected.lines(terminalreporter.config)):
            terminalreporter.section("streamtape: expected")
            for line in lines:
                terminalreporter.write_line(line)
        checked, failed = self._troubles
        if checked:
            terminalreporter.section("streamtape: faults and aborts")
            failing = f", {failed:,} failing" if failed else ""
            terminalreporter.write_line(f"{checked:,} runs{failing}")
        if self._swept:
            self._boundaries(terminalreporter)

    def _boundaries(self, terminalreporter: Any) -> None:
        from streamtape.sweep import (  # noqa: PLC0415 - for sessions that sweep
            coverage_line,
            coverage_sentence,
        )

        first, *others = self._swept.values()
        total = first
        for report in others:
            total |= report
        terminalreporter.section("streamtape: boundaries")
        failing = sum(not report.ok for report in self._swept.values())
        terminalreporter.write_line(
            f"{len(self._swept)} test(s) swept under {total.checked:,} splits"
            f"{f', {failing} failing' if failing else ''}"
        )
        if self._all_boundaries:
            for line in _packed(coverage_line(total.coverage).split("   ")):
                terminalreporter.write_line(line)
        else:
            more = "--streamtape-boundaries tells more"
            terminalreporter.write_line(f"{coverage_sentence(total.coverage)} ({more})")
        if self._coverage_file:
            content = json.dumps(total.coverage.to_dict(), indent=1)
            Path(self._coverage_file).write_text(f"{content}\n", "utf-8")
            terminalreporter.write_line(f"written to {self._coverage_file}")


def _packed(parts: Iterable[str]) -> Iterator[str]:
    """Yield the parts in lines, as many in each as fit."""
    line = ""
    for part in parts:
        joined = f"{line}   {part}" if line else part
        if len(joined) > _WIDTH and line:
            yield line
            joined = part
        line = joined
    yield line
