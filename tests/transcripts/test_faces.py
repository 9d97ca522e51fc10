"""Whatever emits can be written down: streams of every client, both colours, emitters."""

import asyncio
import json

import anthropic
import httpx2
import openai
import pytest

import streamtape
from streamtape import messages
from streamtape.clock import VirtualClock
from streamtape.errors import CassetteMiss, UsageError


class Emitter:
    """Somebody's emitter, with no way to iterate it."""

    def __init__(self, stream):
        self._stream, self.on = stream, stream.on

    def done(self):
        self._stream.done()


@pytest.fixture
def recorded(weather):
    """What streamtape's own stream emits."""
    return streamtape.transcript(weather.stream())


def test_the_streams_of_streamtape(weather, recorded, text):
    """Every event, raw and derived; the text, the message, how it ended."""
    assert recorded.text == text
    assert (recorded.end, recorded.error, recorded.aborted_after) == ("complete", None, None)
    assert recorded.types[:5] == [
        "message_start",
        "content_block_start",
        "content_block_delta",
        "text",
        "content_block_delta",
    ]
    assert len(recorded) == 41
    assert recorded.message == weather.stream().get_final_message()
    manager = messages.MessageStreamManager(weather.chunks)
    assert streamtape.transcript(manager) == recorded


def test_the_streams_of_the_official_sdk(use, sdk, arguments, recorded):
    """Its manager, its stream and its raw stream; the manager's is equal to streamtape's own."""
    with use():
        assert streamtape.transcript(sdk.messages.stream(**arguments)) == recorded
        with sdk.messages.stream(**arguments) as stream:
            assert streamtape.transcript(stream) == recorded
        raw = streamtape.transcript(sdk.messages.create(**arguments, stream=True))
    assert raw.end == "complete"
    assert raw.text == recorded.text
    assert raw.message == recorded.message
    assert len(raw) == 24
    assert raw != recorded


def test_the_async_streams_of_the_official_sdk(use, arguments, recorded):
    """The same, awaited; a coroutine that gives a stream is awaited, too."""

    async def run():
        url = "https://api.anthropic.com"
        async with anthropic.AsyncAnthropic(api_key="x", base_url=url) as client:
            with use():
                whole = await streamtape.atranscript(client.messages.stream(**arguments))
                create = client.messages.create(**arguments, stream=True)
                return whole, await streamtape.atranscript(create)

    whole, raw = asyncio.run(run())
    assert whole == recorded
    assert (raw.text, len(raw)) == (recorded.text, 24)


def test_async_streams_of_streamtape(weather, recorded):
    """Iterated or entered, it is the same transcript; and what it emits to listeners."""

    async def run():
        manager = messages.AsyncMessageStreamManager(weather.achunks)
        return (
            await streamtape.atranscript(weather.astream()),
            await streamtape.atranscript(manager),
            await streamtape.atranscript(weather.astream(), emitted=True),
        )

    iterated, entered, emitted = asyncio.run(run())
    assert iterated == entered == recorded
    assert emitted == streamtape.transcript(weather.stream(), emitted=True)


def test_what_is_emitted_to_listeners(weather, recorded, text):
    """Names and first arguments, from `connect` to `end`; for an emitter, by itself."""
    emitted = streamtape.transcript(weather.stream(), emitted=True)
    assert (emitted.types[0], emitted.types[-2:]) == ("connect", ["final_message", "end"])
    assert emitted.text == text
    assert emitted.end == "complete"
    assert emitted.snapshot("text:3") == recorded.snapshot("text:3")
    assert streamtape.transcript(Emitter(weather.stream())) == emitted
    failing = weather.stream(fault="error:overloaded_error,after=3")
    failed = streamtape.transcript(failing, emitted=True)
    assert failed.types[-2:] == ["error", "end"]
    assert failed.end == "errored"


SSE = "".join(
    f"data: {json.dumps(chunk)}\n\n"
    for chunk in (
        {
            "id": "c1",
            "object": "chat.completion.chunk",
            "created": 1,
            "model": "gpt",
            "choices": [{"index": 0, "delta": {"content": word}, "finish_reason": None}],
        }
        for word in ("Hel", "lo")
    )
)


def test_the_streams_of_openai():
    """Chunks are called by their `object`; what is no message has no snapshot."""
    answer = httpx2.Response(
        200, headers={"content-type": "text/event-stream"}, text=f"{SSE}data: [DONE]\n\n"
    )
    transport = httpx2.MockTransport(lambda _: answer)
    with openai.OpenAI(api_key="x", http_client=httpx2.Client(transport=transport)) as client:
        t = streamtape.transcript(
            client.chat.completions.create(model="gpt", messages=[], stream=True)
        )
    assert t.types == ["chat.completion.chunk"] * 2
    assert (t.text, t.end) == ("Hello", "complete")
    assert t.message is t.snapshot() is None


def test_iterables(recorded):
    """Any iterable of events: mappings, SSE events, text, what a transcript holds."""
    assert streamtape.transcript(recorded.events) == streamtape.Transcript(recorded.events)
    assert streamtape.transcript(["Hel", "lo"]).text == "Hello"

    async def pieces():
        yield "Hel"
        yield {"type": "text", "text": "lo"}

    t = asyncio.run(streamtape.atranscript(pieces()))
    assert t.to_dict() == {"events": [{"text": "Hel"}, {"text": "lo"}], "end": "complete"}


