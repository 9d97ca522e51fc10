"""Replaying through both libraries, in both colours."""

import asyncio
import threading

import httpx
import httpx2
import pytest

import streamtape
from streamtape.cassette import Matching
from streamtape.errors import CassetteMiss, CassetteNotFoundError, UsageError

BODY = b"data: 1\n\ndata: 2\n\n"


@pytest.mark.parametrize(
    ("split", "chunks"),
    [
        ("recorded", [b"data", b": 1\n\ndata: 2\n\n"]),
        ("whole", [BODY]),
        ("events", [b"data: 1\n\n", b"data: 2\n\n"]),
        ("lines", [b"data: 1\n", b"\n", b"data: 2\n", b"\n"]),
        ("bytes", [BODY[at : at + 1] for at in range(len(BODY))]),
        ("size:8", [b"data: 1\n", b"\ndata: 2", b"\n\n"]),
        ([5], [b"data:", b" 1\n\ndata: 2\n\n"]),
        ("1/at:5", [b"data:", b" 1\n\ndata: 2\n\n"]),
        ("2/bytes", None),
    ],
    ids=str,
)
@pytest.mark.parametrize("how", ["raw", "bytes"])
def test_the_client_sees_the_split_that_was_asked_for(face, cassette, split, chunks, how):
    """`iter_raw` and `iter_bytes` hand out exactly the chunks of the split."""
    if chunks is None:
        with pytest.raises(UsageError):
            streamtape.ReplayTransport(cassette(), split=split)
        return
    transport = streamtape.ReplayTransport(cassette(), split=split)
    seen = face.fetch(transport, how=how)
    assert seen.chunks == chunks
    assert seen.error is None
    assert transport.playbacks[0].end == "complete"


def test_lines_are_lines_under_every_cut(face, cassette):
    """`iter_lines` gives the same lines wherever the body is cut."""
    for offset in range(1, len(BODY)):
        transport = streamtape.ReplayTransport(cassette(), split=[offset])
        assert face.fetch(transport, how="lines").chunks == ["data: 1", "", "data: 2", ""]


def test_empty_chunks_are_dropped_by_the_libraries(face, cassette):
    """An empty chunk is handed over; httpx and httpx2 drop it in `iter_bytes`."""
    transport = streamtape.ReplayTransport(cassette(), split="at:5,5")
    assert face.fetch(transport, how="bytes").chunks == [b"data:", b" 1\n\ndata: 2\n\n"]


def test_head_and_request_are_there(face, cassette):
    """Status and headers are the recorded ones; a content-encoding is gone with the encoding."""
    fields = (("content-type", "text/event-stream"), ("content-encoding", "gzip"), ("x", "1"))
    seen = face.fetch(streamtape.ReplayTransport(cassette(headers=fields)))
    assert seen.status == 200
    assert seen.headers == {"content-type": "text/event-stream", "x": "1"}


@pytest.mark.parametrize(
    ("end", "error", "playback_end"),
    [
        ("truncated", "RemoteProtocolError", "truncated"),
        ("reset", "ReadError", "reset"),
        ("timeout", "ReadTimeout", "timeout"),
    ],
)
def test_recorded_endings_are_the_library_s_errors(face, cassette, end, error, playback_end):
    """A recorded failure raises the library's own class, with its request, after all the bytes."""
    transport = streamtape.ReplayTransport(cassette(end=end), split="bytes")
    seen = face.fetch(transport)
    assert b"".join(seen.chunks) == BODY
    assert type(seen.error) is getattr(face.library, error)
    assert str(seen.error.request.url) == "https://api.example/v1/messages"
    assert transport.playbacks[0].end == playback_end


def test_reading_on_where_the_recorded_client_closed(face, cassette):
    """An aborted recording has no more to give: reading on is a miss."""
    transport = streamtape.ReplayTransport(cassette(end="aborted"))
    seen = face.fetch(transport)
    assert isinstance(seen.error, CassetteMiss)
    assert seen.error.details == [
        "the recorded client closed the stream after 18 bytes; this one reads on"
    ]
    assert transport.playbacks[0].end == "errored"


@pytest.mark.parametrize(("read", "delivered"), [(0, 0), (1, 4), (2, 18)])
def test_an_early_close_is_noticed(face, cassette, read, delivered):
    """A client that closes before the end has aborted, and how much it took is known."""
    transport = streamtape.ReplayTransport(cassette())
    face.fetch(transport, read=read)
    assert transport.playbacks[0].end == "aborted"
    assert transport.playbacks[0].delivered_body == BODY[:delivered]


