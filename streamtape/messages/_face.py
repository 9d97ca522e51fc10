"""What the synchronous and the asynchronous stream share: everything that does not wait."""

from __future__ import annotations

from collections import deque
from threading import Lock
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Self, TypeVar

from streamtape.messages._abort import AbortController
from streamtape.messages._dialect import STABLE, Dialect
from streamtape.messages._emitter import Listeners
from streamtape.messages._errors import APIUserAbortError
from streamtape.messages._output import Output
from streamtape.messages._reader import MessageReader
from streamtape.messages._socket import wake

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from streamtape.messages._abort import AbortSignal
    from streamtape.messages._errors import AnthropicError
    from streamtape.messages._flaws import Flaw
    from streamtape.messages._message import Message
    from streamtape.messages._reader import State
    from streamtape.messages._record import Record

__all__ = ["Face"]

T = TypeVar("T")


class Face(Generic[T]):
    """A stream of one message: what is known of it, who listens, and how it is aborted.

    Args:
        source: where the bytes come from: a response of httpx or httpx2 (or anything with
            `iter_bytes` or `aiter_bytes`), an object that has one as `response`, or an iterable of
            bytes.
        output_format: the type that the text is to have, or None.
        signal: aborts the stream when it is told to.
        history: the messages of the request, for `messages`.
    """

    _dialect: ClassVar[Dialect] = STABLE

    def __init__(
        self,
        source: Any,
        output_format: Any = None,
        *,
        signal: AbortSignal | None = None,
        history: Sequence[Any] = (),
    ) -> None:
        output: Output[T] | None = Output.of(output_format)
        self.controller: AbortController = AbortController()
        self._reader: MessageReader[T] = MessageReader(self._dialect, output)
        self._accumulator = self._reader.accumulator
        self._listeners = Listeners()
        self._history = list(history)
        self._source: Any = source
        self._chunks: Any = None  # the iterator of the body, once it is open
        self._pending: Iterator[Record] = iter(())  # the events of the last chunk
        self._kept: deque[Record] = deque()  # events read on behalf of somebody else
        self._iterated = False
        self._drained = False  # the body has ended; what that completes has been taken
        self._reading = Lock()  # held while a chunk is waited for
        self._ending = Lock()
        self._aborting = False
        self._settled = False
        self._ended = False
        self.controller.signal.watch(self._abort)
        self._signal = signal
        if signal is not None:
            signal.watch(self.abort)
        self._adopt(source)

    def _adopt(self, source: Any) -> None:
        """Take note of the response, where there is one already."""
        response = getattr(source, "response", source)
        if hasattr(response, "headers"):
            self._reader.take_response(response)

    @classmethod
    def from_ndjson(cls, source: Any, output_format: Any = None, **options: Any) -> Self:
        """Make a stream of lines of JSON, as the TypeScript helper's `toReadableStream` has them.

        Args:
            source: where the bytes come from, as for the constructor.
            output_format: the type that the text is to have, or None.
            **options: as for the constructor.
        """
        stream = cls(source, output_format, **options)
        stream._reader.read_lines()
        return stream

    # -- what is known ---------------------------------------------------------------------------

    @property
    def response(self) -> Any:
        """The response that the stream comes in; None before it is there, or without one."""
        return self._reader.response

    @property
    def request_id(self) -> str | None:
        """The header `request-id` of the response."""
        return self._header("request-id")

    @property
    def workspace_id(self) -> str | None:
        """The header `anthropic-workspace-id` of the response."""
        return self._header("anthropic-workspace-id")

    def _header(self, name: str) -> str | None:
        value: str | None = getattr(self.response, "headers", {}).get(name)
        return value

    @property
    def state(self) -> State:
        """``open``, or how it ended: ``complete``, ``incomplete``, ``errored``, ``aborted``."""
        return self._reader.state

    @property
    def error(self) -> AnthropicError | None:
        """What the final methods raise, or None."""
        return self._reader.error

    @property
    def flaws(self) -> list[Flaw]:
        """What is unfinished or doubtful about the blocks: nothing, for a message that is whole."""
        return self._accumulator.flaws()

    @property
    def current_message_snapshot(self) -> Message[T]:
        """The message by now: one live object that grows as the stream is read.

        Raises:
            AnthropicError: there is none, and why.
        """
        return self._reader.snapshot()

    @property
    def current_message(self) -> Message[T] | None:
        """The message while it is incomplete (after an error too); None before and after that."""
        return None if self.state == "complete" else self._reader.message

    @property
    def received_messages(self) -> list[Message[T]]:
        """The messages that came whole: none or one."""
        message, done = self._reader.message, self._accumulator.stopped
        return [message] if message is not None and (done or self.state == "complete") else []

    @property
    def messages(self) -> list[Any]:
        """The messages of the request, and behind them the one that came."""
        return [*self._history, *self.received_messages]

    @property
    def ended(self) -> bool:
        """Whether `end` was emitted: nothing comes after it."""
        return self._ended

    @property
    def errored(self) -> bool:
        """Whether the stream ended with an error, of which an abort is one."""
        return self.error is not None

    @property
    def aborted(self) -> bool:
        """Whether it was ended from this side."""
        return self.state == "aborted"

    # -- who listens -----------------------------------------------------------------------------

    def on(self, event: str, listener: Callable[..., Any]) -> Self:
        """Call `listener` at every emission of `event`.

        Raises:
            UsageError: there is no event of this name.
        """
        self._listeners.add(event, listener, once=False)
        return self

    def once(self, event: str, listener: Callable[..., Any]) -> Self:
        """Call `listener` at the next emission of `event` only.

        Raises:
            UsageError: there is no event of this name.
        """
        self._listeners.add(event, listener, once=True)
        return self

    def off(self, event: str, listener: Callable[..., Any]) -> Self:
        """Undo one `on()` or `once()`.

        Raises:
            UsageError: there is no event of this name.
        """
        self._listeners.remove(event, listener)
        return self

    # -- how it is aborted -----------------------------------------------------------------------

    def abort(self) -> None:
        """End the stream now, from anywhere: the consumer, a listener, another task or thread.

        Whoever is waiting for the next chunk wakes with `APIUserAbortError` (at once where the
        response has a socket; otherwise at the next chunk). After the end it has no effect.
        """
        self.controller.abort()

    def _abort(self) -> None:
        self._aborting = True
        if self.state != "open":
            return
        if self._reading.acquire(blocking=False):
            try:
                self._reader.fail(APIUserAbortError())
            finally:
                self._reading.release()
            self._settle_soon()
        elif not wake(self.response) and hasattr(self._source, "wake"):
            self._source.wake()  # still waiting for the response

    def _settle_soon(self) -> None:
        """Close and emit the end, as soon as this colour can."""
        raise NotImplementedError

    def _failed(self, cause: Exception) -> AnthropicError | None:
        """Return the error to raise for what reading raised; an abort goes before it.

        What goes wrong behind a whole message is no error: None.
        """
        if self._aborting:
            self._reader.fail(APIUserAbortError())
        elif self._accumulator.stopped:
            return None
        error = self._reader.transport_failed(cause)
        return self._reader.error or error

    def _over(self) -> bool:
        """Return False for a stream that has ended; raise what it ended with, if it must be known.

        An incomplete stream ends the iteration quietly, as in both SDKs.
        """
        if self.error is not None and self.state != "incomplete":
            raise self.error
        return False

    def _take_rest(self) -> bool:
        """Make what the end of the body completes the next events; False the second time."""
        if self._drained:
            return False
        self._drained = True
        self._pending = self._reader.rest()
        return True

    def _settle_once(self) -> bool:
        """Return True the first time: the end is worked off by one thread only."""
        with self._ending:
            first, self._settled = not self._settled, True
        if first and self._signal is not None:
            self._signal.unwatch(self.abort)  # it may live longer than many streams
        return first

    @staticmethod
    def _is_opener(source: Any) -> bool:
        return callable(source) and not hasattr(source, "__iter__")
