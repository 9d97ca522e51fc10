"""A miss through a real SDK: at once, once, and never hidden."""

import asyncio
import contextlib
import time
from concurrent.futures import ThreadPoolExecutor

import anthropic
import httpx
import pytest

import streamtape
from streamtape.errors import CassetteMiss

ASKED = {"model": "m", "max_tokens": 5, "messages": [{"role": "user", "content": "Hi"}]}


@pytest.fixture
def path(cassette, tmp_path):
    streamtape.save(cassette(), tmp_path / "x.yaml")
    return tmp_path / "x.yaml"


def ask():
    with anthropic.Anthropic(api_key="k" * 20) as client:
        return client.messages.create(**ASKED)


async def aask():
    async with anthropic.AsyncAnthropic(api_key="k" * 20) as client:
        return await client.messages.create(**ASKED)


def astream():
    async def run():
        async with (
            anthropic.AsyncAnthropic(api_key="k" * 20) as client,
            client.messages.stream(**ASKED) as stream,
        ):
            await stream.get_final_message()

    asyncio.run(run())


@pytest.mark.parametrize(
    "call", [ask, lambda: asyncio.run(aask()), astream], ids=["sync", "async", "async stream"]
)
def test_a_miss_costs_one_call_and_no_retry(path, call):
    """With the SDK's own retries a miss is one call, and comes out as itself."""
    with pytest.raises(CassetteMiss) as caught, streamtape.use_cassette(path) as tape:
        call()
    assert tape.session.misses == [caught.value]


def test_the_miss_itself_is_fast(path):
    """Between the call on a client that is there and the error, under 50 ms pass."""
    with anthropic.Anthropic(api_key="k" * 20) as client, streamtape.use_cassette(path) as tape:
        took = []
        for _ in range(5):
            start = time.perf_counter()
            with pytest.raises(CassetteMiss):
                client.messages.create(**ASKED)
            took.append(time.perf_counter() - start)
        assert len(tape.session.misses) == 5
        tape.session.misses.clear()
    assert min(took) < 0.05


def test_the_miss_itself_is_fast_in_async_code(path):
    """The same, in async code."""

    async def run():
        took = []
        async with anthropic.AsyncAnthropic(api_key="k" * 20) as client:
            for _ in range(5):
                start = time.perf_counter()
                with pytest.raises(CassetteMiss):
                    await client.messages.create(**ASKED)
                took.append(time.perf_counter() - start)
        return took

    with streamtape.use_cassette(path) as tape:
        assert min(asyncio.run(run())) < 0.05
        assert len(tape.session.misses) == 5
        tape.session.misses.clear()


def test_swallowed_by_gather(path):
    """`gather(return_exceptions=True)` swallows it; leaving the cassette raises it all the same."""

    async def run():
        return await asyncio.gather(aask(), aask(), return_exceptions=True)

    with pytest.raises(CassetteMiss) as caught, streamtape.use_cassette(path) as tape:
        swallowed = asyncio.run(run())
    assert swallowed == tape.session.misses
    assert caught.value is swallowed[0]


def test_swallowed_by_a_thread_pool(path):
    """A future that nobody asks for its result hides nothing."""

    def run():
        with ThreadPoolExecutor(2) as pool:
            return [pool.submit(ask) for _ in range(2)]

    with pytest.raises(CassetteMiss), streamtape.use_cassette(path) as tape:
        futures = run()
    assert [type(future.exception()) for future in futures] == [CassetteMiss] * 2
    assert len(tape.session.misses) == 2


def test_swallowed_by_a_bare_except(path):
    """Code that catches everything still fails."""

    def run():
        with contextlib.suppress(BaseException):
            httpx.post("https://api.example/other")

    with pytest.raises(CassetteMiss, match="has no answer to POST"), streamtape.use_cassette(path):
        run()
