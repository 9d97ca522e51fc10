"""A cassette behind a respx route."""

import asyncio

import httpx
import pytest
import respx

import streamtape
from streamtape.cassette import Cassette, Chunk, Interaction, Request, Response
from streamtape.errors import CassetteMiss

URL = "https://api.example/v1"
BODY = b"data: 1\n\ndata: 2\n\n"


@pytest.fixture
def path(tmp_path):
    response = Response(
        200,
        (("content-type", "text/event-stream"),),
        BODY,
        (Chunk(1000, 4), Chunk(1000, 14)),
        head=1000,
    )
    interaction = Interaction(Request("POST", URL, (), b"{}"), response)
    streamtape.save(Cassette((interaction,) * 2), tmp_path / "x.yaml")
    return tmp_path / "x.yaml"


def fetch():
    with httpx.Client() as client, client.stream("POST", URL, json={}) as response:
        return list(response.iter_bytes())


async def afetch():
    async with httpx.AsyncClient() as client, client.stream("POST", URL, json={}) as response:
        return [chunk async for chunk in response.aiter_bytes()]


@pytest.mark.parametrize("timing", ["instant", "x10"])
@respx.mock
def test_a_route_answers_sync_and_async_clients(path, timing):
    """Both colours get the recorded chunks through one side effect, in order."""
    side_effect = streamtape.respx.route(path, timing=timing)
    respx.post(URL).mock(side_effect=side_effect)
    assert fetch() == [BODY[:4], BODY[4:]]
    assert asyncio.run(afetch()) == [BODY[:4], BODY[4:]]
    assert [played.end for played in side_effect.playbacks] == ["complete"] * 2


@respx.mock
def test_a_sync_client_inside_of_a_running_loop(path):
    """Without waits the answer needs no loop, and so serves a sync client inside of one."""
    respx.post(URL).mock(side_effect=streamtape.respx.route(path, split="bytes"))

    async def run():
        return fetch()

    assert asyncio.run(run()) == [BODY[at : at + 1] for at in range(len(BODY))]


@respx.mock
def test_a_miss_behind_respx(path):
    """What the cassette does not have is a miss, not an error of respx."""
    respx.get(URL).mock(side_effect=streamtape.respx.route(path))
    with pytest.raises(CassetteMiss):
        httpx.get(URL)
