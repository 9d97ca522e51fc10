"""Ending a stream from this side: from everywhere, at any time, on real sockets and in memory."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import socket
import threading
from typing import TYPE_CHECKING, Any

import anyio
import anyio.lowlevel
import httpx
import httpx2
import pytest
import trio

from streamtape.messages import (
    AbortController,
    APIConnectionError,
    APITimeoutError,
    APIUserAbortError,
    AsyncClient,
    AsyncMessageStream,
    Client,
    MessageStream,
    _socket,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import SimpleNamespace

BOTH = pytest.mark.parametrize("http", [httpx, httpx2])
LIBRARIES = pytest.mark.parametrize("library", ["asyncio", "trio"])
QUESTION: dict[str, Any] = {"model": "m", "max_tokens": 1, "messages": []}


class Server:
    """A server on loopback that sends a head and a first part, and then is silent."""

    def __init__(self, first: bytes | None) -> None:
        self._first = first
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self.asked = threading.Event()
        self.closed = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._socket.accept()
                with connection:
                    request = b""
                    while b"}" not in request.partition(b"\r\n\r\n")[2]:
                        request += connection.recv(65536)
                    self.asked.set()
                    if self._first is not None:
                        head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"
                        size = (
                            f"transfer-encoding: chunked\r\n\r\n{len(self._first):x}\r\n".encode()
                        )
                        connection.sendall(head + size + self._first + b"\r\n")
                    while connection.recv(65536):
                        pass
                self.closed.set()

    def close(self) -> None:
        """Stop serving."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(5)


@pytest.fixture
def first(lab: SimpleNamespace) -> bytes:
    """The beginning of a message."""
    written: bytes = lab.encode(lab.START, *lab.text_events("Hello")[:2])
    return written


@pytest.fixture
def server(first: bytes) -> Iterator[Server]:
    """A server that falls silent in the middle of a message."""
    running = Server(first)
    yield running
    running.close()


@pytest.fixture
def mute() -> Iterator[Server]:
    """A server that never answers."""
    running = Server(None)
    yield running
    running.close()


@BOTH
def test_an_abort_of_another_thread_wakes_the_reader(http: Any, server: Server) -> None:
    """A reader that waits on the socket gets the abort at once, and the peer sees the close."""
    heard: list[str] = []
    with http.Client() as session:
        client = Client(api_key="k", base_url=server.url, http_client=session, max_retries=0)
        stream = client.messages.stream(**QUESTION)
        stream.on("text", lambda *_: threading.Timer(0.05, stream.abort).start())
        stream.on("abort", lambda _: heard.append("abort")).on("end", lambda: heard.append("end"))
        with pytest.raises(APIUserAbortError), stream:
            for _ in stream:
                pass
        assert server.closed.wait(5)
    assert heard == ["abort", "end"]
    assert stream.current_message_snapshot.content[0].text == "Hello"
    with pytest.raises(APIUserAbortError):
        stream.get_final_message()


@BOTH
def test_an_abort_before_the_headers_wakes_the_sender(http: Any, mute: Server) -> None:
    """Also one that still waits for the response, through the connection that was opened for it."""
    controller = AbortController()

    def abort() -> None:
        mute.asked.wait(5)
        controller.abort("enough")

    thread = threading.Thread(target=abort)
    thread.start()
    with http.Client() as session:
        client = Client(api_key="k", base_url=mute.url, http_client=session)
        stream = client.messages.stream(signal=controller.signal, **QUESTION)
        with pytest.raises(APIUserAbortError):
            stream.done()
    thread.join()
    assert controller.signal.reason == "enough"
    assert stream.aborted


@BOTH
@LIBRARIES
def test_an_abort_of_another_task_or_thread_wakes_the_asynchronous_reader(
    http: Any, server: Server, library: str
) -> None:
    """The waiting task gets the abort; listeners get `abort` and `end`."""
    heard: list[str] = []

    async def use(*, threaded: bool) -> None:
        async with http.AsyncClient() as session:
            client = AsyncClient(api_key="k", base_url=server.url, http_client=session)
            stream = client.messages.stream(**QUESTION)
            stream.on("abort", lambda _: heard.append("abort"))
            stream.on("end", lambda: heard.append("end"))

            async def abort() -> None:
                await stream.emitted("text")
                await anyio.sleep(0.02)
                if threaded:
                    await anyio.to_thread.run_sync(stream.abort)
                else:
                    stream.abort()

            async with anyio.create_task_group() as group:
                group.start_soon(abort)
                with pytest.raises(APIUserAbortError):
                    await stream.done()
            assert stream.aborted
            await stream.close()

    anyio.run(lambda: use(threaded=False), backend=library)
    anyio.run(lambda: use(threaded=True), backend=library)
    assert heard == ["abort", "end"] * 2


