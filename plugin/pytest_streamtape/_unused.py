"""Cassettes that no test uses: `--streamtape-unused`.

This module decides what "used" means: the cassette of a collected test, run or not; or one that was
loaded while the tests ran, by whatever part of streamtape. It looks only beside the test files that
were collected, and says nothing where only a part of the tests ran. Under xdist the workers collect
and run; what they know is added up where it is printed.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pytest_streamtape import _naming, _options
from streamtape.cassette import unwatch_loads, watch_loads

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["Unused"]

_YAML = (".yaml", ".yml")
_BESIDE = (".splits.yaml", ".expected.yaml")  # what a sweep has kept, and what is expected
_SENT = "streamtape_unused"


class Unused:
    """Finds the cassettes of one session that no test uses."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._folder: str = config.getini("streamtape_dir")
        self._files: set[str] = set()  # of tests
        self._used: set[str] = set()
        self._is_part = config.option.collectonly or any("::" in given for given in config.args)
        self._unused: list[Path] = []
        # Not an audit hook, which would tell of every file: it cannot be taken back, and makes
        # Python ten times slower until its end (measured with a search of Hypothesis).
        watch_loads(self._loaded)

    def _loaded(self, path: Path) -> None:
        self._used.add(str(path.absolute()))

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: Sequence[pytest.Item]) -> None:
        """Note the cassettes of all tests, before any is deselected."""
        for item in items:
            self._files.add(str(item.path))
            if _uses_one(item):
                with suppress(pytest.UsageError):  # the test will say so
                    named = _options.cassette_of(item)
                    path = _naming.cassette_path(item, named, self._folder)
                    self._used.add(str(path.absolute()))

    def pytest_deselected(self, items: Sequence[pytest.Item]) -> None:
        """Note that not all tests run."""
        self._is_part = self._is_part or bool(items)

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Tell what is known to where it is printed; there, let it fail the session."""
        unwatch_loads(self._loaded)
        self._is_part = self._is_part or bool(session.shouldstop or session.shouldfail)
        sent = getattr(self._config, "workeroutput", None)
        if sent is not None:
            sent[_SENT] = [sorted(self._files), sorted(self._used), self._is_part]
            return
        self._unused = [] if self._is_part else sorted(self._find())
        if self._unused and session.exitstatus == pytest.ExitCode.OK:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Add what a worker of xdist knows; one that crashed knows nothing."""
        files, used, is_part = getattr(node, "workeroutput", {}).get(_SENT, ((), (), True))
        self._files.update(files)
        self._used.update(used)
        self._is_part = self._is_part or is_part

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Say which cassettes no test uses."""
        if self._is_part:
            terminalreporter.section("streamtape: unused cassettes")
            terminalreporter.write_line("not known: only a part of the tests was run")
        elif self._unused:
            terminalreporter.section("streamtape: unused cassettes")
            for path in self._unused:
                terminalreporter.write_line(_naming.relative(path, self._config))
            terminalreporter.write_line(
                f"{len(self._unused)} cassette(s) that no test uses. Remove them."
            )

    def _find(self) -> Iterator[Path]:
        for folder in self._folders():
            for path in folder.rglob("*"):
                if path.suffix not in _YAML or path.name.endswith(_BESIDE):
                    continue
                if str(path.absolute()) not in self._used and _is_cassette(path):
                    yield path

    def _folders(self) -> set[Path]:
        """Return where to look: of a file that was named, only in the folder of that module."""
        named = {Path(given).absolute() for given in self._config.args}
        tests = {Path(file) for file in self._files}
        return {
            path.parent / self._folder / (path.stem if path.absolute() in named else "")
            for path in tests
        }


def _uses_one(item: pytest.Item) -> bool:
    has_marker = item.get_closest_marker(_options.MARKER) is not None
    return has_marker or "tape" in getattr(item, "fixturenames", ())


def _is_cassette(path: Path) -> bool:
    with suppress(OSError), path.open("rb") as file:
        return file.read(64).lstrip().startswith(b"streamtape:")
    return False
