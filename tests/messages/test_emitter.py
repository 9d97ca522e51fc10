"""Listeners: who is called, when, with what; and that the end always comes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import anyio
import anyio.lowlevel
import pytest

from streamtape.errors import UsageError
from streamtape.messages import (
    APIUserAbortError,
    AsyncMessageStream,
    EndedError,
    IncompleteStreamError,
    ListenerError,
    MessageStream,
    OverloadedError,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import SimpleNamespace

LIBRARIES = pytest.mark.parametrize("library", ["asyncio", "trio"])


@pytest.fixture
def body(lab: SimpleNamespace) -> bytes:
    """A message of two texts."""
    written: bytes = lab.encode(lab.START, *lab.text_events("Hel", "lo"), *lab.STOP)
    return written


@pytest.fixture
def failing(lab: SimpleNamespace) -> bytes:
    """A message that fails in the middle."""
    error = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}
    written: bytes = lab.encode(lab.START, *lab.text_events("Hel")[:2], error)
    return written


def test_listeners_are_called_while_the_stream_is_iterated(body: bytes) -> None:
    """A listener hears of an event before the iterator yields it."""
    heard: list[str] = []
    stream = MessageStream[None]([body])
    stream.on("text", lambda text, snapshot: heard.append(f"{text} of {snapshot}"))
    for event in stream:
        if event.type == "text":
            assert heard[-1] == f"{event.text} of {event.snapshot}"
    assert heard == ["Hel of Hel", "lo of Hello"]


def test_once_listens_once_and_off_undoes_one(body: bytes) -> None:
    """`once` is called at the first emission; `off` removes one occurrence, of a `once` too."""
    heard: list[Any] = []

    def listen(*args: Any) -> None:
        heard.append(args)

    stream = MessageStream[None]([body])
    stream.once("text", listen).on("message", listen).on("message", listen).off("message", listen)
    stream.once("end", listen).off("end", listen).off("end", listen)
    stream.done()
    assert len(heard) == 2
    assert heard[0] == ("Hel", "Hel")


def test_listeners_of_the_same_event_may_change_each_other(body: bytes) -> None:
    """Who is removed during an emission is still called this time; who is added, the next time."""
    heard: list[str] = []
    stream = MessageStream[None]([body])

    def late(text: str, _: str) -> None:
        heard.append(f"late {text}")

    def first(text: str, _: str) -> None:
        heard.append(f"first {text}")
        stream.off("text", second).on("text", late).off("text", first)

    def second(text: str, _: str) -> None:
        heard.append(f"second {text}")

    stream.on("text", first).on("text", second)
    stream.done()
    assert heard == ["first Hel", "second Hel", "late lo"]


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("finalMessage", "Did you mean 'final_message'?"),
        ("streamEvent", "Did you mean 'stream_event'?"),
        ("mesage", "Did you mean 'message'?"),
        (
            "zzz",
            (
                "There are: connect, stream_event, text, citation, input_json, thinking, "
                "signature, compaction, content_block, message, final_message, error, abort, end."
            ),
        ),
    ],
)
def test_a_wrong_name_is_an_error_that_suggests_the_right_one(name: str, remedy: str) -> None:
    """`on`, `once`, `off` and `emitted` say what was meant, at once."""
    stream = MessageStream[None]([])
    calls: list[Callable[[], object]] = [
        lambda: stream.on(name, print),
        lambda: stream.once(name, print),
        lambda: stream.off(name, print),
        lambda: stream.emitted(name),
        lambda: AsyncMessageStream[None]([]).emitted(name),
    ]
    for call in calls:
        with pytest.raises(UsageError) as caught:
            call()
        assert str(caught.value) == f"event {name!r}: no stream emits it. {remedy}"


@pytest.mark.parametrize("event", ["connect", "stream_event", "text", "content_block", "message"])
def test_a_listener_that_raises_ends_the_stream(body: bytes, event: str) -> None:
    """Its error is the cause of a `ListenerError`; `error` and `end` are emitted; `done` raises."""
    heard: list[Any] = []
    stream = MessageStream[None]([body])
    problem = KeyError("mine")

    def listen(*_: Any) -> None:
        raise problem

    stream.on(event, listen).on("error", heard.append).on("end", lambda: heard.append("end"))
    with pytest.raises(ListenerError) as caught:
        stream.done()
    assert str(caught.value) == f"a listener of {event!r} raised an error."
    assert caught.value.__cause__ is problem
    assert heard == [caught.value, "end"]
    assert (stream.state, stream.ended, stream.errored) == ("errored", True, True)


@pytest.mark.parametrize("event", ["final_message", "end"])
def test_a_listener_that_raises_at_the_end_does_not_stop_the_end(body: bytes, event: str) -> None:
    """`end` still comes, and `done` raises instead of hanging."""
    heard: list[str] = []
    stream = MessageStream[None]([body])

    def listen(*_: Any) -> None:
        raise KeyError

    def fail_too(_: Any) -> None:
        heard.append("error")
        raise ValueError

    stream.on("end", lambda: heard.append("end")).on(event, listen).on("error", fail_too)
    with pytest.raises(ListenerError):
        stream.done()
    assert heard == (["error", "end"] if event == "final_message" else ["end"])
    with pytest.raises(ListenerError):
        stream.get_final_message()


def test_an_asynchronous_listener_of_a_synchronous_stream_is_refused(body: bytes) -> None:
    """Nobody would await it; the cause says what to do."""

    async def listen(*_: Any) -> None:
        raise AssertionError("never awaited")

    stream = MessageStream[None]([body]).on("text", listen)
    with pytest.raises(ListenerError) as caught:
        stream.done()
    assert str(caught.value.__cause__) == (
        "an asynchronous listener of 'text': this stream is synchronous. "
        "Give a plain function, or use the asynchronous stream."
    )


def test_a_listener_of_the_error_that_raises_is_noted_at_the_error(failing: bytes) -> None:
    """The stream's own error stays the one that is raised."""
    stream = MessageStream[None]([failing])

    def listen(_: Any) -> None:
        raise KeyError("mine")

    stream.on("error", listen)
    with pytest.raises(OverloadedError) as caught:
        stream.done()
    assert caught.value.__notes__ == ["a listener of 'error' raised an error. KeyError('mine')"]


