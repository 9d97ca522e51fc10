"""The server under load, against `@copilotkit/aimock` (npm) on the same machine, in one run.

Both replay one stream of 500 events, byte for byte the same (it is recorded from aimock), to the
same client: raw sockets under epoll in a process of its own, that counts bytes and parses nothing.

* Full speed: 200 clients, each asking again and again on its connection. `streamtape serve --gap 0`
  against `aimock --latency 0 --log-level silent` (its fastest; no pacing, no logging). Events per
  second, and per second of the server's processor time, which a busy machine does not change much.
* Recorded timing: 500 streams at once, one chunk per 100 ms; how late each chunk comes, counted
  from the request. Requests are spread over two seconds, as those of strangers are.

Needs Node 20 and npm. Run: python tests/benchmarks/server.py [FOLDER]
FOLDER has aimock installed, or will have; by default a temporary one.
"""

import json
import os
import select
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

EVENTS = 500
CLIENTS = 200
SECONDS = 4.0
ROUNDS = 3
STREAMS = 500
CHUNKS = 60
GAP = 0.1
SPREAD = 2.0
END = b"\r\n0\r\n\r\n"
ASK = {"model": "claude-3", "max_tokens": 9, "stream": True, "messages": [{"role": "user"}]}
TICKS = os.sysconf("SC_CLK_TCK")


