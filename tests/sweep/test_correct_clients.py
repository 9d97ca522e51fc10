"""Clients that are right pass every split and variant of what they promise: no false alarm."""

from __future__ import annotations

import asyncio
import codecs
import io
import json
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import anthropic._streaming
import httpx
import httpx2
import httpx_sse
import openai._streaming
import pytest

from streamtape import sweep
from streamtape.sse import Decoder

BODY = (
    'event: message_start\ndata: {"type":"message_start","n":12345,"ok":true}\n\n'
    'event: delta\ndata: {"text":"Zürich is \\u00e9 <b>x y</b> \\ud83d\\ude00\u2028"}\n\n'
    "data: [DONE]\n\n"
).encode()
TYPE = {"content-type": "text/event-stream"}

Client = Callable[[list[bytes]], Any]


async def stream(chunks: list[bytes]) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


async def collected(items: AsyncIterator[Any]) -> list[Any]:
    return [item async for item in items]


def own_decoder(chunks: list[bytes]) -> Any:
    decoder = Decoder()
    return [event for chunk in chunks for event in decoder.feed(chunk)] + decoder.close()


def own_decoder_and_json(chunks: list[bytes]) -> Any:
    return [
        event.data if event.data == "[DONE]" else json.loads(event.data)
        for event in own_decoder(chunks)
    ]


def incremental_text(chunks: list[bytes]) -> Any:
    """Decode and normalise line ends incrementally, with the standard library."""
    text = codecs.getincrementaldecoder("utf-8")()
    newline = io.IncrementalNewlineDecoder(None, translate=True)
    whole = "".join(newline.decode(text.decode(chunk)) for chunk in chunks)
    return (whole + newline.decode("", final=True)).split("\n")


def httpx_lines(chunks: list[bytes]) -> Any:
    return list(httpx.Response(200, content=iter(chunks)).iter_lines())


def httpx_sse_sync(chunks: list[bytes]) -> Any:
    response = httpx.Response(200, headers=TYPE, content=iter(chunks))
    return facts(httpx_sse.EventSource(response).iter_sse())


def httpx_sse_async(chunks: list[bytes]) -> Any:
    response = httpx.Response(200, headers=TYPE, content=stream(chunks))
    return facts(RUNNER.run(collected(httpx_sse.EventSource(response).aiter_sse())))


def httpx2_sync(chunks: list[bytes]) -> Any:
    request = httpx2.Request("GET", "http://test")
    response = httpx2.Response(200, headers=TYPE, content=iter(chunks), request=request)
    return list(httpx2.EventSource(response))


def httpx2_async(chunks: list[bytes]) -> Any:
    request = httpx2.Request("GET", "http://test")
    response = httpx2.Response(200, headers=TYPE, content=stream(chunks), request=request)
    return RUNNER.run(collected(aiter(httpx2.EventSource(response))))


def facts(events: Iterator[Any] | list[Any]) -> list[tuple[str | None, str, str | None]]:
    """Not all events have an equality of their own."""
    return [(event.event, event.data, event.id) for event in events]


def anthropic_sync(chunks: list[bytes]) -> Any:
    return facts(anthropic._streaming.SSEDecoder().iter_bytes(iter(chunks)))


def anthropic_async(chunks: list[bytes]) -> Any:
    decoder = anthropic._streaming.SSEDecoder()
    return facts(RUNNER.run(collected(decoder.aiter_bytes(stream(chunks)))))


def openai_sync(chunks: list[bytes]) -> Any:
    return facts(openai._streaming.SSEDecoder().iter_bytes(iter(chunks)))


def openai_async(chunks: list[bytes]) -> Any:
    decoder = openai._streaming.SSEDecoder()
    return facts(RUNNER.run(collected(decoder.aiter_bytes(stream(chunks)))))


RUNNER = asyncio.Runner()

# What each does not promise. All but our own take a byte order mark for text (and say nothing of
# it); the last two give lines, in which comments, spaces and `retry` show.
PROMISES: dict[Client, set[str]] = {
    own_decoder: set(),
    own_decoder_and_json: set(),
    httpx_sse_sync: {"bom"},
    httpx_sse_async: {"bom"},
    httpx2_sync: {"bom"},
    httpx2_async: {"bom"},
    anthropic_sync: {"bom"},
    anthropic_async: {"bom"},
    openai_sync: {"bom"},
    openai_async: {"bom"},
    incremental_text: {"bom", "comments", "no-space"},
    httpx_lines: {"bom", "comments", "no-space"},
}


@pytest.fixture(autouse=True, scope="module")
def close_the_runner() -> Iterator[None]:
    with RUNNER:
        yield


@pytest.mark.parametrize("client", PROMISES, ids=lambda client: client.__name__)
def test_a_correct_client_passes(client: Client) -> None:
    """Every aimed cut, byte by byte and in equal sizes, in every variant that it promises."""
    names = [name for name in sweep.VARIANTS if name not in PROMISES[client]]
    report = sweep.run(client, BODY, ["grammar", "bytes", "size:2", "size:3"], variants=names)
    assert report.ok, str(report)
    assert set(report.by_variant) > {"", "crlf", "cr", "mixed", "json-escaped", "unicode-emoji"}


@pytest.mark.long
@pytest.mark.parametrize("client", PROMISES, ids=lambda client: client.__name__)
def test_a_correct_client_passes_at_length(client: Client) -> None:
    """Every single cut, pairs and random splits, in every variant that it promises."""
    names = [name for name in sweep.VARIANTS if name not in PROMISES[client]]
    over = ["cuts", "grammar", "pairs:4", "sizes", "random:100"]
    report = sweep.run(client, BODY, over, variants=names)
    assert report.ok, str(report)
