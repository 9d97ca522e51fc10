"""What replaying costs an SDK, and what the plugin costs a session that does not use it.

Ratios in one run: `anthropic` 2.x through `ReplayTransport`, under 2,000 single cuts, against the
same calls on a bare `MockTransport` that yields the same chunks; pytest's start with the plugin
against its start without. Run: python tests/benchmarks/replay.py
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time

import anthropic
import httpx2

import streamtape
from streamtape.server._replies import messages_body
from streamtape.splits import cut

ASK = {"model": "claude-haiku-5-5", "max_tokens": 9, "messages": [], "stream": True}
CUTS = 2000
ROUNDS = 5


class Chunks(httpx2.SyncByteStream):
    """A body in given chunks."""

    def __init__(self, chunks):
        self._chunks = chunks

    def __iter__(self):
        return iter(self._chunks)


def sweeping(body):
    """Return two functions, each of which sweeps single cuts through the SDK: ours, and bare."""
    url = "https://api.example/v1/messages"
    request = streamtape.Request("POST", url)
    headers = {"content-type": "text/event-stream"}
    response = streamtape.Response(headers=tuple(headers.items()), body=body)
    tape = streamtape.Cassette((streamtape.Interaction(request, response),))
    matching = streamtape.cassette.Matching(("method", "path"))
    step = max(1, len(body) // CUTS)
    offsets = range(1, len(body), step)
    now = [0]

    def bare(_request):
        return httpx2.Response(200, headers=headers, stream=Chunks(cut(body, now)))

    def ask(transport):
        # The transport is the only thing that changes: a client takes 25 ms to make.
        http._transport = transport
        with client.messages.stream(**{k: v for k, v in ASK.items() if k != "stream"}) as stream:
            return stream.get_final_message()

    http = httpx2.Client()
    client = anthropic.Anthropic(api_key="k", base_url="https://api.example", http_client=http)
    mock = httpx2.MockTransport(bare)

    def sweep_bare():
        for offset in offsets:
            now[0] = offset
            ask(mock)

    def sweep_ours():
        for offset in offsets:
            ask(streamtape.ReplayTransport(tape, split=[offset], matching=matching))

    return len(offsets), sweep_ours, sweep_bare


def seconds(action):
    """Return how long an action takes."""
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def main():
    """Print the ratios."""
    body = messages_body(ASK)
    count, ours, bare = sweeping(body)
    pairs = [(seconds(ours), seconds(bare)) for _ in range(ROUNDS)]
    ratio = statistics.median(mine / theirs for mine, theirs in pairs)
    print(f"{count} single cuts of {len(body)} bytes through anthropic {anthropic.__version__}:")
    print(f"  ReplayTransport / MockTransport  {ratio:.2f}  (wanted: at most 1.20)")
    print("start of pytest, with the plugin and without:")
    with tempfile.TemporaryDirectory() as folder:
        # With compiled files, as pip leaves them, wherever this machine would put them.
        environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
        environment |= {"PYTHONPYCACHEPREFIX": f"{folder}-pyc", "PYTHONDONTWRITEBYTECODE": ""}
        command = [sys.executable, "-m", "pytest", "--collect-only", "-q", folder]
        plugin = ["-p", "pytest_streamtape.plugin"]

        def start(*more):
            subprocess.run(
                [*command, *more], env=environment, stdout=subprocess.DEVNULL, check=False
            )

        start(*plugin)
        took = [(seconds(lambda: start(*plugin)), seconds(start)) for _ in range(15)]
    added = statistics.median(mine - theirs for mine, theirs in took)
    print(f"  added  {added * 1000:.1f} ms  (wanted: under 10)")


if __name__ == "__main__":
    main()
