"""A cassette that plays itself, without any HTTP client."""

import asyncio
from pathlib import Path

import pytest

import streamtape
from streamtape.cassette import End
from streamtape.errors import UsageError

HELLO = Path(__file__).parents[2] / "cassettes" / "hello.yaml"


def cassette(end="complete"):
    response = streamtape.Response(body=b"data: 1\n\n", chunks=((1000, 9),), end=End(end))
    request = streamtape.Request("GET", "u")
    return streamtape.Cassette((streamtape.Interaction(request, response),))


async def collected(chunks):
    return [chunk async for chunk in chunks]


@pytest.mark.parametrize("split", ["recorded", "whole", "bytes", [3]], ids=str)
def test_chunks(split):
    """The chunks of an interaction, sync and async, as the split says."""
    tape = streamtape.load(HELLO)
    chunks = list(tape.chunks(split=split))
    assert b"".join(chunks) == tape.interactions[0].response.body
    assert asyncio.run(collected(tape.achunks(split=split))) == chunks


@pytest.mark.parametrize(
    ("end", "error"),
    [
        ("truncated", ConnectionError),
        ("aborted", ConnectionError),
        ("reset", ConnectionResetError),
        ("timeout", TimeoutError),
    ],
)
def test_recorded_endings(end, error):
    """A recorded failure is Python's own error of that kind, after all the bytes."""
    chunks = cassette(end).chunks()
    assert next(chunks) == b"data: 1\n\n"
    with pytest.raises(error):
        next(chunks)
    with pytest.raises(error):
        asyncio.run(collected(cassette(end).achunks()))


def test_timing_is_waited_for():
    """Chunks are paced by the clock that is given."""

    class Clock:
        waits = ()

        def now(self):
            return 0.0

        def sleep(self, seconds):
            self.waits += (round(seconds, 6),)

        async def asleep(self, seconds):
            if seconds:
                self.sleep(seconds)

    clock = Clock()
    list(cassette().chunks(timing="recorded", clock=clock))
    assert clock.waits == (0.001,)
    asyncio.run(collected(cassette().achunks(timing="recorded", clock=clock)))
    assert len(clock.waits) > 1


def test_an_interaction_that_is_not_there():
    """A number without an interaction says how many there are."""
    with pytest.raises(UsageError) as caught:
        list(cassette().chunks(interaction=2))
    assert str(caught.value) == (
        "interaction 2: there is none of that number. The cassette has 1, counted from 1."
    )


def test_streams():
    """`stream` and `astream` give streamtape's own message streams."""
    tape = streamtape.load(HELLO)
    with tape.stream(split="bytes") as stream:
        text = stream.get_final_text()

    async def main():
        async with tape.astream(split="lines") as stream:
            return await stream.get_final_text()

    assert asyncio.run(main()) == text
    assert "Zürich" in text
