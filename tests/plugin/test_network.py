"""The network guard through the plugin's options."""

import pytest

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

# With pytest-socket. The guard's module is first imported while that has put its own class there.
BESIDE = """
import asyncio
import socket

import httpx
import pytest
import pytest_socket

lookup = socket.getaddrinfo

@pytest.mark.disable_socket
@pytest.mark.streamtape("x.yaml", block_network=True)
def test_without_sockets():
    assert httpx.get("https://api.example/").content == b"taped"
    with pytest.raises(pytest_socket.SocketBlockedError), pytest.warns(UserWarning):
        socket.socket()
    with pytest.raises(pytest_socket.SocketBlockedError), pytest.warns(UserWarning):
        socket.getaddrinfo("api.example", 443)

def test_all_is_put_back():
    assert socket.getaddrinfo is lookup
    socket.socket().close()

@pytest.mark.streamtape("x.yaml", block_network=True)
def test_guarded_all_the_same():
    with socket.socket() as one, pytest.raises(ConnectionError, match="lets nothing out"):
        one.connect(("192.0.2.1", 443))

@pytest.mark.allow_hosts(["192.0.2.1"])
@pytest.mark.streamtape("x.yaml", block_network=True)
def test_both_must_allow():
    for host, error in (("192.0.2.1", ConnectionError), ("127.0.0.1", RuntimeError)):
        with socket.socket() as one, pytest.raises((error, UserWarning)):
            one.connect((host, 1))
"""


@pytest.fixture
def taped(pytester):
    """Write a test file and its cassette."""

    def write(source):
        pytester.makeini("[pytest]\naddopts = -p no:asyncio\n")
        pytester.makepyfile(test_net=source)
        interaction = Interaction(Request("GET", "https://api.example/"), Response(body=b"taped"))
        path = pytester.path / "cassettes" / "test_net" / "x.yaml"
        streamtape.save(Cassette((interaction,)), path)
        return pytester

    return write


def test_the_options_guard_every_replaying_test(taped):
    """`--streamtape-block-network` refuses other hosts; `--streamtape-allowed-hosts` lists some."""
    options = ("--streamtape-block-network", "--streamtape-allowed-hosts=a.local,*.test")
    run = taped(TESTS).runpytest_inprocess(*options, "-p", "no:cacheprovider")
    run.assert_outcomes(passed=1)


def test_beside_pytest_socket(taped, monkeypatch):
    """With pytest-socket each guard does its own work, in whatever order they come and go."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # the others take a second to import
    plugins = ("-p", "pytest_streamtape.plugin", "-p", "pytest_socket", "-p", "no:cacheprovider")
    taped(BESIDE).runpytest_subprocess(*plugins).assert_outcomes(passed=4)


def test_nothing_needs_a_socket(taped):
    """Under `--disable-socket` cassettes replay, in coroutines too where Unix sockets are free."""
    source = """
        import asyncio, httpx, httpx2, pytest

        pytestmark = pytest.mark.streamtape("x.yaml")

        def test_sync():
            assert httpx2.get("https://api.example/").content == b"taped"

        def test_async():
            async def get():
                async with httpx.AsyncClient() as client:
                    return await client.get("https://api.example/")
            assert asyncio.run(get()).content == b"taped"
        """
    lines = "\n".join(line.removeprefix("        ") for line in source.splitlines())
    options = ("--disable-socket", "--allow-unix-socket", "-p", "no:cacheprovider")
    taped(lines).runpytest_inprocess(*options).assert_outcomes(passed=2)
