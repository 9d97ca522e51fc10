"""One stream, sans-IO: bytes in, emitted events out, and one terminal state.

This module decides what state a stream is in and which error its final methods raise. It never
reads, waits or closes anything: the faces in `_sync.py` and `_async.py` do, and tell it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, Literal, TypeVar

from streamtape.messages._accumulate import Accumulator
from streamtape.messages._blocks import TextBlock
from streamtape.messages._dialect import BETA, Dialect
from streamtape.messages._errors import (
    AnthropicError,
    APIUserAbortError,
    IncompleteStreamError,
    InvalidEventError,
    ListenerError,
    NoTextError,
    NotStartedError,
    wrap_transport_error,
)
from streamtape.messages._ndjson import LineDecoder, line_payload
from streamtape.messages._payload import payload
from streamtape.sse import Decoder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from streamtape.messages._message import Message
    from streamtape.messages._output import Output
    from streamtape.messages._record import Record

__all__ = ["MessageReader", "State"]

T = TypeVar("T")

# The beta whose tool inputs arrive without being buffered: unfinished strings count.
FINE_GRAINED = "fine-grained-tool-streaming-2025-05-14"

State = Literal["open", "complete", "incomplete", "errored", "aborted"]


class MessageReader(Generic[T]):
    """What one stream has brought so far, and how it ended.

    Args:
        dialect: the API whose rules hold.
        output: what parses the text, where a type was asked for.

    Attributes:
        state: ``open`` until the end; then, for good, ``complete``, ``incomplete`` (it ended before
            the message did), ``errored`` or ``aborted``.
        error: what every final method raises from now on, or None.
        response: the response that the bytes come in, or None; errors carry it.
    """

    def __init__(self, dialect: Dialect, output: Output[T] | None = None) -> None:
        self.state: State = "open"
        self.error: AnthropicError | None = None
        self.response: Any = None
        self.accumulator = Accumulator(dialect, output=output)
        self._decoder: Decoder | LineDecoder = Decoder()
        self._payload: Callable[[Any, Any], dict[str, Any] | None] = payload

    @property
    def message(self) -> Message[T] | None:
        """The message by now, one live object; None before it has begun."""
        return self.accumulator.message

    def feed(self, chunk: bytes) -> Iterator[Record]:
        """Take the next bytes; yield what is emitted for each raw event, one after the other.

        Nothing is taken before it is asked for: while a caller looks at an event, the message is
        as it was with that event, also where one chunk holds many.

        Raises:
            AnthropicError: an error event, or one that cannot be.
        """
        events = self._decoder.feed(chunk)
        if len(events) == 1:  # the common case: a generator costs half as much as the event
            return iter(self._push(events[0]))
        return self._take(events)

    def _take(self, events: Iterable[Any]) -> Iterator[Record]:
        for event in events:
            yield from self._push(event)

    def _push(self, event: Any) -> Sequence[Record]:
        try:
            data = self._payload(event, self.response)
            return () if data is None else self.accumulator.push(data)
        except RecursionError:
            last = self.accumulator.last_event
            raise InvalidEventError(last, "its JSON is nested too deeply") from None

    def take_response(self, response: Any) -> None:
        """Note the response: errors carry it, and its request says how tool inputs are parsed."""
        self.response = response
        request = getattr(response, "_request", None)
        betas = getattr(request, "headers", {}).get("anthropic-beta", "")
        if FINE_GRAINED in betas and self.accumulator.dialect is BETA:
            self.accumulator.json_mode = "trailing-strings"

    def close(self) -> None:
        """End the stream from this side: a message that is whole stays so, another is aborted."""
        if self.accumulator.complete:
            self.end()
        else:
            self.fail(APIUserAbortError())

    def listeners_failed(self, errors: Iterable[ListenerError]) -> None:
        """Note what listeners raised when the stream had ended already."""
        for error in errors:
            if self.error is None:
                self.state, self.error = "errored", error
                error.partial_message = self.message
            else:
                self.error.add_note(f"{error} {error.__cause__!r}")

    def fail(self, error: AnthropicError) -> None:
        """End the stream with an error, if it has not ended yet."""
        if self.state == "open":
            self.state = "aborted" if isinstance(error, APIUserAbortError) else "errored"
            error.partial_message = self.message
            self.error = error

    def read_lines(self) -> None:
        """Take the bytes as newline-delimited JSON, not as server-sent events."""
        self._decoder, self._payload = LineDecoder(), line_payload

    def rest(self) -> Iterator[Record]:
        """Yield what is emitted for what the end of the body completes: a last line of JSON."""
        return self._take(self._decoder.close())

    def end(self) -> None:
        """Note that the body has ended, and decide what that makes of the stream."""
        if self.state != "open":
            return
        error = self.accumulator.ending()
        if error is None:
            self.state = "complete"
        elif isinstance(error, IncompleteStreamError):
            error = IncompleteStreamError(error.last_event, self._hint())
            self.state = "incomplete"
        else:
            self.state = "errored"
        if error is not None:
            error.partial_message = self.message
            self.error = error

    def _hint(self) -> str:
        """Say more about a stream without events: what else the service may have sent."""
        kind: str = getattr(self.response, "headers", {}).get("content-type", "")
        if self.accumulator.last_event or not kind or kind.startswith("text/event-stream"):
            return ""
        return f"The response is {kind}, not text/event-stream."

    def transport_failed(self, cause: Exception, request: Any = None) -> AnthropicError:
        """Return the error of our tree for one of the connection's, and end the stream with it."""
        error = wrap_transport_error(cause, request)
        self.fail(error)
        return error

    def snapshot(self) -> Message[T]:
        """Return the message by now.

        Raises:
            AnthropicError: the stream failed before the message began.
            MessageStreamError: it has not begun yet.
        """
        if self.message is not None:
            return self.message
        raise self.error or NotStartedError()

    def final_message(self) -> Message[T]:
        """Return the message of a stream that has ended.

        Raises:
            AnthropicError: what the stream ended with; the same object every time.
        """
        if self.error is not None:
            raise self.error
        return self.snapshot()

    def final_text(self) -> str:
        """Return the texts of the message, joined.

        Raises:
            AnthropicError: what the stream ended with.
            NoTextError: there is no text block.
        """
        blocks = self.final_message().content
        texts = [block.text for block in blocks if isinstance(block, TextBlock)]
        if not texts:
            raise NoTextError([str(block.type) for block in blocks])
        return "".join(texts)
