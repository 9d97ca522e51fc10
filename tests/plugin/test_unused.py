"""Cassettes that no test uses: `--streamtape-unused`."""

from types import SimpleNamespace

import pytest

from pytest_streamtape._unused import Unused
from streamtape.cassette import Cassette, load, save

TESTS = """
import streamtape
from client import *

@pytest.mark.streamtape
def test_replays():
    ask()

@pytest.mark.skip
@pytest.mark.streamtape("skipped.yaml")
def test_skipped():
    ask()

def test_fixture(tape):
    ask()

def test_by_itself():
    with streamtape.use_cassette("cassettes/shared.yaml"):
        ask()
"""
USED = ("test_it/test_replays", "test_it/skipped", "test_it/test_fixture", "shared")


@pytest.fixture
def run(project, tape_file):
    """Run tests beside cassettes of these names."""

    def run(*options, names=USED, process=False):
        project.makepyfile(test_it=TESTS, test_other="def test_other():\n    pass\n")
        for name in names:
            tape_file(f"{name}.yaml")
        runner = project.runpytest_subprocess if process else project.runpytest_inprocess
        return runner("--streamtape-unused", *options)

    return run


def test_all_are_used(run):
    """By a marker (run or skipped), by the fixture, or opened by the test itself."""
    result = run()
    assert result.ret == 0
    result.assert_outcomes(passed=4, skipped=1)
    result.stdout.no_fnmatch_line("*unused*")


@pytest.mark.parametrize(
    "options",
    [[], pytest.param(["-n", "2"], marks=pytest.mark.long)],
    ids=["one process", "xdist"],
)
def test_some_are_not(project, run, options):
    """They are listed, and the session fails; failures of a sweep and other YAML are not told."""
    folder = project.path / "cassettes"
    folder.mkdir()
    (folder / "other.yaml").write_text("a: 1\n")
    (folder / "shared.splits.yaml").write_text("streamtape-splits: 1\nfailures: []\n")
    names = (*USED, "test_it/old", "test_gone/test_x", "test_other/test_y")
    result = run(*options, names=names, process=bool(options))
    assert result.ret == 1
    result.assert_outcomes(passed=4, skipped=1)
    result.stdout.fnmatch_lines(
        [
            "cassettes/test_gone/test_x.yaml",
            "cassettes/test_it/old.yaml",
            "cassettes/test_other/test_y.yaml",
            "3 cassette(s) that no test uses. Remove them.",
        ],
        consecutive=True,
    )
    result.stdout.fnmatch_lines(["=* streamtape: unused cassettes *="])


def test_of_one_file(run):
    """A file that is named answers for the cassettes of its module only."""
    result = run("test_other.py", names=("test_other/old", "test_it/old", "shared"))
    assert result.ret == 1
    result.stdout.fnmatch_lines(["cassettes/test_other/old.yaml", "1 cassette(s) that no test *"])


@pytest.mark.parametrize(
    "options",
    [["-k", "replays"], ["test_it.py::test_replays"], ["--collect-only"], ["-x"]],
    ids=lambda options: options[0],
)
def test_of_a_part_of_the_tests(run, options):
    """Where not all tests ran it is not known, and nothing fails for it."""
    names = ("test_it/old",) if options == ["-x"] else (*USED, "test_it/old")
    result = run(*options, names=names)
    assert result.ret == (1 if options == ["-x"] else 0)
    result.stdout.fnmatch_lines(["not known: only a part of the tests was run"])
    result.stdout.no_fnmatch_line("*old.yaml*")


def test_a_failing_session_keeps_its_status(run):
    """A session that was interrupted or misused is told by its own exit status."""
    assert run("nowhere", names=("test_it/old",)).ret == 4


class Config:
    """What `Unused` asks of a config; with an output, that of a worker of xdist."""

    def __init__(self, **extra):
        self.option = SimpleNamespace(collectonly=False)
        self.args = ["tests"]
        vars(self).update(extra)

    def getini(self, _name):
        return "cassettes"


def test_workers_are_added_up(tmp_path):
    """A worker sends what it knows, and the process that prints adds it up."""
    session = SimpleNamespace(shouldstop=False, shouldfail=False, exitstatus=0)
    worker = Unused(Config(workeroutput={}))
    item = SimpleNamespace(path=tmp_path / "test_a.py", get_closest_marker=lambda name: None)
    worker.pytest_collection_modifyitems([item])
    worker.pytest_sessionfinish(session)
    for name in ("a", "b"):
        save(Cassette(), tmp_path / "cassettes" / f"{name}.yaml")
    load(tmp_path / "cassettes" / "a.yaml")  # after the session of the worker
    controller = Unused(Config())
    load(tmp_path / "cassettes" / "b.yaml")
    controller.pytest_testnodedown(SimpleNamespace(workeroutput=worker._config.workeroutput))
    controller.pytest_sessionfinish(session)
    assert controller._unused == [tmp_path / "cassettes" / "a.yaml"]
    assert session.exitstatus == 1
    crashed = Unused(Config())
    crashed.pytest_testnodedown(SimpleNamespace())
    crashed.pytest_sessionfinish(session)
    assert crashed._unused == []
