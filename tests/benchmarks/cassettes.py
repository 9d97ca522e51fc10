"""Cassettes against vcrpy and the floor, in one run: python tests/benchmarks/cassettes.py.

Replay of one 26 KB stream through httpx (the floor: a bare MockTransport that yields the same
chunks), loading a cassette of 1 MB, and what recording adds to a live stream of 0.6 s. Ratios are
of the medians of interleaved rounds, so that a busy machine disturbs all alike.
"""

import http.server
import statistics
import tempfile
import threading
import time
from pathlib import Path

import httpx
import vcr

import streamtape
from streamtape.cassette import Cassette, Chunk, Interaction, Request, Response

URL = "https://api.example/v1/messages"
EVENT = b'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"x":"%s"}\n\n'
HEADERS = {"content-type": "text/event-stream"}
ROUNDS = 60


class Chunks(httpx.SyncByteStream):
    """A body in given chunks."""

    def __init__(self, chunks):
        self._chunks = chunks

    def __iter__(self):
        return iter(self._chunks)


def body(size):
    events = b""
    while len(events) < size:
        events += EVENT % (b"lorem ipsum " * 4)
    return events[:size]


def taped(data, step=180):
    sizes = [min(step, len(data) - at) for at in range(0, len(data), step)]
    response = Response(
        200, tuple(HEADERS.items()), data, tuple(Chunk(1000, size) for size in sizes), 1000
    )
    return Cassette((Interaction(Request("POST", URL, (), b"{}"), response),))


def read(client):
    with client.stream("POST", URL, json={}) as response:
        return sum(len(chunk) for chunk in response.iter_bytes())


def medians(*actions, rounds=ROUNDS):
    """Return the median seconds of each action; the rounds of all are interleaved."""
    took = [[] for _ in actions]
    for _ in range(rounds):
        for number, action in enumerate(actions):
            start = time.perf_counter()
            action()
            took[number].append(time.perf_counter() - start)
    return [statistics.median(times) for times in took]


def minima(*actions, rounds=ROUNDS):
    """Return the least processor time of each action, in seconds; the rounds are interleaved."""
    took = [[] for _ in actions]
    for _ in range(rounds):
        for number, action in enumerate(actions):
            start = time.process_time()
            action()
            took[number].append(time.process_time() - start)
    return [min(times) for times in took]


def replay(folder):
    data = body(26_000)
    cassette = taped(data)
    chunks = [data[at : at + 180] for at in range(0, len(data), 180)]
    path = folder / "vcr.yaml"

    def handler(request):
        return httpx.Response(200, headers=HEADERS, stream=Chunks(chunks))

    def floor():
        with httpx.Client(transport=httpx.MockTransport(handler)) as client:
            assert read(client) == len(data)

    def ours():
        with httpx.Client(transport=streamtape.ReplayTransport(cassette)) as client:
            assert read(client) == len(data)

    with Server(chunks, 0) as url, vcr.use_cassette(str(path), record_mode="all"):
        httpx.post(url, json={})
    recorded = vcr.VCR().use_cassette(str(path), record_mode="none", allow_playback_repeats=True)
    with httpx.Client() as client, recorded:

        def theirs():
            with client.stream("POST", url, json={}) as response:
                assert sum(map(len, response.iter_bytes())) == len(data)

        theirs()
        their_seconds = medians(theirs)[0]
    with httpx.Client(transport=httpx.MockTransport(handler)) as client:
        kept_floor = medians(lambda: read(client))[0]
    transport = streamtape.ReplayTransport(Cassette(cassette.interactions * (ROUNDS + 1)))
    with httpx.Client(transport=transport) as client:
        kept_ours = medians(lambda: read(client))[0]
    floor_seconds, our_seconds = medians(floor, ours)
    print(f"replay of 26 KB in {len(chunks)} chunks, one client for all:")
    line("MockTransport", kept_floor, kept_floor)
    line("streamtape", kept_ours, kept_floor)
    line("vcrpy (one chunk)", their_seconds, kept_floor)
    print("the same with a client and transport for each:")
    line("MockTransport", floor_seconds, floor_seconds)
    line("streamtape", our_seconds, floor_seconds)


def line(name, seconds, of):
    print(f"  {name:32} {seconds * 1000:9.3f} ms  {seconds / of:5.2f}")


class Server:
    """Streams chunks with a pause between them."""

    def __init__(self, chunks, pause):
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                self.rfile.read(int(self.headers["content-length"]))
                self.send_response(200)
                self.send_header("content-type", "text/event-stream")
                self.send_header("transfer-encoding", "chunked")
                self.end_headers()
                for chunk in chunks:
                    self.wfile.write(b"%x\r\n%s\r\n" % (len(chunk), chunk))
                    self.wfile.flush()
                    time.sleep(pause)
                self.wfile.write(b"0\r\n\r\n")

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{self._server.server_port}/v1/messages"

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()


def loading(folder):
    print("loading a cassette of 1 MB (processor time):")
    for name, parts in (("one body, 5,000 chunks", 1), ("40 bodies, 5,000 chunks", 40)):
        data = body(1_000_000 // parts)
        ours, theirs = folder / f"ours{parts}.yaml", folder / f"theirs{parts}.yaml"
        streamtape.save(Cassette(taped(data, 200).interactions * parts), ours)
        with Server([data], 0) as url, vcr.use_cassette(str(theirs), record_mode="all"):
            for _ in range(parts):
                httpx.post(url, json={})

        def load_theirs(path=str(theirs)):
            with vcr.use_cassette(path, record_mode="none"):
                pass

        def load_ours(path=ours):
            streamtape.load(path)

        ours_, theirs_ = minima(load_ours, load_theirs)
        line(f"{name}: vcrpy", theirs_, theirs_)
        line("streamtape", ours_, theirs_)


def recording(folder):
    def seconds(url):
        start = time.perf_counter()
        with httpx.Client() as client, client.stream("POST", url, json={}) as response:
            seen = [time.perf_counter() - start for _ in response.iter_raw()]
        return seen[0], seen[-1], len(seen)

    def ours(url):
        with streamtape.use_cassette(folder / "live.yaml", "rewrite"):
            return seconds(url)

    def theirs(url):
        with (
            vcr.use_cassette(str(folder / "vlive.yaml"), record_mode="all"),
            httpx.Client() as client,
        ):
            start = time.perf_counter()
            with client.stream("POST", url, json={}) as response:
                seen = [time.perf_counter() - start for _ in response.iter_bytes()]
            return seen[0], seen[-1], len(seen)

    chunks = [body(200)] * 6
    print("recording a stream of 0.6 s: first chunk, last chunk, chunks that the client sees")
    with Server(chunks, 0.1) as url:
        seconds(url)
        for name, run in (("not recorded", seconds), ("streamtape", ours), ("vcrpy", theirs)):
            first, last, number = run(url)
            print(f"  {name:20} {first * 1000:9.1f} ms {last * 1000:9.1f} ms {number:4}")


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        replay(folder)
        loading(folder)
        recording(folder)


if __name__ == "__main__":
    main()
