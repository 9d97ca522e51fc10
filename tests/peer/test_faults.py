"""Faults and aborts at every event, against the official SDK and streamtape's own streams.

For each: the expected class of error, the partial message equal to what the delivered bytes add up
to, the response released, nothing pending, and no event after the end.
"""

import asyncio
import contextlib
import functools
import gc
from pathlib import Path

import anthropic
import httpx2
import pytest

import streamtape
from streamtape import faults
from streamtape.cassette import Cassette, Interaction, Matching, Request, Response
from streamtape.faults import Disconnect, Eof, ErrorEvent, Reset, Stall
from streamtape.messages import AsyncMessageStream, MessageStream
from streamtape.sse import spans

STREAMS = Path(__file__).parent.parent / "messages" / "corpus" / "streams"
NAMES = (
    "ping_everywhere",
    "structured_order",
    "text_plain",
    "thinking_basic",
    "tool_classic_caller",
)
URL = "https://api.example/v1/messages"
SSE = (("content-type", "text/event-stream"),)
TIMEOUT = httpx2.Timeout(5, read=0.02)
ASKED = {"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": "Hi"}]}


class Read:
    """What came of one stream: events, the error, the partial message, and events after the end."""

    def __init__(self):
        self.types, self.error, self.message, self.later = [], None, None, []

    def note(self, event):
        self.types.append(event.type)

    def end(self, stream, error=None):
        self.error = error
        try:
            message = stream.current_message_snapshot
        except Exception:  # before the first event neither has one
            message = None
        self.message = message and message.to_dict()


def official(transport, abort):
    read = Read()
    http = httpx2.Client(transport=transport, timeout=TIMEOUT, trust_env=False)
    with (
        anthropic.Anthropic(api_key="k", http_client=http, max_retries=0) as client,
        client.messages.stream(**ASKED) as stream,
    ):
        _consume(read, stream, transport, abort)
    return read


def ours(transport, abort):
    read = Read()
    with (
        httpx2.Client(transport=transport, timeout=TIMEOUT, trust_env=False) as client,
        client.stream("POST", URL, json=ASKED) as response,
        MessageStream(response) as stream,
    ):
        _consume(read, stream, transport, abort)
    return read


def _consume(read, stream, transport, abort):
    error = None
    try:
        for event in stream:
            read.note(event)
            if len(transport.playbacks[0].delivered_events) >= abort:
                break
        else:
            read.later = [event.type for event in stream]
    except Exception as caught:
        error = caught
        with contextlib.suppress(Exception):  # it may say so again
            read.later = [event.type for event in stream]
    read.end(stream, error)


async def aofficial(transport, abort):
    read = Read()
    http = httpx2.AsyncClient(transport=transport, timeout=TIMEOUT, trust_env=False)
    async with (
        anthropic.AsyncAnthropic(api_key="k", http_client=http, max_retries=0) as client,
        client.messages.stream(**ASKED) as stream,
    ):
        await _aconsume(read, stream, transport, abort)
    return read


async def aours(transport, abort):
    read = Read()
    async with (
        httpx2.AsyncClient(transport=transport, timeout=TIMEOUT, trust_env=False) as client,
        client.stream("POST", URL, json=ASKED) as response,
        AsyncMessageStream(response) as stream,
    ):
        await _aconsume(read, stream, transport, abort)
    return read


async def _aconsume(read, stream, transport, abort):
    error = None
    try:
        async for event in stream:
            read.note(event)
            if len(transport.playbacks[0].delivered_events) >= abort:
                break
        else:
            read.later = [event.type async for event in stream]
    except Exception as caught:
        error = caught
        with contextlib.suppress(Exception):  # it may say so again
            read.later = [event.type async for event in stream]
    read.end(stream, error)


def in_loop(client):
    def run(transport, abort):
        async def main():
            read = await client(transport, abort)
            assert asyncio.all_tasks() == {asyncio.current_task()}
            return read

        return asyncio.run(main())

    return run


