"""Requests that are none of a cassette's business: `before_record_request` returned None."""

import pytest

import streamtape
from streamtape.cassette import Filters
from streamtape.errors import UsageError
from streamtape.playback import Finish, Head, Send
from streamtape.server import LoopbackServer


def not_here(request):
    return None if "127.0.0.1" in request.url else request


def test_they_go_to_the_network_in_every_mode(face, cassette, tmp_path):
    """They are answered by whoever is there, and neither recorded nor a miss; others replay."""
    path = tmp_path / "x.yaml"
    streamtape.save(cassette(), path)

    def script(_):
        return [Head(200, (), "HTTP/1.1"), Send(b"live"), Finish()]

    with (
        LoopbackServer(script) as server,
        streamtape.use_cassette(path, before_record_request=not_here) as tape,
    ):
        assert face.fetch(url=server.url).chunks == [b"live"]
        assert b"".join(face.fetch().chunks) == b"data: 1\n\ndata: 2\n\n"
    assert len(tape.playbacks) == 1
    assert tape.session.recorded == ()


@pytest.mark.parametrize("hosts", ["127.0.0.1", ["db.test", "127.0.0.*"], "127.0.0.1:{port}"])
def test_hosts_can_be_ignored(face, cassette, tmp_path, hosts):
    """`ignore_hosts` lets requests to them through, in every mode; others replay."""
    path = tmp_path / "x.yaml"
    streamtape.save(cassette(), path)

    def script(_):
        return [Head(200, (), "HTTP/1.1"), Send(b"live"), Finish()]

    with LoopbackServer(script) as server:
        if isinstance(hosts, str):
            hosts = hosts.format(port=server.url.rsplit(":", 1)[1])
        with streamtape.use_cassette(path, ignore_hosts=hosts) as tape:
            assert face.fetch(url=server.url).chunks == [b"live"]
            assert b"".join(face.fetch().chunks) == b"data: 1\n\ndata: 2\n\n"
    assert len(tape.playbacks) == 1


def test_a_host_is_no_url():
    """What is no host is refused, where it stands."""
    with pytest.raises(UsageError) as caught:
        Filters.of(ignore_hosts="http://127.0.0.1")
    assert str(caught.value) == (
        "ignore_hosts 'http://127.0.0.1': not a host. Give names, addresses or "
        '"name:port", without a scheme.'
    )


def test_a_transport_without_a_network_says_so(face, cassette):
    """`ReplayTransport` has nowhere to send them."""
    transport = streamtape.ReplayTransport(
        cassette(), filters=Filters.of(before_record_request=lambda _: None)
    )
    with pytest.raises(UsageError) as caught:
        face.fetch(transport)
    assert str(caught.value) == (
        "a request to https://api.example/v1/messages: before_record_request lets it through, and "
        "this transport has no network behind it. Mount another transport for it, or use "
        "streamtape.use_cassette."
    )
