"""One live request, answered as a session decides: the seam that every face goes through."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamtape.cassette import Request
from streamtape.playback import Pass, Play, Session
from streamtape.transports._perform import aperform, perform
from streamtape.transports._tee import tee

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from streamtape.clock import Clock
    from streamtape.transports._libraries import AnyRequest, AnyResponse

__all__ = ["aanswer", "answer", "noted"]


def answer(
    session: Session,
    request: AnyRequest,
    forward: Callable[[AnyRequest], AnyResponse],
    clock: Clock,
) -> AnyResponse:
    """Play a recorded response, or let the request through and record it.

    Raises:
        CassetteMiss: the session has no answer and does not record.
    """
    decision = session.begin(noted(request, request.read()), clock.now())
    if isinstance(decision, Play):
        return perform(decision, session, request, clock)
    if isinstance(decision, Pass):
        return forward(request)
    return tee(forward(request), decision.recording, request, clock)


async def aanswer(
    session: Session,
    request: AnyRequest,
    forward: Callable[[AnyRequest], Awaitable[AnyResponse]],
    clock: Clock,
) -> AnyResponse:
    """Do the same as `answer`, in async code."""
    decision = session.begin(noted(request, await request.aread()), clock.now())
    if isinstance(decision, Play):
        return await aperform(decision, session, request, clock)
    if isinstance(decision, Pass):
        return await forward(request)
    return tee(await forward(request), decision.recording, request, clock)


def noted(request: AnyRequest, body: bytes) -> Request:
    """Return a live request as it is recorded and matched."""
    headers = request.headers
    try:
        # To find out in which encoding they are costs the library more than all the rest of this.
        fields = [(name.decode("ascii"), value.decode("ascii")) for name, value in headers.raw]
    except UnicodeDecodeError:
        fields = headers.multi_items()
    return Request(request.method, str(request.url), tuple(fields), body)
