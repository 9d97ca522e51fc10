"""Notes a live response while passing it on, chunk by chunk, at once.

The run that is recorded behaves as without streamtape: same chunks, same times, same backpressure,
same early close. It decides nothing about what is kept: `Recording` does.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from streamtape.transports._libraries import library_of, stream_class

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator, Sequence

    from streamtape.cassette import EndKind
    from streamtape.clock import Clock
    from streamtape.playback import Recording
    from streamtape.transports._libraries import AnyRequest, AnyResponse

__all__ = ["tee"]

# By class name, because there are two libraries; anything else that ends a body early (a cancelled
# task, an exception in the consumer) ends it from the client's side, and `close` follows.
_ENDS: dict[str, EndKind] = {
    "ReadTimeout": "timeout",
    "ReadError": "reset",
    "RemoteProtocolError": "truncated",
}


def tee(
    response: AnyResponse, recording: Recording, request: AnyRequest, clock: Clock
) -> AnyResponse:
    """Note the head of a live response and put a noting stream in place of its own."""
    version = response.extensions.get("http_version", b"HTTP/1.1")
    recording.head(
        response.status_code, response.headers.multi_items(), version.decode("ascii"), clock.now()
    )
    library = library_of(request)
    try:
        body = response.content
    except library.ResponseNotRead:
        response.stream = stream_class(_Tee, library)(response, recording, library, clock)
        return response
    # A transport without a network may hand over a response that has been read: there is nothing
    # to wait for, and its content is decoded.
    recording.chunk(body, clock.now())
    recording.finish("complete", clock.now())
    recording.decode(tuple)
    return response


class _Tee:
    """A live body that is being noted; made a byte stream of either library by `stream_class`."""

    def __init__(
        self, response: AnyResponse, recording: Recording, library: Any, clock: Clock
    ) -> None:
        self._inner: Any = response.stream
        self._encoding = response.headers.get("content-encoding")
        self._recording = recording
        self._library = library
        self._clock = clock

    def __iter__(self) -> Iterator[bytes]:
        try:
            for data in self._inner:
                self._recording.chunk(data, self._clock.now())
                yield data
        except self._library.TransportError as error:
            self._failed(error)
            raise
        self._finish("complete")

    async def __aiter__(self) -> AsyncIterator[bytes]:
        try:
            async for data in self._inner:
                self._recording.chunk(data, self._clock.now())
                yield data
        except self._library.TransportError as error:
            self._failed(error)
            raise
        self._finish("complete")

    def close(self) -> None:
        """Close the live response; before its end, the recording was aborted by the client."""
        try:
            self._inner.close()
        finally:
            self._finish("aborted")

    async def aclose(self) -> None:
        """Close the live response; before its end, the recording was aborted by the client."""
        try:
            await self._inner.aclose()
        finally:
            self._finish("aborted")

    def _failed(self, error: Exception) -> None:
        for kind in type(error).__mro__:
            if kind.__name__ in _ENDS:
                self._finish(_ENDS[kind.__name__])
                return
        self._finish("aborted")

    def _finish(self, kind: EndKind) -> None:
        if self._recording.ended:
            return
        self._recording.finish(kind, self._clock.now())
        if self._encoding:
            self._recording.decode(self._decoded)

    def _decoded(self, chunks: Sequence[tuple[float, bytes]]) -> list[tuple[float, bytes]]:
        """Decode noted chunks with the library's own decoder; each piece gets its chunk's time."""
        now = 0.0

        def encoded() -> Iterator[bytes]:
            nonlocal now
            for at, data in chunks:
                now = at
                yield data

        headers = {"content-encoding": self._encoding}
        shadow = self._library.Response(200, headers=headers, content=encoded())
        decoded: list[tuple[float, bytes]] = []
        # A body that was cut short ends inside its encoding; what came out before that is kept.
        with contextlib.suppress(self._library.DecodingError):
            decoded.extend((now, data) for data in shadow.iter_bytes())
        return decoded
