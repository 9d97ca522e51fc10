"""Interception: every real HTTP transport of the process, exactly put back."""

import asyncio
import contextlib
import contextvars
import threading

import anyio
import httpx
import httpx2
import pytest
import respx

import streamtape
from streamtape.errors import CassetteMiss

URL = "https://api.example/v1/messages"
BODY = b"data: 1\n\ndata: 2\n\n"
SEAMS = [
    (httpx.HTTPTransport, "handle_request"),
    (httpx.AsyncHTTPTransport, "handle_async_request"),
    (httpx2.HTTPTransport, "handle_request"),
    (httpx2.AsyncHTTPTransport, "handle_async_request"),
]


@pytest.fixture
def path(cassette, tmp_path):
    """A cassette file with four equal interactions."""
    streamtape.save(streamtape.Cassette(cassette().interactions * 4), tmp_path / "x.yaml")
    return tmp_path / "x.yaml"


@pytest.fixture(autouse=True)
def _put_back():
    """Every test of this file leaves the libraries as it found them."""
    before = [owner.__dict__[name] for owner, name in SEAMS]
    yield
    assert [owner.__dict__[name] for owner, name in SEAMS] == before


def test_every_client_is_intercepted(face, path):
    """Clients made before, inside and by module functions are answered from the cassette."""
    with streamtape.use_cassette(path) as tape:
        assert b"".join(face.fetch().chunks) == BODY
        assert face.fetch(face.inner()).chunks
        assert httpx.post(URL, json={}).content == BODY
        assert httpx2.post(URL, json={}).content == BODY
    assert [played.end for played in tape.playbacks] == ["complete"] * 4


def test_clients_made_earlier_are_intercepted(path):
    """A client that was made before the cassette is answered too, and is free again afterwards."""
    with httpx2.Client() as client:
        with streamtape.use_cassette(path):
            assert client.post(URL, json={}).content == BODY
        with pytest.raises(httpx2.ConnectError):
            client.post("http://127.0.0.1:9/", json={})


def test_subclasses_and_mounts_are_intercepted(path):
    """A subclass that calls its parent, and a mounted transport, are answered."""

    class Custom(httpx.HTTPTransport):
        def handle_request(self, request):
            request.headers["x-custom"] = "1"
            return super().handle_request(request)

    with (
        streamtape.use_cassette(path) as tape,
        httpx.Client(mounts={"all://": Custom()}) as client,
    ):
        assert client.post(URL, json={}).content == BODY
    assert tape.playbacks[0].request.header("x-custom") == "1"


def test_mock_and_asgi_transports_are_left_alone(face, path):
    """Transports that open no socket answer as always."""

    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 202, "headers": []})
        await send({"type": "http.response.body", "body": b"asgi"})

    with streamtape.use_cassette(path) as tape:
        mock = face.mock(lambda request: face.library.Response(201))
        assert face.fetch(mock).status == 201
        if face.colour == "async":
            assert face.fetch(face.library.ASGITransport(app)).status == 202
    assert tape.playbacks == []


def test_respx_keeps_its_requests(path):
    """Requests that respx mocks stay respx's, also while a cassette is active."""
    with streamtape.use_cassette(path) as tape, respx.mock:
        respx.get("https://other.example/").respond(418)
        assert httpx.get("https://other.example/").status_code == 418
        assert httpx2.post(URL, json={}).content == BODY
    assert len(tape.playbacks) == 1


def test_nested_uses(path, cassette, tmp_path):
    """The inner cassette answers while it is active, then the outer one again."""
    other = cassette(b"data: inner\n\n", None)
    streamtape.save(other, tmp_path / "inner.yaml")
    with streamtape.use_cassette(path):
        with streamtape.use_cassette(tmp_path / "inner.yaml"):
            assert httpx.post(URL, json={}).content == b"data: inner\n\n"
        assert httpx.post(URL, json={}).content == BODY


def test_two_tasks_do_not_mix(path, cassette, tmp_path):
    """Two tasks with two cassettes, interleaved, each get their own."""
    streamtape.save(cassette(b"data: b\n\n", None), tmp_path / "b.yaml")
    bodies = {}

    async def work(name, own, started, other):
        async with streamtape.use_cassette(own), httpx2.AsyncClient() as client:
            started.set()
            await other.wait()
            bodies[name] = (await client.post(URL, json={})).content

    async def main():
        a, b = anyio.Event(), anyio.Event()
        async with anyio.create_task_group() as group:
            group.start_soon(work, "a", path, a, b)
            group.start_soon(work, "b", tmp_path / "b.yaml", b, a)

    asyncio.run(main())
    assert bodies == {"a": BODY, "b": b"data: b\n\n"}


def test_a_thread_without_a_context_uses_the_open_cassette(path):
    """A thread that the test starts knows no context, and is answered all the same."""
    bodies = []
    with streamtape.use_cassette(path):
        thread = threading.Thread(target=lambda: bodies.append(httpx.post(URL, json={}).content))
        thread.start()
        thread.join()
    assert bodies == [BODY]


def test_a_context_that_outlives_its_cassette(path):
    """A context copied inside a use that has ended falls back to what is open now, or nothing."""
    with streamtape.use_cassette(path):
        context = contextvars.copy_context()
    with pytest.raises(httpx.ConnectError):
        context.run(httpx.post, "http://127.0.0.1:9/", json={})
    with streamtape.use_cassette(path) as tape:
        assert context.run(httpx.post, URL, json={}).content == BODY
    assert len(tape.playbacks) == 1


def test_somebody_who_patches_over_us_keeps_his_patch(path, monkeypatch):
    """A patch put over ours stays when we leave, and what it calls passes through."""
    use = streamtape.use_cassette(path)
    use.__enter__()
    ours = httpx.HTTPTransport.handle_request

    def theirs(self, request):
        return ours(self, request)

    with monkeypatch.context() as patch:
        patch.setattr(httpx.HTTPTransport, "handle_request", theirs)
        assert httpx.post(URL, json={}).content == BODY
        use.__exit__(None, None, None)
        assert httpx.HTTPTransport.handle_request is theirs
        with pytest.raises(httpx.ConnectError):
            httpx.post("http://127.0.0.1:9/", json={})
    # The plain attribute is ours again (they put it back); the fixture wants the real one.
    monkeypatch.setattr(httpx.HTTPTransport, "handle_request", ours.__wrapped__)
    monkeypatch.undo = lambda: None


def test_a_swallowed_miss_is_raised_on_leaving(path):
    """A miss that the code under test swallowed fails the use when it ends."""
    use = streamtape.use_cassette(path)
    use.__enter__()
    with contextlib.suppress(BaseException):
        httpx.get("https://unknown.example/")
    with pytest.raises(CassetteMiss):
        use.__exit__(None, None, None)


def test_recording_through_interception(face, tmp_path):
    """Interception records what passes the real transport, and replays it the next time."""
    from streamtape.server import Upstream

    path = tmp_path / "x.yaml"
    with Upstream(pace=20) as upstream:
        url = f"{upstream.url}/v1/messages"
        with streamtape.use_cassette(path, "once"):
            live = face.fetch(url=url, json={"stream": True}, headers={"x-api-key": "k"})
    with streamtape.use_cassette(path, "once", split="recorded"):
        assert face.fetch(url=url, json={"stream": True}).chunks == live.chunks
