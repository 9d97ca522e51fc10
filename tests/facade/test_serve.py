"""A cassette on a socket for the length of a block: `streamtape.serve`, and `tape.serve`."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import httpx
import httpx2
import pytest

import streamtape
from streamtape.errors import CassetteMiss, UnplayedError, UsageError

HELLO = Path(__file__).parents[2] / "cassettes" / "hello.yaml"
BODY = b"data: 1\n\ndata: 2\n\n"
CHILD = """
import os, urllib.request
print(urllib.request.urlopen(os.environ["ANTHROPIC_BASE_URL"] + "/v1/x").read())
"""


def recording(url="https://api.example/v1/x", body=BODY):
    request, response = streamtape.Request("GET", url), streamtape.Response(body=body)
    return streamtape.Cassette((streamtape.Interaction(request, response),))


@pytest.fixture
def path(tmp_path):
    """The path of a cassette."""
    streamtape.save(recording(), tmp_path / "x.yaml")
    return tmp_path / "x.yaml"


def test_a_block_has_a_server(path):
    """Any client is served, with the options of `use_cassette` and those of a server."""
    serving = streamtape.serve(path, split="at:3", framing="chunked", gap=0.001)
    with serving as server, httpx.stream("GET", f"{server.url}/v1/x") as response:
        assert [len(chunk) for chunk in response.iter_raw()] == [3, 15]
    assert [played.end for played in server.playbacks] == ["complete"]
    assert (server.misses, server.unplayed) == ([], [])


def test_several_cassettes_count_through():
    """The interactions of further cassettes follow, in their order."""
    other = recording("https://other.example/v1/y", b"data: y\n\n")
    with streamtape.serve(recording(), other, HELLO, split="2/bytes") as server:
        assert httpx.get(f"{server.url}/v1/y").content == b"data: y\n\n"
    assert [played.number for played in server.playbacks] == [2]
    assert str(server.playbacks[0].split) == "bytes"
    assert len(server.unplayed) == 2


def test_in_async_code(path):
    """`async with` is the same."""

    async def main():
        async with streamtape.serve(path) as server, httpx2.AsyncClient() as client:
            return (await client.get(f"{server.url}/v1/x")).content

    assert asyncio.run(main()) == BODY


def test_sub_processes_use_it(path, monkeypatch):
    """The environment leads to the server meanwhile, and is put back exactly."""
    monkeypatch.setenv("OPENAI_BASE_URL", "https://before")
    monkeypatch.delenv("ANTHROPIC_BASE_URL", raising=False)
    before = dict(os.environ)
    with streamtape.serve(path, set_environment=True) as server:
        assert os.environ["OPENAI_BASE_URL"] == f"{server.url}/v1"
        said = subprocess.check_output([sys.executable, "-c", CHILD], text=True)
    assert said == f"{BODY}\n"
    assert dict(os.environ) == before


def test_a_miss_cannot_hide(path):
    """A block that ends well is left with the error of a request without an answer."""
    with pytest.raises(CassetteMiss) as caught, streamtape.serve(path) as server:
        assert httpx.get(f"{server.url}/v1/nothing").status_code == 404
    assert f"has no answer to GET {server.url}/v1/nothing\n" in str(caught.value)
    with pytest.raises(httpx.HTTPStatusError), streamtape.serve(path) as server:
        httpx.get(f"{server.url}/v1/nothing").raise_for_status()


def test_what_is_never_asked_for_can_fail(path):
    """With unplayed="fail", as for `use_cassette`."""
    with pytest.raises(UnplayedError), streamtape.serve(path, unplayed="fail"):
        pass


def test_a_cassette_in_memory_has_a_name():
    """Messages speak of it as the cassette."""
    serving = streamtape.serve(recording(), unplayed="fail")
    with pytest.raises(UnplayedError, match=r"^the cassette: 1 interaction"), serving:
        pass


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"mode": "once"},
            "option mode='once': a server replays, in real time, to whoever asks. Leave it out.",
        ),
        ({"splitt": "bytes"}, "option splitt='bytes': no such option. Did you mean split? Valid "),
        ({"framing": "x"}, "framing 'x': not a framing. Valid are recorded, chunked, content-"),
    ],
)
def test_options_that_are_none(path, options, message):
    """An option that a server cannot have is refused, before anything starts."""
    with pytest.raises(UsageError) as caught, streamtape.serve(path, **options):
        pass
    assert str(caught.value).startswith(message)


def test_a_port_that_is_taken_leaves_nothing_behind(path):
    """The second server fails, and the first goes on."""
    with streamtape.serve(path, allow_playback_repeats=True) as server:
        port = int(server.url.rpartition(":")[2])
        with pytest.raises(OSError, match=str(port)), streamtape.serve(path, port=port):
            pass
        assert httpx.get(f"{server.url}/v1/x").content == BODY


def test_a_tape_is_served_too(path):
    """What clients of the server do is part of the use: playbacks, unplayed, matching, verdict."""
    with streamtape.use_cassette(path, unplayed="fail", block_network=True) as tape:
        with tape.serve() as server:
            assert httpx.get(f"{server.url}/v1/x").content == BODY
        tape.assert_fully_read()
        assert tape.playbacks == server.playbacks
        assert tape.playbacks[0].request.url == f"{server.url}/v1/x"
        assert tape.unplayed == []


def test_a_miss_on_the_server_is_one_of_the_tape(path):
    """The use fails for it as for any other."""
    with (
        pytest.raises(CassetteMiss),
        streamtape.use_cassette(path) as tape,
        tape.serve() as server,
    ):
        assert httpx.get(f"{server.url}/v1/nothing").status_code == 404
    assert len(tape.session.misses) == 1


def test_the_process_s_own_clients_reach_the_server(path):
    """A tape that answers every request of the process lets those to its server through."""
    with streamtape.use_cassette(path, allow_playback_repeats=True) as tape:
        with tape.serve() as server:
            through_a_socket = httpx.get(f"{server.url}/v1/x")
            in_process = httpx.get("https://api.example/v1/x")
        assert "network_stream" in through_a_socket.extensions
        assert through_a_socket.content == in_process.content == BODY
        with pytest.raises(CassetteMiss):
            httpx.get(f"{server.url}/v1/x")
        tape.session.misses.clear()


def test_a_tape_s_hold_holds_the_server(path):
    """A test steps through what a client on a socket is given, in the same words."""

    async def main():
        with streamtape.use_cassette(path) as tape:
            async with tape.serve() as server, httpx.AsyncClient() as client, tape.hold() as hold:
                asking = asyncio.create_task(client.get(f"{server.url}/v1/x"))
                await hold.run_until(1)
                assert tape.playbacks[0].delivered == 9
                hold.release()
                return (await asking).content

    assert asyncio.run(main()) == BODY


def test_an_abort_is_told_behind_the_event(path):
    """`abort=1`: the callback comes when the client on the socket has had event 1."""
    seen = []
    with streamtape.use_cassette(path) as tape:
        tape.rewind(recording(), abort=streamtape.playback.Abort(1))
        tape.when_aborting(lambda: seen.append(tape.playbacks[0].delivered))
        with tape.serve() as server:
            httpx.get(f"{server.url}/v1/x")
    assert seen == [9]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"mode": "new_episodes"},
            "serve() in mode 'new_episodes': a server only replays. Record with `streamtape "
            "record`, or use mode='none'.",
        ),
        (
            {"clock": "virtual"},
            "serve() with this clock: the time of sockets is real. Use clock='real'.",
        ),
    ],
)
def test_what_cannot_be_served(path, options, message):
    """A recording and a virtual clock have no server."""
    tape = streamtape.Tape(path, streamtape.TapeOptions.of(options))
    with pytest.raises(UsageError) as caught:
        tape.serve()
    assert str(caught.value) == message
