"""Uses under virtual time: long streams and long stalls, exactly and at once."""

import asyncio
import sys
import time

import anthropic
import httpx2
import pytest
import trio
from trio.testing import MockClock

import streamtape
from streamtape.cassette import Cassette, Chunk, End, Interaction, Request, Response
from streamtape.clock import RealClock, VirtualClock, cpu_seconds
from streamtape.errors import UsageError

URL = "https://api.example/v1/messages"
SSE = (("content-type", "text/event-stream"),)
SECONDS = 600
PIECES = [b'data: {"n": %d}\n\n' % n for n in range(4 * SECONDS)]


def taped(response):
    return Cassette((Interaction(Request("POST", URL, (), b"{}"), response),))


@pytest.fixture(scope="module")
def long_stream(tmp_path_factory):
    """Ten minutes, four events a second, and a second before the head."""
    chunks = tuple(Chunk(250_000, len(piece)) for piece in PIECES)
    path = tmp_path_factory.mktemp("tapes") / "long.yaml"
    response = Response(200, SSE, b"".join(PIECES), chunks, 1_000_000, End())
    streamtape.save(taped(response), path)
    return path


@pytest.fixture(scope="module", autouse=True)
def _first_start():
    """Pay for freezegun's first look at every module once, outside what is timed."""
    with VirtualClock():
        pass


def transcript(seen):
    """Every chunk with its time, as text."""
    return "".join(f"{at!r} {chunk!r}\n" for at, chunk in seen)


def play(path):
    with streamtape.use_cassette(path, timing="recorded", clock="virtual") as tape:
        before, seen = cpu_seconds(), []
        with httpx2.Client() as client, client.stream("POST", URL, json={}) as response:
            seen.extend((tape.clock.elapsed, chunk) for chunk in response.iter_raw())
        return transcript(seen), tape.clock.elapsed, cpu_seconds() - before


async def aplay(path):
    with streamtape.use_cassette(path, timing="recorded", clock="virtual") as tape:
        before = cpu_seconds()
        async with httpx2.AsyncClient() as client, client.stream("POST", URL, json={}) as response:
            seen = [(tape.clock.elapsed, chunk) async for chunk in response.aiter_raw()]
        return transcript(seen), tape.clock.elapsed, cpu_seconds() - before


RUNS = {
    "sync": play,
    "asyncio": lambda path: asyncio.run(aplay(path)),
    "trio": lambda path: trio.run(aplay, path, clock=MockClock(autojump_threshold=0)),
}


@pytest.mark.parametrize("run", RUNS.values(), ids=RUNS)
def test_ten_minutes_in_no_time(long_stream, run):
    """Ten recorded minutes pass at once, and replays are the same to the byte."""
    results = [run(long_stream) for _ in range(4)]
    assert len({text for text, _, _ in results}) == 1
    assert results[0][0].count("\n") == len(PIECES)
    assert results[0][0].startswith("1.25 b'data")
    assert {elapsed for _, elapsed, _ in results} == {SECONDS + 1}


@pytest.mark.long
@pytest.mark.parametrize("run", RUNS.values(), ids=RUNS)
def test_ten_minutes_in_a_fifth_of_a_second(long_stream, run):
    """Ten recorded minutes take under 0.2 s (the issue's bound), in processor seconds.

    On an idle machine, they are the wall's: 0.03, 0.06 and 0.14 when this was written. Under a
    tracer, as coverage's, they are not ours to bound.
    """
    results = [run(long_stream) for _ in range(4)]
    assert min(took for _, _, took in results) < 0.2 or sys.gettrace() is not None


def stall(tmp_path, **options):
    path = tmp_path / "x.yaml"
    streamtape.save(taped(Response(200, SSE, b"".join(PIECES[:9]))), path)
    return streamtape.use_cassette(path, clock="virtual", **options)


