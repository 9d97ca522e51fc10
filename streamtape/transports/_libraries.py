"""httpx and httpx2: equals, either may be absent, told apart by the request.

The two have the same API under two names. This module is the only one that knows there are two;
everything else asks `library_of(request)`.
"""

from __future__ import annotations

import importlib
import math
from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias

from streamtape.errors import UsageError

if TYPE_CHECKING:
    from types import ModuleType

    import httpx
    import httpx2

    from streamtape.playback import FailKind

    AnyRequest: TypeAlias = httpx.Request | httpx2.Request
    AnyResponse: TypeAlias = httpx.Response | httpx2.Response

__all__ = [
    "LIBRARIES",
    "TransportBase",
    "closed_error",
    "library_of",
    "read_timeout",
    "stream_class",
    "transport_error",
]


def _installed() -> tuple[ModuleType, ...]:
    found = []
    for name in ("httpx", "httpx2"):
        try:
            found.append(importlib.import_module(name))
        except ModuleNotFoundError as error:
            if error.name != name:
                raise
    return tuple(found)


LIBRARIES = _installed()
"""The installed ones. Both are imported with the transports: the code under test may import its
own in the middle of a test."""

if TYPE_CHECKING:
    # What a type checker is to believe: a transport of ours fits every client of either library.
    class TransportBase(  # type: ignore[misc]  # the signatures differ in the library's name
        httpx.BaseTransport,
        httpx.AsyncBaseTransport,
        httpx2.BaseTransport,
        httpx2.AsyncBaseTransport,
    ):
        """A transport of both libraries and both colours."""
else:
    TransportBase = type(
        "TransportBase",
        tuple(
            base
            for library in LIBRARIES
            for base in (library.BaseTransport, library.AsyncBaseTransport)
        ),
        {"__doc__": "A transport of both libraries and both colours.", "__module__": __name__},
    )


def library_of(request: AnyRequest) -> Any:
    """Return the library that a request belongs to, as its module.

    Raises:
        UsageError: it is of neither.
    """
    for library in LIBRARIES:
        if isinstance(request, library.Request):
            return library
    raise UsageError(
        f"a request of type {type(request).__module__}.{type(request).__qualname__}",
        "neither httpx nor httpx2 made it",
        "Other clients replay over a socket: see the fidelity table in the docs.",
    )


@cache
def stream_class(core: type, library: Any) -> type:
    """Return `core` as a byte stream of `library`, which checks for its own classes."""
    bases = (core, library.SyncByteStream, library.AsyncByteStream)
    return type(core.__name__.removeprefix("_"), bases, {"__module__": core.__module__})


# What httpcore raises for the same event on a real socket; tests compare class and text.
_ERRORS: dict[FailKind, tuple[str, str]] = {
    "disconnect": (
        "RemoteProtocolError",
        "peer closed connection without sending complete message body (incomplete chunked read)",
    ),
    "reset": ("ReadError", "[Errno 104] Connection reset by peer"),
    "timeout": ("ReadTimeout", "timed out"),
}


_NO_ANSWER = "Server disconnected without sending a response."


def transport_error(kind: FailKind, request: AnyRequest, *, has_head: bool = True) -> Exception:
    """Return the exception that the real network would raise through this request's library.

    Args:
        kind: how the stream fails.
        request: the live request.
        has_head: whether the response had begun.
    """
    name, text = _ERRORS[kind]
    if kind == "disconnect" and not has_head:
        text = _NO_ANSWER
    error: Exception = getattr(library_of(request), name)(text, request=request)
    return error


def closed_error(request: AnyRequest, *, is_async: bool) -> Exception:
    """Return what a socket raises at a client that closed its response and reads on."""
    text = "" if is_async else "[Errno 9] Bad file descriptor"
    error: Exception = library_of(request).ReadError(text, request=request)
    return error


def read_timeout(request: AnyRequest) -> float:
    """Return how long the client waits for the next bytes, in seconds; infinite for no limit."""
    timeout = request.extensions.get("timeout") or {}
    seconds = timeout.get("read")
    return math.inf if seconds is None else float(seconds)
