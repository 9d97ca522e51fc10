"""A command that runs as if there were nothing around it."""

import os
import signal
import sys
import threading

import pytest

from streamtape.command import in_foreground
from streamtape.errors import UsageError


def python(source):
    return [sys.executable, "-ISc", source]


@pytest.fixture
def told(tmp_path):
    """What sends this process a signal when the command says that it is there.

    `told.here` is Python that says so; `told.later` waits until the signal has been sent.
    """
    here, sent = tmp_path / "here", tmp_path / "sent"
    os.mkfifo(here)
    os.mkfifo(sent)

    def told(number, *, waits=False):
        def send():
            here.read_bytes()
            os.kill(os.getpid(), number)
            if waits:
                sent.write_bytes(b"")

        thread = threading.Thread(target=send)
        thread.start()
        return thread

    told.here, told.later = f"open({str(here)!r}, 'w').close()", f"open({str(sent)!r}).read()"
    return told


def test_input_output_and_status_are_its_own(capfd):
    """What it prints is printed, its environment is the one given, its status is passed on."""
    source = "import os, sys; print(os.environ['A']); print('oh', file=sys.stderr); sys.exit(7)"
    assert in_foreground(python(source), {"A": "1"}) == 7
    assert capfd.readouterr() == ("1\n", "oh\n")


def test_a_signal_that_kills_it_is_told_as_shells_do():
    """128 and the number."""
    source = "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"
    assert in_foreground(python(source), {}) == 128 + signal.SIGKILL


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_signals_are_passed_on(told, number):
    """Who ends streamtape ends the command."""
    sending = told(number)
    source = f"import time; {told.here}; time.sleep(60)"
    assert in_foreground(python(source), {}) == 128 + number
    sending.join()


def test_ctrl_c_is_the_commands_affair(told):
    """Ctrl-C reaches both: the command ends as it likes, and streamtape waits for that."""
    sending = told(signal.SIGINT, waits=True)
    source = f"import sys; {told.here}; {told.later}; sys.exit(3)"
    before = signal.getsignal(signal.SIGINT)
    assert in_foreground(python(source), {}) == 3
    sending.join()
    assert signal.getsignal(signal.SIGINT) is before


def test_a_signal_while_it_is_started(monkeypatch):
    """A signal that comes before there is a process is not lost."""
    from streamtape.command import _foreground

    start = _foreground.subprocess.Popen

    def started(*args, **options):
        os.kill(os.getpid(), signal.SIGTERM)
        return start(*args, **options)

    monkeypatch.setattr(_foreground.subprocess, "Popen", started)
    assert in_foreground(python("import time; time.sleep(60)"), {}) == 128 + signal.SIGTERM


def test_a_command_that_is_none():
    """A program that is not there is a usage error, and signals are as they were."""
    before = signal.getsignal(signal.SIGTERM)
    with pytest.raises(UsageError) as refused:
        in_foreground(["unheard-of"], {})
    assert str(refused.value) == (
        "command 'unheard-of': cannot be started (No such file or directory). Check its name."
    )
    assert signal.getsignal(signal.SIGTERM) is before
