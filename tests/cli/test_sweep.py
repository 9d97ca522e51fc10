"""`streamtape sweep`: options, output, exit status, and Ctrl-C."""

import io
import os
import signal
import subprocess
import sys

import pytest

from streamtape.cassette import Cassette, Interaction, Request, Response, save
from streamtape.cli import main

READER = """
import os, socket, sys, time
host, _, port = os.environ["STREAMTAPE_URL"].removeprefix("http://").rpartition(":")
chunks = []
with socket.create_connection((host, int(port))) as sock:
    sock.sendall(f"GET /stream HTTP/1.1\\r\\nHost: {host}\\r\\n\\r\\n".encode())
    file = sock.makefile("rb")
    while file.readline().strip():
        pass
    while size := int(file.readline() or b"0", 16):
        chunks.append(file.read(size + 2)[:-2])
"""
CORRECT = [sys.executable, "-ISc", READER + 'print(b"".join(chunks).decode(), *sys.argv)']
LOSSY = [sys.executable, "-ISc", READER + 'print(*(c.decode("utf-8", "replace") for c in chunks))']
BROKEN = [*LOSSY[:2], READER + 'print("".join(c.decode("utf-8", "replace") for c in chunks))']


@pytest.fixture
def path(tmp_path):
    """A cassette of one stream with a character of two bytes."""
    path = tmp_path / "x.yaml"
    response = Response(body="data: Zürich\n\n".encode())
    save(Cassette([Interaction(Request("GET", "https://a.example/stream"), response)]), path)
    return str(path)


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_a_correct_command_passes(path, capsys):
    """All splits agree: one line, and 0. What stands behind the -- is the command's, all of it."""
    assert main(["sweep", path, "--", *CORRECT, "--jobs", "--", "-x"]) == 0
    captured = capsys.readouterr()
    assert captured.out == "streamtape: passes under 16 splits\n"
    assert captured.err == ""


def test_a_broken_command_fails_and_the_line_reproduces_it(path, capsys, tmp_path):
    """The report ends in a command; that command runs just that split, and fails as well."""
    script = tmp_path / "my client.py"
    script.write_text(BROKEN[2])
    command = [sys.executable, "-IS", str(script)]
    assert main(["sweep", path, "--timeout", "9", "--", *command]) == 1
    told, line = capsys.readouterr().out.rsplit("\n  reproduce:  ", 1)
    assert told.splitlines()[0] == (
        "streamtape: fails under 2 of 16 splits (1 of 1 cuts inside a UTF-8 character, "
        "0 of 13 cuts elsewhere, and byte by byte); smallest: one cut, at byte 8"
    )
    assert "^^^^^^^^^^^ inside the 2-byte character 'ü'" in told
    assert line == (
        f"streamtape sweep {path} --split at:8 --timeout 9 -- "
        f"{sys.executable} -IS '{tmp_path}/my client.py'\n"
    )
    again = subprocess.run(
        ["sh", "-c", f"{sys.executable} -m {line}"], capture_output=True, text=True, check=False
    )
    assert again.returncode == 1
    assert again.stdout.startswith("streamtape: fails under 1 of 1 split (1 of 1 cuts inside a")


def test_a_failing_variant_is_in_the_line(path, capsys):
    """A variant that fails is named, and can be run alone."""
    naive = [*LOSSY[:2], READER + 'print(b"".join(chunks).split(b"\\n\\n")[0])']
    assert main(["sweep", path, "--over", "whole", "--variants", "newlines", "--", *naive]) == 1
    line = capsys.readouterr().out.partition("  reproduce:  ")[2]
    assert " --split whole --variant crlf -- " in line
    asked = ["--split", "whole", "--variant", "crlf"]
    assert main(["sweep", path, *asked, "--", *naive]) == 1
    assert "fails under 1 of 1 split" in capsys.readouterr().out