def test_emitted_waits_for_the_next_emission(body: bytes) -> None:
    """It returns what a listener would get: nothing, one thing, or several."""
    stream = MessageStream[None]([body])
    assert stream.emitted("connect") is None
    assert stream.emitted("text") == ("Hel", "Hel")
    assert stream.emitted("message") is stream.current_message_snapshot
    assert stream.emitted("end") is None


def test_emitted_loses_no_event_of_an_iterator(body: bytes) -> None:
    """What it reads is kept, in order, for whoever iterates."""
    stream = MessageStream[None]([body])
    events = iter(stream)
    types = [next(events).type]
    stream.emitted("message")
    types += [event.type for event in events]
    assert types == [event.type for event in MessageStream[None]([body])]


def test_emitted_always_settles(body: bytes, failing: bytes) -> None:
    """After the end it raises: the stream's error, or that there was no more of it."""
    stream = MessageStream[None]([body])
    with pytest.raises(EndedError) as caught:
        stream.emitted("abort")
    assert str(caught.value) == "the stream has ended, and 'abort' was not emitted (again)."
    with pytest.raises(EndedError):
        stream.emitted("message")
    broken = MessageStream[None]([failing])
    assert isinstance(broken.emitted("error"), OverloadedError)
    with pytest.raises(OverloadedError):
        broken.emitted("message")
    short = MessageStream[None]([])
    with pytest.raises(IncompleteStreamError):
        short.emitted("message")


def test_an_iterator_made_after_the_end_is_at_its_end(body: bytes) -> None:
    """It never hangs."""
    stream = MessageStream[None]([body])
    stream.done()
    assert list(stream) == []
    with pytest.raises(StopIteration):
        next(stream)


def test_flags_and_messages_follow_the_stream(lab: SimpleNamespace, body: bytes) -> None:
    """In the listener of `message` it is current; after the end it is received."""
    history = [{"role": "user", "content": "Hi"}]
    stream = MessageStream[None]([body], history=history)
    seen: list[Any] = []
    stream.on("message", lambda message: seen.append(stream.current_message is message))
    stream.on("final_message", lambda _: seen.append((stream.current_message, stream.ended)))
    assert (stream.current_message, stream.received_messages) == (None, [])
    message = stream.final_message()
    assert seen == [True, (None, False)]
    assert stream.messages == [*history, message]
    assert stream.received_messages == [message]
    assert (stream.ended, stream.errored, stream.aborted) == (True, False, False)
    assert stream.final_text() == "Hello"
    assert stream.controller.signal.aborted is False


