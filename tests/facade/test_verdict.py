"""What fails a use whose body passed: the unplayed, the unread, the aged."""

import httpx
import pytest

import streamtape
from streamtape.clock import today
from streamtape.errors import CassetteAgedError, CassetteNotFoundError, PlaybackError, UnplayedError
from streamtape.playback import Finish, Head, Send
from streamtape.server import LoopbackServer, Upstream

URL = "https://api.example/v1"
BODY = b"data: 1\n\ndata: 2\n\n"
ASKED = {"model": "m", "stream": True, "messages": [{"role": "user", "content": "Hi"}]}


@pytest.fixture
def path(tmp_path):
    interaction = streamtape.Interaction(
        streamtape.Request("GET", URL), streamtape.Response(body=BODY)
    )
    streamtape.save(streamtape.Cassette((interaction,)), tmp_path / "x.yaml")
    return tmp_path / "x.yaml"


@pytest.fixture(scope="module")
def live():
    with Upstream(pace=0) as upstream:
        yield upstream


def ask(live, **asked):
    headers = {"x-api-key": "k", "anthropic-version": "2023-06-01"}
    return httpx.post(f"{live.url}/v1/messages", json={**ASKED, **asked}, headers=headers)


def leave(size=1):
    """Read the first chunks of the stream, and go."""
    with httpx.stream("GET", URL) as response:
        chunks = response.iter_bytes()
        for _ in range(size):
            next(chunks)


@pytest.mark.parametrize("options", [{"unread": "fail"}, {"unplayed": "fail"}])
def test_bytes_left_unread(path, options):
    """A client that leaves before the last byte fails a use that says so; the message tells how."""
    with pytest.raises(PlaybackError) as caught, streamtape.use_cassette(path, **options):
        leave()
    assert str(caught.value) == (
        f"{path}: responses that were left before their last byte:\n"
        f"  GET {URL}: aborted, 9 of 18 bytes, 1 events delivered"
    )


@pytest.mark.parametrize("options", [{}, {"unread": "ignore", "unplayed": "fail"}])
def test_bytes_that_may_be_left(path, options):
    """Nothing is asked for by default, and `unread` has the last word about bytes."""
    with streamtape.use_cassette(path, **options):
        leave()


def test_the_last_byte_is_enough(path):
    """Who takes every byte has read the response, also without waiting for its end."""
    with streamtape.use_cassette(path, unread="fail"):
        leave(2)


@pytest.mark.parametrize("options", [{"fault": "eof:after=1"}, {"abort": 1}])
def test_ends_that_were_asked_for(path, options):
    """A fault and an abort end a stream early on purpose."""
    with streamtape.use_cassette(path, unread="fail", **options):
        leave()


def test_a_recording_carries_its_day(live, tmp_path):
    """What is recorded is dated, by `use_cassette` and by `RecordTransport`."""
    path = tmp_path / "x.yaml"
    with streamtape.use_cassette(path, "once"):
        ask(live)
    assert f"\n- recorded: '{today()}'\n  request:" in path.read_text("utf-8")
    transport = streamtape.RecordTransport(httpx.HTTPTransport())
    with httpx.Client(transport=transport) as client:
        client.get(live.url)
    assert transport.cassette.interactions[0].recorded == today()


@pytest.mark.parametrize("mode", ["all", "rewrite"])
def test_recording_anew_leaves_nothing_unplayed(live, tmp_path, mode):
    """Modes that record everything anew do not ask for what the file holds."""
    path = tmp_path / "x.yaml"
    for _ in range(2):
        with streamtape.use_cassette(path, mode, unplayed="fail"):
            ask(live)
    with pytest.raises(UnplayedError), streamtape.use_cassette(path, unplayed="fail"):
        pass


def test_verifying(live, tmp_path):
    """Mode `verify` asks the live service, compares, and leaves the cassette as it is."""
    path = tmp_path / "x.yaml"
    with streamtape.use_cassette(path, "once"):
        ask(live)
    before, asked = path.read_bytes(), len(live.served)
    with streamtape.use_cassette(path, "verify") as tape:
        assert "Bonjour" in ask(live).text
    (report,) = tape.verified()
    assert (report.outcome, len(live.served)) == ("same", asked + 1)
    assert tape.playbacks == []
    path.write_bytes(before.replace(b'"stop_sequence"', b'"stop-sequence"'))
    with pytest.raises(CassetteAgedError) as caught, streamtape.use_cassette(path, "verify"):
        ask(live)
    assert str(caught.value) == (
        f"{path}: the live service does not answer as recorded:\n"
        f"  1. POST {live.url}/v1/messages: AGED\n"
        "     field gone: message_delta.delta.stop-sequence (null)\n"
        "     field gone: message_start.message(message).stop-sequence (null)\n"
        "     new field: message_delta.delta.stop_sequence (null)\n"
        "     new field: message_start.message(message).stop_sequence (null)\n"
        "Record it again with mode='rewrite'."
    )
    assert path.read_bytes() == before.replace(b'"stop_sequence"', b'"stop-sequence"')


def test_verifying_needs_a_cassette(tmp_path):
    """Without a recording there is nothing to verify."""
    with (
        pytest.raises(CassetteNotFoundError),
        streamtape.use_cassette(tmp_path / "x.yaml", "verify"),
    ):
        pass


@pytest.mark.parametrize("options", [{"fault": "disconnect:after=1"}, {"abort": 1}])
def test_what_is_staged_is_replayed(path, options):
    """No live service breaks where a test says: with a fault or an abort, `verify` replays."""
    with streamtape.use_cassette(path, "verify", **options) as tape:
        leave()
    assert len(tape.playbacks) == 1
    assert tape.verified() == []


def test_a_secret_of_the_test_alone_is_not_kept(tmp_path, monkeypatch):
    """A secret that is in the environment only while a request is made is redacted all the same."""
    secret, path = "t0p-s3cret-of-the-test", tmp_path / "x.yaml"
    steps = [Head(200, (), "HTTP/1.1"), Send(b"hi"), Finish()]
    with LoopbackServer(lambda _: steps) as server, streamtape.use_cassette(path, mode="once"):
        with monkeypatch.context() as during:
            during.setenv("CRM_TOKEN", secret)
            httpx.post(server.url, json={"question": f"Is {secret} good?"})
        with monkeypatch.context() as later:
            later.setenv("CRM_TOKEN", "another-t0ken")
            httpx.post(server.url, json={"question": f"Is {secret} or another-t0ken good?"})
    text = path.read_text("utf-8")
    assert secret not in text
    assert "another-t0ken" not in text
    assert text.count("Is REDACTED") == 2