def request(prompt):
    """Return the bytes of a request."""
    ask = ASK | {"messages": [{"role": "user", "content": prompt}]}
    body = json.dumps(ask).encode()
    head = (
        "POST /v1/messages HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n"
        f"x-api-key: k\r\nanthropic-version: 2023-06-01\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


# The client; in a process of its own.


def full_speed(port, size, seconds):
    """Ask on 200 connections, again and again; return how many streams came whole, per second."""
    asking = request("fast")
    sockets, tails, poller = {}, {}, select.epoll()
    for _ in range(CLIENTS):
        sock = socket.create_connection(("127.0.0.1", port))
        sockets[sock.fileno()], tails[sock.fileno()] = sock, b""
        poller.register(sock, select.EPOLLIN)
    for sock in sockets.values():
        sock.sendall(asking)
    began, done, received = time.monotonic(), 0, 0
    while (now := time.monotonic()) < began + seconds:
        for descriptor, _ in poller.poll(1):
            data = sockets[descriptor].recv(1 << 18)
            received += len(data)
            tail = (tails[descriptor] + data[-len(END) :])[-len(END) :]
            if tail == END:
                done, tail = done + 1, b""
                sockets[descriptor].sendall(asking)
            tails[descriptor] = tail
    assert received >= done * size, "streams that were too short"
    return done / (now - began)


def timed(port, mark):
    """Read 500 streams at once; return by how many seconds each chunk was late."""
    asking = request("timed")
    poller, open_streams, late = select.epoll(), {}, []
    began, asked = time.monotonic(), 0
    while asked < STREAMS or open_streams:
        now = time.monotonic()
        while asked < STREAMS and now >= began + SPREAD * asked / STREAMS:
            sock = socket.create_connection(("127.0.0.1", port))
            sock.sendall(asking)
            poller.register(sock, select.EPOLLIN)
            open_streams[sock.fileno()] = [sock, time.monotonic(), 0, b""]
            asked += 1
        for descriptor, _ in poller.poll(0.002 if asked < STREAMS else 1):
            stream = open_streams[descriptor]
            data = stream[0].recv(1 << 16)
            now = time.monotonic()
            for _ in range(data.count(mark)):
                late.append(now - stream[1] - GAP * stream[2])
                stream[2] += 1
            stream[3] = (stream[3] + data)[-len(END) :]
            if stream[3] == END or not data:
                poller.unregister(descriptor)
                open_streams.pop(descriptor)[0].close()
    assert len(late) == STREAMS * CHUNKS, f"{len(late)} chunks"
    return late


def client(kind, port, more):
    """Be the client; print what was measured."""
    if kind == "full":
        print(json.dumps(full_speed(int(port), int(more), SECONDS)))
    else:
        print(json.dumps(timed(int(port), more.encode())))


def measured(*arguments):
    """Run the client; return what it measured."""
    command = [sys.executable, __file__, "client", *map(str, arguments)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout)


# The servers.


def fixtures(folder):
    """Write what aimock replays: a text of 496 deltas (500 events with the others), and of 56."""
    delays = [round(GAP * 1000)] * (CHUNKS - 1)
    made = [
        {
            "match": {"userMessage": name},
            "response": {"content": "".join(f"word {n:03} and so on. " for n in range(count))},
            "chunkSize": 20,
            **more,
        }
        for name, count, more in (
            ("fast", EVENTS - 5, {}),
            ("timed", CHUNKS - 5, {"recordedTimings": {"ttftMs": 0, "interChunkDelaysMs": delays}}),
        )
    ]
    (folder / "fixtures.json").write_text(json.dumps({"fixtures": made}))


def fetched(port, prompt):
    """Return the body of an answer, without its framing."""
    import http.client

    connection = http.client.HTTPConnection("127.0.0.1", port)
    head, _, body = request(prompt).partition(b"\r\n\r\n")
    headers = dict(line.split(": ") for line in head.decode().split("\r\n")[1:])
    connection.request("POST", "/v1/messages", body, headers)
    with connection.getresponse() as response:
        return response.read()


def cassette(folder, bodies):
    """Write what streamtape replays: the same bytes, a chunk for each event."""
    import streamtape
    from streamtape.cassette import Chunk

    interactions = []
    for prompt, body in bodies.items():
        gap = round(GAP * 1e6) if prompt == "timed" else 0
        events = body.split(b"\n\n")[:-1]
        chunks = [Chunk(gap if n else 0, len(event) + 2) for n, event in enumerate(events)]
        _, _, asked = request(prompt).partition(b"\r\n\r\n")
        interactions.append(
            streamtape.Interaction(
                streamtape.Request("POST", "https://api.anthropic.com/v1/messages", (), asked),
                streamtape.Response(
                    headers=(("content-type", "text/event-stream"),),
                    body=body,
                    chunks=tuple(chunks),
                ),
            )
        )
    streamtape.save(streamtape.Cassette(tuple(interactions)), folder / "load.yaml")


@contextmanager
def running(command, port):
    """Run a server; wait until it listens."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except ConnectionRefusedError:
                time.sleep(0.05)
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait()


def free_port():
    """Return a port that nobody uses."""
    with socket.create_server(("127.0.0.1", 0)) as sock:
        return sock.getsockname()[1]


def cpu(process):
    """Return the seconds of processor time that a process has used."""
    fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def percentiles(late):
    """Return the percentiles of some times, in milliseconds, as text."""
    late = sorted(late)
    told = (f"p{share} {late[int(len(late) * share / 100)] * 1000:.1f}" for share in (50, 90, 99))
    return f"{'  '.join(told)}  max {late[-1] * 1000:.1f} ms"


def installed(folder):
    """Install aimock, if it is not there; return its command."""
    script = folder / "node_modules/@copilotkit/aimock/dist/cli.js"
    if not script.exists():
        npm = ["npm", "install", "--prefix", str(folder), "--silent", "@copilotkit/aimock"]
        subprocess.run(npm, check=True, stdout=subprocess.DEVNULL)
    version = json.loads((script.parents[1] / "package.json").read_text())["version"]
    print(f"@copilotkit/aimock {version}")
    options = ["--latency", "0", "--log-level", "silent", "--journal-max", "1"]
    return ["node", str(script), "-f", str(folder / "fixtures.json"), *options]


def serving(folder, *options):
    """Return streamtape's command."""
    return [sys.executable, "-m", "streamtape", "serve", str(folder / "load.yaml"), *options]


def main(folder):
    """Print the comparison."""
    fixtures(folder)
    aimock = installed(folder)
    port = free_port()
    with running([*aimock, "-p", str(port)], port):
        bodies = {prompt: fetched(port, prompt) for prompt in ("fast", "timed")}
    counts = [body.count(b"\n\n") for body in bodies.values()]
    assert counts == [EVENTS, CHUNKS], counts
    cassette(folder, bodies)
    size = len(bodies["fast"])
    commands = {"aimock": aimock, "streamtape": serving(folder, "--gap", "0")}
    rates = {name: [] for name in commands}
    for _ in range(ROUNDS):
        for name, command in commands.items():
            port = free_port()
            option = "-p" if name == "aimock" else "--port"
            with running([*command, option, str(port)], port) as process:
                before = cpu(process)
                per_second = measured("full", port, size) * EVENTS
                used = cpu(process) - before
            rates[name].append((per_second, per_second * SECONDS / used))
    print(f"full speed: {EVENTS} events ({size} bytes) to {CLIENTS} clients")
    best = {name: [max(each) for each in zip(*found, strict=True)] for name, found in rates.items()}
    for name, (wall, processor) in best.items():
        print(f"  {name:10}  {wall:9,.0f} events/s  {processor:9,.0f} per second of processor time")
    for kind, at in (("wall", 0), ("processor", 1)):
        pairs = zip(rates["streamtape"], rates["aimock"], strict=True)
        ratio = statistics.median(mine[at] / theirs[at] for mine, theirs in pairs)
        print(f"  ratio by {kind} time, median of {ROUNDS}: {ratio:.2f}  (wanted: 2 or more)")
    print(f"recorded timing: {STREAMS} streams at once, a chunk per {GAP * 1000:.0f} ms; lateness")
    commands["streamtape"] = serving(folder, "--gap", "0", "--timing", "recorded")
    commands["with a gap"] = serving(folder, "--timing", "recorded")
    for name, command in commands.items():
        port = free_port()
        option = "-p" if name == "aimock" else "--port"
        with running([*command, option, str(port)], port) as process:
            before = cpu(process)
            late = measured("timed", port, "event: ")
            used = (cpu(process) - before) / (STREAMS * CHUNKS) * 1e6
            print(f"  {name:10}  {percentiles(late)}  ({used:.0f} us of processor time a chunk)")


if __name__ == "__main__":
    if sys.argv[1:2] == ["client"]:
        client(*sys.argv[2:])
    elif sys.argv[1:]:
        main(Path(sys.argv[1]).resolve())
    else:
        with tempfile.TemporaryDirectory() as temporary:
            main(Path(temporary))
