"""The hooks and fixtures. pytest loads this module in every session, used or not.

So it imports nothing but pytest: httpx, pydantic and yaml come with the first test that uses a
cassette (a test asserts it). It keeps no state of its own: what belongs to a test is in the item's
stash, what belongs to a session in the config's.
"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any

import pytest

from pytest_streamtape import _naming, _options

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from streamtape import Tape

_tape_key = pytest.StashKey["Tape"]()
_missing_key = pytest.StashKey[str]()
_passed_key = pytest.StashKey[bool]()
_saved_key = pytest.StashKey[str]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the options."""
    group = parser.getgroup("streamtape", "streamtape: record and replay streams")
    group.addoption(
        "--streamtape-mode",
        dest="streamtape_mode",
        metavar="MODE",
        help="none (default: replay only), once, new_episodes, all or rewrite; "
        "'none' given here overrides every marker",
    )
    group.addoption(
        "--streamtape-split",
        dest="streamtape_split",
        metavar="SPLIT",
        help="recorded (default), whole, events, lines, bytes, size:N, at:N[,N...], random:SEED, "
        "or 2/SPLIT for the second interaction only",
    )
    group.addoption(
        "--streamtape-timing",
        dest="streamtape_timing",
        metavar="TIMING",
        help="instant (default), recorded, x10 (a speed) or fixed:50ms",
    )
    group.addoption(
        "--streamtape-block-network",
        dest="streamtape_block_network",
        action="store_true",
        default=None,
        help="while a cassette is replayed, let nothing out of the machine",
    )
    group.addoption(
        "--streamtape-allowed-hosts",
        dest="streamtape_allowed_hosts",
        metavar="HOSTS",
        help="names or addresses that may be connected to all the same, e.g. db.local,*.test",
    )
    parser.addini(
        "streamtape_dir",
        "folder of the cassettes, taken from the folder of the test file",
        default="cassettes",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker; refuse bad options before any test runs."""
    config.addinivalue_line(
        "markers",
        "streamtape(cassette=None, *, mode, split, timing, match_on, unplayed, ...): replay a "
        "recorded stream to every httpx and httpx2 client of the test, or record it",
    )
    _options.check_command_line(config)
    config.pluginmanager.register(_Summary(), "streamtape-summary")


@pytest.fixture(scope="session")
def streamtape_config() -> dict[str, Any]:
    """Options for every test; override it, in any scope, with a dict of the marker's options."""
    return {}


@pytest.fixture
def tape(request: pytest.FixtureRequest) -> Iterator[Tape]:
    """Return the use of this test's cassette: what was replayed, how far, how it ended."""
    item = request.node
    started = _start(item, request.getfixturevalue("streamtape_config"))
    item.stash[_tape_key] = started
    try:
        yield started
    finally:
        started.stop()
    if item.stash.get(_passed_key, False) or started.options.record_on_exception:
        _save(item, started)


@pytest.fixture(autouse=True)
def _streamtape(request: pytest.FixtureRequest) -> None:
    """Start the tape of a marked test that does not ask for the fixture itself."""
    if request.node.get_closest_marker(_options.MARKER) is not None:
        request.getfixturevalue("tape")


def _start(item: pytest.Item, defaults: dict[str, Any]) -> Tape:
    import streamtape  # noqa: PLC0415 - see the module's docstring

    asked = _options.asked_for(item, defaults)
    path = _naming.cassette_path(item, asked.cassette, item.config.getini("streamtape_dir"))
    again = f"pytest {shlex.quote(item.nodeid)} --streamtape-mode"
    try:
        tape = streamtape.Tape(path, asked.options, f"Record it again with: {again}=rewrite")
    except streamtape.errors.CassetteNotFoundError:
        # A failure of the test, not an error of its set-up; and nothing may reach a network.
        item.stash[_missing_key] = (
            f"streamtape: no cassette for {item.name}.\n"
            f"  expected  {_relative(path, item.config)}\n"
            f"  record it with  {again}=once   (it calls the live API)"
        )
        remedy = f"Record it with: {again}=once"
        tape = streamtape.Tape(path, asked.options, remedy, missing_ok=True)
    tape.start()
    return tape


def _save(item: pytest.Item, tape: Tape) -> None:
    new = [interaction.response for interaction in tape.save()]
    if new:
        chunks = sum(len(response.chunk_sizes) for response in new)
        seconds = sum(response.duration for response in new)
        path = _relative(tape.path, item.config)
        item.stash[_saved_key] = (
            f"{path}: {len(new)} interaction(s), {chunks} chunks, {seconds:.1f} s"
        )


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Fail a test without a cassette, and one that passed although a request was missed.

    Here and not in the fixture's end: a BaseException in a teardown corrupts pytest's set-up state.
    """
    if item.stash.get(_missing_key, None) is not None:
        pytest.fail(item.stash[_missing_key], pytrace=False)
    tape = item.stash.get(_tape_key, None)
    if tape is None:
        return (yield)
    try:
        result = yield
    except BaseException as error:
        for miss in tape.session.misses:
            if miss is not error:
                error.add_note(f"streamtape: {miss}")
        raise
    if (verdict := tape.verdict()) is not None:
        raise verdict
    item.stash[_passed_key] = True
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Send what was saved along with the report, so that it reaches xdist's controller."""
    report = yield
    if report.when == "teardown" and (saved := item.stash.get(_saved_key, None)) is not None:
        vars(report)["streamtape_saved"] = saved  # plain text, so xdist carries it
    return report


class _Summary:
    """What the tests of a session saved; in the process that prints, whoever ran the tests."""

    def __init__(self) -> None:
        self._saved: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep what a test saved."""
        saved = getattr(report, "streamtape_saved", None)
        if saved is not None:
            self._saved.append(saved)

    def pytest_terminal_summary(self, terminalreporter: Any) -> None:
        """Say which cassettes were written."""
        if self._saved:
            terminalreporter.section("streamtape: recorded")
            for line in self._saved:
                terminalreporter.write_line(line)


def _relative(path: Any, config: pytest.Config) -> str:
    root = config.invocation_params.dir
    return str(path.relative_to(root)) if path.is_relative_to(root) else str(path)