@BOTH
@LIBRARIES
def test_cancelling_the_task_closes_the_connection(http: Any, server: Server, library: str) -> None:
    """The peer sees the close; the message is not taken for complete afterwards."""

    async def use() -> None:
        async with http.AsyncClient() as session:
            client = AsyncClient(api_key="k", base_url=server.url, http_client=session)
            stream = client.messages.stream(**QUESTION)
            with anyio.move_on_after(0.1):
                async with stream:
                    await stream.done()
            assert stream.ended
            with pytest.raises(APIUserAbortError) as caught:
                await stream.get_final_message()
            assert caught.value.partial_message is stream.current_message
            await anyio.to_thread.run_sync(server.closed.wait, 5)
            assert server.closed.is_set()

    anyio.run(use, backend=library)


@BOTH
def test_a_silent_server_is_a_timeout_of_our_tree(http: Any, server: Server) -> None:
    """The library's read timeout, in the middle of the body, is an `APITimeoutError`."""
    with http.Client() as session:
        client = Client(api_key="k", base_url=server.url, http_client=session, timeout=0.1)
        stream = client.messages.stream(**QUESTION)
        with pytest.raises(APITimeoutError) as caught:
            stream.done()
    assert str(caught.value) == "Request timed out."
    assert isinstance(caught.value.__cause__, http.ReadTimeout)
    assert caught.value.partial_message is stream.current_message
    with pytest.raises(APITimeoutError):
        stream.get_final_text()