def test_a_status_that_is_no_success_is_mentioned(path, capsys):
    """A command that fails unsplit is compared all the same, and standard error says so."""
    failing = [*LOSSY[:2], READER + "sys.exit(3)"]
    assert main(["sweep", path, "--split", "at:3", "--", *failing]) == 0
    assert capsys.readouterr().err == "streamtape: without any split, it exits with 3\n"


def test_progress_on_a_terminal(path, capsys, monkeypatch):
    """A terminal shows how far it is, and what fails; the line is cleared at the end."""
    from streamtape.cli import _sweep

    monkeypatch.setattr(_sweep._Progress, "_EVERY", -1)
    monkeypatch.setattr("sys.stderr", Terminal())
    assert main(["sweep", path, "--over", "bytes", "--jobs", "1", "--", *LOSSY]) == 1
    shown = sys.stderr.getvalue().split("\r")
    assert shown[1].startswith("  1 splits  ━━━━━━━━━━━━━━━━━━━━  100%  0:0")
    assert "1 failing" in shown[1]
    assert shown[2].startswith("  looking for the smallest failure: 1 more runs")
    assert shown[-1] == "\x1b[K"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["none.yaml"], "streamtape: no cassette at none.yaml. "),
        (["PATH", "--over", "cutz"], "streamtape: sweep 'cutz': not a sweep. "),
        (["PATH", "--split", "at:99"], "streamtape: split 'at:99': it cuts behind the end. "),
        (["PATH", "--jobs", "0"], "streamtape: jobs=0: nobody would run anything. "),
        (
            ["PATH", "--split", "at:9", "--over", "cuts"],
            "streamtape: --split: it runs just that, and --over more. Drop one.\n",
        ),
        (
            ["PATH", "--variant", "crlf", "--variants", "bom"],
            "streamtape: --variant: it runs just that, and --variants more. Drop one.\n",
        ),
    ],
    ids=["file", "over", "split", "jobs", "split and over", "variant and variants"],
)
def test_what_cannot_be_run_exits_with_2(path, capsys, arguments, told):
    """Where nothing could be compared, one sentence says why, and the status is not 1."""
    arguments = [path if argument == "PATH" else argument for argument in arguments]
    assert main(["sweep", *arguments, "--", *CORRECT]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith(told)


def test_a_command_is_needed(path, capsys):
    """Without a command it is spelled wrong."""
    with pytest.raises(SystemExit) as caught:
        main(["sweep", path])
    assert caught.value.code == 2
    assert "usage: streamtape sweep CASSETTE [OPTIONS] -- COMMAND" in capsys.readouterr().err


@pytest.mark.skipif(os.name != "posix", reason="SIGINT and FIFOs")
@pytest.mark.parametrize(
    ("when", "how"),
    [("unsplit", signal.SIGINT), ("sweeping", signal.SIGINT), ("sweeping", signal.SIGTERM)],
    ids=["unsplit", "sweeping", "terminated"],
)
def test_ctrl_c_stops_at_once(path, tmp_path, when, how):
    """Ctrl-C ends what runs and tells what has been run; 130 is the status that shells know."""
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    hangs = "True" if when == "unsplit" else "len(chunks) > 1"
    hanging = f"\nif {hangs}:\n    open({str(fifo)!r}, 'w').close(); time.sleep(60)"
    asked = ["--over", "whole", "--over", "bytes", "--jobs", "1", "--timeout", "60"]
    command = [*LOSSY[:2], READER + "print(1)" + hanging]
    with subprocess.Popen(
        [sys.executable, "-m", "streamtape", "sweep", path, *asked, "--", *command],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        fifo.read_bytes()  # returns when the command under test has come so far
        process.send_signal(how)
        out, err = process.communicate(timeout=20)
    assert process.returncode == 130
    told = "streamtape: passes under 1 split (stopped: 1 of 2 not run)\n"
    assert (out, err) == ("" if when == "unsplit" else told, "")
