"""What an asynchronous stream hands out: its texts, an emission to wait for, chunks of memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from streamtape.messages._emitter import unwrap
from streamtape.messages._errors import AnthropicError, EndedError
from streamtape.messages._events import TextEvent

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Generator, Iterable

    from streamtape.messages._async import AsyncMessageStream

__all__ = ["Emitted", "Texts", "from_iterable"]


class Texts:
    """The texts of a stream. A class: trio warns of asynchronous generators that are dropped."""

    __slots__ = ("_stream",)

    def __init__(self, stream: AsyncMessageStream[Any]) -> None:
        self._stream = aiter(stream)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> str:
        while True:
            event = await anext(self._stream)
            if type(event) is TextEvent:
                return event.text


class Emitted:
    """An emission that is waited for: it listens from its making on, and reads when awaited."""

    __slots__ = ("_caught", "_name", "_stream")

    def __init__(self, stream: AsyncMessageStream[Any], name: str) -> None:
        self._stream, self._name = stream, name
        self._caught: list[tuple[Any, ...]] = []
        stream.once(name, self._catch)

    def _catch(self, *arguments: Any) -> None:
        self._caught.append(arguments)

    def __await__(self) -> Generator[Any, Any, Any]:
        return self._wait().__await__()

    async def _wait(self) -> Any:
        stream = self._stream
        try:
            while not self._caught and await stream._pull_one():  # noqa: SLF001 - a part of the stream
                pass
        except AnthropicError:
            if not self._caught:
                raise
        finally:
            stream.off(self._name, self._catch)
        if self._caught:
            return unwrap(self._caught[0])
        raise stream.error or EndedError(self._name)


async def from_iterable(chunks: Iterable[bytes]) -> AsyncIterator[bytes]:
    """Yield chunks that are there already."""
    for chunk in chunks:
        yield chunk
