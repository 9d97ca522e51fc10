"""The managers of the official SDK: here they are the streams themselves, not yet opened.

`messages.stream()` gives one object, which is context manager, iterator and emitter. Nothing is
sent before it is entered, iterated, or asked for its end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

from streamtape.messages._async import AsyncMessageStream, BetaAsyncMessageStream
from streamtape.messages._sync import BetaMessageStream, MessageStream

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

__all__ = [
    "AsyncMessageStreamManager",
    "BetaAsyncMessageStreamManager",
    "BetaMessageStreamManager",
    "MessageStreamManager",
]

T = TypeVar("T")


class _Manager(MessageStream[T], Generic[T]):
    def __init__(
        self, api_request: Callable[[], Any], *, output_format: Any = None, **options: Any
    ) -> None:
        super().__init__(api_request, output_format, **options)

    def __enter__(self) -> Self:
        """Send the request, if it has not been sent.

        Raises:
            APIError: the service refused, or could not be reached.
        """
        self._connect()
        return self


class MessageStreamManager(_Manager[T], Generic[T]):
    """A stream that is yet to be asked for.

    Args:
        api_request: sends the request; returns the response, or an object that has it.
        output_format: the type that the text is to have, or None.
    """


class BetaMessageStreamManager(_Manager[T], BetaMessageStream[T], Generic[T]):
    """A stream of the beta API that is yet to be asked for."""


class _AsyncManager(AsyncMessageStream[T], Generic[T]):
    def __init__(
        self,
        api_request: Awaitable[Any] | Callable[[], Any],
        *,
        output_format: Any = None,
        **options: Any,
    ) -> None:
        super().__init__(api_request, output_format, **options)

    async def __aenter__(self) -> Self:
        """Send the request, if it has not been sent.

        Raises:
            APIError: the service refused, or could not be reached.
        """
        await self._connect()
        return self


class AsyncMessageStreamManager(_AsyncManager[T], Generic[T]):
    """A stream that is yet to be asked for.

    Args:
        api_request: what sends the request: an awaitable, or a function that returns one.
        output_format: the type that the text is to have, or None.
    """


class BetaAsyncMessageStreamManager(_AsyncManager[T], BetaAsyncMessageStream[T], Generic[T]):
    """A stream of the beta API that is yet to be asked for."""
