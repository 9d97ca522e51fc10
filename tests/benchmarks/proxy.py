"""What the recording proxy costs a Node client: how late chunks are, and how fast an abort arrives.

An upstream (a process of its own) notes when it writes each chunk, the client when it reads it, on
one CLOCK_MONOTONIC; so the lateness of a chunk is their difference, with and without `streamtape
record` between them. Rounds alternate. Needs Node 20 and the packages of tests/clients (`npm ci`
there). Run: python tests/benchmarks/proxy.py
"""

import asyncio
import base64
import json
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.request import urlopen

import streamtape
from streamtape.playback import Finish, Head, Send
from streamtape.server import LoopbackServer
from streamtape.server._replies import messages_body
from streamtape.sse import Decoder, encode

CLIENT = Path(__file__).parents[1] / "clients" / "proxy" / "client.mjs"
COPIES = 12  # of the events in the middle of the stream
GAP = 0.005  # seconds
ROUNDS, STREAMS, ABORTS = 5, 2, 10
WITHIN, ABORT_WITHIN = 2.0, 50.0  # milliseconds: what it is measured by


def events():
    """Return the chunks of a stream: one event each."""
    first, *middle, last, end = Decoder().feed(messages_body({"stream": True}))
    texts = [event for event in middle if "text_delta" in event.data] * COPIES
    started, stopped = middle[:2], [e for e in middle if e.event == "content_block_stop"]
    return [encode(event) for event in (first, *started, *texts, *stopped, last, end)]


def upstream():
    """Serve the stream with gaps; GET / tells when chunks were written, and when streams ended."""
    chunks, log = events(), []

    async def answer(request):
        if request.method == "GET":
            yield Head(200, (), "HTTP/1.1")
            yield Send(json.dumps(log).encode())
            yield Finish()
            log.clear()
            return
        told = {"times": [], "ended": None}
        log.append(told)
        try:
            yield Head(200, (("content-type", "text/event-stream"),), "HTTP/1.1")
            for chunk in chunks:
                await asyncio.sleep(GAP)
                told["times"].append(time.monotonic_ns())
                yield Send(chunk)
            yield Finish()
        finally:
            told["ended"] = time.monotonic_ns()

    with LoopbackServer(answer) as server:
        print(server.url, flush=True)
        with suppress(KeyboardInterrupt):
            sys.stdin.read()


@contextmanager
def running(*command):
    """Run a command that prints its address and ends when it is told to."""
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield process.stdout.readline().strip()
    finally:
        process.send_signal(signal.SIGINT)
        process.stdin.close()
        process.wait()


def asked(how, count, url, server):
    """Run the client; return what it saw of each stream, with what the upstream did."""
    run = subprocess.run(
        ["node", CLIENT, how, str(count), url], capture_output=True, check=True, text=True
    )
    seen = [json.loads(line) for line in run.stdout.splitlines()]
    time.sleep(0.2)
    with urlopen(server) as log:
        return list(zip(seen, json.load(log), strict=True))


def lateness(pairs):
    """Return the lateness of each chunk that was one read, in milliseconds."""
    late = []
    for seen, sent in pairs:
        ends = dict(zip(accumulated(seen["sizes"]), seen["times"], strict=True))
        written = zip(accumulated(map(len, events())), sent["times"], strict=True)
        late += [(ends[end] - at) / 1e6 for end, at in written if end in ends]
    return late


def accumulated(sizes):
    total, ends = 0, []
    for size in sizes:
        total += size
        ends.append(total)
    return ends


def summary(name, values):
    ordered = sorted(values)
    print(
        f"  {name:<28} median {statistics.median(ordered):7.3f} ms   "
        f"p90 {ordered[len(ordered) * 9 // 10]:7.3f}   p99 {ordered[len(ordered) * 99 // 100]:7.3f}"
        f"   max {ordered[-1]:7.3f}   n {len(ordered)}"
    )
    return statistics.median(ordered)


def chunks(url, proxy):
    """Compare the lateness of chunks; return whether it is within what was promised."""
    fast = same = True
    body = base64.b64encode(b"".join(events())).decode()
    for how in ("fetch", "sdk"):
        late = {"direct": [], "through the proxy": []}
        for _ in range(ROUNDS):
            for name, address in zip(late, (url, proxy), strict=True):
                pairs = asked(how, STREAMS, address, url)
                same &= all(seen["body"] == body for seen, _ in pairs)
                late[name] += lateness(pairs)
        print(f"{how}: {len(events())} chunks, {GAP * 1000:g} ms apart; lateness of each")
        direct, proxied = (summary(name, values) for name, values in late.items())
        fast &= proxied - direct < WITHIN
        print(f"  the proxy adds               median {proxied - direct:7.3f} ms")
    print(f"every body was {'what was sent' if same else 'NOT what was sent'}")
    return fast and same


def aborts(url, proxy):
    """Measure how long an abort takes to the upstream; return whether that is as promised."""
    took = {}
    for name, address in (("direct", url), ("through the proxy", proxy)):
        pairs = asked("abort", ABORTS, address, url)
        took[name] = [(sent["ended"] - seen["aborted"]) / 1e6 for seen, sent in pairs]
    print("abort by the SDK, until the upstream has seen it")
    for name, values in took.items():
        summary(name, values)
    return max(took["through the proxy"]) < ABORT_WITHIN


def main():
    """Measure, print, and return the exit status."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "recorded.yaml"
        record = [sys.executable, "-m", "streamtape", "record", "-o", path]
        with (
            running(sys.executable, __file__, "upstream") as url,
            running(*record, "--upstream", url) as proxy,
        ):
            asked("sdk", 1, proxy, url)  # warm
            fine = chunks(url, proxy)
            fine &= aborts(url, proxy)
        ends = [item.response.end.kind for item in streamtape.load(path).interactions]
    aborted = ends.count("aborted")
    print(f"the cassette: {len(ends)} interactions, {aborted} aborted ({ABORTS} were)")
    return 0 if fine and aborted == ABORTS else 1


if __name__ == "__main__":
    sys.exit(upstream() if sys.argv[1:] == ["upstream"] else main())