@LIBRARIES
def test_asynchronous_listeners_that_raise_never_hang(
    lab: SimpleNamespace, body: bytes, library: str
) -> None:
    """Plain and asynchronous ones, at every event, end in a `ListenerError` and the end."""

    async def use(event: str) -> None:
        ended: list[bool] = []

        async def listen(*_: Any) -> None:
            raise KeyError

        stream = AsyncMessageStream[None]([body])
        stream.on(event, listen).on("error", listen).on("end", lambda: ended.append(True))
        with pytest.raises(ListenerError):
            await stream.done()
        assert ended == [True]
        with pytest.raises(ListenerError):
            await stream.final_message()

    for event in ("connect", "text", "message", "final_message", "end"):
        anyio.run(use, event, backend=library)


@LIBRARIES
def test_asynchronous_emitted_listens_from_its_making(body: bytes, library: str) -> None:
    """An awaitable that is made before the loop has what was emitted during it."""

    async def use() -> None:
        stream = AsyncMessageStream[None]([body])
        first, never = stream.emitted("text"), stream.emitted("abort")
        async for _ in stream:
            pass
        assert await first == ("Hel", "Hel")
        with pytest.raises(EndedError):
            await never
        other = AsyncMessageStream[None]([body])
        assert (await other.emitted("message")).content[0].text == "Hello"
        assert await other.emitted("end") is None

    anyio.run(use, backend=library)


@LIBRARIES
def test_tasks_share_a_stream_and_none_loses_events(body: bytes, library: str) -> None:
    """While one task iterates, others wait for `done` and events; each gets all of it."""
    pieces = [body[at : at + 7] for at in range(0, len(body), 7)]

    async def chunks() -> Any:
        for piece in pieces:
            await anyio.lowlevel.checkpoint()
            yield piece

    async def use() -> None:
        stream = AsyncMessageStream[None](chunks())
        got: dict[str, Any] = {}

        async def iterate() -> None:
            got["types"] = []
            async for event in stream:
                got["types"].append(event.type)
                await anyio.lowlevel.checkpoint()

        async def finish() -> None:
            await anyio.lowlevel.checkpoint()
            await stream.done()
            got["text"] = await stream.get_final_text()

        async def wait() -> None:
            got["text_event"] = await stream.emitted("text")

        async with anyio.create_task_group() as group:
            for task in (iterate, finish, wait):
                group.start_soon(task)
        assert got["types"] == [event.type for event in MessageStream[None]([body])]
        assert (got["text"], got["text_event"]) == ("Hello", ("Hel", "Hel"))

    anyio.run(use, backend=library)


@LIBRARIES
def test_a_listener_may_read_the_stream_on(body: bytes, library: str) -> None:
    """Reading from within a listener does not lock the stream, in either colour."""
    stream = MessageStream[None]([body])
    finals: list[Any] = []
    stream.once("text", lambda *_: finals.append(stream.get_final_text()))
    stream.done()

    async def use() -> None:
        other = AsyncMessageStream[None]([body])

        async def listen(*_: Any) -> None:
            finals.append(await other.get_final_text())

        other.once("text", listen)
        await other.done()

    anyio.run(use, backend=library)
    assert finals == ["Hello", "Hello"]


def test_an_abort_in_a_listener_ends_the_stream_there(body: bytes) -> None:
    """The event of that listener is the last; `abort` and `end` follow; the message stays."""
    heard: list[str] = []
    stream = MessageStream[None]([body])
    stream.on("abort", lambda error: heard.append(type(error).__name__))
    stream.on("end", lambda: heard.append("end"))
    stream.once("text", lambda *_: stream.abort())
    with pytest.raises(APIUserAbortError) as caught:
        stream.done()
    assert str(caught.value) == "Request was aborted."
    assert heard == ["APIUserAbortError", "end"]
    assert caught.value.partial_message is stream.current_message
    assert stream.current_message_snapshot.content[0].text == "Hel"
    assert (stream.state, stream.aborted, stream.errored) == ("aborted", True, True)
