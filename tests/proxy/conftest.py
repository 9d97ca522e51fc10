"""Upstreams that do as they are told, proxies in front of them, and clients."""

import asyncio
import contextlib
import ssl
import time

import httpx
import pytest

from streamtape.playback import Head
from streamtape.proxy import RecordingProxy
from streamtape.server import LoopbackServer

SSE = (("content-type", "text/event-stream"),)


@pytest.fixture
def upstream():
    """A factory: a server that answers everything with a head and these steps.

    A `threading.Event` among them is waited for.
    """
    with contextlib.ExitStack() as stack:

        def upstream(*steps, headers=SSE, status=200):
            async def live():
                yield Head(status, headers, "HTTP/1.1")
                for step in steps:
                    if hasattr(step, "wait"):
                        while not step.is_set():  # noqa: ASYNC110 - another thread sets it
                            await asyncio.sleep(0.001)
                    else:
                        yield step

            return stack.enter_context(LoopbackServer(lambda _request: live()))

        yield upstream


@pytest.fixture(scope="session")
def http():
    """A client without certificates, which take long to read, and without a pool."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    limits = httpx.Limits(max_keepalive_connections=0, max_connections=None)
    with httpx.Client(verify=context, limits=limits) as http:
        yield http


@pytest.fixture
def cassette_path(tmp_path):
    return tmp_path / "recorded.yaml"


@pytest.fixture
def proxied(cassette_path):
    """A factory: a running proxy in front of a server (or a URL)."""
    with contextlib.ExitStack() as stack:

        def proxied(upstream, path="", **options):
            url = getattr(upstream, "url", upstream) + path
            proxy = Stoppable(url, cassette_path, **options)
            proxy.stack = contextlib.ExitStack()
            proxy.stack.enter_context(proxy)
            stack.callback(proxy.stop)
            return proxy

        yield proxied


class Stoppable(RecordingProxy):
    """A proxy that a test may stop, or leave to the fixture."""

    def stop(self):
        stack, self.stack = self.stack, contextlib.ExitStack()
        stack.close()


@pytest.fixture
def eventually():
    """Wait until something is so, for five seconds at most."""

    def eventually(condition):
        deadline = time.monotonic() + 5
        while not condition():
            assert time.monotonic() < deadline
            time.sleep(0.001)

    return eventually
