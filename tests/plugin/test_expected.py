"""What tests expect of their streams: written by --streamtape-update, compared, reported unused."""

import pytest

from streamtape.cassette import expected_in

TESTS = """
import pytest, streamtape
from client import ask
from streamtape.transcripts import Event, Transcript

def stream():
    return Transcript([Event("text", {"text": word}) for word in ask().split("data: ")[1:]])

@pytest.mark.streamtape("x.yaml")
def test_one(tape):
    assert stream() == tape.expected()

class TestMore:
    @pytest.mark.parametrize("a", ["ü"])
    @pytest.mark.streamtape("x.yaml")
    def test_two(self, tape, a):
        assert stream() == tape.expected("by name")
"""
NAMES = ["test_x.py::TestMore::test_two[\\xfc]: by name", "test_x.py::test_one"]


@pytest.fixture
def tests(project, tape_file):
    """A project of two tests that expect something, and their cassette."""
    path = tape_file("test_x/x.yaml", 1, 1)
    project.makepyfile(test_x=TESTS)
    return path.with_name("x.expected.yaml")


def run(project, *options):
    return project.runpytest_inprocess("test_x.py", *options)


def test_what_is_compared_is_written_when_asked_for(project, tests):
    """Without an entry a test fails, and says how to write it; then it passes."""
    result = run(project)
    result.assert_outcomes(failed=2)
    result.stdout.fnmatch_lines(
        [
            f"E *ExpectationMissingError: {tests} has no entry 'test_x.py::test_one'. "
            "Write it with: pytest test_x.py::test_one --streamtape-update"
        ]
    )
    assert not tests.exists()
    result = run(project, "--streamtape-update")
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(
        [
            "*= streamtape: expected =*",
            "written: cassettes/test_x/x.expected.yaml: test_x.py::test_one",
            f"written: cassettes/test_x/x.expected.yaml: {NAMES[0].replace('[', '[[]')}",
        ]
    )
    assert sorted(expected_in(tests)) == NAMES
    result = run(project)
    result.assert_outcomes(passed=2)
    result.stdout.no_fnmatch_line("*streamtape: expected*")


def test_a_difference_is_explained(project, tests):
    """The first one first, both values below each other; then the events around it."""
    run(project, "--streamtape-update")
    tests.write_text(tests.read_text("utf-8").replace("caf\u00e9", "cafe"), "utf-8")
    result = run(project, "-vv", "-k", "test_one")
    lines = [line for line in result.outlines if line.startswith("E ")]
    assert [line.removeprefix("E").strip() for line in lines] == [
        "assert <Transcript: 2 events, complete, 'caf\u00e9\\n\\n2\\n\\n'> == "
        "<expected 'test_x.py::test_one' of x.expected.yaml>",
        "event 1, text differs:",
        'emitted   "caf\u00e9\\n\\n"',
        'expected  "cafe\\n\\n"',
        "^",
        "",
        '-     1  text "caf\u00e9\\n\\n"',
        '+     1  text "cafe\\n\\n"',
        '2  text "2\\n\\n"',
    ]


def test_two_transcripts_are_explained_without_a_cassette(project):
    """Any `assert a == b` of two transcripts is; other values are left to pytest."""
    project.makepyfile(
        test_x="""
        import streamtape

        def t(*words):
            return streamtape.transcript(words)

        def test_transcripts():
            assert t("Hel", "lo") == t("Hel", "la")

        def test_others():
            assert t("Hel") != t("Hel")

        def test_lists():
            assert t("Hel") == ["Hel"]
        """
    )
    result = run(project, "-vv")
    result.assert_outcomes(failed=3)
    result.stdout.fnmatch_lines(
        [
            "E *assert <Transcript: 2 events, complete, 'Hello'> == "
            "<Transcript: 2 events, complete, 'Hella'>",
            "E *event 2, text differs:",
            'E *left   "lo"',
            'E *right  "la"',
            "E *       ^",
        ]
    )
    result.stdout.fnmatch_lines(["E *assert <Transcript: 1 events, complete, 'Hel'> == *'Hel'*"])


def test_what_nobody_asks_for_is_reported(project, tests):
    """An entry whose test passed without it; in a whole session, one whose test is gone."""
    run(project, "--streamtape-update")
    project.makepyfile(test_x=TESTS.replace("== tape.expected()", "!= 1").replace("_two", "_three"))
    one = f"unused: cassettes/test_x/x.expected.yaml: {NAMES[1]} (no test asks for it: remove it)"
    result = run(project, "--streamtape-update")
    result.stdout.fnmatch_lines([one])
    result.stdout.fnmatch_lines(["unused: *test_two*: by name (no test asks for it: remove it)"])
    result = run(project, "-k", "test_one")  # who knows what the others ask for
    result.stdout.fnmatch_lines([one])
    result.stdout.no_fnmatch_line("*unused: *test_two*")


def test_a_test_that_failed_does_not_count(project, tests):
    """It may have failed before it asked; and what it compared is not written."""
    run(project, "--streamtape-update")
    before = tests.read_bytes()
    project.makepyfile(test_x=TESTS.replace("    assert stream()", "    assert 0 and stream()"))
    run(project).stdout.no_fnmatch_line("*unused*")
    changed = TESTS.replace("tape.expected()", "tape.expected() and 0").replace("test_two", "two")
    project.makepyfile(test_x=changed.replace("data: ", "a"))
    run(project, "--streamtape-update").assert_outcomes(failed=1)
    assert tests.read_bytes() == before


def test_a_broken_file_is_left_as_it_is(project, tests):
    """The test that reads it fails; the summary does not."""
    tests.write_text("streamtape-expected: [\n", "utf-8")
    for option in ([], ["--streamtape-update"]):
        result = run(project, "-k", "test_one", *option)
        assert result.ret == 1
        result.stdout.fnmatch_lines([f"*{tests}:2: not YAML: *"])
    assert tests.read_text("utf-8") == "streamtape-expected: [\n"


def test_nothing_is_expected_of_a_recording(project, live, monkeypatch):
    """What was recorded just now is not redacted: the next run writes what it is to be."""
    project.makepyfile(test_x=TESTS)
    options = ["-k", "test_one", "--streamtape-update"]
    run(project, "--streamtape-mode=once", *options).assert_outcomes(passed=1, deselected=1)
    path = project.path / "cassettes" / "test_x" / "x.expected.yaml"
    assert path.with_name("x.yaml").exists()
    assert not path.exists()
    run(project, *options).assert_outcomes(passed=1, deselected=1)
    assert path.exists()


def test_a_sweep_is_run_once_to_be_written(project, tests):
    """Then every split must give what is expected."""
    project.makepyfile(test_x=TESTS.replace('"x.yaml")', '"x.yaml", sweep="size:9")'))
    result = run(project, "-k", "test_one", "--streamtape-update")
    result.assert_outcomes(passed=1, deselected=1)
    result.stdout.no_fnmatch_line("*swept*")
    result = run(project, "-k", "test_one")
    result.stdout.fnmatch_lines(["1 test(s) swept *"])


@pytest.mark.long
def test_several_workers_write_one_file(project, tests):
    """Under xdist, entries of all workers end in the file, and the reports are put together."""
    result = project.runpytest("-n", "2", "--streamtape-update")
    result.assert_outcomes(passed=2)
    assert sorted(expected_in(tests)) == NAMES
    project.makepyfile(test_x=TESTS.replace("== tape.expected()", "!= 1"))
    result = project.runpytest("-n", "2")
    result.stdout.fnmatch_lines(["unused: cassettes/test_x/x.expected.yaml: test_x.py::test_one *"])
