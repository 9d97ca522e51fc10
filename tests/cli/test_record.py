"""`streamtape record` and `streamtape upstream`: what they print, keep and return."""

import os
import signal
import subprocess
import sys
import threading

import pytest

import streamtape
from streamtape.cli import main
from streamtape.playback import Fail, Finish, Head
from streamtape.server import LoopbackServer, Upstream

# A client in any language, as far as streamtape can see: it knows an environment variable.
CLIENT = """
import os, sys, http.client
host = os.environ["ANTHROPIC_BASE_URL"].removeprefix("http://")
http_ = http.client.HTTPConnection(host)
headers = {"x-api-key": os.environ.get("ANTHROPIC_API_KEY", ""), "x-team": "ours"}
http_.request("POST", sys.argv[1] if sys.argv[1:] else "/v1/messages", '{"stream": true}', headers)
answer = http_.getresponse()
print(answer.status, len(answer.read()))
"""


def command(source=CLIENT, *arguments):
    return ["--", sys.executable, "-IS", "-c", source, *arguments]


@pytest.fixture(scope="module")
def upstream():
    with Upstream(pace=0) as upstream:
        yield upstream


@pytest.fixture
def record(upstream, tmp_path, monkeypatch):
    """Record from the embedded upstream into a cassette; return the exit status."""
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)
    path = tmp_path / "chat.yaml"

    def record(*arguments, url=upstream.url):
        return main(["record", "--upstream", url, "-o", str(path), *arguments])

    record.path = path
    return record


def test_a_command_is_recorded(record, capfd):
    """The command finds the proxy (and a key); standard output is its own, the rest is said."""
    assert record(*command()) == 0
    assert capfd.readouterr().out == "200 2249\n"
    (interaction,) = streamtape.load(record.path).interactions
    assert interaction.response.end.kind == "complete"


def test_what_it_says(record, capfd):
    """How much was recorded; and what the cassette answered, where there was one."""
    assert record(*command()) == 0
    chunks = len(streamtape.load(record.path).interactions[0].response.chunk_sizes)
    told = capfd.readouterr().err
    assert told.startswith(f"{record.path}: 1 interaction(s), {chunks} chunks, ")
    assert record(*command()) == 0
    assert capfd.readouterr().err == f"{record.path}: 1 replayed (mode once)\n"
    assert record("--mode", "all", *command()) == 0
    assert capfd.readouterr().err.startswith(f"{record.path}: 1 interaction(s), ")


@pytest.mark.parametrize("source", [CLIENT + "sys.exit(7)", "import sys; sys.exit(7)"])
def test_the_exit_status_is_the_commands(record, source):
    """Whatever was recorded."""
    assert record(*command(source)) == 7


def test_an_aborted_stream_is_said(record, capfd):
    """Endings other than complete are counted."""
    source = CLIENT.replace("len(answer.read())", "len(answer.read(10))")
    with Upstream(pace=0.5) as slow:
        assert record(*command(source), url=slow.url) == 0
    assert capfd.readouterr().err.endswith(" s, 1 aborted\n")
    assert streamtape.load(record.path).interactions[0].response.end.kind == "aborted"


def test_a_command_that_asks_for_nothing(record, capfd):
    """Nothing was recorded, and that is said: the client talks to somebody else."""
    assert record("--", "true") == 1
    assert capfd.readouterr().err == (
        f"{record.path}: 0 interaction(s), 0 chunks, 0.0 s\n"
        "streamtape: command 'true': it sent no request to the proxy. Send its requests to "
        "$STREAMTAPE_URL ($ANTHROPIC_BASE_URL, $OPENAI_BASE_URL).\n"
    )
    assert not record.path.exists()


def test_a_command_that_cannot_be_started(record, capfd):
    """It is said, and nothing else."""
    assert record("--", "unheard-of") == 1
    assert capfd.readouterr().err == (
        "streamtape: command 'unheard-of': cannot be started (No such file or directory). "
        "Check its name.\n"
    )


@pytest.mark.parametrize(("status", "expected"), [(0, 1), (7, 7)])
def test_a_recording_that_cannot_be_saved(record, capfd, status, expected):
    """It is said, and makes the exit status 1 where the command's is 0."""
    source = f"{CLIENT}\nopen({str(record.path)!r}, 'w').write('- broken')\nsys.exit({status})"
    assert record(*command(source)) == expected
    assert capfd.readouterr().err == (
        f"streamtape: {record.path}:1: not a streamtape cassette: it does not begin with "
        f"'streamtape: 1'. A cassette of another tool? Try: streamtape convert {record.path} "
        "-o NEW.yaml\n"
    )
    assert record.path.read_text("utf-8") == "- broken"


def test_ctrl_c_loses_nothing(record, monkeypatch):
    """Whatever it interrupts, what was recorded is saved, and there is no traceback."""
    from streamtape import command as commands

    def interrupted(*arguments):
        in_foreground(*arguments)
        raise KeyboardInterrupt

    in_foreground = commands.in_foreground
    monkeypatch.setattr(commands, "in_foreground", interrupted)
    assert record(*command()) == 130
    assert len(streamtape.load(record.path).interactions) == 1


def test_an_upstream_that_does_not_answer(record, capfd):
    """The command gets a 502; the reason is said, and the status is not 0."""
    assert record(*command(), url="http://127.0.0.1:1") == 1
    told = capfd.readouterr()
    assert told.out.startswith("502 ")
    assert told.err == (
        f"{record.path}: 0 interaction(s), 0 chunks, 0.0 s\n"
        "streamtape: POST http://127.0.0.1:1/v1/messages was not answered: All connection attempts "
        "failed. Check the address, the network and the server's certificate.\n"
    )


