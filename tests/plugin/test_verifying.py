"""The plugin, verifying cassettes against a live upstream."""

import pytest

TEST = """
from client import *

@pytest.mark.streamtape
def test_it(tape):
    assert 'Z\\u00fcrich' in ask()
"""


@pytest.fixture
def recorded(project, live):
    """Record the cassette of a test; return its path."""

    def record(source=TEST):
        project.makepyfile(test_it=source)
        project.runpytest_inprocess("--streamtape-mode=once").assert_outcomes(passed=1)
        return project.path / "cassettes" / "test_it" / "test_it.yaml"

    return record


@pytest.mark.parametrize(
    "options",
    [[], pytest.param(["-n", "1"], marks=pytest.mark.long)],
    ids=["one process", "xdist"],
)
def test_nothing_has_aged(project, live, recorded, options):
    """The test runs against the live service; the summary says that it is as recorded."""
    path = recorded()
    before, asked = path.read_bytes(), len(live.served)
    run = project.runpytest_subprocess if options else project.runpytest_inprocess
    result = run("--streamtape-mode=verify", *options)
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(
        [
            "=* streamtape: verified *=",
            "cassettes/test_it/test_it.yaml: 1. POST http://127.0.0.1:*/v1/messages: as recorded",
        ]
    )
    assert (path.read_bytes(), len(live.served)) == (before, asked + 1)


def test_a_difference_fails_the_test(project, recorded):
    """What has aged fails a test that passed, with the command that records it again."""
    path = recorded()
    path.write_bytes(path.read_bytes().replace(b"message_stop", b"message_stip"))
    result = project.runpytest_inprocess("--streamtape-mode=verify")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "E  *CassetteAgedError: *test_it.yaml: the live service does not answer as recorded:",
            "E  *   event gone: message_stip, after message_delta",
            "E  *   new event: message_stop, after message_delta",
            "E  *Record it again with: pytest test_it.py::test_it --streamtape-mode=rewrite",
            "=* streamtape: verified *=",
            "cassettes/test_it/test_it.yaml: 1. POST *: AGED",
            "   event gone: message_stip, after message_delta",
        ]
    )


def test_a_test_that_fails_by_itself(project, recorded):
    """What came of the comparison is in the summary although the test failed for the wording."""
    recorded()
    project.makepyfile(test_it=TEST.replace("Z\\u00fcrich", "Bern"))
    result = project.runpytest_inprocess("--streamtape-mode=verify")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["cassettes/test_it/test_it.yaml: 1. POST *: as recorded"])


def test_what_is_not_verified(project, live, recorded):
    """A marker with `mode="none"` is a lock; a sweep is run once; a missing file is said."""
    recorded()
    asked = len(live.served)
    locked = TEST.replace("mark.streamtape", 'mark.streamtape(mode="none")')
    swept = TEST.replace("mark.streamtape", 'mark.streamtape("test_it.yaml", sweep="bytes")')
    project.makepyfile(test_it=locked + swept.replace("test_it(", "test_swept("))
    result = project.runpytest_inprocess("--streamtape-mode=verify")
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(["cassettes/test_it/test_it.yaml: 1. POST *: as recorded"])
    assert len(live.served) == asked + 1
    staged = TEST.replace("mark.streamtape", 'mark.streamtape(fault="eof:after=18")')
    project.makepyfile(test_it=staged)
    result = project.runpytest_inprocess("--streamtape-mode=verify")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(
        ["cassettes/test_it/test_it.yaml: replayed, for the test stages a fault or an abort"]
    )
    project.makepyfile(test_it=TEST.replace("test_it", "test_new"))
    result = project.runpytest_inprocess("--streamtape-mode=verify")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "streamtape: no cassette for test_new.",
            "  record it with  pytest test_it.py::test_new --streamtape-mode=once *",
            "cassettes/test_it/test_new.yaml: not asked",
        ]
    )