def test_timing_is_waited_for(face, cassette, fake_clock):
    """Recorded times are waited for, each counted from when the one before was due."""
    transport = streamtape.ReplayTransport(cassette(), timing="recorded", clock=fake_clock)
    assert face.fetch(transport).error is None
    assert fake_clock.waits == [0.001, 0.001, 0.001]


def test_a_slow_consumer_is_not_waited_for_twice(cassette, fake_clock):
    """What the consumer takes is not added to the waits: a long stream does not drift."""
    transport = streamtape.ReplayTransport(cassette(), timing="recorded", clock=fake_clock)
    with (
        httpx.Client(transport=transport) as client,
        client.stream("POST", "https://api.example/v1/messages", json={}) as response,
    ):
        for _ in response.iter_raw():
            fake_clock.time += 0.0004
    assert fake_clock.waits == [0.001, 0.001, 0.0006]


def test_instant_never_sleeps(face, cassette, fake_clock):
    """Without timing there is no wait at all."""
    face.fetch(streamtape.ReplayTransport(cassette(), clock=fake_clock))
    assert fake_clock.waits == []


def test_a_miss_is_raised_through_the_client(face, cassette):
    """A request without an answer raises CassetteMiss through the library, untouched."""
    with pytest.raises(CassetteMiss):
        face.fetch(streamtape.ReplayTransport(cassette()), json={"other": 1})


def test_other_matching(face, cassette):
    """With `matching`, other rules decide what answers."""
    transport = streamtape.ReplayTransport(cassette(), matching=Matching(("uri",)))
    assert face.fetch(transport, json={"other": 1}).status == 200


def test_a_path_is_loaded(face, cassette, tmp_path):
    """A path is as good as a cassette, and a missing one an error at once."""
    streamtape.save(cassette(), tmp_path / "x.yaml")
    transport = streamtape.ReplayTransport(tmp_path / "x.yaml")
    assert b"".join(face.fetch(transport).chunks) == BODY
    with pytest.raises(CassetteNotFoundError):
        streamtape.ReplayTransport(str(tmp_path / "none.yaml"))


def test_it_is_a_transport_of_every_kind(cassette):
    """One class is the transport of both libraries in both colours."""
    transport = streamtape.ReplayTransport(cassette())
    for library in (httpx, httpx2):
        assert isinstance(transport, library.BaseTransport)
        assert isinstance(transport, library.AsyncBaseTransport)


def test_a_request_of_another_library_is_refused(cassette):
    """What is no request of httpx or httpx2 is an error that points to the socket."""

    class Request:
        def read(self):
            return b"{}"

        method, url = "POST", "https://api.example/v1/messages"
        headers = httpx.Headers()

    with pytest.raises(UsageError) as caught:
        streamtape.ReplayTransport(cassette()).handle_request(Request())
    assert "neither httpx nor httpx2 made it" in str(caught.value)


def test_threads_share_a_transport(cassette):
    """Concurrent requests each get an interaction of their own."""
    tape = streamtape.Cassette(cassette().interactions * 20)
    transport = streamtape.ReplayTransport(tape, split="bytes")
    with httpx2.Client(transport=transport) as client:
        texts = []

        def work():
            texts.append(client.post("https://api.example/v1/messages", json={}).content)

        threads = [threading.Thread(target=work) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert texts == [BODY] * 20
    assert sorted(played.number for played in transport.playbacks) == list(range(1, 21))


def test_async_replays_take_turns(cassette):
    """Two instant async replays interleave: a task that reads does not starve the others."""
    tape = streamtape.Cassette(cassette().interactions * 2)
    order = []

    async def read(client, name):
        async with client.stream("POST", "https://api.example/v1/messages", json={}) as response:
            async for _ in response.aiter_raw():
                order.append(name)  # noqa: PERF401 - in turns, which is the point

    async def both():
        transport = streamtape.ReplayTransport(tape, split="bytes")
        async with httpx2.AsyncClient(transport=transport) as client:
            await asyncio.gather(read(client, "a"), read(client, "b"))

    asyncio.run(both())
    assert order[:4] != ["a"] * 4
