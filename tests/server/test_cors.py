"""Pages of other origins may ask where that was said, and read what is answered."""

import asyncio
import subprocess
import sys
from pathlib import Path

import httpx

import streamtape
from streamtape.cassette import Cassette, Interaction, Request, Response
from streamtape.playback import Finish, Head
from streamtape.server import ReplayServer
from streamtape.server._cors import cross_origin

HELLO = Path(__file__).parents[2] / "cassettes" / "hello.yaml"
BODY = b"data: hi\n\n"
PAGE = {"origin": "http://localhost:5173"}


def recording(*headers):
    request = Request("POST", "https://api.example.com/v1/x", (), b'{"a": 1}')
    given = (("content-type", "text/event-stream"), ("request-id", "req_1"), *headers)
    return Cassette([Interaction(request, Response(headers=given, body=BODY))])


def test_a_preflight_is_allowed_what_it_asks_for():
    """The method and the headers that a page wants to use; no interaction is used for it."""
    asked = PAGE | {
        "access-control-request-method": "POST",
        "access-control-request-headers": "authorization,content-type,x-api-key",
    }
    with ReplayServer(recording(), cors=True) as server:
        response = httpx.options(f"{server.url}/v1/x", headers=asked)
    assert response.status_code == 200
    assert response.headers["access-control-allow-origin"] == PAGE["origin"]
    assert response.headers["access-control-allow-methods"] == "POST"
    assert response.headers["access-control-allow-credentials"] == "true"
    allowed = response.headers["access-control-allow-headers"]
    assert allowed == asked["access-control-request-headers"]
    assert (server.playbacks, server.misses) == ([], [])


def test_a_page_may_read_the_answer_and_its_headers():
    """What the recording said about other origins is replaced: two origins would allow none."""
    recorded = recording(("access-control-allow-origin", "https://chat.example.com"))
    with ReplayServer(recorded, cors=True) as server:
        response = httpx.post(f"{server.url}/v1/x", json={"a": 1}, headers=PAGE)
    assert (response.status_code, response.content) == (200, BODY)
    assert response.headers.get_list("access-control-allow-origin") == [PAGE["origin"]]
    assert response.headers["access-control-expose-headers"] == "content-type, request-id"
    assert response.headers["vary"] == "origin"
    assert server.playbacks[0].end == "complete"


def test_a_preflight_of_no_headers_is_told_of_none():
    """A header that nobody asked about is not mentioned."""
    asked = PAGE | {"access-control-request-method": "PUT"}
    with ReplayServer(recording(), cors=True) as server:
        response = httpx.options(f"{server.url}/v1/x", headers=asked)
    assert "access-control-allow-headers" not in response.headers


def test_who_is_no_page_sees_no_difference():
    """Without an origin the answer is the same with and without."""
    with ReplayServer(recording(), cors=True) as server:
        response = httpx.post(f"{server.url}/v1/x", json={"a": 1})
    assert not [name for name in response.headers if name.startswith("access-control-")]


def test_pages_are_not_let_in_unless_that_was_said():
    """By default a preflight is a request like any other, and a miss."""
    asked = PAGE | {"access-control-request-method": "POST"}
    with ReplayServer(recording()) as server:
        response = httpx.options(f"{server.url}/v1/x", headers=asked)
    assert response.status_code == 404
    assert "access-control-allow-origin" not in response.headers
    assert len(server.misses) == 1


def test_steps_that_are_still_being_made_are_for_pages_too():
    """A live answer is opened in the same way, and closed with whoever asked for it."""
    closed = []

    async def live(_request):
        try:
            yield Head(200, (), "HTTP/1.1")
            yield Finish()
        finally:
            closed.append("closed")

    async def first():
        steps = cross_origin(live)(Request("POST", "http://127.0.0.1/", tuple(PAGE.items())))
        head = await anext(steps)
        await steps.aclose()
        return head

    assert dict(asyncio.run(first()).headers)["access-control-allow-origin"] == PAGE["origin"]
    assert closed == ["closed"]


def test_the_first_request_of_a_page_has_a_connection_of_its_own():
    """A browser asks again by itself, where a kept one dies before the head: no fault were seen."""
    asked = PAGE | {"access-control-request-method": "POST"}
    with ReplayServer(recording(), cors=True) as server:
        response = httpx.options(f"{server.url}/v1/x", headers=asked)
    assert response.headers["connection"] == "close"


def test_serve_lets_pages_in_where_it_was_told_to():
    """`streamtape.serve` takes the option, as every face of the server does."""
    asked = PAGE | {"access-control-request-method": "POST"}
    with streamtape.serve(HELLO, cors=True) as server:
        response = httpx.options(f"{server.url}/v1/messages", headers=asked)
    assert response.headers["access-control-allow-origin"] == PAGE["origin"]


def test_the_command_lets_pages_in_where_it_was_told_to():
    """`streamtape serve --cors` answers a preflight."""
    asked = PAGE | {"access-control-request-method": "POST"}
    command = [sys.executable, "-m", "streamtape", "serve", "--cors", str(HELLO)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as serving:
        response = httpx.options(f"{serving.stdout.readline().strip()}/v1/messages", headers=asked)
        serving.terminate()
    assert response.headers["access-control-allow-origin"] == PAGE["origin"]