def test_a_stall_meets_the_read_timeout(tmp_path):
    """A read timeout of 5 s against a stall of 30 s: ReadTimeout at 5.0 s, in under 50 ms."""
    took = []
    for _ in range(4):
        with (
            stall(tmp_path, fault="stall:after=3,seconds=30") as tape,
            httpx2.Client(timeout=httpx2.Timeout(600, read=5)) as client,
        ):
            real = RealClock()
            with pytest.raises(httpx2.ReadTimeout):
                client.post(URL, json={})
            took.append(real.elapsed)
            assert tape.clock.elapsed == 5.0
        (playback,) = tape.playbacks
        assert (playback.started, playback.ended, playback.end) == (0.0, 5.0, "faulted")
        assert len(playback.delivered_events) == 3
    assert min(took) < 0.05


def test_a_stall_meets_the_caller_s_own_timeout(tmp_path):
    """Async code without a read timeout can have one of its own."""

    async def main():
        async with httpx2.AsyncClient(timeout=None) as client:
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(42):
                    await client.post(URL, json={})

    with stall(tmp_path, fault="stall:after=3") as tape:
        asyncio.run(main())
    assert tape.clock.elapsed == 42
    assert tape.playbacks[0].end == "aborted"


@pytest.mark.parametrize("colour", ["sync", "async"])
def test_an_sdk_waits_between_retries_in_virtual_time(tmp_path, colour):
    """The official SDK honours `retry-after` at once, and its retry gets the stream."""
    options = {"api_key": "k", "base_url": "https://api.example", "max_retries": 2}
    asked = {"model": "m", "max_tokens": 9, "messages": [], "stream": True}
    path = tmp_path / "x.yaml"
    body = b'event: message_stop\ndata: {"type": "message_stop"}\n\n'
    streamtape.save(taped(Response(200, SSE, body)), path)

    async def main():
        async with anthropic.AsyncAnthropic(**options) as client:
            return [event async for event in await client.messages.create(**asked)]

    use = streamtape.use_cassette(
        path,
        fault="http:429,retry-after=17 http:529,retry-after=4",
        then="replay",
        clock="virtual",
        match_on=["method"],
    )
    real = RealClock()
    with use as tape:
        if colour == "sync":
            with anthropic.Anthropic(**options) as client:
                events = list(client.messages.create(**asked))
        else:
            events = asyncio.run(main())
    assert [event.type for event in events] == ["message_stop"]
    assert [played.end for played in tape.playbacks] == ["faulted", "faulted", "complete"]
    assert [played.started for played in tape.playbacks] == [0, 17, 21]
    assert tape.clock.elapsed == 21
    assert real.elapsed < 10


def test_every_use_has_a_clock_of_its_own(tmp_path):
    """A decorator's second call begins at 0 again, and time is real afterwards."""
    use = stall(tmp_path)

    @use
    def work():
        start = time.monotonic()
        time.sleep(3)
        return time.monotonic() - start

    real = time.monotonic()
    assert [work(), work()] == [pytest.approx(3), pytest.approx(3)]
    assert time.monotonic() - real < 3


def test_while_recording_the_clock_is_real(tmp_path):
    """A recording is of real time, whatever its replays are to have."""
    with streamtape.use_cassette(tmp_path / "x.yaml", "once", clock="virtual") as tape:
        assert isinstance(tape.clock, RealClock)
        assert tape.clock.elapsed < 5


def test_a_clock_of_the_caller(tmp_path):
    """A clock that the caller brings is neither started nor stopped."""
    with VirtualClock() as mine, stall(tmp_path) as tape:
        assert tape.clock is not mine
    path = tmp_path / "x.yaml"
    with VirtualClock() as mine, streamtape.use_cassette(path, clock=mine) as tape:
        assert tape.clock is mine
    with pytest.raises(UsageError) as caught:
        streamtape.use_cassette(path, clock="fast")
    message = "clock='fast': not a clock. Valid are real, virtual and a Clock."
    assert str(caught.value) == message
    with streamtape.use_cassette(path, clock="real") as tape:
        assert isinstance(tape.clock, RealClock)
