"""Recording from a real socket, without disturbing the run that is recorded."""

import gzip
import importlib
import json
import statistics
import time
import zlib

import httpx2
import pytest

import streamtape
from streamtape.playback import Fail, Finish, Head, Send, Wait
from streamtape.server import LoopbackServer, Upstream

SSE = (("content-type", "text/event-stream"),)
STREAM = {"stream": True}
KEY = {"x-api-key": "sk-ant-secret"}


def serving(*steps, headers=SSE):
    """A server that answers everything with these steps."""
    return LoopbackServer(lambda request: iter([Head(200, headers, "HTTP/1.1"), *steps]))


def test_a_session_is_recorded_as_it_was(face):
    """Chunks, times, status and headers of a live stream are in the cassette; secrets are not."""
    with Upstream() as upstream:
        transport = streamtape.RecordTransport(face.inner())
        url = f"{upstream.url}/v1/messages"
        seen = face.fetch(transport, url=url, json=STREAM, headers=KEY)
    (interaction,) = transport.cassette.interactions
    response = interaction.response
    assert response.body == b"".join(seen.chunks)
    assert list(response.chunk_sizes) == [len(chunk) for chunk in seen.chunks]
    assert len(seen.chunks) > 10
    assert response.end.kind == "complete"
    assert sum(response.timeline.gaps) > 100_000
    assert json.loads(interaction.request.body) == STREAM
    assert response.header("request-id") == "req_streamtape_1"
    assert "sk-ant-secret" not in repr(transport.cassette)


GAPS = [0.02] * 12


def paced(face):
    """Record a stream of chunks 20 ms apart; return the gaps that were noted, in seconds."""
    steps = [step for gap in GAPS for step in (Wait(gap), Send(b"x"))]
    with serving(*steps, Finish()) as server:
        transport = streamtape.RecordTransport(face.inner())
        face.fetch(transport, url=server.url)
    timeline = transport.cassette.interactions[0].response.timeline
    return [gap / 1e6 for gap in timeline.gaps]


def test_the_recorded_run_streams(face):
    """While recording, chunks come one by one, as they were sent; none is merged with another."""
    assert len(paced(face)) == len(GAPS)


@pytest.mark.long
def test_the_recorded_run_is_not_disturbed(face):
    """While recording, a chunk comes within 2 ms (median, the issue's bound) of being sent.

    In the long form: it needs a machine that does nothing else.
    """
    pairs = zip(paced(face), GAPS, strict=True)
    assert statistics.median(abs(got - sent) for got, sent in pairs) < 0.002


def test_an_early_close_reaches_the_server(face):
    """A client that stops early is seen by the server at once, and the recording says aborted."""
    with serving(Send(b"data: 1\n\n"), Wait(30), Finish()) as server:
        transport = streamtape.RecordTransport(face.inner())
        face.fetch(transport, url=server.url, read=1)
        until = time.monotonic() + 5
        while server.served[0].end == "open" and time.monotonic() < until:
            time.sleep(0.001)
        assert server.served[0].end == "aborted"
    response = transport.cassette.interactions[0].response
    assert (response.body, response.end.kind) == (b"data: 1\n\n", "aborted")


@pytest.mark.parametrize(
    ("kind", "end", "error"),
    [
        ("disconnect", "truncated", "RemoteProtocolError"),
        ("reset", "reset", "ReadError"),
        ("timeout", "timeout", "ReadTimeout"),
    ],
)
def test_failures_are_recordings(face, kind, end, error):
    """A stream that dies is kept as it died, and replays with the same class of error."""
    with serving(Send(b"data: 1\n\n"), Wait(0.01), Fail(kind)) as server:
        transport = streamtape.RecordTransport(face.inner())
        live = face.fetch(transport, url=server.url, timeout=0.3)
        replayed = face.fetch(streamtape.ReplayTransport(transport.cassette), url=server.url)
    response = transport.cassette.interactions[0].response
    assert (response.body, response.end.kind) == (b"data: 1\n\n", end)
    assert type(live.error) is getattr(face.library, error)
    assert type(replayed.error) is type(live.error)
    assert replayed.chunks == live.chunks


def test_no_connection_is_no_recording(face):
    """Where nobody answers, the error is the real one and nothing is recorded."""
    transport = streamtape.RecordTransport(face.inner())
    with pytest.raises(face.library.ConnectError):
        face.fetch(transport, url="http://127.0.0.1:9/")
    assert len(transport.cassette) == 0


def decodes(library, encoding):
    """Whether an installation of httpx or httpx2 can decode; each has its own optional packages."""
    return encoding in importlib.import_module(f"{library.__name__}._decoders").SUPPORTED_DECODERS


def brotli(data):
    return pytest.importorskip("brotli").compress(data)


def zstd(data):
    return pytest.importorskip("zstandard").compress(data)


