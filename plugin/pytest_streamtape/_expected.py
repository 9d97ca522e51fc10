"""Expected transcripts in a session: whose entry is meant, what was written, what nobody asked for.

An entry is unused where its test passed without asking for it; or where the session ran everything
and no such test was among it. It reads what tests sent along with their reports, in the process
that prints.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_streamtape import _naming

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest

    from streamtape import Tape

__all__ = ["Asked", "ExpectedSummary", "asked", "compared", "name_of"]

# Options of pytest that leave tests out.
_PARTIAL = ("keyword", "markexpr", "lf", "deselect", "stepwise", "maxfail")


class Asked(NamedTuple):
    """What one test asked for; it travels with a report, as JSON values.

    Attributes:
        path: the file.
        test: the name of the test, as entries have it.
        used: the names of the entries.
        written: the names of those that were written.
    """

    path: str
    test: str
    used: list[str]
    written: list[str]


def name_of(nodeid: str) -> str:
    """Return the name of a test in a file of expected transcripts: ``test_x.py::test_y[a]``."""
    file, _, test = nodeid.partition("::")
    return f"{Path(file).name}::{_naming.without_shard(test)}"


def asked(tape: Tape, *, passed: bool) -> Asked | None:
    """Write what a test that passed is to expect; return what it asked for, if anything.

    Raises:
        CassetteError: the file cannot be read, or not be written.
    """
    expectations = tape.expectations
    written = tape.keep_expected() if passed else []
    if not expectations.used and not expectations.path.exists():
        return None
    used = list(expectations.used)
    return Asked(str(expectations.path), expectations.test, used, written)


def compared(left: Any, right: Any) -> list[str] | None:
    """Explain why two transcripts are not equal; None for other values."""
    ours = [side for side in (left, right) if type(side).__module__.startswith("streamtape.")]
    if len(ours) != 2 or not all(hasattr(side, "differences") for side in ours):  # noqa: PLR2004
        return None
    # The expected one explains: it knows what is masked.
    if hasattr(left, "events") and not hasattr(right, "events"):
        lines = right.differences(left)
    else:
        lines = left.differences(right)
    return [f"{left!r} == {right!r}", *lines]


class ExpectedSummary:
    """What is said of expected transcripts at the end of a session."""

    def __init__(self) -> None:
        self._asked: list[Asked] = []
        self._ran: set[str] = set()
        self._passed: set[str] = set()

    def take(self, report: pytest.TestReport) -> None:
        """Keep what a test sent along."""
        test = name_of(report.nodeid)
        self._ran.add(test)
        if report.when == "call" and report.passed:
            self._passed.add(test)
        found = getattr(report, "streamtape_expected", None)
        if found is not None:
            self._asked.append(Asked(*found))

    def lines(self, config: pytest.Config) -> Iterator[str]:
        """Yield what was written, and what is unused."""
        files: dict[str, set[str]] = {}
        for each in self._asked:
            files.setdefault(each.path, set()).update(each.used)
            for name in each.written:
                yield f"written: {_naming.relative(Path(each.path), config)}: {name}"
        left_out = any(config.getoption(name, None) for name in _PARTIAL)
        is_whole = not left_out and not any("::" in argument for argument in config.args)
        for path, used in files.items():
            for name in self._unused(Path(path), used, is_whole=is_whole):
                shown = _naming.relative(Path(path), config)
                yield f"unused: {shown}: {name} (no test asks for it: remove it)"

    def _unused(self, path: Path, used: set[str], *, is_whole: bool) -> Iterator[str]:
        import streamtape  # noqa: PLC0415 - for sessions that expect something

        modules = {test.partition("::")[0] for test in self._ran}
        try:
            entries = [*streamtape.cassette.expected_in(path)]
        except streamtape.CassetteError:
            return  # the test that read it has said so
        for name in entries:
            if name in used:
                continue
            owners = [test for test in self._ran if _belongs(name, test)]
            if owners:
                if all(test in self._passed for test in owners):
                    yield name
            elif is_whole and name.partition("::")[0] in modules:
                yield name


def _belongs(name: str, test: str) -> bool:
    return name == test or name.startswith((f"{test} #", f"{test}: "))
