"""Stepping through a stream: what a client has made of it after the third delta."""

import asyncio
import json
import threading

import anyio
import httpx2
import pytest
import trio

import streamtape
from streamtape import _hold
from streamtape.cassette import Cassette, Interaction, Request, Response
from streamtape.errors import PlaybackError, UsageError

URL = "https://api.example/v1/messages"


def event(kind, **fields):
    return f"event: {kind}\ndata: {json.dumps({'type': kind, **fields})}\n\n".encode()


def text(words):
    return event("content_block_delta", delta={"type": "text_delta", "text": words})


EVENTS = [event("message_start"), text("Once "), text("upon "), text("a"), event("message_stop")]
BODY = b"".join(EVENTS)


@pytest.fixture
def use(tmp_path):
    """Use a cassette of one message."""
    path = tmp_path / "essay.yaml"
    answer = Response(200, (("content-type", "text/event-stream"),), BODY)
    streamtape.save(Cassette((Interaction(Request("POST", URL, (), b"{}"), answer),)), path)
    return lambda **options: streamtape.use_cassette(path, **options)


class Screen:
    """A client in a thread, or in a task, with what it has shown so far."""

    def __init__(self, stop_after=None):
        self.shown, self.done, self.error = b"", False, None
        self._stop_after = stop_after

    def read(self):
        try:
            with httpx2.Client() as client, client.stream("POST", URL, json={}) as response:
                for number, chunk in enumerate(response.iter_raw(), 1):
                    self.shown += chunk
                    if number == self._stop_after:
                        break
        except httpx2.TransportError as error:
            self.error = type(error)
        self.done = True

    async def aread(self):
        async with httpx2.AsyncClient() as client, client.stream("POST", URL, json={}) as response:
            async for chunk in response.aiter_raw():
                self.shown += chunk
        self.done = True


@pytest.fixture
def start():
    """Start a client's reading in a thread, which is joined at the end."""
    threads = []

    def run(screen):
        screen.thread = threading.Thread(target=screen.read)
        threads.append(screen.thread)
        screen.thread.start()
        return screen

    yield run
    for thread in threads:
        thread.join()


def test_chunk_by_chunk(use, start):
    """Each step hands out one chunk; when it returns, the client has had it."""
    with use() as tape, tape.hold() as hold:
        screen = start(Screen())
        for number in range(1, 6):
            hold.step()
            assert screen.shown == b"".join(EVENTS[:number])
            assert hold.playback.delivered_body == screen.shown
        assert not screen.done
        hold.step()
        assert hold.playback.end == "complete"
        with pytest.raises(PlaybackError) as caught:
            hold.step()
        assert str(caught.value) == (
            f"{tape.path}: the stream is over:\n"
            f"  POST {URL}: complete, {len(BODY)} of {len(BODY)} bytes, 5 events delivered"
        )


def test_until_an_event(use, start):
    """Everything up to the end of an event is handed out, wherever the reads are cut."""
    for split in ("whole", "bytes", "events", "at:0,9,9"):
        with use(split=split) as tape, tape.hold() as hold:
            screen = start(Screen())
            hold.run_until("text_delta:2")
            assert screen.shown == b"".join(EVENTS[:3])
            hold.run_until(2)
            assert screen.shown == b"".join(EVENTS[:3])
            assert tape.delivered_text == "Once upon "
            hold.run_until("message_stop")
            assert screen.shown == BODY
            assert hold.playback.end is None


def test_leaving_lets_it_go_on(use, start):
    """After the hold, and after a release, the stream goes on as if it had not been held."""
    with use() as tape:
        with tape.hold() as hold:
            left = start(Screen())
            hold.run_until(1)
            assert left.shown == EVENTS[0]
        left.thread.join(5)
    with use() as tape, tape.hold() as hold:
        released = start(Screen())
        hold.step()
        hold.release()
        released.thread.join(5)
    assert left.shown == released.shown == BODY


def test_an_empty_chunk_is_a_step(use, start):
    """A step over an empty chunk shows nothing new, and does not end the stream."""
    with use(split="at:0,9") as tape, tape.hold() as hold:
        screen = start(Screen())
        hold.step()
        assert screen.shown == b""
        hold.step()
        assert screen.shown == BODY[:9]


def test_the_client_closes(use, start):
    """A client that closes before the event is a failure that says so."""
    with use() as tape, tape.hold() as hold:
        start(Screen(stop_after=2))
        with pytest.raises(PlaybackError) as caught:
            hold.run_until("message_stop")
        assert "the stream ended before event 'message_stop':" in str(caught.value)
        assert "aborted" in str(caught.value)


def test_faults_are_handed_out_too(use, start):
    """A fault comes with the step that hands it out."""
    with use(fault="reset:after=2") as tape, tape.hold() as hold:
        screen = start(Screen())
        hold.run_until(2)
        assert screen.error is None
        hold.step()
        assert hold.playback.end == "faulted"
        screen.thread.join(5)
        assert screen.error is httpx2.ReadError


def test_nobody_asks(use, monkeypatch):
    """Where no client comes, the test is told, and does not hang."""
    monkeypatch.setattr(_hold, "_PATIENCE", 0.01)
    with use() as tape, tape.hold() as hold:
        assert hold.playback is None
        with pytest.raises(PlaybackError) as caught:
            hold.step()
        assert str(caught.value) == (
            f"{tape.path}: no client asked for the stream within 0.01 s:\n  (nothing was replayed)"
        )

    async def main():
        with use() as tape:
            async with tape.hold() as hold:
                assert hold.playback is None
                with pytest.raises(PlaybackError):
                    await hold.run_until(1)

    asyncio.run(main())


def test_an_event_that_is_not_there(use, start):
    """A name that the stream has not is an error that lists what it has."""
    with use() as tape, tape.hold() as hold:
        start(Screen())
        with pytest.raises(UsageError, match="there is no event 'ping'"):
            hold.run_until("ping")


def test_one_hold_at_a_time(use):
    """A hold inside a hold is refused."""
    with use() as tape, tape.hold():
        with pytest.raises(UsageError) as caught, tape.hold():
            pass
        assert str(caught.value) == ("hold(): the streams are held already. One hold at a time.")


async def held(use, **options):
    screen = Screen()
    with use(**options) as tape:
        async with anyio.create_task_group() as group, tape.hold() as hold:
            group.start_soon(screen.aread)
            await hold.step()
            assert screen.shown == EVENTS[0]
            await hold.run_until("text_delta:2")
            assert screen.shown == b"".join(EVENTS[:3])
            assert hold.playback.delivered_text == "Once upon "
            await anyio.lowlevel.checkpoint()
            assert screen.shown == b"".join(EVENTS[:3])
        assert screen.done
        assert screen.shown == BODY


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_in_a_task(use, backend):
    """Async clients are held in their own event loop."""
    if backend == "trio":
        trio.run(held, use)
    else:
        asyncio.run(held(use))


def test_in_virtual_time(use):
    """Holding and virtual time go together: nobody's timeout comes while the test looks."""

    async def main():
        async with asyncio.timeout(30):
            await held(use, clock="virtual", timing="fixed:1s")

    asyncio.run(main())


def test_released_in_a_task(use):
    """A release lets the rest come."""

    async def main():
        screen = Screen()
        with use(split="bytes") as tape:
            async with tape.hold() as hold:
                task = asyncio.create_task(screen.aread())
                await hold.step()
                hold.release()
                await task
        assert screen.shown == BODY

    asyncio.run(main())
