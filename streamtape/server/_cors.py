"""Pages of other origins: what a browser asks before it lets one read (the Fetch standard's CORS).

It decides headers: it answers the preflight, and adds to the answers of others. What they say is
theirs.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING

from streamtape.playback import Finish, Head

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from streamtape.cassette import Headers, Request
    from streamtape.server._steps import Answer, Live, ServerStep

__all__ = ["cross_origin"]

_AN_HOUR = "3600"  # for which the browser need not ask again


def cross_origin(answer: Answer) -> Answer:
    """Return `answer` as one that pages of every origin may ask, with credentials and all."""

    def respond(request: Request) -> Iterable[ServerStep] | Live:
        origin = request.header("origin")
        if origin is None:
            return answer(request)
        # The wildcard would not do for requests with credentials: each origin is named.
        allowed = (
            ("access-control-allow-origin", origin),
            ("access-control-allow-credentials", "true"),
            ("vary", "origin"),
        )
        method = request.header("access-control-request-method")
        if request.method == "OPTIONS" and method is not None:
            return [Head(200, allowed + _permissions(request, method), "HTTP/1.1"), Finish()]
        steps = answer(request)
        if isinstance(steps, AsyncGenerator):
            return _readable_live(steps, allowed)
        return _readable(steps, allowed)

    return respond


def _permissions(request: Request, method: str) -> Headers:
    headers = request.header("access-control-request-headers")
    asked = () if headers is None else (("access-control-allow-headers", headers),)
    return (
        ("access-control-allow-methods", method),
        *asked,
        ("access-control-max-age", _AN_HOUR),
        # A browser whose kept connection dies before the head asks again by itself: the page would
        # see no fault. So the first request has a connection of its own.
        ("connection", "close"),
    )


def _readable(steps: Iterable[ServerStep], allowed: Headers) -> Iterator[ServerStep]:
    for step in steps:
        yield _opened(step, allowed)


async def _readable_live(steps: Live, allowed: Headers) -> Live:
    async with contextlib.aclosing(steps):
        async for step in steps:
            yield _opened(step, allowed)


def _opened(step: ServerStep, allowed: Headers) -> ServerStep:
    """Return a step; a head with what lets a page read it and its headers."""
    if not isinstance(step, Head):
        return step
    # What was recorded of this names the origins of then.
    kept = tuple(pair for pair in step.headers if not pair[0].startswith("access-control-"))
    names = ", ".join(dict.fromkeys(name for name, _ in kept))
    exposed = (("access-control-expose-headers", names),) if names else ()
    return step._replace(headers=(*kept, *allowed, *exposed))
