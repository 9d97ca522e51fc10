"""The synchronous face: read a chunk, hand it to the reader, tell the listeners, close.

It performs and decides nothing: what an event is, what it changes and how a stream ended is
decided in `_reader.py`, what is emitted in `_emitter.py`. No object here is part of a reference
cycle, so that a stream that is dropped lets go of its connection at once.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

from streamtape.messages._dialect import BETA
from streamtape.messages._emitter import (
    check_name,
    emissions,
    endings,
    refuse_awaitable,
    unwrap,
)
from streamtape.messages._errors import (
    AnthropicError,
    APIUserAbortError,
    EndedError,
    ListenerError,
)
from streamtape.messages._events import TextEvent
from streamtape.messages._face import Face
from streamtape.messages._ndjson import line_of
from streamtape.messages._socket import lingering

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streamtape.messages._message import Message
    from streamtape.messages._record import Record

__all__ = ["BetaMessageStream", "MessageStream"]

T = TypeVar("T")


class MessageStream(Face[T], Generic[T]):
    """A message as it comes: an iterator of events, and an emitter of them.

    Nothing is read before it is asked for, and nothing ahead of the consumer. Several iterators
    share the stream: each event goes to one of them.
    """

    # -- the iterator ----------------------------------------------------------------------------

    def __iter__(self) -> Iterator[Record]:
        """Return an iterator of every event, raw and derived, as the official SDK orders them.

        Raises:
            AnthropicError: the stream failed or was aborted. One that merely ends early ends the
                iteration; the final methods raise then.
        """
        self._iterated = True
        return self._stream(self._kept)

    def __next__(self) -> Record:
        for event in self:
            return event
        raise StopIteration

    @property
    def text_stream(self) -> Iterator[str]:
        """The text of every `text` event; it shares the stream with the other iterators."""
        return (event.text for event in self if type(event) is TextEvent)

    def _stream(self, kept: deque[Record]) -> Iterator[Record]:
        """Yield the events to come, each after its listeners were told; `kept` ones go first.

        Everything that may wait or fail is here, in one frame: the hot path of every consumer.
        """
        listeners = self._listeners
        try:
            while True:
                while kept:
                    yield kept.popleft()
                for event in self._pending:
                    if self._aborting or (listeners.any and self._tell(event)):
                        break
                    yield event
                    if kept:
                        break
                else:
                    if not self._read():
                        return
                    continue
                if self._aborting and not self._read():
                    return
        except AnthropicError as error:
            self._reader.fail(error)
            self._settle()
            raise

    def _tell(self, event: Record) -> bool:
        """Call the listeners of an event; return whether one of them aborted the stream."""
        for name, arguments in emissions(event, self._reader.message):
            self._emit(name, *arguments)
        return self._aborting

    def _read(self) -> bool:
        """Take the next chunk; return whether the stream goes on.

        The first call only opens the source, which may be the sending of the request.
        """
        if self._settled:
            return self._over()
        try:
            chunk = self._wait()
        except Exception as cause:  # noqa: BLE001 - whatever a transport raises
            error = self._failed(cause)
            if error is not None:
                self._settle()
                raise error from error.__cause__
            chunk = None
        except BaseException:  # a KeyboardInterrupt, a miss of a replay
            self._reader.close()
            self._settle()
            raise
        if self._take(chunk):
            return True
        self._reader.end()
        self._settle()
        return self._over()

    def _wait(self) -> bytes | None:
        """Wait for the next chunk: empty when the source was opened, None at the body's end."""
        opening = self._chunks is None
        with self._reading:
            if self._aborting:
                raise APIUserAbortError
            if opening:
                self._open()
            if self._reader.accumulator.stopped:
                with lingering(self.response):
                    return next(self._chunks, None)
            chunk: bytes | None = b"" if opening else next(self._chunks, None)
        if opening:
            self._emit("connect")
        if chunk is None and self._aborting:
            raise APIUserAbortError  # a socket that is shut down may look like a proper end
        return chunk

    def _connect(self) -> None:
        """Open the source, if nothing was read yet; an error of that is raised here."""
        if self._chunks is None and not self._settled:
            self._read()
        self._over()

    def _open(self) -> None:
        source = self._source() if self._is_opener(self._source) else self._source
        self._source = None
        self._adopt(source)
        response = getattr(source, "response", source)
        chunks = response.iter_bytes() if hasattr(response, "iter_bytes") else response
        self._chunks = iter([chunks] if isinstance(chunks, bytes) else chunks)

    # -- the emitter -----------------------------------------------------------------------------

    def _emit(
        self, name: str, *arguments: Any, failures: list[ListenerError] | None = None
    ) -> None:
        """Call the listeners of an event; raise what one raises, or collect it and go on."""
        for listener in self._listeners.take(name):
            try:
                refuse_awaitable(listener(*arguments), name)
            except Exception as cause:
                error = ListenerError(name)
                if failures is None:
                    raise error from cause
                error.__cause__ = cause
                failures.append(error)

    def _settle(self) -> None:
        """Close the source and emit the end; every listener of it is called, whatever they do."""
        if not self._settle_once():
            return
        self._close()
        for name, arguments in endings(self._reader):
            failures: list[ListenerError] = []
            self._emit(name, *arguments, failures=failures)
            self._reader.listeners_failed(failures)
            if failures and name == "final_message":
                self._emit("error", self.error, failures=(more := list[ListenerError]()))
                self._reader.listeners_failed(more)
        self._emit("end", failures=(last := list[ListenerError]()))
        self._reader.listeners_failed(last)
        self._ended = True

    _settle_soon = _settle

    def _close(self) -> None:
        chunks, self._chunks = self._chunks, iter(())
        for closable in (self.response, chunks):
            if hasattr(closable, "close"):
                closable.close()

    def done(self) -> None:
        """Read the stream to its end.

        Raises:
            AnthropicError: it did not end with a whole message.
        """
        self.get_final_message()

    def emitted(self, name: str) -> Any:
        """Read until the next emission of an event, and return its arguments.

        Events that this reads are kept for an iterator, where there is one.

        Returns:
            None, the one argument, or a tuple of them.

        Raises:
            UsageError: there is no event of this name.
            AnthropicError: the stream ended without it: the error, or `EndedError`.
        """
        check_name(name)
        caught: list[tuple[Any, ...]] = []

        def catch(*arguments: Any) -> None:
            caught.append(arguments)

        self.once(name, catch)
        try:
            while not caught and self._pull_one():
                pass
        except AnthropicError:
            if not caught:
                raise
        finally:
            self.off(name, catch)
        if caught:
            return unwrap(caught[0])
        raise self.error or EndedError(name)

    def _pull_one(self) -> bool:
        """Read one event on behalf of a listener; return whether the stream goes on."""
        for event in self._stream(deque()):
            if self._iterated:
                self._kept.append(event)
            return True
        return False

    # -- the end ---------------------------------------------------------------------------------

    def until_done(self) -> None:
        """Read the stream to its end, whether or not that makes a whole message.

        Raises:
            AnthropicError: it failed or was aborted.
        """
        self._kept.clear()
        for _ in self:
            pass

    def get_final_message(self) -> Message[T]:
        """Read the stream to its end and return the message.

        Raises:
            AnthropicError: it failed, was aborted, or ended too early (`IncompleteStreamError`);
                `partial_message` is what there is. Every later call raises the same.
        """
        if not self._settled:
            self.until_done()
        return self._reader.final_message()

    def get_final_text(self) -> str:
        """Read the stream to its end and return the text of the message.

        Raises:
            AnthropicError: as `get_final_message()`, or there is no text (`NoTextError`).
        """
        self.get_final_message()
        return self._reader.final_text()

    final_message = get_final_message
    final_text = get_final_text

    def to_ndjson(self) -> Iterator[bytes]:
        """Yield the raw events as lines of JSON, for the TypeScript helper's `fromReadableStream`.

        Nothing is read ahead of the consumer. Leaving it early does not close the stream.

        Raises:
            AnthropicError: the stream failed.
        """
        for event in self:
            line = line_of(event)
            if line:
                yield line

    def close(self) -> None:
        """Close the connection. A stream that has not come to its end is aborted by it."""
        if not self._reading.acquire(blocking=False):
            self.abort()
            return
        self._reading.release()
        self._reader.close()
        self._settle()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class BetaMessageStream(MessageStream[T], Generic[T]):
    """A message of the beta API as it comes."""

    _dialect = BETA
