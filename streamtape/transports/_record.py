"""A transport that notes what goes through another one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, overload

from streamtape.clock import Clock, RealClock, today
from streamtape.playback import Session
from streamtape.transports._answer import aanswer, answer
from streamtape.transports._libraries import TransportBase

if TYPE_CHECKING:
    import httpx
    import httpx2

    from streamtape.cassette import Cassette, Filters

__all__ = ["RecordTransport"]


class RecordTransport(TransportBase):
    """Records everything that goes through another transport, without disturbing it.

    ::

        transport = streamtape.RecordTransport(httpx.HTTPTransport())
        with httpx.Client(transport=transport) as client:
            ...
        streamtape.save(transport.cassette, "hello.yaml")

    Args:
        inner: a transport of httpx or httpx2, of the colour of the client.
        filters: what is changed before it is kept; see `streamtape.cassette.Filters.of`.
        clock: what tells the time; the real one by default.
    """

    def __init__(
        self,
        inner: httpx.BaseTransport
        | httpx.AsyncBaseTransport
        | httpx2.BaseTransport
        | httpx2.AsyncBaseTransport,
        *,
        filters: Filters | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._inner: Any = inner
        self._session = Session(None, mode="rewrite", filters=filters)
        self._clock = clock or RealClock()

    @property
    def cassette(self) -> Cassette:
        """What has been recorded so far, redacted."""
        return self._session.merged(None, today())

    @overload
    def handle_request(self, request: httpx.Request) -> httpx.Response: ...
    @overload
    def handle_request(self, request: httpx2.Request) -> httpx2.Response: ...
    def handle_request(self, request: Any) -> Any:
        """Pass a request on, and note what comes back."""
        return answer(self._session, request, self._inner.handle_request, self._clock)

    @overload
    async def handle_async_request(self, request: httpx.Request) -> httpx.Response: ...
    @overload
    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response: ...
    async def handle_async_request(self, request: Any) -> Any:
        """Pass a request on, in async code, and note what comes back."""
        return await aanswer(self._session, request, self._inner.handle_async_request, self._clock)

    def close(self) -> None:
        """Close the inner transport."""
        self._inner.close()

    async def aclose(self) -> None:
        """Close the inner transport."""
        await self._inner.aclose()
