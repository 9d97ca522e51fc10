"""`streamtape serve`: options, output, exit status, signals."""

import signal
import socket
import subprocess
import sys
from contextlib import contextmanager

import httpx
import pytest

from streamtape.cassette import Cassette, Interaction, Request, Response, save
from streamtape.cli import _serve, main

BODY = "data: Zürich\n\n".encode()


@pytest.fixture
def path(tmp_path):
    """A cassette of one stream with a character of two bytes."""
    path = tmp_path / "x.yaml"
    recorded = Interaction(Request("GET", "https://a.example/stream"), Response(body=BODY))
    save(Cassette((recorded,)), path)
    return str(path)


@contextmanager
def serving(*arguments):
    """Run the command; give its process and its URL."""
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    command = [sys.executable, "-m", "streamtape", "serve", *arguments]
    with subprocess.Popen(command, text=True, **pipes) as process:
        try:
            yield process, process.stdout.readline().strip()
        finally:
            if process.poll() is None:
                process.kill()


def ended(process, how):
    """End a process; return what it printed, and its exit status."""
    process.send_signal(how)
    return *process.communicate(timeout=20), process.returncode


def test_serve(path):
    """`serve` prints its address, answers as often as it is asked, and stops at Ctrl-C."""
    with serving(path, "--split", "at:8") as (process, url):
        for _ in range(2):
            with httpx.stream("GET", f"{url}/stream") as response:
                assert [len(chunk) for chunk in response.iter_raw()] == [8, 7]
        assert ended(process, signal.SIGINT) == ("2 replayed, 0 missed\n", "", 0)


def test_everything_at_once(path, tmp_path):
    """Several cassettes, a fault and what a retry gets, framing, control, and the report."""
    other = tmp_path / "y.yaml"
    recorded = Interaction(Request("GET", "https://b.example/y"), Response(body=b"data: y\n\n"))
    save(Cassette((recorded,)), other)
    options = ["--fault", "2/http:529", "--then", "replay", "--framing", "content-length"]
    options += ["--control", "--concurrency-report", "--gap", "1ms", "--timing", "fixed:1ms"]
    with serving(path, str(other), *options) as (process, url):
        answers = [httpx.get(f"{url}/{name}") for name in ("y", "y", "stream", "nothing")]
        assert [answer.status_code for answer in answers] == [529, 200, 200, 404]
        assert answers[2].headers["content-length"] == "15"
        assert httpx.get(f"{url}/__streamtape__/report").json()["streams"] == 3
        if hasattr(signal, "SIGUSR1"):
            process.send_signal(signal.SIGUSR1)
            assert process.stdout.readline().startswith("3 streams, 3 chunks, ")
            process.stdout.readline()
        out, err, status = ended(process, signal.SIGTERM)
    streams, lateness, last = out.splitlines()
    assert streams.startswith("3 streams, 3 chunks, ")
    assert streams.endswith(" bytes; at most 1 at once")
    assert lateness.startswith("lateness of 3 timed writes: p50 ")
    assert (last, status) == ("3 replayed, 1 missed", 0)
    assert err == (
        "streamtape: requests merges the chunks of a body that is framed by content-length, "
        "however long the gap; it sees each where the framing is chunked.\n"
    )


def test_serve_at_a_port_that_is_none(path, capsys):
    """A port that is taken is a sentence, one that cannot be is spelled wrong."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["serve", path, "--port", str(port)]) == 1
    told = capsys.readouterr().err
    assert told.startswith(f"streamtape: --port {port}: ")
    assert told.endswith(" Name another, or none.\n")
    with pytest.raises(SystemExit) as caught:
        main(["serve", path, "--port", "65536"])
    assert caught.value.code == 2
    assert "argument --port: '65536' is no port: 0 to 65535" in capsys.readouterr().err


def test_serve_at_an_address_that_is_none(path, capsys):
    """Any address but the loopback one is warned of; one that this machine has not is an error."""
    assert main(["serve", path, "--host", "192.0.2.1", "--gap", "0"]) == 1
    warning, merging, error = capsys.readouterr().err.splitlines()
    assert warning.startswith("streamtape: streamtape serves on 192.0.2.1: whoever reaches this")
    assert merging.startswith("streamtape: Without a gap, chunks that are due together are one ")
    assert error.startswith("streamtape: --host 192.0.2.1 --port 0: ")


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("--gap", "soon", "--gap soon: not a duration. Give 0, or a duration: 2ms."),
        ("--framing", "x", "framing 'x': not a framing. Valid are recorded, chunked, content-"),
        ("--fault", "9/http:500", "fault '9/http:500': there is no interaction 9. The cassette "),
        ("--then", "x", "then='x': not a choice. Valid are next and replay."),
    ],
)
def test_options_that_are_none(path, capsys, option, value, message):
    """A value that is none is a sentence."""
    assert main(["serve", path, option, value]) == 1
    assert capsys.readouterr().err.startswith(f"streamtape: {message}")


@pytest.mark.parametrize(("text", "seconds"), [("0", 0), ("2ms", 0.002), ("1.5s", 1.5)])
def test_a_gap_is_a_duration(text, seconds):
    """It is spelled like a timing."""
    assert _serve._gap(text) == seconds
