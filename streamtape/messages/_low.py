"""The low level: raw events of a response, nothing put together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

from streamtape.messages._dialect import STABLE
from streamtape.messages._errors import AnthropicError, wrap_transport_error
from streamtape.messages._payload import payload
from streamtape.messages._raw import UnknownEvent
from streamtape.sse import Decoder, Event

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from streamtape.messages._dialect import Dialect
    from streamtape.messages._record import Model

__all__ = ["AsyncStream", "Stream"]

T = TypeVar("T")


class _RawEvents:
    """Bytes in, raw events out: what both colours share."""

    def __init__(self, response: Any, dialect: Dialect) -> None:
        self._decoder = Decoder()
        self._response = response
        self._dialect = dialect

    def feed(self, chunk: bytes) -> Iterator[Model]:
        for event in self._decoder.feed(chunk):
            data = payload(event, self._response)
            if data is not None:
                kind = data.get("type")
                known = self._dialect.raw.get(kind) if isinstance(kind, str) else None
                yield (known or UnknownEvent)(data)


class Stream(Generic[T]):
    """The raw events of a response, one after the other.

    A stream that is dropped lets go of its connection at once.

    Args:
        response: a response of httpx or httpx2, or anything with `iter_bytes()`.
        dialect: the API that it comes from.

    Attributes:
        response: the response.
    """

    def __init__(self, response: Any, dialect: Dialect = STABLE) -> None:
        self.response = response
        self._events = _read(response, dialect)

    def __iter__(self) -> Iterator[T]:
        # Not the generator itself: a loop that is left must not end it for the next one.
        return iter(self.__next__, _NEVER)

    def __next__(self) -> T:
        """Return the next event.

        Raises:
            AnthropicError: an error event, an event that cannot be, or a broken connection.
        """
        return next(self._events)  # type: ignore[no-any-return]

    def close(self) -> None:
        """Close the response."""
        self.response.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @staticmethod
    def raw_events(response: Any) -> Iterator[Event]:
        """Yield every server-sent event of a response: nothing is passed over, nothing parsed."""
        decoder = Decoder()
        for chunk in response.iter_bytes():
            yield from decoder.feed(chunk)


class AsyncStream(Generic[T]):
    """The raw events of a response, one after the other, asynchronously.

    Args:
        response: a response of httpx or httpx2, or anything with `aiter_bytes()`.
        dialect: the API that it comes from.

    Attributes:
        response: the response.
    """

    def __init__(self, response: Any, dialect: Dialect = STABLE) -> None:
        self.response = response
        self._raw = _RawEvents(response, dialect)
        self._chunks: Any = None
        self._pending: Iterator[Any] = iter(())

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> T:
        """Return the next event.

        Raises:
            AnthropicError: an error event, an event that cannot be, or a broken connection.
        """
        if self._chunks is None:
            self._chunks = aiter(self.response.aiter_bytes())
        while True:
            for event in self._pending:
                return event  # type: ignore[no-any-return]
            try:
                chunk = await anext(self._chunks)
            except StopAsyncIteration:
                raise
            except Exception as cause:  # noqa: BLE001 - whatever a transport raises
                error = wrap_transport_error(cause, self.response)
                raise error from error.__cause__
            self._pending = self._raw.feed(chunk)

    async def close(self) -> None:
        """Close the response."""
        await self.response.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    @staticmethod
    async def raw_events(response: Any) -> AsyncIterator[Event]:
        """Yield every server-sent event of a response: nothing is passed over, nothing parsed."""
        decoder = Decoder()
        async for chunk in response.aiter_bytes():
            for event in decoder.feed(chunk):
                yield event


_NEVER = object()  # no event is this: `iter()` wants to be told when to stop


def _read(response: Any, dialect: Dialect) -> Iterator[Any]:
    raw = _RawEvents(response, dialect)
    try:
        for chunk in response.iter_bytes():
            yield from raw.feed(chunk)
    except AnthropicError:
        raise
    except Exception as cause:  # noqa: BLE001 - whatever a transport raises
        error = wrap_transport_error(cause, response)
        raise error from error.__cause__