def test_a_request_that_is_repeated(record, capfd):
    """A client that gets over a 502 has not failed: what came then is recorded."""

    def respond(_request):
        yield answers.pop()
        yield Finish()

    answers = [Head(200, (), "HTTP/1.1"), Fail("disconnect")]
    with LoopbackServer(respond) as server:
        assert record(*command(CLIENT + CLIENT), url=server.url) == 0
    told = capfd.readouterr()
    assert [line[:3] for line in told.out.splitlines()] == ["502", "200"]
    assert told.err.count("was not answered: Server disconnected") == 1


def test_a_miss_is_not_hidden(record, capfd):
    """A request that the cassette should have answered fails the run, whatever the command says."""
    assert record(*command()) == 0
    capfd.readouterr()
    assert record(*command(CLIENT, "/v1/other")) == 1
    told = capfd.readouterr()
    assert told.out.startswith("404 ")
    assert f"streamtape: {record.path} has no answer to POST http://" in told.err
    assert told.err.endswith("\nRecord it with mode new_episodes.\n")


def test_secrets_that_were_replaced_are_said(record, capfd, monkeypatch):
    """What, and where; more patterns and headers can be named."""
    monkeypatch.setenv("ANTHROPIC_API_KEY", "claude-sonnet-4-5")
    options = ["--redact", "Bonjour!", "--filter-header", "x-team=a team", "--filter-query", "k"]
    assert record(*options, *command(CLIENT, "/v1/messages?k=1")) == 0
    said = capfd.readouterr().err.splitlines()[1:]
    assert said[0].startswith("  replaced: value of $ANTHROPIC_API_KEY in the response body, at ")
    text = record.path.read_text("utf-8")
    assert "Bonjour!" not in text
    assert "x-team: a team" in text
    assert "k=1" not in text


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--upstream", "http://b"], "one proxy forwards to one server; run another beside it"),
        (["--mode", "none"], "invalid choice: 'none'"),
        (["--port", "99999"], "'99999' is no port: 0 to 65535"),
    ],
)
def test_calls_that_are_wrong(record, capsys, arguments, message):
    """They end with status 2, before anything is run."""
    with pytest.raises(SystemExit) as stopped:
        record(*arguments, "--", "false")
    assert stopped.value.code == 2
    assert message in capsys.readouterr().err


def test_a_port_that_is_taken(record, upstream, capsys):
    """It is said, and nothing is run."""
    port = upstream.url.rpartition(":")[2]
    assert record("--port", port, "--", "false") == 1
    assert capsys.readouterr().err == (
        f"streamtape: --port {port}: Address already in use. Name another, or none.\n"
    )


def test_an_upstream_that_is_none(record, capsys):
    """It is said, and nothing is run."""
    assert record("--", "false", url="api.anthropic.com") == 1
    assert capsys.readouterr().err == (
        "streamtape: upstream 'api.anthropic.com': not the base URL of a server. "
        "Valid: https://api.anthropic.com\n"
    )


def test_no_key_is_made_up_for_others(record, capfd):
    """A made-up key is for this machine only."""
    source = "import os; print(os.environ.get('ANTHROPIC_API_KEY'))"
    record(*command(source))
    record(*command(source), url="https://api.example")
    assert capfd.readouterr().out == "streamtape\nNone\n"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_without_a_command(record, upstream, capsys, monkeypatch, number):
    """It prints its address, records until it is stopped, and then saves."""
    from streamtape.cli import _record

    def serve(proxy, command):
        def client():
            environment = {"ANTHROPIC_BASE_URL": proxy.url, "ANTHROPIC_API_KEY": "k"}
            subprocess.run([sys.executable, "-ISc", CLIENT], env=environment, check=True)
            while signal.getsignal(signal.SIGTERM) is not signal.default_int_handler:
                pass
            os.kill(os.getpid(), number)

        thread = threading.Thread(target=client)
        thread.start()
        try:
            return original(proxy, command)
        finally:
            thread.join()

    original = _record._serve
    monkeypatch.setattr(_record, "_serve", serve)
    assert record() == 0
    url, told = capsys.readouterr().out.splitlines()
    assert url.startswith("http://127.0.0.1:")
    assert told.startswith(f"{record.path}: 1 interaction(s), ")
    assert len(streamtape.load(record.path).interactions) == 1


def test_upstream(capsys, monkeypatch):
    """`streamtape upstream` answers until it is stopped."""
    import urllib.request

    from streamtape.cli import _upstream

    def until_stopped():
        url = capsys.readouterr().out.strip()
        request = urllib.request.Request(f"{url}/v1/messages", b"{}", {"x-api-key": "any"})
        with urllib.request.urlopen(request) as answer:
            assert answer.status == 200

    monkeypatch.setattr(_upstream, "until_stopped", until_stopped)
    assert main(["upstream", "--pace", "0"]) == 0
    assert capsys.readouterr().out == "1 answered\n"


def test_a_pace_that_is_none(capsys):
    """Time does not run backwards."""
    assert main(["upstream", "--pace", "-1"]) == 1
    assert capsys.readouterr().err == "streamtape: --pace -1: not a pace. Valid: 0, 1, 2.5\n"
