"""What the browser gets, whatever the model's stream does."""

import asyncio
import threading
import time

import httpx
import pytest
import relay
import uvicorn
from httpx_sse import connect_sse

QUESTION = {"question": "What is the weather in Zürich?"}
ANSWER = "Bonjour! Zürich is sunny ☀️ today: 24 °C, and the lake is calm."


async def relayed():
    """Return the events that the relay makes of the recording."""
    async with httpx.AsyncClient(timeout=30) as client:
        return [event async for event in relay.events(client, QUESTION["question"])]


@pytest.fixture(scope="session")
def url():
    """The service, as it runs: uvicorn on loopback."""
    server = uvicorn.Server(uvicorn.Config(relay.app, port=0, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}/chat"
    server.should_exit = True
    thread.join()


@pytest.mark.streamtape("answer.yaml", sweep=["grammar:1", "bytes"])
async def test_however_the_answer_is_cut():
    """The browser gets the same events, wherever the reads of the model's stream end."""
    events = await relayed()
    assert events[0] == 'event: text\ndata: "Bonjour!"\n\n'
    assert events[-1] == 'event: done\ndata: "end_turn"\n\n'
    assert len(events) == 14


@pytest.mark.streamtape("answer.yaml", sweep=["disconnects", "errors"])
async def test_a_failure_is_told(tape):
    """Wherever the stream fails, the browser is told, after everything that had come."""
    events = await relayed()
    kinds = [event.split("\n")[0] for event in events]
    assert kinds[-1] == "event: failed" or "event: done" in kinds
    assert ("event: failed" in kinds) == bool(tape.faults)
    assert kinds.count("event: text") == len(
        [e for e in tape.playbacks[0].delivered_events if "text_delta" in e.data]
    )


@pytest.mark.streamtape("answer.yaml", ignore_hosts="127.0.0.1")
def test_it_is_relayed_while_it_comes(url, tape):
    """The first piece reaches the browser while the model is still speaking: nothing buffers."""
    with (
        tape.hold() as hold,
        httpx.Client(timeout=10) as browser,
        connect_sse(browser, "POST", url, json=QUESTION) as source,
    ):
        hold.run_until("text_delta:1")
        events = source.iter_sse()
        assert next(events).json() == "Bonjour!"
        assert tape.playbacks[0].end is None
        hold.release()
        rest = [event.json() for event in events]
    assert "".join(rest[:-1]) == ANSWER.removeprefix("Bonjour!")


@pytest.mark.streamtape("answer.yaml", ignore_hosts="127.0.0.1")
def test_a_browser_that_leaves(url, tape):
    """When the browser goes away, the model is not listened to any more."""
    with tape.hold() as hold:
        with (
            httpx.Client(timeout=10) as browser,
            connect_sse(browser, "POST", url, json=QUESTION) as source,
        ):
            hold.run_until("text_delta:1")
            next(source.iter_sse())
        hold.release()
    deadline = time.monotonic() + 5
    while not tape.playbacks[0].released and time.monotonic() < deadline:
        time.sleep(0.01)
    assert tape.playbacks[0].released


@pytest.mark.streamtape("answer.yaml", allow_playback_repeats=True, timing="recorded")
async def test_many_at_once(tape):
    """Requests at the same time do not disturb each other."""
    all_events = await asyncio.gather(*[relayed() for _ in range(5)])
    assert [len(events) for events in all_events] == [14] * 5
    assert len(tape.playbacks) == 5
