"""A cassette as the side effect of a respx route, so that respx users adopt one at a time.

    >>> respx.post("https://api.example/v1/messages").mock(
    ...     side_effect=streamtape.respx.route("cassettes/hello.yaml")
    ... )

One side effect serves sync and async clients of httpx. (respx does not see httpx2.) This module
decides nothing: `ReplayTransport` does.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from streamtape.transports import ReplayTransport

if TYPE_CHECKING:
    import os
    from collections.abc import Awaitable

    import httpx

    from streamtape.cassette import Cassette
    from streamtape.playback import Playback

__all__ = ["Route", "route"]


class Route:
    """What `route` returns: called by respx with a request.

    Attributes:
        transport: what answers; its `playbacks` tell what came of it.
    """

    def __init__(self, transport: ReplayTransport, *, waits: bool) -> None:
        self.transport = transport
        self._waits = waits

    @property
    def playbacks(self) -> list[Playback]:
        """Every replay so far, in the order of the requests."""
        return self.transport.playbacks

    def __call__(
        self, request: httpx.Request, *_: Any, **__: Any
    ) -> httpx.Response | Awaitable[httpx.Response]:
        """Answer a request from the cassette, in the colour of its client.

        Raises:
            CassetteMiss: it has no answer.
        """
        # respx does not tell the colour of the client. The response serves both; only a wait for
        # its head must not hold up an event loop.
        if self._waits and _in_event_loop():
            return self.transport.handle_async_request(request)
        return self.transport.handle_request(request)


def route(cassette: Cassette | str | os.PathLike[str], **options: Any) -> Route:
    """Return a side effect that answers from a cassette.

    Args:
        cassette: a cassette, or the path of one.
        options: those of `streamtape.ReplayTransport`: ``split``, ``timing``, ``matching``...

    Raises:
        CassetteError: the file is missing or broken.
    """
    waits = options.get("timing", "instant") != "instant"
    return Route(ReplayTransport(cassette, **options), waits=waits)


def _in_event_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
