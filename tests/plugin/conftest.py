"""Small projects that use the plugin, run by pytester in this process or in another."""

# pytester forgets every module that is first imported inside an in-process run, and there would be
# two copies: httpx2 imports its httpcore late, and would catch the exceptions of another one than
# the one that raises; streamtape would patch the classes of another httpx2 than the test uses.
import httpcore  # noqa: F401
import httpcore2  # noqa: F401
import httpx2  # noqa: F401
import pytest

import streamtape.checks
import streamtape.sweep
import streamtape.transports  # noqa: F401
from streamtape import Cassette, Interaction, Request, Response, save
from streamtape.server import Upstream

URL = "https://api.example/v1/messages"
BODY = b"data: caf\xc3\xa9\n\ndata: 2\n\n"

# What every project of these tests shares: a client that reads a stream as text.
CLIENT = """
import httpx, httpx2, os, pytest

URL = os.environ.get("EXAMPLE_URL", "https://api.example/v1/messages")

def ask(n=1, library=httpx2):
    with library.Client(verify=False) as client:  # a context for TLS takes 25 ms to make
        with client.stream("POST", URL, json={"n": n, "stream": True},
                           headers={"x-api-key": "sk-ant-secret"}) as response:
            return b"".join(response.iter_bytes()).decode()

async def aask(n=1):
    async with httpx2.AsyncClient(verify=False) as client:
        async with client.stream("POST", URL, json={"n": n, "stream": True}) as response:
            return b"".join([chunk async for chunk in response.aiter_bytes()]).decode()
"""


@pytest.fixture
def project(pytester):
    """A downstream project: tests, their client module, quiet configuration."""
    pytester.makeini(
        "[pytest]\nasyncio_mode = strict\nasyncio_default_fixture_loop_scope = function\n"
        "filterwarnings = error\n"
    )
    pytester.makepyfile(client=CLIENT)
    pytester.syspathinsert()
    return pytester


@pytest.fixture
def tape_file(project):
    """Write a cassette of equal interactions for `ask(n)`, under `cassettes/`."""

    def write(name, *numbers, body=BODY):
        interactions = tuple(
            Interaction(
                Request("POST", URL, (), b'{"n":%d,"stream":true}' % number), Response(body=body)
            )
            for number in numbers or (1,)
        )
        path = project.path / "cassettes" / name
        save(Cassette(interactions), path)
        return path

    return write


@pytest.fixture
def live(monkeypatch):
    """A live upstream on loopback, which the project's client is pointed to."""
    with Upstream(pace=20) as upstream:
        monkeypatch.setenv("EXAMPLE_URL", f"{upstream.url}/v1/messages")
        yield upstream