@pytest.mark.parametrize(
    ("encoding", "compress"),
    [("gzip", gzip.compress), ("deflate", zlib.compress), ("br", brotli), ("zstd", zstd)],
)
def test_compressed_bodies_are_kept_decoded(face, encoding, compress):
    """A compressed body is recorded decoded, with the boundaries that `iter_bytes` shows."""
    plain = b"".join(b"data: %d\n\n" % (n * 7919) for n in range(900))
    packed = compress(plain)
    if not decodes(face.library, encoding):
        pytest.skip(f"this {face.library.__name__} does not decode {encoding}")
    parts = [packed[at : at + 400] for at in range(0, len(packed), 400)]
    steps = [step for part in parts for step in (Wait(0.004), Send(part))]
    headers = (*SSE, ("content-encoding", encoding))
    with serving(*steps, Finish(), headers=headers) as server:
        transport = streamtape.RecordTransport(face.inner())
        live = face.fetch(transport, url=server.url, how="bytes")
        replay = streamtape.ReplayTransport(transport.cassette)
        replayed = face.fetch(replay, url=server.url, how="bytes")
    assert b"".join(live.chunks) == plain
    # A decoder that holds everything back hands out an empty piece meanwhile (zstd: all at the
    # end); what counts is that the replay shows what the client saw.
    assert replayed.chunks == live.chunks
    assert "content-encoding" not in replayed.headers


def test_an_encoding_that_the_client_cannot_decode(face):
    """What the client sees encoded is recorded and replayed as it saw it, without the header."""
    steps = [Send(b"\x28\xb5\x2f"), Wait(0.01), Send(b"\xfdx")]
    with serving(*steps, Finish(), headers=(*SSE, ("content-encoding", "x-own"))) as server:
        transport = streamtape.RecordTransport(face.inner())
        live = face.fetch(transport, url=server.url, how="bytes")
        replayed = face.fetch(
            streamtape.ReplayTransport(transport.cassette), url=server.url, how="bytes"
        )
    assert replayed.chunks == live.chunks == [b"\x28\xb5\x2f", b"\xfdx"]
    assert live.headers["content-encoding"] == "x-own"
    assert "content-encoding" not in replayed.headers


def test_a_compressed_body_that_was_cut_short(face):
    """What came out of a compressed body before it died is kept."""
    packed = gzip.compress(b"".join(b"data: %d\n\n" % (n * 7919) for n in range(900)))
    steps = [Send(packed[: len(packed) // 2]), Wait(0.01), Fail("disconnect")]
    with serving(*steps, headers=(*SSE, ("content-encoding", "gzip"))) as server:
        transport = streamtape.RecordTransport(face.inner())
        face.fetch(transport, url=server.url, how="bytes")
    response = transport.cassette.interactions[0].response
    assert response.body.startswith(b"data: 0\n\n")
    assert response.end.kind == "truncated"


def test_record_of_a_replay_is_the_recording(face, cassette):
    """Recording what a replay plays gives the same cassette, but for times."""
    first = streamtape.RecordTransport(streamtape.ReplayTransport(cassette()))
    seen = face.fetch(first)
    second = streamtape.RecordTransport(streamtape.ReplayTransport(first.cassette))
    assert face.fetch(second) == seen
    one, two = (t.cassette.interactions[0].response for t in (first, second))
    assert (one.body, one.chunk_sizes, one.end) == (two.body, two.chunk_sizes, two.end)
    assert one.body == cassette().interactions[0].response.body
    assert one.chunk_sizes == (4, 14)


def test_a_mock_transport_can_be_recorded(face):
    """Any transport can stand inside, in the client's colour."""
    mock = face.mock(lambda request: face.library.Response(201, text="hello"))
    transport = streamtape.RecordTransport(mock)
    assert face.fetch(transport).status == 201
    assert transport.cassette.interactions[0].response.body == b"hello"


def test_an_unread_response_is_aborted(face):
    """A response whose body nobody read is recorded as aborted with no bytes."""
    with serving(Send(b"data: 1\n\n"), Finish()) as server:
        transport = streamtape.RecordTransport(face.inner())
        face.fetch(transport, url=server.url, read=0)
    assert transport.cassette.interactions[0].response.end.kind == "aborted"


def test_other_transport_errors_end_a_recording():
    """An error of the transport that has no ending of its own counts as the client's."""

    class Broken(httpx2.SyncByteStream):
        def __iter__(self):
            yield b"data"
            raise httpx2.WriteError("strange")

    def handler(request):
        return httpx2.Response(200, stream=Broken())

    transport = streamtape.RecordTransport(httpx2.MockTransport(handler))
    with httpx2.Client(transport=transport) as client, pytest.raises(httpx2.WriteError):
        client.get("https://a.example/")
    assert transport.cassette.interactions[0].response.end.kind == "aborted"


def test_closing_closes_the_inner_transport():
    """Closing the recorder closes what it records from."""
    closed = []

    class Inner(httpx2.BaseTransport, httpx2.AsyncBaseTransport):
        def close(self):
            closed.append("sync")

        async def aclose(self):
            closed.append("async")

    import asyncio

    streamtape.RecordTransport(Inner()).close()
    asyncio.run(streamtape.RecordTransport(Inner()).aclose())
    assert closed == ["sync", "async"]
