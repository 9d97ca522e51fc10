"""The hooks and fixtures. pytest loads this module in every session, used or not.

So it imports nothing but pytest: httpx, pydantic and yaml come with the first test that uses a
cassette (a test asserts it). It keeps no state of its own: what belongs to a test is in the item's
stash, what belongs to a session in the `Summary`.

PYTEST_DONT_REWRITE: there is nothing to rewrite, and looking costs 4 ms at every start.
"""

from __future__ import annotations

import dataclasses
import shlex
from typing import TYPE_CHECKING, Any

import pytest

from pytest_streamtape import _expected, _naming, _options
from pytest_streamtape._state import state_of
from pytest_streamtape._summary import SAVED, VERIFIED, Summary

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from pathlib import Path

    from pytest_streamtape._state import State
    from streamtape import Tape

_MOST_FINDINGS = 10
_VALUES = (
    ("mode", "MODE", "none (default; here, a lock), once, new_episodes, all, rewrite, verify"),
    ("split", "SPLIT", "whole, events, lines, bytes, size:N, at:N,N, random:SEED, 2/at:N"),
    ("timing", "TIMING", "instant (default), recorded, x10 (a speed) or fixed:50ms"),
    ("fault", "FAULT", "disconnect:after=5, reset:, eof:, stall:, error:, http:529, ..."),
    ("abort", "EVENT", "tell the test to abort after this event; see tape.when_aborting"),
    ("variant", "NAME", "replay a rewritten copy of the recording: crlf, bom, ..."),
    ("coverage", "FILE", "write which boundaries sweeps have cut at, as JSON"),
    ("html", "DIR", "write a page for every test that fails: its streams, drawn"),
)
_FLAGS = (
    (
        "save-failures",
        "keep a sweep's smallest failing split beside its cassette, to be tried first",
    ),
    ("boundaries", "print every kind of boundary, and which variants make what is missing"),
    ("unused", "fail if there are cassettes that no test uses, and list them"),
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the options."""
    group = parser.getgroup("streamtape", "streamtape: record and replay streams")
    for name, metavar, text in _VALUES:
        dest = f"streamtape_{name}"
        group.addoption(f"--streamtape-{name}", dest=dest, metavar=metavar, help=text)
    for name, text in _FLAGS:
        dest = f"streamtape_{name.replace('-', '_')}"
        group.addoption(f"--streamtape-{name}", dest=dest, action="store_true", help=text)
    group.addoption(
        "--streamtape-update",
        dest="streamtape_update",
        action="store_true",
        default=None,
        help="write down what is compared with tape.expected(), instead of comparing it",
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
        "streamtape(cassette=None, *, mode, split, timing, match_on, unplayed, sweep, variants, "
        "isolate, timeout, shards, ...): replay a recorded stream to every httpx and httpx2 client "
        "of the test, or record it; with sweep, once for every split",
    )
    _options.check_command_line(config)
    summary = Summary(
        config.getoption("streamtape_coverage"),
        all_boundaries=config.getoption("streamtape_boundaries"),
    )
    config.pluginmanager.register(summary, "streamtape-summary")
    if config.getoption("streamtape_html"):
        from pytest_streamtape._pictures import Pages  # noqa: PLC0415 - for sessions that draw

        pages = Pages(config, config.getoption("streamtape_html"))
        config.pluginmanager.register(pages, "streamtape-pictures")
    if config.getoption("streamtape_unused"):
        from pytest_streamtape._unused import Unused  # noqa: PLC0415 - for sessions that ask

        config.pluginmanager.register(Unused(config), "streamtape-unused")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Turn a sweep with ``shards=8`` into eight items, for xdist to spread."""
    shards: Any = 1
    for marker in metafunc.definition.iter_markers(_options.MARKER):
        if "shards" in marker.kwargs:
            shards = marker.kwargs["shards"]
            break
    if not isinstance(shards, int) or shards < 1:
        problem = f"shards={shards!r}: not a number of parts, from 1"
        raise pytest.Collector.CollectError(f"streamtape: {metafunc.definition.nodeid}: {problem}")
    if shards > 1:
        metafunc.fixturenames.append(_options.SHARD_FIXTURE)
        numbers = [(number, shards) for number in range(shards)]
        ids = [f"shard{number + 1}of{shards}" for number in range(shards)]
        metafunc.parametrize(_options.SHARD_FIXTURE, numbers, ids=ids, indirect=True)


@pytest.fixture(name="_streamtape_shard")
def _shard(request: pytest.FixtureRequest) -> Any:
    return request.param


@pytest.fixture(scope="session")
def streamtape_config() -> dict[str, Any]:
    """Options for every test; override it, in any scope, with a dict of the marker's options."""
    return {}


@pytest.fixture
def tape(request: pytest.FixtureRequest) -> Iterator[Tape]:
    """Return the use of this test's cassette: what was replayed, how far, how it ended."""
    item = request.node
    state = state_of(item)
    state.passed, state.expected = False, None
    state.tape = started = _start(item, request.getfixturevalue("streamtape_config"))
    try:
        yield started
    finally:
        started.stop()
        _report_verified(item, started)
    if state.passed or started.options.record_on_exception:
        _save(item, started)
    _keep_expected(state, started)


@pytest.fixture(autouse=True)
def _streamtape(request: pytest.FixtureRequest) -> None:
    """Start the tape of a marked test that does not ask for the fixture itself."""
    if request.node.get_closest_marker(_options.MARKER) is not None:
        request.getfixturevalue("tape")


def _start(item: pytest.Item, defaults: dict[str, Any]) -> Tape:
    import streamtape  # noqa: PLC0415 - see the module's docstring

    asked = _options.asked_for(item, defaults)
    path = _path(item, asked.cassette)
    again = f"pytest {shlex.quote(item.nodeid)} --streamtape-mode"
    remedy = f"Record it again with: {again}=rewrite"
    try:
        tape = _tape(item, path, asked.options, remedy)
    except streamtape.errors.CassetteNotFoundError:
        # A failure of the test, not an error of its set-up; and nothing may reach a network.
        state_of(item).missing = (
            f"streamtape: no cassette for {item.name}.\n"
            f"  expected  {_naming.relative(path, item.config)}\n"
            f"  record it with  {again}=once   (it calls the live API)"
        )
        remedy = f"Record it with: {again}=once"
        tape = streamtape.Tape(path, asked.options, remedy, missing_ok=True)
    except streamtape.StreamtapeError as error:
        raise _failed(error) from None
    tape.expectations.test = _expected.name_of(item.nodeid)
    write = f"pytest {shlex.quote(item.nodeid)} --streamtape-update"
    tape.expectations.remedy = f"Write it with: {write}"
    tape.start()
    return tape


def _keep_expected(state: State, tape: Tape) -> None:
    import streamtape  # noqa: PLC0415 - see the module's docstring

    try:
        state.expected = _expected.asked(tape, passed=state.passed)
    except streamtape.CassetteError as error:
        raise _failed(error) from None


def _path(item: pytest.Item, named: str | None) -> Path:
    return _naming.cassette_path(item, named, item.config.getini("streamtape_dir"))


def _tape(item: pytest.Item, path: Any, options: Any, remedy: str) -> Tape:
    """Open the cassette; under a sweep, or with a variant, it is in memory already."""
    import streamtape  # noqa: PLC0415 - see the module's docstring

    playing = state_of(item).playing
    if playing is not None:
        options = dataclasses.replace(options, **playing.changes)
        return streamtape.Tape(path, options, remedy, cassette=playing.cassette)
    variant = item.config.getoption("streamtape_variant")
    if variant:
        cassette = streamtape.sweep.variant_of(streamtape.load(path), variant)
        return streamtape.Tape(path, options, remedy, cassette=cassette)
    return streamtape.Tape(path, options, remedy)


def _save(item: pytest.Item, tape: Tape) -> None:
    import streamtape  # noqa: PLC0415 - see the module's docstring

    try:
        new = [interaction.response for interaction in tape.save()]
    except streamtape.CassetteError as error:
        raise _failed(error) from None
    if new:
        chunks = sum(len(response.chunk_sizes) for response in new)
        seconds = sum(response.duration for response in new)
        path = _naming.relative(tape.path, item.config)
        what = f"{len(new)} interaction(s), {chunks} chunks, {seconds:.1f} s"
        # A property of the report: xdist carries it to the process that prints.
        item.user_properties.append((SAVED, "\n".join([f"{path}: {what}", *_findings(tape)])))


def _findings(tape: Tape) -> Iterator[str]:
    """Yield what was replaced in a recording: what it was and where, never itself."""
    for finding in tape.findings[:_MOST_FINDINGS]:
        yield f"  redacted: {finding}"
    if left := len(tape.findings[_MOST_FINDINGS:]):
        yield f"  redacted: {left} more"


def _report_verified(item: pytest.Item, tape: Tape) -> None:
    """Send along what came of verifying a cassette, whether the test has passed or not."""
    if tape.mode != "verify":
        return
    path = _naming.relative(tape.path, item.config)
    reports = tape.verified()
    if not reports:
        is_live = tape.session.mode == "verify"
        why = "not asked" if is_live else "replayed, for the test stages a fault or an abort"
        item.user_properties.append((VERIFIED, f"{path}: {why}"))
    for report in reports:
        item.user_properties.append((VERIFIED, f"{path}: " + "\n".join(report.lines())))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    """Run a test that asks for a sweep once for every split."""
    if item.get_closest_marker(_options.MARKER) is None:
        return None
    options = _options.sweep_of(item)
    if options is None:
        return None
    from pytest_streamtape import _sweep  # noqa: PLC0415 - imports the library

    _sweep.protocol(item, nextitem, options, _path(item, _options.cassette_of(item)))
    return True


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Fail a test without a cassette, and one that passed although a request was missed.

    Here and not in the fixture's end: a BaseException in a teardown corrupts pytest's set-up state.
    """
    state = state_of(item)
    if state.missing is not None:
        raise pytest.fail.Exception(state.missing, pytrace=False)
    tape = state.tape
    if tape is None:
        return (yield)
    _prepare(item, state)
    try:
        result = yield
    except BaseException as error:
        for miss in tape.session.misses:
            if miss is not error:
                error.add_note(f"streamtape: {miss}")
        raise
    finally:
        item.__dict__.pop("runtest", None)
    if (verdict := tape.verdict()) is not None:
        raise verdict
    state.passed = True
    return result


def _prepare(item: pytest.Item, state: State) -> None:
    """Under a sweep, put the loop or the watchdog around the body of the test.

    As an attribute of the item: pytest-asyncio, anyio and unittest each have a `runtest` of their
    own, and active hook wrappers must not be entered again.
    """
    if state.loop is None and state.watchdog is None:
        return
    from pytest_streamtape import _sweep  # noqa: PLC0415 - imports the library

    body, loop = item.runtest, state.loop
    around = (lambda: loop(body)) if loop else (lambda: _sweep.watched(state, body))
    item.runtest = around  # type: ignore[method-assign]


def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> None:
    """Keep the error of a run for its sweep, and add to it what the sweep has found.

    Neither first nor last: pytest puts a unittest's error into `call` just before, and makes the
    report of it right after.
    """
    if call.excinfo is None:
        return
    state = state_of(item)
    state.error = call.excinfo.value
    if state.note is not None:
        state.error.add_note(state.note)


def pytest_assertrepr_compare(op: str, left: Any, right: Any) -> list[str] | None:
    """Explain why two transcripts are not equal, the first difference first."""
    return _expected.compared(left, right) if op == "==" else None


def _failed(error: Exception) -> BaseException:
    """Return a failure that is a sentence: a traceback into streamtape would not help."""
    return pytest.fail.Exception(f"streamtape: {error}", pytrace=False)
