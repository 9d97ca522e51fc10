"""Pages that show what failing tests were played: what ``--streamtape-html`` asks for.

Registered only where that is given. Whoever runs a test writes its page, this process or one of
xdist's workers; the process that prints writes the index, and says where it is. A page is named
after its test, and lasts as long as the test fails.
"""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pytest_streamtape._naming import file_name
from pytest_streamtape._state import state_of

if TYPE_CHECKING:
    from collections.abc import Generator

    from pytest_streamtape._state import State
    from streamtape.pictures import Picture

__all__ = ["Pages"]

_MOST_STREAMS = 20  # of one test; more are a page that nobody reads


class Pages:
    """Writes a page for every test that fails after it was played a stream.

    Args:
        config: pytest's.
        folder: where they go.
    """

    def __init__(self, config: pytest.Config, folder: str) -> None:
        self._folder = config.invocation_params.dir / folder
        self._shown = folder
        self._is_worker = hasattr(config, "workerinput")
        self._failed: dict[str, pytest.TestReport] = {}
        self._problem = ""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise pytest.UsageError(f"--streamtape-html: {folder}: {error.strerror}") from None

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep what failed."""
        if report.when == "call" and report.failed:
            self._failed[report.nodeid] = report

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, object, object]:
        """Write the page of a test that fails, and take away that of one that does not any more."""
        path = self._path(item.nodeid)
        path.unlink(missing_ok=True)
        result = yield
        report = self._failed.get(item.nodeid)
        if report is not None:
            try:
                self._write(item, report, path)
            except OSError as error:
                self._problem = f"{path}: {error.strerror}"
        return result

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Say where the pages are."""
        pages = {
            nodeid: self._path(nodeid).name
            for nodeid in self._failed
            if self._path(nodeid).is_file()
        }
        if not self._is_worker:
            self._collect()
        if not pages and not self._problem:
            return
        terminalreporter.section("streamtape: pictures")
        for nodeid, name in pages.items():
            terminalreporter.write_line(f"{nodeid}: {Path(self._shown, name)}")
        if pages:
            terminalreporter.write_line(f"all: {Path(self._shown, 'index.html')}")
        if self._problem:
            terminalreporter.write_line(f"not written: {self._problem}")

    def _path(self, nodeid: str) -> Path:
        return self._folder / f"{file_name(nodeid)}.html"

    def _collect(self) -> None:
        """Write the index; without a page there is none, and an old one goes."""
        from streamtape import pictures  # noqa: PLC0415 - for sessions that draw

        path = self._folder / pictures.INDEX
        entries = pictures.entries_of(self._folder)
        try:
            if entries:
                path.write_bytes(pictures.index(entries))
            elif pictures.is_page(path):
                path.unlink()
        except OSError as error:
            self._problem = f"{path}: {error.strerror}"

    def _write(self, item: pytest.Item, report: pytest.TestReport, path: Path) -> None:
        from streamtape import pictures  # noqa: PLC0415 - see `_collect`

        state = state_of(item)
        drawn = _pictures(state)
        if not drawn or state.tape is None:
            return
        finding = pictures.Finding(
            item.nodeid,
            _error(state, report),
            tuple((state.found or "").splitlines()),
            state.reproduce or f"pytest {shlex.quote(item.nodeid)}",
        )
        source = state.tape.path
        root = item.config.invocation_params.dir
        shown = source.relative_to(root) if source.is_relative_to(root) else source
        path.write_bytes(
            pictures.page(drawn, title=item.nodeid, source=str(shown), finding=finding)
        )


def _pictures(state: State) -> list[Picture]:
    """Draw what the last run was played, or the smallest failure of a loop of runs."""
    from streamtape import pictures  # noqa: PLC0415 - see `Pages`

    if state.tape is None:
        return []
    if state.loop is None or state.smallest is None:
        return pictures.replayed(state.tape.playbacks[-_MOST_STREAMS:])
    cassette, changes = state.smallest
    return pictures.pictures_of(cassette, **changes)[:_MOST_STREAMS]


def _error(state: State, report: pytest.TestReport) -> str:
    """Return what the test raised, without what a sweep has added to it."""
    if state.error is None:
        return str(report.longreprtext).partition("\nstreamtape: ")[0].strip()
    text = f"{type(state.error).__name__}: {state.error}"
    return text if str(state.error) else type(state.error).__name__
