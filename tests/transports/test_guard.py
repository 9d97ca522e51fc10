"""Nothing leaves the machine while the guard stands, and everything is as before when it falls."""

import asyncio
import pickle
import socket
import threading
import urllib.request

import httpx
import pytest
import pytest_socket

import streamtape
from streamtape.errors import NetworkBlockedError
from streamtape.server import Upstream
from streamtape.transports import guarded

ELSEWHERE = "192.0.2.1"  # TEST-NET-1 (RFC 5737): nothing is there


@pytest.fixture
def noted():
    return []


@pytest.fixture
def guard(noted):
    with guarded((), noted.append):
        yield noted


def connect():
    with socket.socket() as one:
        one.connect((ELSEWHERE, 443))


def connect_ex():
    with socket.socket() as one:
        one.connect_ex((ELSEWHERE, 443))


def send():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.sendto(b"x", (ELSEWHERE, 53))


def open_url():
    urllib.request.urlopen(f"http://{ELSEWHERE}:443/", timeout=1)


def open_asyncio():
    asyncio.run(asyncio.open_connection(ELSEWHERE, 443))


@pytest.mark.parametrize("attempt", [connect, connect_ex, send, open_url, open_asyncio])
def test_no_socket_leaves_the_machine(guard, attempt):
    """Every way out is refused at once, with an error that names the host, and noted."""
    with pytest.raises(OSError, match=ELSEWHERE) as caught:
        attempt()
    reason = getattr(caught.value, "reason", caught.value)
    assert isinstance(reason, NetworkBlockedError)
    port = 53 if attempt is send else 443
    assert str(reason) == (
        f"streamtape lets nothing out to {ELSEWHERE}:{port} while a cassette is replayed. "
        f"To let it pass: allowed_hosts=['{ELSEWHERE}']"
    )
    assert guard == [ELSEWHERE]


@pytest.mark.parametrize("lookup", ["gethostbyname", "gethostbyname_ex"])
def test_names_are_not_looked_up(guard, lookup):
    """A name is refused before a name server hears of it."""
    with pytest.raises(NetworkBlockedError, match=r"out to api.example while"):
        getattr(socket, lookup)("api.example")
    with pytest.raises(NetworkBlockedError, match=r"out to api.example:443 while"):
        socket.getaddrinfo(b"api.example", 443)
    with pytest.raises(NetworkBlockedError, match=r"out to api.example:443 while"):
        asyncio.run(asyncio.open_connection("api.example", 443))
    assert guard == ["api.example"] * 3


def test_the_machine_itself_is_allowed(guard):
    """Loopback, by name and by address, and sockets without a network work as ever."""
    with Upstream() as upstream:
        assert httpx.get(f"{upstream.url}/x").status_code in (200, 404)
        assert httpx.get(f"{upstream.url}/x".replace("127.0.0.1", "localhost")).status_code
    one, other = socket.socketpair()
    one.close()
    other.close()
    assert socket.gethostbyname("localhost") == "127.0.0.1"
    assert socket.getaddrinfo(None, 80)
    assert guard == []


def test_allowed_hosts(monkeypatch, noted):
    """A name that is allowed may be looked up and connected to; `*` stands for anything."""
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ELSEWHERE, 443))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_kwargs: found)
    connected = []
    monkeypatch.setattr(socket.socket, "connect", lambda _self, to: connected.append(to))
    with guarded(["*.Example"], noted.append):
        socket.create_connection(("api.example", 443)).close()
        with pytest.raises(NetworkBlockedError):
            socket.create_connection(("api.example.com", 443))
    assert connected == [(ELSEWHERE, 443)]
    assert noted == ["api.example.com"]


def test_everything_is_put_back():
    """After the last guard the socket module is what it was; with one left, it is guarded."""
    before = {name: getattr(socket, name) for name in ("getaddrinfo", "gethostbyname")}
    methods = {name: getattr(socket.socket, name) for name in ("connect", "sendto")}
    own = "connect" in vars(socket.socket)
    with guarded((), print), guarded((), print):
        assert socket.getaddrinfo is not before["getaddrinfo"]
    assert {name: getattr(socket, name) for name in before} == before
    assert {name: getattr(socket.socket, name) for name in methods} == methods
    assert ("connect" in vars(socket.socket)) is own


@pytest.fixture
def unrestricted():
    """Leave no restriction of pytest-socket behind."""
    yield
    pytest_socket._remove_restrictions()


def test_it_lives_inside_of_another_guard(noted, unrestricted):
    """What pytest-socket forbids, it forbids under the guard too; both leave nothing behind."""
    lookup = socket.getaddrinfo
    pytest_socket.disable_socket()
    with guarded((), noted.append):
        with pytest.raises(pytest_socket.SocketBlockedError), pytest.warns(match="A test tried"):
            socket.getaddrinfo("api.example", 443)
        with pytest.raises(pytest_socket.SocketBlockedError), pytest.warns(match="A test tried"):
            socket.socket()
        pytest_socket._remove_restrictions()  # at the end of a test, before fixtures end
    assert socket.getaddrinfo is lookup
    assert socket.socket.__module__ == "socket"
    assert noted == []


def test_another_guard_over_it(noted, unrestricted):
    """pytest-socket's list of hosts is asked first, and is not taken off when the guard falls."""
    with guarded((), noted.append):
        pytest_socket.socket_allow_hosts([ELSEWHERE])
        theirs = socket.socket.connect
        with (
            pytest.raises(pytest_socket.SocketConnectBlockedError),
            pytest.warns(match="A test tried"),
        ):
            socket.create_connection(("127.0.0.1", 1))
    assert socket.socket.connect is theirs


def test_other_threads_are_guarded(guard):
    """The guard holds for the whole process."""
    caught = []

    def work():
        try:
            connect()
        except NetworkBlockedError as error:
            caught.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert [error.host for error in caught] == [ELSEWHERE]


def test_the_error_survives_pickling():
    """An error that xdist sends keeps its facts."""
    again = pickle.loads(pickle.dumps(NetworkBlockedError("h", 1)))
    assert (again.host, again.port, str(again)) == ("h", 1, str(NetworkBlockedError("h", 1)))
    assert "out to h while" in str(NetworkBlockedError("h"))


def test_a_tape_guards_while_it_replays(tmp_path, cassette):
    """`block_network` holds in a replaying mode, not in a recording one; the tape notes hosts."""
    path = tmp_path / "x.yaml"
    streamtape.save(cassette(), path)
    with streamtape.use_cassette(path, block_network=True, allowed_hosts="a, b") as tape:
        assert tape.options.allowed_hosts == ("a", "b")
        with pytest.raises(NetworkBlockedError):
            connect()
        httpx.post("https://api.example/v1/messages", json={})
    assert tape.blocked == [ELSEWHERE]
    connect_before = socket.socket.connect
    with streamtape.use_cassette(tmp_path / "new.yaml", "once", block_network=True):
        assert socket.socket.connect is connect_before
