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
