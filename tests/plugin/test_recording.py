"""The plugin, recording from a live upstream."""

import pytest

from streamtape import load


def recorded(project):
    return project.path / "cassettes" / "test_it" / "test_it.yaml"


def write_test(project, marker="", body="    assert 'Z\\u00fcrich' in ask()"):
    project.makepyfile(
        test_it=f"from client import *\n@pytest.mark.streamtape{marker}\ndef test_it():\n{body}\n"
    )


@pytest.mark.parametrize("options", [[], ["-n", "2"]], ids=["one process", "xdist"])
def test_record_once_then_replay(project, live, options):
    """`once` records from the live API, says what, and every later run is offline."""
    write_test(project)
    result = project.runpytest_subprocess("--streamtape-mode=once", *options)
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(
        [
            "=* streamtape: recorded *=",
            "cassettes/test_it/test_it.yaml: 1 interaction(s), * chunks, * s",
        ]
    )
    assert len(live.served) == 1
    project.runpytest_inprocess().assert_outcomes(passed=1)
    project.runpytest_inprocess("--streamtape-mode=once").assert_outcomes(passed=1)
    assert len(live.served) == 1
    assert "sk-ant-secret" not in recorded(project).read_text()


def test_a_failing_test_saves_nothing(project, live):
    """A recording of a test that failed is not kept, unless asked for."""
    write_test(project, body="    ask()\n    assert False")
    result = project.runpytest_inprocess("--streamtape-mode=once")
    result.assert_outcomes(failed=1)
    assert not recorded(project).exists()
    write_test(project, "(record_on_exception=True)", "    ask()\n    assert False")
    project.runpytest_inprocess("--streamtape-mode=once").assert_outcomes(failed=1)
    assert len(load(recorded(project))) == 1


def test_none_on_the_command_line_is_a_lock(project, live):
    """Under `--streamtape-mode=none` no marker records, whatever it says."""
    write_test(project, '(mode="all")')
    project.runpytest_inprocess("--streamtape-mode=none").assert_outcomes(failed=1)
    assert live.served == []
    project.runpytest_inprocess().assert_outcomes(passed=1)
    assert len(live.served) == 1


def test_none_on_a_marker_is_a_lock(project, live):
    """A cassette marked `mode="none"` is not re-recorded from the command line."""
    write_test(project, '(mode="none")')
    project.runpytest_inprocess("--streamtape-mode=rewrite").assert_outcomes(failed=1)
    assert live.served == []


def test_a_marker_can_record(project, live):
    """A marker's mode counts where the command line says nothing."""
    write_test(project, '(mode="once")')
    project.runpytest_inprocess().assert_outcomes(passed=1)
    assert len(load(recorded(project))) == 1


def test_a_recording_that_cannot_be_written(project, live, monkeypatch):
    """Where the cassette cannot be written, the test keeps its result, and an error says why."""

    def full(handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    write_test(project)
    result = project.runpytest_inprocess("--streamtape-mode=once")
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(
        ["streamtape: *the recording was not saved: No space left on device. *"]
    )


def test_xfail_and_skip_save_nothing(project, live):
    """A test that is expected to fail, or skips itself, leaves no recording."""
    project.makepyfile(
        test_it="from client import *\npytestmark = pytest.mark.streamtape\n"
        "@pytest.mark.xfail\ndef test_xfail():\n    ask()\n    assert False\n"
        "def test_skip():\n    ask()\n    pytest.skip('no')\n"
    )
    project.runpytest_inprocess("--streamtape-mode=once").assert_outcomes(xfailed=1, skipped=1)
    assert not (project.path / "cassettes").exists()


def test_what_was_redacted_is_said(project, live, monkeypatch):
    """The summary names each secret that was replaced, and where; never the secret itself."""
    monkeypatch.setenv("SERVICE_TOKEN", "my-very-own-value")
    source = """
        from client import *

        @pytest.mark.streamtape
        def test_it(tape):
            ask("my-very-own-value")
            ask({REPEATED})
        """.replace("{REPEATED}", "['my-very-own-value, again'] * 12")
    project.makepyfile(test_it=source)
    result = project.runpytest_inprocess("--streamtape-mode=once")
    result.assert_outcomes(passed=1)
    lines = result.outlines
    start = lines.index(next(line for line in lines if "2 interaction(s)" in line))
    told = lines[start + 1 : start + 12]
    assert told[0] == "  redacted: value of $SERVICE_TOKEN in the request body, at byte 6"
    assert all(line.startswith("  redacted: value of $SERVICE_TOKEN in the") for line in told[:10])
    assert told[10] == "  redacted: 3 more"
    assert "my-very-own-value" not in result.stdout.str()
