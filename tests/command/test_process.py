"""Processes that end, hang, flood and leave children behind."""

import sys
import threading

import pytest

from streamtape.command import Processes, _process
from streamtape.errors import CaseTimeout, UsageError


def python(source):
    return [sys.executable, "-ISc", source]


def run(source, timeout=20.0, processes=None):
    return (processes or Processes()).run(python(source), {"A": "1"}, timeout, timeout)


def readers():
    return [thread for thread in threading.enumerate() if thread.name == "streamtape-output"]


def test_a_command_is_run_to_its_end():
    """Status, output, errors; its environment is the one given; it has no input."""
    outcome = run("import os, sys; print(os.environ['A'], repr(sys.stdin.read())); sys.exit('why')")
    assert (outcome.status, outcome.output, outcome.errors) == (1, b"1 ''\n", b"why\n")
    assert outcome.trouble is None


def test_a_command_that_hangs_is_killed():
    """The limit is an error, and what was printed until then is kept."""
    outcome = run("import time; print('a', flush=True); time.sleep(60)", timeout=1)
    assert isinstance(outcome.trouble, CaseTimeout)
    assert str(outcome.trouble) == "no result within 1 s."
    assert outcome.output == b"a\n"


@pytest.mark.parametrize("ending", ["time.sleep(60)", "pass"], ids=["hangs", "ends"])
def test_children_are_killed_with_it(ending):
    """A child that holds the output is ended too, whether its parent has ended or not."""
    child = "import time; time.sleep(60)"
    outcome = run(
        f"import subprocess, sys, time; subprocess.Popen([sys.executable, '-ISc', {child!r}]);"
        f"{ending}",
        timeout=0.5,
    )
    assert isinstance(outcome.trouble, CaseTimeout)
    assert not readers()


def test_a_command_that_prints_without_end_is_killed(monkeypatch):
    """A client that spins may print gigabytes: it is stopped at a limit."""
    monkeypatch.setattr(_process, "_MOST_OUTPUT", 1000)
    outcome = run("while True: print('x' * 100)")
    assert outcome.trouble == "it printed more than 1,000 bytes"


def test_a_command_that_is_none():
    """A program that is not there is a usage error, not a failing split."""
    with pytest.raises(UsageError) as caught:
        Processes().run(["unheard-of", "x"], {}, 1, 1)
    assert str(caught.value) == (
        "command 'unheard-of': cannot be started (No such file or directory). Check its name."
    )


def test_stop_ends_what_runs_and_what_is_started_after(monkeypatch):
    """All processes are killed, in other threads too."""
    processes, outcomes = Processes(), []
    reading = threading.Event()
    drain = _process._Drain

    def started(*args):
        reading.set()
        return drain(*args)

    monkeypatch.setattr(_process, "_Drain", started)
    hanging = "import time; time.sleep(60)"
    thread = threading.Thread(target=lambda: outcomes.append(run(hanging, processes=processes)))
    thread.start()
    assert reading.wait(10)
    processes.stop()
    thread.join(10)
    outcomes.append(run(hanging, processes=processes))
    assert [outcome.status for outcome in outcomes] == [-9, -9]


def test_ctrl_c_in_the_thread_that_waits(monkeypatch):
    """Ctrl-C does not reach the process by itself: it is killed before the error goes on."""

    def interrupted(*args):
        raise KeyboardInterrupt

    monkeypatch.setattr(_process, "_Drain", interrupted)
    with pytest.raises(KeyboardInterrupt):
        run("import time; time.sleep(60)")
