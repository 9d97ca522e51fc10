"""`streamtape demo`: the main job end to end, on this machine, in a few seconds.

Records a live stream over real HTTP, shows the cassette, cuts off the network, and replays it under
every single cut. Nothing is staged: the same `RecordTransport`, `ReplayTransport` and
`MessageStream` that users have.
"""

from __future__ import annotations

import contextlib
import os
import socket
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

from streamtape import cassette as cassettes
from streamtape import splits
from streamtape.errors import UsageError
from streamtape.report import show, table

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Iterator

    from streamtape.cassette import Cassette

__all__ = ["declare"]

_LIVE = "https://api.anthropic.com"
_MODEL = "claude-haiku-5-5"
_REQUEST = {
    "max_tokens": 200,
    "stream": True,
    "messages": [{"role": "user", "content": "Answer in French and English: weather in Zürich?"}],
}


def declare(commands: Any) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "demo",
        help="record a live stream, replay it under every single cut",
        description="Record a live stream over real HTTP, show the cassette, cut off the network, "
        "and replay it recorded, whole, byte by byte and under every single cut. The exit status "
        "is 0 only where all replays agree.",
        epilog="Example: streamtape demo --keep hello.yaml",
    )
    parser.add_argument(
        "--live",
        action="store_true",
        help=f"record from {_LIVE} (needs ANTHROPIC_API_KEY) instead of the embedded upstream",
    )
    parser.add_argument("--model", default=_MODEL, help=f"for --live; default {_MODEL}")
    parser.add_argument("--keep", metavar="FILE", help="keep the cassette there")
    parser.set_defaults(run=_run)


class _Outcome(NamedTuple):
    events: list[Any]
    text: str


def _run(options: argparse.Namespace) -> int:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(options.keep or Path(folder) / "demo.yaml")
        recorded = _record_live(options.model) if options.live else _record_embedded()
        cassettes.save(recorded, path)
        cassette = cassettes.load(path)
    print()
    for line in show(cassette):
        print(line)
    print("\nReplaying, with the network cut off\n")
    with _no_network():
        agree = _replay_all(cassette)
    print("\nall replays agree" if agree else "\nREPLAYS DISAGREE")
    if options.keep:
        print(f"kept: {path}")
    return 0 if agree else 1


def _record_embedded() -> Cassette:
    from streamtape.server import Upstream  # noqa: PLC0415 - asyncio and h11, for those who serve

    with Upstream() as upstream:
        print(f"Recording from the embedded upstream at {upstream.url}")
        return _record(upstream.url, "no-key-needed", "claude-demo")


def _record_live(model: str) -> Cassette:
    key = os.environ.get("ANTHROPIC_API_KEY")
    if not key:
        raise UsageError("--live", "ANTHROPIC_API_KEY is not set", "Set it, or leave out --live.")
    print(f"Recording from {_LIVE}")
    return _record(_LIVE, key, model)


def _record(url: str, key: str, model: str) -> Cassette:
    import httpx  # noqa: PLC0415 - the other commands do without

    from streamtape.transports import RecordTransport  # noqa: PLC0415 - imports httpx

    transport = RecordTransport(httpx.HTTPTransport())
    headers = {"x-api-key": key, "anthropic-version": "2023-06-01"}
    with (
        httpx.Client(transport=transport, base_url=url, headers=headers, timeout=60) as client,
        client.stream("POST", "/v1/messages", json={"model": model, **_REQUEST}) as response,
    ):
        body = b""
        for chunk in response.iter_bytes():
            body += chunk
            print(".", end="", flush=True)
        print()
        if response.is_error:
            problem = f"it answered {response.status_code}"
            raise UsageError(url, problem, body.decode("utf-8", "replace"))
    return transport.cassette


def _replay_all(cassette: Cassette) -> bool:
    length = len(cassette.interactions[0].response.body)
    plans: list[tuple[str, Iterable[splits.Split]]] = [
        ("recorded", [splits.Recorded()]),
        ("whole", [splits.Whole()]),
        ("byte by byte", [splits.Bytes()]),
        ("every single cut", (splits.At((offset,)) for offset in range(1, length))),
    ]
    rows, outcomes = [], []
    for name, tried in plans:
        start = time.perf_counter()
        seen = [_replay(cassette, split) for split in tried]
        seconds = time.perf_counter() - start
        outcomes += [outcome for outcome in seen if outcome not in outcomes]
        events = " or ".join(sorted({str(len(outcome.events)) for outcome in seen}))
        text = " or ".join(sorted({outcome.text for outcome in seen}))
        rows.append((name, str(len(seen)), events, f"{seconds * 1000:.1f} ms", _short(text)))
    for line in table(("split", "tried", "events", "time", "final text"), rows):
        print(line)
    return len(outcomes) == 1


def _replay(cassette: Cassette, split: splits.Split) -> _Outcome:
    import httpx  # noqa: PLC0415 - see _record

    from streamtape.messages import MessageStream  # noqa: PLC0415 - for those who stream
    from streamtape.transports import ReplayTransport  # noqa: PLC0415 - imports httpx

    request = cassette.interactions[0].request
    transport = ReplayTransport(cassette, split=split)
    with (
        httpx.Client(transport=transport) as client,
        client.stream(request.method, request.url, content=request.body) as response,
        MessageStream[None](response) as stream,
    ):
        events = [event.to_dict() for event in stream]
        return _Outcome(events, stream.get_final_text())


@contextlib.contextmanager
def _no_network() -> Iterator[None]:
    """Make every attempt to connect fail: what follows works offline, or not at all."""

    def refuse(self: socket.socket, address: object) -> NoReturn:  # noqa: ARG001
        raise OSError(f"the demo is offline now, and something connects to {address}")

    connect = socket.socket.connect
    socket.socket.connect = refuse  # type: ignore[method-assign, assignment]
    try:
        yield
    finally:
        socket.socket.connect = connect  # type: ignore[method-assign]


def _short(text: str) -> str:
    one_line = " ".join(text.split())
    return one_line if len(one_line) <= 50 else f"{one_line[:47]}..."  # noqa: PLR2004
