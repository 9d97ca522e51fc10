"""What type checkers and editors know of streamtape. Never run: mypy and pyright read it.

`tests/release/typed.py` checks it against the installed wheel. A line marked with an error code
must be an error: an unused mark is reported too.
"""

from collections.abc import AsyncIterator, Iterator
from typing import Any, Literal, assert_type

import httpx
import httpx2
import pytest

import pytest_streamtape
import streamtape
from pytest_streamtape import MarkerSettings, Tape
from streamtape import messages, splits, sse, sweep
from streamtape.faults import Disconnect
from streamtape.playback import Mode, Playback


# The fixture and the marker.
@pytest_streamtape.mark("weather.yaml", sweep="cuts", variants="all", timeout=None)
def weather(tape: Tape) -> None:
    assert_type(tape.playbacks, list[Playback])
    assert_type(tape.mode, Mode)
    assert_type(tape.delivered_text, str)


@pytest.fixture(scope="session")
def streamtape_config() -> MarkerSettings:
    return {"match_on": ["method", "body"], "fault": [Disconnect(after=5), "stall:"], "shards": 2}


assert_type(pytest_streamtape.mark(), pytest.MarkDecorator)
pytest_streamtape.mark(splitt="bytes")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
pytest_streamtape.mark(mode="ones")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


# A use, as a context manager of either colour, and as a decorator that keeps the signature.
with streamtape.use_cassette("hello.yaml", "once", split=[3, 5], clock="virtual") as used:
    assert_type(used, Tape)
streamtape.use_cassette("hello.yaml", then="again")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


@streamtape.use_cassette("hello.yaml", split=splits.Bytes())
def replayed(question: str) -> int:
    return len(question)


@streamtape.use_cassette("hello.yaml")
async def replayed_later(question: str) -> int:
    return len(question)


async def awaited() -> None:
    assert_type(replayed("?"), int)
    assert_type(await replayed_later("?"), int)
    async with streamtape.use_cassette("hello.yaml") as used:
        assert_type(used, Tape)


# Transports fit every client of either library.
transport = streamtape.ReplayTransport("hello.yaml", split="bytes")
httpx.Client(transport=transport)
httpx.AsyncClient(transport=transport)
httpx2.Client(transport=transport)
httpx2.AsyncClient(transport=transport)

# Cassettes, and streams of messages.
cassette = streamtape.load("hello.yaml")
assert_type(cassette, streamtape.Cassette)
assert_type(cassette.chunks(split="bytes"), Iterator[bytes])
assert_type(cassette.achunks(split="bytes"), AsyncIterator[bytes])
with cassette.stream() as stream:
    assert_type(stream.get_final_message(), messages.Message[None])
    assert_type(stream.get_final_text(), str)
    for event in stream:
        if isinstance(event, messages.TextEvent):
            assert_type(event.type, Literal["text"])
            assert_type(event.text, str)

# The parts.
assert_type(sse.Decoder().feed(b""), list[sse.Event])
assert_type(splits.parse("bytes"), splits.Split)


def parse(chunks: list[bytes]) -> Any:
    return b"".join(chunks)


report = sweep.run(parse, cassette, over=["cuts", "bytes"], variants="all")
assert_type(report, sweep.SweepReport)
assert_type(report.ok, bool)
