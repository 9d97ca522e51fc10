"""Interception: every real HTTP transport of the process, and only those.

`HTTPTransport.handle_request` and `AsyncHTTPTransport.handle_async_request` of both libraries are
public, and everything that opens a socket goes through them: clients made earlier or deep inside
third-party code, mounts, proxies, `httpx.get`. Mock, ASGI and WSGI transports do not, and stay
untouched. What is patched is put back exactly, by the last one to leave.

Which cassette is active is a context variable, so that two tasks with two cassettes do not mix.
Where the context knows none (a thread that the test started, a task older than the test), it is the
one opened last.
"""

from __future__ import annotations

import contextlib
import functools
import threading
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlsplit

from streamtape.transports._answer import aanswer, answer
from streamtape.transports._libraries import LIBRARIES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from streamtape.clock import Clock
    from streamtape.playback import Session

__all__ = ["Active", "activated", "active", "intercepted", "passing"]


class Active(NamedTuple):
    """What answers the requests of this context, and tells its time."""

    session: Session
    clock: Clock


class _Patch(NamedTuple):
    owner: type
    name: str
    original: Any
    replacement: Any


_of_context: ContextVar[Active | None] = ContextVar("streamtape_active", default=None)
_open: list[Active] = []
_patches: list[_Patch] = []
_passing: list[bytes] = []  # hosts with ports whose requests are let through, to our own servers
_installs = 0
_lock = threading.Lock()


@contextlib.contextmanager
def activated(session: Session, clock: Clock) -> Iterator[None]:
    """Make `session` answer every intercepted request of this context."""
    mine = Active(session, clock)
    token = _of_context.set(mine)
    _open.append(mine)
    try:
        with intercepted():
            yield
    finally:
        # By identity: two sessions of two threads need not end in the order of their beginnings.
        _open[:] = [other for other in _open if other is not mine]
        # A generator fixture may end in another context than it began in.
        with contextlib.suppress(ValueError):
            _of_context.reset(token)


@contextlib.contextmanager
def passing(url: str) -> Iterator[None]:
    """Let requests to a base URL through to their server meanwhile, whatever cassette is active."""
    host = urlsplit(url).netloc.encode()
    _passing.append(host)
    try:
        yield
    finally:
        _passing.remove(host)


@contextlib.contextmanager
def intercepted() -> Iterator[None]:
    """Keep the patches in place; they come off when the last user leaves."""
    global _installs  # noqa: PLW0603 - the count belongs to the patched classes, of which there is one
    with _lock:
        _installs += 1
        if _installs == 1:
            _install()
    try:
        yield
    finally:
        with _lock:
            _installs -= 1
            if not _installs:
                _uninstall()


def _install() -> None:
    for library in LIBRARIES:
        _put(library.HTTPTransport, "handle_request", _patched)
        _put(library.AsyncHTTPTransport, "handle_async_request", _apatched)


def _put(owner: type, name: str, patched: Callable[[Any], Any]) -> None:
    original = owner.__dict__[name]
    replacement = patched(original)
    setattr(owner, name, replacement)
    _patches.append(_Patch(owner, name, original, replacement))


def _uninstall() -> None:
    """Put everything back, unless somebody patched over us: then theirs stays, and ours under it.

    (Ours passes everything through while no session is active, so that it does no harm there.)
    """
    while _patches:
        owner, name, original, replacement = _patches.pop()
        if owner.__dict__[name] is replacement:
            setattr(owner, name, original)


def _patched(original: Any) -> Any:
    @functools.wraps(original)
    def handle_request(self: Any, request: Any) -> Any:
        mine = _active(self, request)
        if mine is None:
            return original(self, request)
        forward = functools.partial(original, self)
        return answer(mine.session, request, forward, mine.clock)

    return handle_request


def _apatched(original: Any) -> Any:
    @functools.wraps(original)
    async def handle_async_request(self: Any, request: Any) -> Any:
        mine = _active(self, request)
        if mine is None:
            return await original(self, request)
        forward = functools.partial(original, self)
        return await aanswer(mine.session, request, forward, mine.clock)

    return handle_async_request


def active() -> Active | None:
    """Return what answers the requests of this context now, or None."""
    mine = _of_context.get()
    if any(mine is other for other in _open):
        return mine
    return _open[-1] if _open else None


def _active(transport: Any, request: Any) -> Active | None:
    if _passing and request.url.netloc in _passing:
        return None
    return None if _is_mocked_below(transport) else active()


def _is_mocked_below(transport: Any) -> bool:
    """Whether respx (or the like) has replaced the pool's method: then the request is its own."""
    pool = type(getattr(transport, "_pool", None))
    name = "handle_async_request" if hasattr(pool, "handle_async_request") else "handle_request"
    handle = getattr(pool, name, None)
    module = getattr(handle, "__module__", None) or "httpcore"
    return module.partition(".")[0] not in ("httpcore", "httpcore2")
