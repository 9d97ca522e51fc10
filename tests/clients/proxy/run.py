"""Node through the recording proxy: the same bytes, in the same reads, and aborts that arrive.

    python tests/clients/proxy/run.py      (in an environment that has streamtape; needs Node 20)

`streamtape record` is run as a user runs it, in front of a server of a golden cassette, with the
official TypeScript SDK and with Node's own fetch; and so is the client alone, without it. What
differs is told, and the exit status is 1. (How fast it is: tests/benchmarks/proxy.py.)
"""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import tempfile
import time
from itertools import accumulate
from pathlib import Path
from typing import Any

import streamtape
from streamtape.cassette import Matching
from streamtape.server import ReplayServer

HERE = Path(__file__).resolve().parent
PACKAGES = HERE.parent
ROOT = HERE.parents[2]
CLIENT = HERE / "client.mjs"
TIMES = 3
GAP = 0.005  # seconds
PATIENCE = 5.0  # seconds for a socket that is closed to be seen as closed

Told = dict[str, Any]


def main() -> int:
    """Run the checks, and return the exit status."""
    if not (PACKAGES / "node_modules").exists():
        subprocess.run(["npm", "ci", "--silent"], cwd=PACKAGES, check=True)
    problems = []
    for check in (fetches, sdk_streams, aborts, replays):
        with tempfile.TemporaryDirectory() as folder, upstream() as server:
            found = check(server, Path(folder) / "recorded.yaml")
        print(f"{check.__name__:<12} {'; '.join(found) or 'ok'}")
        problems += found
    return 1 if problems else 0


def upstream() -> ReplayServer:
    """Return a server that streams a golden cassette, chunk by chunk, to every request."""
    cassette = ROOT / "cassettes" / "hello.yaml"
    asked = Matching(("method", "path"))
    return ReplayServer(cassette, matching=asked, allow_playback_repeats=True, gap=GAP)


def fetches(server: ReplayServer, path: Path) -> list[str]:
    """Node's fetch: status, headers and bytes are those of the direct connection."""
    direct, proxied = alone("fetch", server.url), recorded("fetch", server.url, path)
    return differences(direct, proxied, ("status", "body")) + kept(server, proxied, path)


def sdk_streams(server: ReplayServer, path: Path) -> list[str]:
    """The SDK: and so are its events, and the message."""
    direct, proxied = alone("sdk", server.url), recorded("sdk", server.url, path)
    names = ("status", "body", "events", "message")
    return differences(direct, proxied, names) + kept(server, proxied, path)


def aborts(server: ReplayServer, path: Path) -> list[str]:
    """The SDK's abort closes the upstream, and is the ending in the cassette."""
    proxied = recorded("abort", server.url, path)
    problems = [f"it ended with {one.get('error')}" for one in proxied if "aborted" not in one]
    deadline = time.monotonic() + PATIENCE
    while any(not played.released for played in server.playbacks) and time.monotonic() < deadline:
        time.sleep(0.01)
    responses = [item.response for item in streamtape.load(path).interactions]
    for who, ends in (
        ("the upstream", [played.end for played in server.playbacks]),
        ("the cassette", [response.end.kind for response in responses]),
    ):
        if ends != ["aborted"] * TIMES:
            problems.append(f"{who} says that they ended {ends}")
    for response, one in zip(responses, proxied, strict=True):
        if not response.body.startswith(base64.b64decode(one["body"])):
            problems.append("the cassette has less than the client")
    return problems


def replays(server: ReplayServer, path: Path) -> list[str]:
    """The second run is answered by the cassette, in the reads that were recorded."""
    live, replayed = recorded("fetch", server.url, path), recorded("fetch", server.url, path)
    problems = differences(live, replayed, ("status", "body"))
    for item, one in zip(streamtape.load(path).interactions, replayed, strict=True):
        if list(item.response.chunk_sizes) != one["sizes"]:
            problems.append(f"reads of {one['sizes']}, not {item.response.chunk_sizes}")
    if len(server.playbacks) != TIMES:
        problems.append(f"the upstream was asked {len(server.playbacks)} times")
    return problems


def alone(how: str, url: str) -> list[Told]:
    """Return what a client sees without a proxy."""
    return told(["node", str(CLIENT), how, str(TIMES), url])


def recorded(how: str, url: str, path: Path) -> list[Told]:
    """Return what a client sees through `streamtape record`."""
    client = f'exec node "{CLIENT}" {how} {TIMES} "$ANTHROPIC_BASE_URL"'
    record = [sys.executable, "-m", "streamtape", "record", "--upstream", url, "-o", str(path)]
    return told([*record, "--", "sh", "-c", client])


def told(command: list[str]) -> list[Told]:
    """Run a command that prints lines of JSON."""
    run = subprocess.run(command, capture_output=True, check=False, text=True)
    if run.returncode:
        raise SystemExit(f"{' '.join(command)}: exit status {run.returncode}\n{run.stderr}")
    return [json.loads(line) for line in run.stdout.splitlines()]


def differences(direct: list[Told], proxied: list[Told], names: tuple[str, ...]) -> list[str]:
    """Say in what two runs differ."""
    problems = []
    for one, other in zip(direct, proxied, strict=True):
        problems += [
            f"{name}: {one.get(name)!r} became {other.get(name)!r}"
            for name in (*names, "headers")
            if one.get(name) is None or one[name] != other.get(name)
        ]
    return problems


def kept(server: ReplayServer, proxied: list[Told], path: Path) -> list[str]:
    """Compare the cassette with what was sent, and with what the client saw of it."""
    problems = []
    sent = server.playbacks[0].response
    for item, one in zip(streamtape.load(path).interactions, proxied, strict=True):
        response = item.response
        if (response.body, response.end.kind) != (sent.body, "complete"):
            problems.append("the cassette has another body")
        if response.chunk_sizes != sent.chunk_sizes:
            problems.append(f"the cassette has {response.chunk_sizes}, not {sent.chunk_sizes}")
        # A client that is busy reads two chunks as one; it reads no half ones.
        if not set(accumulate(one["sizes"])) <= set(accumulate(sent.chunk_sizes)):
            problems.append(f"the client has reads of {one['sizes']}, not {sent.chunk_sizes}")
    return problems


if __name__ == "__main__":
    sys.exit(main())
