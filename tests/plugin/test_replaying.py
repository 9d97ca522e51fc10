"""The marker and the fixture, replaying: sync, async, classes, parameters, neighbours."""

import pytest

PASSING = """
from client import *

@pytest.mark.streamtape
def test_plain():
    assert "café" in ask()

@pytest.mark.streamtape("named.yaml")
def test_named():
    assert "café" in ask(library=httpx)

@pytest.mark.streamtape(cassette="named.yaml", split="bytes")
def test_fixture(tape):
    assert "café" in ask()
    assert tape.playbacks[0].end == "complete"
    assert str(tape.playbacks[0].split) == "bytes"

class TestClass:
    pytestmark = pytest.mark.streamtape(split="whole")

    @pytest.mark.parametrize("n", [1, 2])
    def test_method(self, n, tape):
        ask(n)
        assert str(tape.playbacks[0].split) == "whole"

    @pytest.mark.streamtape("../shared.yaml", split=[5])
    def test_closest_marker_wins(self, tape):
        ask()
        assert str(tape.playbacks[0].split) == "at:5"

@pytest.mark.asyncio
@pytest.mark.streamtape("named.yaml")
async def test_asyncio(tape):
    assert "café" in await aask()
    assert len(tape.playbacks) == 1

@pytest.mark.anyio
@pytest.mark.streamtape("named.yaml")
async def test_anyio():
    assert "café" in await aask()

@pytest.fixture
def answer():
    return ask()

@pytest.mark.streamtape("named.yaml")
def test_fixtures_are_answered_too(answer):
    assert "café" in answer

def test_without_a_marker(tape):
    assert "café" in ask()

def test_unused():
    pass

import unittest

class TestUnit(unittest.TestCase):
    @pytest.mark.streamtape("named.yaml")
    def test_unittest(self):
        self.assertIn("café", ask())
"""


@pytest.fixture
def passing(project, tape_file):
    project.makepyfile(test_chat=PASSING)
    for name in (
        "test_chat/test_plain.yaml",
        "test_chat/named.yaml",
        "test_chat/test_without_a_marker.yaml",
        "shared.yaml",
    ):
        tape_file(name)
    tape_file("test_chat/TestClass.test_method[1].yaml", 1)
    tape_file("test_chat/TestClass.test_method[2].yaml", 2)
    return project


@pytest.mark.parametrize(
    "options",
    [[], pytest.param(["-n", "2"], marks=pytest.mark.long), ["-p", "no:cacheprovider"]],
    ids=str,
)
def test_everything_replays(passing, options):
    """Sync, asyncio, anyio on both back ends, classes, parameters, unittest; xdist; no cache."""
    result = passing.runpytest_subprocess(*options)
    result.assert_outcomes(passed=13)


def test_beside_pytest_recording(passing):
    """pytest-recording's marker and option are its own."""
    passing.makepyfile(
        test_vcr="import pytest\n@pytest.mark.vcr\ndef test_vcr(vcr):\n    assert vcr is not None\n"
    )
    result = passing.runpytest_subprocess("--record-mode=none", "-W", "default")
    result.assert_outcomes(passed=14)


def test_command_line_wins_over_markers(project, tape_file):
    """`--streamtape-split` and `--streamtape-timing` win over what markers say."""
    tape_file("test_it/x.yaml")
    project.makepyfile(
        test_it="""
        from client import *
        @pytest.mark.streamtape("x.yaml", split="whole", timing="recorded")
        def test_it(tape):
            ask()
            assert str(tape.playbacks[0].split) == "at:5"
            assert str(tape.options.timing) == "x10"
        """
    )
    result = project.runpytest_inprocess("--streamtape-split=at:5", "--streamtape-timing=x10")
    result.assert_outcomes(passed=1)


def test_defaults_of_a_project(project, tape_file):
    """`streamtape_config` gives defaults, in any scope; markers win over it."""
    tape_file("test_it/x.yaml")
    project.makepyfile(
        test_it="""
        from client import *
        @pytest.fixture(scope="module")
        def streamtape_config():
            return {"split": "size:3", "timing": "x10"}
        @pytest.mark.streamtape("x.yaml", split="whole")
        def test_it(tape):
            ask()
            assert (str(tape.options.split), str(tape.options.timing)) == ("whole", "x10")
        """
    )
    project.runpytest_inprocess().assert_outcomes(passed=1)


def test_another_folder(project, tape_file):
    """The ini option streamtape_dir names the folder beside the test file."""
    project.makeini(
        "[pytest]\nstreamtape_dir = tapes/streams\nasyncio_default_fixture_loop_scope = function\n"
    )
    tape_file("../tapes/streams/test_it/test_it.yaml")
    project.makepyfile(test_it="from client import *\ndef test_it(tape):\n    assert ask()\n")
    project.runpytest_inprocess().assert_outcomes(passed=1)


def test_a_shared_cassette_needs_no_folder_of_the_module(project, tape_file):
    """`../shared.yaml` is found where no test of the module has a cassette of its own."""
    tape_file("shared.yaml")
    project.makepyfile(
        test_it="""
        from client import *
        @pytest.mark.streamtape("../shared.yaml")
        def test_it(tape):
            assert ask()
            assert tape.path.name == "shared.yaml" and ".." not in tape.path.parts
        """
    )
    project.runpytest_inprocess().assert_outcomes(passed=1)


def test_the_annotation(project, tape_file):
    """`from pytest_streamtape import Tape` is the class of the fixture."""
    tape_file("test_it/test_it.yaml")
    project.makepyfile(
        test_it="""
        from client import *
        from pytest_streamtape import Tape
        def test_it(tape: Tape):
            assert isinstance(tape, Tape)
            ask()
        """
    )
    project.runpytest_inprocess().assert_outcomes(passed=1)


def test_help_and_markers_name_the_options(project):
    """`--help` and `--markers` tell what there is."""
    project.runpytest_inprocess("--help").stdout.fnmatch_lines(["*--streamtape-split=SPLIT*"])
    project.runpytest_inprocess("--markers").stdout.fnmatch_lines(
        ["@pytest.mark.streamtape(cassette=None, *"]
    )