@BOTH
def test_a_server_that_delays_the_end_does_not_delay_the_message(
    http: Any, lab: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After `message_stop` the end of the body is waited for, but not for long; D17."""
    monkeypatch.setattr(_socket, "GRACE", 0.02)
    running = Server(lab.encode(lab.START, *lab.text_events("Hello"), *lab.STOP))

    async def use() -> None:
        async with http.AsyncClient() as session:
            client = AsyncClient(api_key="k", base_url=running.url, http_client=session)
            assert await client.messages.stream(**QUESTION).get_final_text() == "Hello"

    try:
        with http.Client() as session:
            client = Client(api_key="k", base_url=running.url, http_client=session)
            stream = client.messages.stream(**QUESTION)
            assert stream.get_final_text() == "Hello"
            assert (stream.state, stream.response.is_closed) == ("complete", True)
        anyio.run(use)
        anyio.run(use, backend="trio")
    finally:
        running.close()


def test_what_breaks_behind_a_whole_message_is_no_error(lab: SimpleNamespace) -> None:
    """The message is complete; D17."""

    def chunks() -> Iterator[bytes]:
        yield lab.encode(lab.START, *lab.STOP)
        raise httpx2.ReadError("reset")

    async def slow() -> Any:
        for chunk in chunks():
            yield chunk

    assert MessageStream[None](chunks()).get_final_message().id == "msg_1"
    stream = AsyncMessageStream[None](slow())
    assert anyio.run(stream.get_final_message).id == "msg_1"
    assert stream.state == "complete"


@BOTH
def test_leaving_the_context_closes_the_connection(http: Any, server: Server) -> None:
    """After `break` the stream is open until the context ends; then it is aborted."""
    with http.Client() as session:
        client = Client(api_key="k", base_url=server.url, http_client=session)
        with client.messages.stream(**QUESTION) as stream:
            for event in stream:
                if event.type == "text":
                    break
            assert stream.state == "open"
        assert server.closed.wait(5)
        assert (stream.state, stream.response.is_closed) == ("aborted", True)
        with pytest.raises(APIUserAbortError):
            next(stream)


@BOTH
def test_a_stream_that_is_dropped_lets_go_of_its_connection(http: Any, server: Server) -> None:
    """No cycle holds it: the peer sees the close without the garbage collector."""
    with http.Client() as session:
        client = Client(api_key="k", base_url=server.url, http_client=session)
        stream = client.messages.stream(**QUESTION)
        gc.disable()
        try:
            next(stream)
            del stream
            assert server.closed.wait(5)
        finally:
            gc.enable()


def test_nothing_is_sent_for_a_signal_that_was_given_before(first: bytes) -> None:
    """A stream that is aborted before it is read never opens its source."""
    controller = AbortController()
    controller.abort()
    controller.abort("again")
    opened: list[int] = []
    stream = MessageStream[None](lambda: opened.append(1), signal=controller.signal)
    with pytest.raises(APIUserAbortError):
        stream.done()
    assert (opened, stream.aborted, controller.signal.reason) == ([], True, None)


def test_a_signal_forgets_the_streams_that_have_ended(lab: SimpleNamespace) -> None:
    """It may live as long as the program; streams that ended or were dropped leave nothing."""
    controller = AbortController()
    body = lab.encode(lab.START, *lab.STOP)
    for _ in range(3):
        MessageStream[None]([body], signal=controller.signal).done()
        MessageStream[None]([body], signal=controller.signal)
    assert len(controller.signal._watchers) <= 1
    controller.abort()


def test_an_abort_after_the_end_changes_nothing(lab: SimpleNamespace) -> None:
    """The message stays complete; only the signal says that it was given."""
    stream = MessageStream[None]([lab.encode(lab.START, *lab.STOP)])
    heard: list[Any] = []
    stream.on("abort", heard.append)
    message = stream.get_final_message()
    stream.abort()
    stream.close()
    assert stream.get_final_message() is message
    assert (stream.state, heard, stream.controller.signal.aborted) == ("complete", [], True)


def test_a_message_that_is_whole_stays_so_when_the_stream_is_closed(lab: SimpleNamespace) -> None:
    """Leaving before the end of the body, but after `message_stop`, is no abort."""
    with MessageStream[None]([lab.encode(lab.START, *lab.STOP), b"\n"]) as stream:
        for event in stream:
            if event.type == "message_stop":
                break
    assert stream.state == "complete"
    assert stream.get_final_message().id == "msg_1"


def test_an_abort_without_a_socket_takes_effect_at_the_next_chunk(first: bytes) -> None:
    """Nothing can wake a reader that waits for an iterator in memory; it sees the abort after."""
    waiting, go = threading.Event(), threading.Event()

    def chunks() -> Iterator[bytes]:
        yield first
        waiting.set()
        go.wait(5)
        yield first

    stream = MessageStream[None](chunks())

    def abort() -> None:
        waiting.wait(5)
        stream.abort()
        go.set()

    thread = threading.Thread(target=abort)
    thread.start()
    with pytest.raises(APIUserAbortError):
        stream.done()
    thread.join()


def test_closing_from_another_thread_wakes_as_an_abort_does(server: Server) -> None:
    """`close()` while somebody reads is an abort; the SDK's would leave the reader blocked."""
    with httpx.Client() as session:
        client = Client(api_key="k", base_url=server.url, http_client=session)
        stream = client.messages.stream(**QUESTION)
        stream.on("text", lambda *_: threading.Timer(0.05, stream.close).start())
        with pytest.raises(APIUserAbortError):
            stream.done()


def test_a_broken_source_is_a_connection_error_of_our_tree(first: bytes) -> None:
    """Whatever the source raises is wrapped; the original is the cause."""

    def chunks() -> Iterator[bytes]:
        yield first
        raise httpx2.ReadError("gone")

    stream = MessageStream[None](chunks())
    with pytest.raises(APIConnectionError) as caught:
        stream.done()
    assert str(caught.value) == "Connection error."
    assert isinstance(caught.value.__cause__, httpx2.ReadError)
    assert stream.state == "errored"


def test_an_interrupt_passes_through_and_aborts(first: bytes) -> None:
    """What is no `Exception` is not wrapped; the stream is over after it."""

    def chunks() -> Iterator[bytes]:
        yield first
        raise KeyboardInterrupt

    stream = MessageStream[None](chunks())
    with pytest.raises(KeyboardInterrupt):
        stream.done()
    assert (stream.state, stream.ended) == ("aborted", True)


@LIBRARIES
def test_an_asynchronous_stream_is_aborted_between_events(first: bytes, library: str) -> None:
    """Nobody waits: `abort` and `end` are emitted by the loop, without another call."""

    async def use() -> None:
        heard: list[str] = []
        stream = AsyncMessageStream[None]([first])

        async def listen(*_: Any) -> None:
            heard.append("abort")

        stream.on("abort", listen).on("end", lambda: heard.append("end"))
        async for event in stream:
            if event.type == "text":
                break
        stream.abort()
        assert stream.aborted
        for _ in range(10):
            await anyio.lowlevel.checkpoint()
        assert heard == ["abort", "end"]
        with pytest.raises(APIUserAbortError):
            await anext(stream)

    anyio.run(use, backend=library)


def test_an_idle_timeout_does_not_pass_for_the_end(first: bytes) -> None:
    """`wait_for` around one event aborts the stream: what it had is not a complete message."""

    async def chunks() -> Any:
        yield first
        await asyncio.sleep(10)

    async def use() -> None:
        stream = AsyncMessageStream[None](chunks())
        for _ in range(4):
            await anext(stream)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(anext(stream), 0.01)
        with pytest.raises(APIUserAbortError):
            await stream.get_final_message()

    asyncio.run(use())


def test_trio_raises_no_warning_for_a_text_stream_that_is_left(first: bytes) -> None:
    """Iterators are classes: trio warns of asynchronous generators that are dropped."""

    async def use() -> None:
        async with AsyncMessageStream[None]([first]) as stream:
            async for text in stream.text_stream:
                assert text == "Hello"
                break

    trio.run(use)