CLIENTS = {
    "official": official,
    "official-async": in_loop(aofficial),
    "ours": ours,
    "ours-async": in_loop(aours),
}


@pytest.fixture(scope="module", autouse=True)
def _nothing_is_left_open():
    """Collect the garbage of all of these tests; pytest turns a ResourceWarning into a failure."""
    yield
    gc.collect()


# Every stream in synchronous code; two of them in async code too, the others in the long form.
CASES = [
    pytest.param(
        (client, stream),
        id=f"{client}-{stream}",
        marks=[pytest.mark.long] if at > 1 and "async" in client else [],
    )
    for client in CLIENTS
    for at, stream in enumerate(NAMES)
]


@pytest.fixture(params=CASES)
def case(request):
    """A client and a stream."""
    return request.param


@pytest.fixture
def name(case):
    """The client."""
    return case[0]


@pytest.fixture
def body(case):
    """The stream's bytes."""
    return (STREAMS / f"{case[1]}.sse").read_bytes()


def replay(body, **options):
    taped = Cassette((Interaction(Request("POST", URL), Response(200, SSE, body)),))
    return streamtape.ReplayTransport(
        taped, split="events", matching=Matching(("method",)), **options
    )


def run(name, body, fault=None, abort=10**9):
    """Read once; return what came of it, and the playback, released."""
    transport = replay(body, fault=fault)
    read = CLIENTS[name](transport, abort)
    (playback,) = transport.playbacks
    assert playback.released
    assert read.later == []
    return read, playback


@functools.cache
def prefixes(name, body):
    """What the client makes of each cut-off stream, by the number of its events."""
    stops = [0, *(span.stop for span in spans(body))]
    return [CLIENTS[name](replay(body[:stop]), 10**9) for stop in stops]


def is_whole(read):
    """Whether the message came to its end."""
    return "message_stop" in read.types


@pytest.mark.parametrize(
    ("make", "theirs", "of_ours"),
    [
        (Disconnect, "RemoteProtocolError", "APIConnectionError"),
        (Reset, "ReadError", "APIConnectionError"),
        (Eof, "NoneType", "NoneType"),
        (ErrorEvent, "APIStatusError", "OverloadedError"),  # they raise it bare, with status 200
    ],
)
def test_failures_at_every_event(name, body, make, theirs, of_ours):
    """Class, partial message and events of a stream that fails, at every event boundary."""
    expected = prefixes(name, body)
    given = faults.at_every_event(body, make)
    for fault, prefix in zip(given, expected, strict=False):
        read, playback = run(name, body, fault)
        wanted = theirs if name.startswith("official") else of_ours
        if is_whole(prefix) and wanted == of_ours != "OverloadedError":
            wanted = "NoneType"  # ours: what breaks behind a whole message is no error
        assert type(read.error).__name__ == wanted, fault
        assert playback.end == "faulted"
        assert (read.types, read.message) == (prefix.types, prefix.message), fault


def test_a_stall_at_some_events(name, body):
    """A stall ends with the client's own timeout; before and after that, the same holds."""
    expected = prefixes(name, body)
    given = faults.at_every_event(body, Stall)
    for number in (0, len(given) // 2, len(given) - 1):
        read, playback = run(name, body, given[number])
        prefix = expected[number]
        ours = "NoneType" if is_whole(prefix) else "APITimeoutError"
        wanted = "ReadTimeout" if name.startswith("official") else ours
        assert type(read.error).__name__ == wanted
        assert playback.end == "faulted"
        assert (read.types, read.message) == (prefix.types, prefix.message)


def test_aborts_at_every_event(name, body):
    """A client that stops after an event has been given so much and no more."""
    expected = prefixes(name, body)
    for number in range(1, len(expected) - 1):
        read, playback = run(name, body, abort=number)
        shown = len(playback.delivered_events)
        assert shown >= number
        assert playback.end == "aborted"
        assert read.error is None
        assert read.message == expected[shown].message
        assert read.types == expected[shown].types[: len(read.types)]
