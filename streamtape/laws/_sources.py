"""Where a stream under test gets its bytes from, and what is noted of how it treats that.

Either chunks, as an iterable of bytes, or an HTTP client that replays. It decides nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, Literal, Self, TypeAlias

from streamtape.cassette import Matching
from streamtape.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streamtape.laws._trials import Trial

__all__ = ["VIA", "AnySource", "Via", "source_of"]

Via: TypeAlias = Literal["chunks", "httpx", "httpx2"]
VIA: tuple[Via, ...] = ("chunks", "httpx", "httpx2")


class ChunkSource:
    """The chunks of a body: an iterator, sync and async, that can be closed."""

    def __init__(self, trial: Trial) -> None:
        self._steps: Iterator[bytes] = trial.cassette.chunks(split=trial.split, fault=trial.fault)
        self._is_marked = False
        self.is_closed = False
        self.read_on = 0

    def mark(self) -> None:
        """From here on, what is read is counted."""
        self._is_marked = True

    def __iter__(self) -> ChunkSource:
        return self

    def __aiter__(self) -> ChunkSource:
        return self

    def __next__(self) -> bytes:
        self.read_on += self._is_marked
        if self.is_closed:
            raise StopIteration
        try:
            return next(self._steps)
        except BaseException:
            self.is_closed = True
            raise

    async def __anext__(self) -> bytes:
        try:
            return next(self)
        except StopIteration:
            raise StopAsyncIteration from None

    def close(self) -> None:
        """Note that the stream has let go of its source."""
        self.is_closed = True

    async def aclose(self) -> None:
        """Note that the stream has let go of its source."""
        self.is_closed = True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        pass


class ClientSource:
    """A client of httpx or httpx2 that replays to whatever it is asked."""

    def __init__(self, trial: Trial, library: str, *, is_async: bool) -> None:
        from streamtape.transports import ReplayTransport  # noqa: PLC0415 - needs the libraries

        self._transport = ReplayTransport(
            trial.cassette, split=trial.split, fault=trial.fault, matching=Matching(())
        )
        kind = "AsyncClient" if is_async else "Client"
        self._client = getattr(importlib.import_module(library), kind)(transport=self._transport)
        self._mark: int | None = None

    def mark(self) -> None:
        """From here on, what is read is counted."""
        self._mark = self._delivered

    @property
    def _delivered(self) -> int:
        return sum(played.delivered for played in self._transport.playbacks)

    @property
    def read_on(self) -> int:
        """How many bytes were read since the mark."""
        return 0 if self._mark is None else self._delivered - self._mark

    @property
    def is_closed(self) -> bool:
        """Whether every response was closed, or read to its end."""
        return all(played.end not in (None, "unread") for played in self._transport.playbacks)

    def __enter__(self) -> Any:
        return self._client.__enter__()

    def __exit__(self, *failure: object) -> None:
        self._client.__exit__(*failure)

    async def __aenter__(self) -> Any:
        return await self._client.__aenter__()

    async def __aexit__(self, *failure: object) -> None:
        await self._client.__aexit__(*failure)


AnySource: TypeAlias = ChunkSource | ClientSource


def source_of(trial: Trial, via: str, *, is_async: bool) -> AnySource:
    """Return a new source for one run.

    Raises:
        UsageError: there is no such kind of source.
    """
    if via == "chunks":
        return ChunkSource(trial)
    if via in VIA:
        return ClientSource(trial, via, is_async=is_async)
    raise UsageError(f"via={via!r}", "no kind of source", f"Valid are {', '.join(VIA)}.")
