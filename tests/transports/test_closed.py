"""A client that closes its response and reads on gets from a replay what it gets from a socket."""

import asyncio

import httpx
import httpx2
import pytest

import streamtape
from streamtape.server import ReplayServer

CASSETTE = "cassettes/hello.yaml"


@pytest.fixture
def cassette(pytestconfig):
    return streamtape.load(pytestconfig.rootpath / CASSETTE)


def read_on(client, url, body):
    """Close after the second chunk, go on; return how many came, and what was raised."""
    count, headers = 0, {"content-type": "application/json"}
    with client, client.stream("POST", url, content=body, headers=headers) as response:
        try:
            for _ in response.iter_bytes():
                count += 1
                if count == 2:
                    response.close()
        except Exception as error:
            return count, type(error), str(error)
    return count, None, ""


async def aread_on(client, url, body):
    """Do the same as `read_on`, in async code."""
    count, headers = 0, {"content-type": "application/json"}
    async with client, client.stream("POST", url, content=body, headers=headers) as response:
        try:
            async for _ in response.aiter_bytes():
                count += 1
                if count == 2:
                    await response.aclose()
        except Exception as error:
            return count, type(error), str(error)
    return count, None, ""


@pytest.mark.parametrize("library", [httpx, httpx2], ids=lambda library: library.__name__)
def test_nothing_comes_behind_a_close(cassette, library):
    """Reading on raises, in both colours, and the playback stays aborted."""
    request = cassette.interactions[0].request
    transport = streamtape.ReplayTransport(cassette, split="events")
    replayed = read_on(library.Client(transport=transport), request.url, request.body)
    with ReplayServer(cassette, split="events") as server:
        real = read_on(library.Client(), f"{server.url}/v1/messages", request.body)
    assert replayed == real == (2, library.ReadError, "[Errno 9] Bad file descriptor")
    assert transport.playbacks[0].end == "aborted"
    atransport = streamtape.ReplayTransport(cassette, split="events")
    client = library.AsyncClient(transport=atransport)
    replayed = asyncio.run(aread_on(client, request.url, request.body))
    with ReplayServer(cassette, split="events") as server:
        real = asyncio.run(
            aread_on(library.AsyncClient(), f"{server.url}/v1/messages", request.body)
        )
    assert replayed == real == (2, library.ReadError, "")
    assert atransport.playbacks[0].end == "aborted"
