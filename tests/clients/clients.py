"""The clients of the matrix: how each is run, and asked.

A client is a program that answers cases, one per line (programs/lines.py says how), or the page in
Chromium, which is asked the same. Nothing is judged here.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from chromium import Browser

from streamtape import splits, timing
from streamtape.cassette import Response
from streamtape.playback import plan
from streamtape.server import LoopbackServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from streamtape.cassette import Request
    from streamtape.playback import Step

__all__ = ["CLIENTS", "Answer", "Ask", "Client", "running"]

PROGRAMS = Path(__file__).resolve().parent / "programs"

Answer: TypeAlias = dict[str, Any]
Ask: TypeAlias = "Callable[[dict[str, Any]], Answer]"


class Client(NamedTuple):
    """One client.

    Attributes:
        command: the program; none for the page in Chromium.
        cassettes: those that it can read.
        shows_reads: whether it hands out bytes as they come; else it parses them.
        gap: seconds between two writes that it needs, where the server's own do not do.
        most_merged: the share of cuts whose two chunks may come as one.
    """

    command: tuple[str, ...]
    cassettes: tuple[str, ...] = ("anthropic", "openai")
    shows_reads: bool = True
    gap: float | None = None
    most_merged: float = 0.0


def sdk(name: str, *command: str) -> Client:
    """Return one of the official SDKs."""
    return Client((*command, name), (name,), shows_reads=False)


_SDK_PY = (sys.executable, "sdk.py")
_RAW_PY = (sys.executable, "raw.py")
CLIENTS = {
    "anthropic (Python)": sdk("anthropic", *_SDK_PY, "sync"),
    "anthropic (Python, async)": sdk("anthropic", *_SDK_PY, "async"),
    "@anthropic-ai/sdk (npm)": sdk("anthropic", "node", "sdk.mjs"),
    "openai (Python)": sdk("openai", *_SDK_PY, "sync"),
    "openai (Python, async)": sdk("openai", *_SDK_PY, "async"),
    "openai (npm)": sdk("openai", "node", "sdk.mjs"),
    "httpx": Client((*_RAW_PY, "httpx")),
    "httpx2": Client((*_RAW_PY, "httpx2")),
    "requests": Client((*_RAW_PY, "requests")),
    "urllib3": Client((*_RAW_PY, "urllib3")),
    "urllib3's read1": Client((*_RAW_PY, "urllib3-read1")),
    "aiohttp": Client((*_RAW_PY, "aiohttp")),
    "Node's fetch": Client(("node", "node_fetch.mjs")),
    # A process of its own reads the socket, and that of the page takes what there is by then:
    # a page that lags behind cannot be waited for.
    "Chromium's fetch": Client((), gap=0.01, most_merged=0.1),
    "curl -N": Client((sys.executable, "curl.py")),
}


@contextlib.contextmanager
def running(client: Client) -> Iterator[Ask]:
    """Start a client; yield what asks it one case and returns its answer."""
    with program(client.command) if client.command else browser() as ask:
        yield ask


@contextlib.contextmanager
def program(command: tuple[str, ...]) -> Iterator[Ask]:
    """Start a program, and end it by the end of its input."""
    with subprocess.Popen(command, cwd=PROGRAMS, stdin=-1, stdout=-1, text=True) as process:
        asked, answered = process.stdin, process.stdout
        assert asked is not None
        assert answered is not None

        def ask(case: dict[str, Any]) -> Answer:
            asked.write(f"{json.dumps(case)}\n")
            asked.flush()
            line = answered.readline()
            if not line:
                raise RuntimeError(f"`{' '.join(command)}` ended with {process.wait()}")
            return dict(json.loads(line))

        with asked:
            yield ask


@contextlib.contextmanager
def browser() -> Iterator[Ask]:
    """Open the page in Chromium. It comes from an origin of its own, as a user's page does."""
    with LoopbackServer(page) as pages, Browser() as chromium:
        tab = chromium.open(f"{pages.url}/page.html")
        yield lambda case: dict(tab.evaluate(f"answer({json.dumps(case)})"))


def page(request: Request) -> Iterator[Step]:
    """Answer with a file of the page."""
    path = PROGRAMS / request.url.rpartition("/")[2]
    kind = {".html": "text/html", ".mjs": "text/javascript"}.get(path.suffix)
    if kind is None or not path.is_file():
        found = Response(404)
    else:
        found = Response(200, (("content-type", kind),), path.read_bytes())
    return plan(found, splits.Whole(), timing.Instant())
