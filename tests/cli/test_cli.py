"""The command line: what it prints, where errors go, and how it exits."""

import runpy
import socket
import sys
from pathlib import Path

import pytest

from streamtape.cli import main

HELLO = Path(__file__).parents[2] / "cassettes" / "hello.yaml"


def test_demo(capsys):
    """The demo records, replays under every single cut, and agrees."""
    connect = socket.socket.connect
    assert main(["demo"]) == 0
    out = capsys.readouterr().out
    assert "Recording from the embedded upstream at http://127.0.0.1:" in out
    assert "every single cut   22" in out
    assert out.endswith("\nall replays agree\n")
    assert socket.socket.connect is connect


def test_demo_keeps_its_cassette(capsys, tmp_path):
    """With --keep, the cassette stays, and `show` shows it."""
    assert main(["demo", "--keep", str(tmp_path / "demo.yaml")]) == 0
    capsys.readouterr()
    assert main(["show", str(tmp_path / "demo.yaml")]) == 0
    assert "1. POST http://127.0.0.1:" in capsys.readouterr().out


def test_demo_says_when_replays_disagree(capsys, monkeypatch):
    """A stream that depends on the split makes the demo exit with 1."""
    from streamtape.cli import _demo

    replay = _demo._replay

    def broken(cassette, split):
        outcome = replay(cassette, split)
        return outcome._replace(text="other") if str(split) == "at:5" else outcome

    monkeypatch.setattr(_demo, "_replay", broken)
    assert main(["demo"]) == 1
    assert capsys.readouterr().out.endswith("\nREPLAYS DISAGREE\n")


def test_demo_offline_means_offline(capsys, monkeypatch):
    """A replay that opens a socket is refused while the network is cut off."""
    from streamtape.cli import _demo

    with _demo._no_network(), pytest.raises(OSError, match="the demo is offline now"):
        socket.create_connection(("127.0.0.1", 9))


def test_live_demo_needs_a_key(capsys, monkeypatch):
    """Without a key, --live says so on standard error and exits with 1."""
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)
    assert main(["demo", "--live"]) == 1
    assert capsys.readouterr().err == (
        "streamtape: --live: ANTHROPIC_API_KEY is not set. Set it, or leave out --live.\n"
    )


def test_live_demo_records_from_the_api(capsys, monkeypatch):
    """With a key, --live records from the API's address; an error there is told as it is."""
    from streamtape.cli import _demo
    from streamtape.server import Upstream

    monkeypatch.setenv("ANTHROPIC_API_KEY", "k")
    with Upstream(pace=0) as upstream:
        monkeypatch.setattr(_demo, "_LIVE", upstream.url)
        assert main(["demo", "--live"]) == 0
        monkeypatch.setattr(_demo, "_LIVE", f"{upstream.url}/nowhere")
        assert main(["demo", "--live"]) == 1
    assert "it answered 404. " in capsys.readouterr().err


def test_show(capsys):
    """`show` tells requests, chunks, events, times and the ending."""
    assert main(["show", str(HELLO)]) == 0
    out = capsys.readouterr().out.splitlines()
    assert out[0] == "1. POST https://api.anthropic.com/v1/messages"
    assert "   text_delta" in "\n".join(out)


def test_fix(capsys, tmp_path):
    """`fix` mends an edited cassette, and says what it did."""
    path = tmp_path / "x.yaml"
    path.write_text(HELLO.read_text("utf-8").replace("Bonjour!", "Bonsoir!!"), "utf-8")
    assert main(["show", str(path)]) == 1
    assert f"run: streamtape fix {path}" in capsys.readouterr().err
    assert main(["fix", str(path)]) == 0
    assert main(["fix", str(path)]) == 0
    assert capsys.readouterr().out == (
        f"{path}: mended the chunks of interaction(s) 1\n{path}: nothing to fix\n"
    )


def test_errors_are_sentences(capsys, tmp_path):
    """An error is one sentence on standard error, without a traceback; the status is 1."""
    assert main(["show", str(tmp_path / "none.yaml")]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith(f"streamtape: no cassette at {tmp_path / 'none.yaml'}. ")


@pytest.mark.parametrize("arguments", [[], ["unheard-of"]])
def test_a_wrong_command_exits_with_2(capsys, arguments):
    """A command that is spelled wrong is a usage error."""
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2


def test_a_closed_pipe_is_no_error(monkeypatch):
    """`streamtape show x | head` ends quietly."""

    def closed(*args, **kwargs):
        raise BrokenPipeError

    monkeypatch.setattr("builtins.print", closed)
    monkeypatch.setattr(sys, "stderr", type("Stream", (), {"close": lambda self: None})())
    assert main(["show", str(HELLO)]) == 0


def test_as_a_module(monkeypatch, capsys):
    """`python -m streamtape` is the same command."""
    monkeypatch.setattr(sys, "argv", ["streamtape", "--version"])
    with pytest.raises(SystemExit) as caught:
        runpy.run_module("streamtape", run_name="__main__")
    assert caught.value.code == 0
    assert capsys.readouterr().out.startswith("streamtape 0.")
