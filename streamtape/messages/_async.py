"""The asynchronous face: the twin of `_sync.py`, for asyncio and trio.

It performs and decides nothing. Tasks may share a stream: one reads at a time, and what a task
reads on behalf of others is kept for the one that iterates.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

from streamtape.messages import _socket
from streamtape.messages._awaitables import Emitted, Texts, from_iterable
from streamtape.messages._dialect import BETA
from streamtape.messages._emitter import check_name, emissions, endings
from streamtape.messages._errors import (
    AnthropicError,
    APIUserAbortError,
    ListenerError,
)
from streamtape.messages._face import Face
from streamtape.messages._ndjson import line_of
from streamtape.messages._tasks import current_task, spawn

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable

    from streamtape.messages._message import Message
    from streamtape.messages._record import Record

__all__ = ["AsyncMessageStream", "BetaAsyncMessageStream"]

T = TypeVar("T")


class AsyncMessageStream(Face[T], Generic[T]):
    """A message as it comes: an asynchronous iterator of events, and an emitter of them.

    Nothing is read before it is asked for, and nothing ahead of the consumer.
    """

    def __init__(self, source: Any, output_format: Any = None, **options: Any) -> None:
        super().__init__(source, output_format, **options)
        self._busy = False  # a task is reading, or tells listeners
        self._busy_task: object = None
        self._turn: Any = None  # an anyio.Event that others wait for
        self._consumer: object = None  # the task that iterates
        self._background: Any = None

    # -- the iterator ----------------------------------------------------------------------------

    def __aiter__(self) -> Self:
        self._iterated = True
        self._consumer = current_task()
        return self

    async def __anext__(self) -> Record:
        """Return the next event, raw or derived, in the official SDK's order.

        Raises:
            AnthropicError: the stream failed or was aborted. One that merely ends early ends the
                iteration; the final methods raise then.
        """
        while not self._kept:
            if self._busy and not self._reentrant():
                await self._wait_turn()
                continue
            event = await self._next()
            if event is not None:
                return event
            if not self._kept:
                raise StopAsyncIteration
        return self._kept.popleft()

    @property
    def text_stream(self) -> AsyncIterator[str]:
        """The text of every `text` event; it shares the stream with the other iterators."""
        return Texts(self)

    async def _next(self) -> Record | None:
        """Read one event, its listeners told; None at the end."""
        self._busy = True
        try:
            while True:
                for event in self._pending:
                    if self._aborting or (self._listeners.any and await self._tell(event)):
                        break
                    return event
                if not await self._read():
                    return None
        except AnthropicError as error:
            self._reader.fail(error)
            await self._settle()
            raise
        finally:
            self._busy, self._busy_task = False, None
            if self._turn is not None:
                self._turn.set()
                self._turn = None

    async def _pull(self) -> Record | None:
        """Read one event when it is this task's turn."""
        while self._busy and not self._reentrant():
            await self._wait_turn()
        return await self._next()

    def _reentrant(self) -> bool:
        """Whether the task that reads is this one: a listener may read the stream on."""
        return self._busy_task is not None and self._busy_task == current_task()

    async def _wait_turn(self) -> None:
        import anyio  # noqa: PLC0415 - 30 ms, for those who need it

        if self._turn is None:
            self._turn = anyio.Event()
        await self._turn.wait()

    async def _tell(self, event: Record) -> bool:
        """Call the listeners of an event; return whether one of them aborted the stream."""
        self._busy_task = current_task()
        for name, arguments in emissions(event, self._reader.message):
            await self._emit(name, *arguments)
        return self._aborting

    async def _read(self) -> bool:
        """Take the next chunk; return whether the stream goes on.

        The first call only opens the source, which may be the sending of the request.
        """
        if self._settled:
            return self._over()
        try:
            chunk = await self._wait()
        except Exception as cause:  # noqa: BLE001 - whatever a transport raises
            error = self._failed(cause)
            if error is not None:
                await self._settle()
                raise error from error.__cause__
            chunk = None
        except GeneratorExit:  # the coroutine was dropped: nothing can be awaited
            self._reader.close()
            raise
        except BaseException:  # cancelled, by asyncio or trio
            self._reader.close()
            await self._settle_shielded()
            raise
        if self._take(chunk):
            return True
        self._reader.end()
        await self._settle()
        return self._over()

    async def _wait(self) -> bytes | None:
        """Wait for the next chunk: empty when the source was opened, None at the body's end."""
        opening = self._chunks is None
        with self._reading:
            if self._aborting:
                raise APIUserAbortError
            if opening:
                await self._open()
            if self._reader.accumulator.stopped:
                return await self._linger()
            chunk: bytes | None = b"" if opening else await anext(self._chunks, None)
        if opening:
            await self._emit("connect")
        if chunk is None and self._aborting:
            raise APIUserAbortError  # a socket that is shut down may look like a proper end
        return chunk

    async def _linger(self) -> bytes | None:
        """Wait for the end of the body of a whole message, but not for long."""
        import anyio  # noqa: PLC0415 - 30 ms, for those who need it

        with anyio.move_on_after(_socket.GRACE):
            return await anext(self._chunks, None)
        return None

    async def _connect(self) -> None:
        """Open the source, if nothing was read yet; an error of that is raised here."""
        if self._chunks is None and not self._settled:
            await self._read()
        self._over()

    async def _open(self) -> None:
        source = self._source() if self._is_opener(self._source) else self._source
        if inspect.isawaitable(source):
            source = await source
        self._source = None
        self._adopt(source)
        response = getattr(source, "response", source)
        chunks = response.aiter_bytes() if hasattr(response, "aiter_bytes") else response
        if hasattr(chunks, "__aiter__"):
            self._chunks = aiter(chunks)
        else:
            self._chunks = from_iterable([chunks] if isinstance(chunks, bytes) else chunks)

    # -- the emitter -----------------------------------------------------------------------------

    async def _emit(
        self, name: str, *arguments: Any, failures: list[ListenerError] | None = None
    ) -> None:
        """Call the listeners of an event; raise what one raises, or collect it and go on."""
        for listener in self._listeners.take(name):
            try:
                result = listener(*arguments)
                if inspect.isawaitable(result):
                    await result
            except Exception as cause:
                error = ListenerError(name)
                if failures is None:
                    raise error from cause
                error.__cause__ = cause
                failures.append(error)

    async def _settle(self) -> None:
        """Close the source and emit the end; every listener of it is called, whatever they do."""
        if not self._settle_once():
            return
        await self._close()
        for name, arguments in endings(self._reader):
            failures: list[ListenerError] = []
            await self._emit(name, *arguments, failures=failures)
            self._reader.listeners_failed(failures)
            if failures and name == "final_message":
                await self._emit("error", self.error, failures=(more := list[ListenerError]()))
                self._reader.listeners_failed(more)
        await self._emit("end", failures=(last := list[ListenerError]()))
        self._reader.listeners_failed(last)
        self._ended = True

    async def _settle_shielded(self) -> None:
        import anyio  # noqa: PLC0415 - 30 ms, for those who need it

        with anyio.CancelScope(shield=True):
            await self._settle()

    def _settle_soon(self) -> None:
        """Settle in the background of the running loop; without one, at the next call."""
        self._background = spawn(self._settle)

    async def _close(self) -> None:
        chunks, self._chunks = self._chunks, from_iterable(())
        for closable in (self.response, chunks):
            for name in ("aclose", "close"):
                if hasattr(closable, name):
                    result = getattr(closable, name)()
                    if inspect.isawaitable(result):
                        await result
                    break

    async def done(self) -> None:
        """Read the stream to its end.

        Raises:
            AnthropicError: it did not end with a whole message.
        """
        await self.get_final_message()

    def emitted(self, name: str) -> Awaitable[Any]:
        """Wait for the next emission of an event, from now on; read the stream for it.

        Events that this reads are kept for an iterator, where there is one.

        Returns:
            To be awaited: None, the one argument, or a tuple of them.

        Raises:
            UsageError: there is no event of this name.
            AnthropicError: when awaited: the stream ended without it: the error, or `EndedError`.
        """
        check_name(name)
        return Emitted(self, name)

    async def _pull_one(self) -> bool:
        """Read one event on behalf of a listener; return whether the stream goes on."""
        if self._busy and not self._reentrant():
            await self._wait_turn()  # the other task's event may be the one that is waited for
            return True
        event = await self._next()
        if event is not None and self._iterated:
            self._kept.append(event)
        return event is not None

    # -- the end ---------------------------------------------------------------------------------

    async def until_done(self) -> None:
        """Read the stream to its end, whether or not that makes a whole message.

        What it reads is kept for an iterator of another task.

        Raises:
            AnthropicError: it failed or was aborted.
        """
        keep = self._consumer is not None and self._consumer != current_task()
        if not keep:
            self._kept.clear()
        while (event := await self._pull()) is not None:
            if keep:
                self._kept.append(event)

    async def get_final_message(self) -> Message[T]:
        """Read the stream to its end and return the message.

        Raises:
            AnthropicError: it failed, was aborted, or ended too early (`IncompleteStreamError`);
                `partial_message` is what there is. Every later call raises the same.
        """
        if not self._ended:
            await self.until_done()
        return self._reader.final_message()

    async def get_final_text(self) -> str:
        """Read the stream to its end and return the text of the message.

        Raises:
            AnthropicError: as `get_final_message()`, or there is no text (`NoTextError`).
        """
        await self.get_final_message()
        return self._reader.final_text()

    final_message = get_final_message
    final_text = get_final_text

    async def to_ndjson(self) -> AsyncIterator[bytes]:
        """Yield the raw events as lines of JSON, for the TypeScript helper's `fromReadableStream`.

        Nothing is read ahead of the consumer. Leaving it early does not close the stream.

        Raises:
            AnthropicError: the stream failed.
        """
        async for event in self:
            line = line_of(event)
            if line:
                yield line

    async def close(self) -> None:
        """Close the connection. A stream that has not come to its end is aborted by it."""
        if self._reading.locked():
            self.abort()
            return
        self._reader.close()
        await self._settle()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._close_shielded()

    async def _close_shielded(self) -> None:
        """Close, also in a task that is being cancelled: the peer is to see it."""
        if self._settled:
            return
        import anyio  # noqa: PLC0415 - 30 ms, for those who need it

        with anyio.CancelScope(shield=True):
            await self.close()


class BetaAsyncMessageStream(AsyncMessageStream[T], Generic[T]):
    """A message of the beta API as it comes."""

    _dialect = BETA
