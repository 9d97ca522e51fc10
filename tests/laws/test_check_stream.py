"""The conformance kit passes what is right, and says what is wrong."""

import asyncio
import json
from pathlib import Path

import anthropic
import pytest

import streamtape
from streamtape import laws
from streamtape.cassette import Cassette, End
from streamtape.errors import UsageError
from streamtape.messages import AsyncMessageStream, MessageStream

HELLO = Path(__file__).parents[2] / "cassettes" / "hello.yaml"
ASK = {"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": "?"}]}


def parse(chunks):
    """A parser of the plainest kind: it yields the events as dictionaries."""
    decoder = streamtape.sse.Decoder()
    for chunk in chunks:
        for event in decoder.feed(chunk):
            data = json.loads(event.data)
            if data["type"] == "error":
                raise RuntimeError(data["error"]["type"])
            if data["type"] != "ping":
                yield data


def test_the_stream_obeys_every_law(taped):
    """Our own stream obeys all sixteen, on a recording with every kind of block."""
    report = laws.check_stream(MessageStream, taped())
    assert (report.ok, report.broken, report.unchecked) == (True, {}, [])
    assert set(report.runs) == set(laws.LAWS)
    assert str(report) == "16 of 16 laws hold"
    assert report.runs["abort-is-silent"] > 20
    assert report.runs["any-spelling"] == 12


def test_the_asynchronous_stream_obeys_every_law(taped):
    """So does the asynchronous one; a coroutine function may make it."""

    async def make(chunks):
        return AsyncMessageStream(chunks)

    report = asyncio.run(laws.acheck_stream(make, taped(), over="bytes"))
    assert (report.ok, report.broken) == (True, {})
    assert set(report.runs) == set(laws.LAWS)


def test_a_client_obeys_every_law():
    """A client that sends requests is checked with an HTTP client that replays."""

    def make(http):
        client = streamtape.messages.Client(api_key="k", http_client=http, max_retries=0)
        return client.messages.stream(**ASK)

    report = laws.check_stream(make, str(HELLO), via="httpx", over="bytes")
    assert str(report) == f"16 of 16 laws hold on {HELLO}"


KNOWN = {
    "any-spelling": "it loses the event after a BOM",
    "failed-stays-failed": "it hands out the partial message",
    "incomplete-is-no-success": "it takes any end for the end",
    "abort-is-silent": "it goes on with what it has read",
    "abort-is-no-success": "it hands out the partial message",
}


def test_the_official_sdk_and_its_known_violations(taped):
    """The official SDK breaks five laws, which are listed; all others hold, in both colours."""

    def make(http):
        client = anthropic.Anthropic(api_key="k", http_client=http, max_retries=0)
        return client.messages.stream(**ASK)

    def amake(http):
        client = anthropic.AsyncAnthropic(api_key="k", http_client=http, max_retries=0)
        return client.messages.stream(**ASK)

    options = {"via": "httpx2", "over": "bytes", "known": KNOWN}
    assert laws.check_stream(make, taped(), **options).ok
    assert asyncio.run(laws.acheck_stream(amake, taped(), **options)).ok


def test_a_plain_parser(taped):
    """A generator of dictionaries is a stream, too; what it has not is not asked for."""
    known = {"abort-lets-go": "a generator knows no source"}
    report = laws.check_stream(parse, taped(), over="bytes", known=known)
    assert str(report) == (
        "15 of 16 laws hold\n  abort-lets-go is known not to hold: a generator knows no source"
    )


def test_a_stream_that_cannot_be_stopped(taped):
    """Where there is no way to abort, the report says that this was not checked."""

    class Parser:
        def __init__(self, chunks):
            self._events = parse(chunks)

        def __iter__(self):
            return self._events

    report = laws.check_stream(Parser, taped(), over="bytes")
    assert str(report) == (
        "13 of 13 laws hold\n  not checked: aborts: the stream has no abort(), close() or aclose()"
    )


def test_a_parser_that_reads_at_once(taped):
    """What `make_stream` raises is what the stream raises: a list of events is a stream, too."""
    known = {"nothing-is-lost": "a list is all or nothing"}
    report = laws.check_stream(lambda chunks: list(parse(chunks)), taped(), known=known)
    assert report.broken.keys() == {"nothing-is-lost"}

    async def make(chunks):
        return list(parse([chunk async for chunk in chunks]))

    with pytest.raises(UsageError, match="of list: it is synchronous"):
        asyncio.run(laws.acheck_stream(make, taped(), over="bytes"))


def test_what_is_broken_is_told_with_the_first_example(taped):
    """The failure names each law, the first run that breaks it, and in how many runs it does."""

    class EventInAChunk(MessageStream):
        """Believes that a chunk is an event, and that an end is an end."""

        def __init__(self, chunks):
            super().__init__(chunk if chunk.endswith(b"\n\n") else b"" for chunk in chunks)

        def get_final_message(self):
            self.until_done()
            return self.current_message_snapshot

    with pytest.raises(laws.LawsBrokenError) as caught:
        laws.check_stream(EventInAChunk, taped(), over=["at:40", "events"], variants=None)
    assert str(caught.value) == (
        "12 of 15 laws hold\n"
        "  any-split: the same events, however the bytes are cut\n"
        "    split 'at:40': event 1 is content_block_start {index: 0, content_block: {type: "
        '"thinking", thinking: "", …, and message_start {message: {id: "msg_1", type: "message", '
        'content: [], role: "assi… where nothing is cut  (1 of 2 runs)\n'
        "  incomplete-is-no-success: half a message is not handed out as final\n"
        "    fault 'eof:after=1': asked for the final message, it returned one  (18 of 18 runs)\n"
        "  abort-lets-go: an abort closes the source, and reads no more of it\n"
        "    abort after event 1 (message_start): it left its source open  (24 of 24 runs)"
    )


def test_a_law_that_is_mended_is_told():
    """A law that was known not to hold, and holds, is reported: the list stays true."""
    with pytest.raises(laws.LawsBrokenError) as caught:
        laws.check_stream(MessageStream, HELLO, over="bytes", known={"end-is-last": "once"})
    assert str(caught.value) == (
        f"16 of 16 laws hold on {HELLO}\n  end-is-last holds now: take it out of `known`"
    )


def test_what_cannot_be_checked(taped):
    """A cassette without a whole message, and names that are none, are refused with a sentence."""
    with pytest.raises(UsageError, match="no complete stream of the Messages API"):
        laws.check_stream(MessageStream, taped(end=End("truncated")))
    with pytest.raises(
        UsageError, match=r"known law 'gravity': there is none\. Valid: ends-well, "
    ):
        laws.check_stream(MessageStream, taped(), known={"gravity": "up"})
    with pytest.raises(
        UsageError, match=r"via='smoke': no kind of source\. Valid are chunks, httpx"
    ):
        laws.check_stream(MessageStream, taped(), via="smoke")


def test_several_messages(taped):
    """Each complete message of a cassette is checked."""
    (interaction,) = taped().interactions
    both = Cassette((interaction, interaction))
    assert laws.check_stream(MessageStream, both, over="bytes").runs["ends-well"] == 2
