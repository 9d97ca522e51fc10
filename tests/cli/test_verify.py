"""`streamtape verify`: what it sends, prints and exits with."""

import json

import httpx
import pytest

import streamtape
from streamtape.cassette import Cassette, Interaction, Request, Response
from streamtape.cli import main
from streamtape.server import Upstream

ASKED = {"model": "m", "stream": True, "messages": [{"role": "user", "content": "Hi"}]}


@pytest.fixture(scope="module")
def live():
    with Upstream(pace=0) as upstream:
        yield upstream


@pytest.fixture
def path(live, tmp_path, monkeypatch):
    monkeypatch.setenv("ANTHROPIC_API_KEY", "no-key-is-needed")
    headers = {"x-api-key": "k", "anthropic-version": "2023-06-01"}
    with streamtape.use_cassette(tmp_path / "x.yaml", "once"):
        httpx.post(f"{live.url}/v1/messages", json=ASKED, headers=headers)
    return tmp_path / "x.yaml"


def test_nothing_has_aged(live, path, capsys):
    """The status is 0; the file is not touched, and the key came from the environment."""
    before = path.read_bytes()
    assert main(["verify", str(path)]) == 0
    assert capsys.readouterr().out == (
        f"{path}: 1. POST {live.url}/v1/messages: as recorded\n"
        "1 interaction(s) asked again: 1 same\n"
    )
    assert path.read_bytes() == before
    assert live.served[-1].request.header("x-api-key") == "no-key-is-needed"


def test_something_has_aged(live, path, capsys):
    """The status is 1, whatever else could not be told; differences are listed."""
    path.write_bytes(path.read_bytes().replace(b"message_stop", b"message_stip"))
    assert main(["verify", str(path), "nowhere.yaml"]) == 1
    printed = capsys.readouterr()
    assert printed.out == (
        f"{path}: 1. POST {live.url}/v1/messages: AGED\n"
        "   event gone: message_stip, after message_delta\n"
        "   new event: message_stop, after message_delta\n"
        "1 interaction(s) asked again: 1 aged\n"
    )
    assert printed.err.startswith("streamtape: nowhere.yaml: no cassette at nowhere.yaml")


def test_another_host_and_headers(live, path, capsys):
    """`--upstream` and `--header` say where to ask, and what to send along."""
    command = ["verify", str(path), "--upstream", f"{live.url}/below"]
    assert main([*command, "--header", "X-Api-Key: mine", "--timeout", "5"]) == 1
    assert live.served[-1].request.url == f"{live.url}/below/v1/messages"
    assert live.served[-1].request.header("x-api-key") == "mine"
    assert "   status: 200 -> 404\n" in capsys.readouterr().out


def test_nobody_can_tell(path, monkeypatch, capsys):
    """Without a key, or without an answer, the status is 2."""
    assert main(["verify", str(path), "--upstream", "http://127.0.0.1:1"]) == 2
    assert ": unverified, no response came: " in capsys.readouterr().out
    monkeypatch.delenv("ANTHROPIC_API_KEY")
    monkeypatch.delenv("ANTHROPIC_AUTH_TOKEN", raising=False)
    assert main(["verify", str(path)]) == 2
    printed = capsys.readouterr()
    assert printed.err == (
        f"streamtape: {path}: api.anthropic.com: ANTHROPIC_API_KEY or ANTHROPIC_AUTH_TOKEN is not "
        "set. Set it, or give the header: --header 'name: value'.\n"
    )
    assert printed.out == "0 interaction(s) asked again: none\n"


def test_json(path, tmp_path, capsys):
    """`--json` prints one object: counts, and what came of each interaction."""
    removal = Interaction(Request("DELETE", "https://x.example/"), Response())
    streamtape.save(Cassette((removal,)), tmp_path / "y.yaml")
    assert main(["verify", "--json", str(path), str(tmp_path / "y.yaml")]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["asked"] == 1
    assert report["counts"] == {"same": 1, "not asked": 1}
    assert report["interactions"][1] == {
        "path": str(tmp_path / "y.yaml"),
        "number": 1,
        "request": "DELETE https://x.example/",
        "outcome": "not asked",
        "differences": [],
        "notes": [],
        "reason": "DELETE may change something: verify it in a test",
    }


def test_a_header_that_is_none(capsys):
    """A header has a name and a value."""
    with pytest.raises(SystemExit) as exited:
        main(["verify", "x.yaml", "--header", "mine"])
    assert exited.value.code == 2
    assert "'mine' is no header: 'name: value'" in capsys.readouterr().err


def test_ctrl_c(path, monkeypatch):
    """Who stops it gets the status of a command that was stopped, and no traceback."""

    def stopped(*_args, **_kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr("streamtape.verify.ask_again", stopped)
    assert main(["verify", str(path)]) == 130
