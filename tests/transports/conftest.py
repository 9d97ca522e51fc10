"""Clients of both libraries and both colours behind one face, and cassettes to play."""

import asyncio
import time
from dataclasses import dataclass, field

import httpx
import httpx2
import pytest

from streamtape.cassette import Cassette, Chunk, End, Interaction, Request, Response

URL = "https://api.example/v1/messages"


@dataclass
class Seen:
    """What a client saw of one response."""

    status: int
    headers: dict
    chunks: list
    error: BaseException | None
    times: list = field(compare=False)  # of each chunk: seconds on the monotonic clock


class Face:
    """One library in one colour; tests are written once, in terms of `fetch`."""

    def __init__(self, library, colour):
        self.library, self.colour = library, colour

    def __repr__(self):
        return f"{self.library.__name__}-{self.colour}"

    def fetch(self, transport=None, *, url=URL, json=None, read=None, how="raw", **options):
        """POST and stream the answer; stop after `read` chunks (0: never read)."""
        if self.colour == "sync":
            return self._fetch(transport, url, json, read, how, options)
        return asyncio.run(self._afetch(transport, url, json, read, how, options))

    def _fetch(self, transport, url, json, read, how, options):
        chunks, times, error = [], [], None
        with (
            self.library.Client(transport=transport, **options) as client,
            client.stream("POST", url, json=json or {}) as response,
        ):
            try:
                for chunk in getattr(response, f"iter_{how}")() if read != 0 else ():
                    chunks.append(chunk)
                    times.append(time.monotonic())
                    if read is not None and len(chunks) >= read:
                        break
            except (self.library.TransportError, BaseException) as caught:
                error = caught
        return Seen(response.status_code, dict(response.headers), chunks, error, times)

    async def _afetch(self, transport, url, json, read, how, options):
        chunks, times, error = [], [], None
        async with (
            self.library.AsyncClient(transport=transport, **options) as client,
            client.stream("POST", url, json=json or {}) as response,
        ):
            try:
                if read != 0:
                    async for chunk in getattr(response, f"aiter_{how}")():
                        chunks.append(chunk)
                        times.append(time.monotonic())
                        if read is not None and len(chunks) >= read:
                            break
            except BaseException as caught:
                error = caught
        return Seen(response.status_code, dict(response.headers), chunks, error, times)

    def inner(self, **options):
        """A real transport of this face."""
        kind = "HTTPTransport" if self.colour == "sync" else "AsyncHTTPTransport"
        return getattr(self.library, kind)(**options)

    def mock(self, handler):
        """The library's own mock transport."""
        return self.library.MockTransport(handler)


@pytest.fixture(
    params=[(httpx, "sync"), (httpx, "async"), (httpx2, "sync"), (httpx2, "async")],
    ids=lambda param: f"{param[0].__name__}-{param[1]}",
)
def face(request):
    return Face(*request.param)


@pytest.fixture
def cassette():
    """A factory: one interaction with this body, these chunk sizes and this ending."""

    def make(body=b"data: 1\n\ndata: 2\n\n", sizes=(4, 14), *, end="complete", **response):
        chunks = tuple(Chunk(1000, size) for size in sizes) if sizes else None
        headers = response.pop("headers", (("content-type", "text/event-stream"),))
        answer = Response(200, headers, body, chunks, 1000, End(end), **response)
        return Cassette((Interaction(Request("POST", URL, (), b"{}"), answer),))

    return make


class FakeClock:
    """A clock that notes its waits and makes them pass at once."""

    def __init__(self):
        self.time = 1000.0
        self.waits = []

    def now(self):
        return self.time

    def sleep(self, seconds):
        self.waits.append(round(seconds, 6))
        self.time += max(0.0, seconds)

    async def asleep(self, seconds):
        if seconds:
            self.sleep(seconds)


@pytest.fixture
def fake_clock():
    return FakeClock()
