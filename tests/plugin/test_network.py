"""The network guard through the plugin's options."""

import streamtape
from streamtape.cassette import Cassette, Interaction, Request, Response

TESTS = """
import socket

import httpx
import pytest

@pytest.mark.streamtape("x.yaml")
def test_replays(tape):
    assert httpx.get("https://api.example/").content == b"taped"
    with pytest.raises(ConnectionError, match="lets nothing out to db.local:5432 while"):
        socket.create_connection(("db.local", 5432))
    assert tape.blocked == ["db.local"]
    assert tape.options.allowed_hosts == ("a.local", "*.test")
"""


def test_the_options_guard_every_replaying_test(pytester):
    """`--streamtape-block-network` refuses other hosts; `--streamtape-allowed-hosts` lists some."""
    pytester.makepyfile(test_net=TESTS)
    interaction = Interaction(Request("GET", "https://api.example/"), Response(body=b"taped"))
    path = pytester.path / "cassettes" / "test_net" / "x.yaml"
    streamtape.save(Cassette((interaction,)), path)
    options = ("--streamtape-block-network", "--streamtape-allowed-hosts=a.local,*.test")
    pytester.runpytest_inprocess(*options, "-p", "no:cacheprovider").assert_outcomes(passed=1)