def test_errors_are_written_down(weather, use, sdk, arguments):
    """What a stream raises is the transcript's, before the first event as well."""
    t = streamtape.transcript(weather.stream(fault="error:overloaded_error,after=text_delta:1"))
    assert (t.end, type(t.error), t.text) == ("errored", messages.OverloadedError, "Bonjour!")
    with use(fault="http:529"):
        t = streamtape.transcript(sdk.with_options(max_retries=0).messages.stream(**arguments))
    assert (t.end, type(t.error), len(t)) == ("errored", anthropic.OverloadedError, 0)
    t = streamtape.transcript(weather.stream(fault="eof:after=text_delta:1"))
    assert (t.end, t.error) == ("incomplete", None)


def test_what_is_no_error_of_the_stream_is_raised(use, sdk, arguments):
    """A miss, a KeyboardInterrupt, a mistake in the call."""
    with pytest.raises(CassetteMiss), use():
        streamtape.transcript(sdk.messages.stream(**arguments | {"max_tokens": 7}))

    def interrupted():
        yield "Hel"
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        streamtape.transcript(interrupted())


@pytest.mark.parametrize("own", [True, False], ids=["own", "official"])
def test_aborts(weather, use, sdk, arguments, own):
    """It is told to stop, and asked for more: nothing comes, and both end aborted."""
    with use():
        stream = weather.stream(split="events") if own else sdk.messages.stream(**arguments)
        t = streamtape.transcript(stream, abort="text:3")
    assert (t.end, t.aborted_after, len(t)) == ("aborted", 8, 8)
    assert t.text == "Bonjour! Zürich is"
    assert t.to_dict()["aborted_after"] == 8
    assert "error" not in t.to_dict()  # each raises something else at who is aborted


def test_aborts_of_async_streams_and_emitters(weather):
    """The same for the other colour, and from inside of a listener."""
    t = streamtape.transcript(weather.stream(split="events"), abort="text:3")
    at = asyncio.run(streamtape.atranscript(weather.astream(split="events"), abort="text:3"))
    assert at == t
    emitted = streamtape.transcript(weather.stream(split="events"), abort="text:3", emitted=True)
    assert emitted.types[-3:] == ["text", "abort", "end"]
    assert emitted.aborted_after == len(emitted) - 2
    elsewhere = weather.stream()
    elsewhere.on("text", lambda *_: elsewhere.abort())
    t = streamtape.transcript(elsewhere)
    assert (t.end, t.aborted_after) == ("aborted", None)


def test_refused_sources(weather):
    """Another colour, no stream, no emitter, no way to stop: each says what would do."""
    coroutine = weather.astream().until_done()
    cases = [
        (weather.astream(), {}, "transcript of AsyncMessageStream: it is asynchronous. "),
        (coroutine, {}, "transcript of coroutine: it is asynchronous. "),
        (
            messages.AsyncMessageStreamManager(weather.achunks),
            {},
            "transcript of AsyncMessageStreamManager",
        ),
        (7, {}, "transcript of int: no stream. "),
        (["a"], {"emitted": True}, "emitted=True for a list: it is none. "),
        (["a"], {"abort": 1}, "abort of a list: it cannot be stopped. "),
        (weather.stream(), {"abort": "ping"}, "abort='ping': the stream never came to this"),
        (weather.stream(), {"abort": "0"}, "event '0': no name of an event. "),
    ]
    for source, options, text in cases:
        with pytest.raises(UsageError) as refused:
            streamtape.transcript(source, **options)
        assert str(refused.value).startswith(text)
    with pytest.raises(UsageError) as refused:
        asyncio.run(streamtape.atranscript(weather.stream()))
    assert str(refused.value) == (
        "transcript of MessageStream: it is synchronous. Say: streamtape.transcript(...)."
    )


def test_each_item_can_be_looked_at(weather):
    """`on_event` gets what the stream hands out, while it streams."""
    stream, sizes = weather.stream(), []
    streamtape.transcript(
        stream, on_event=lambda _: sizes.append(len(stream.current_message_snapshot.content))
    )
    assert sizes[0] == 0
    assert sizes[-1] == 2


def test_what_looks_may_fail(weather):
    """What `on_event` raises is the test's failure, and no error of the stream."""

    def look(_):
        raise ZeroDivisionError

    for options in ({}, {"emitted": True}):
        with pytest.raises(ZeroDivisionError):
            streamtape.transcript(weather.stream(), on_event=look, **options)


def test_times_are_those_of_the_use(use, sdk, arguments):
    """Under a clock that is given they are the recording's; and how much had come is known."""
    clock = VirtualClock()  # not started: it is a number that its sleepers move
    with use(clock=clock, timing="recorded"):
        t = streamtape.transcript(sdk.messages.stream(**arguments))
    times = [event.at for event in t]
    assert times == sorted(times)
    assert (times[0], t.seconds) == (pytest.approx(0.049, abs=0.001), times[-1])
    assert t.seconds == pytest.approx(0.303, abs=0.001)
    delivered = [event.delivered for event in t]
    assert delivered == sorted(delivered)
    assert delivered[0] < delivered[-1] == t.body_size
