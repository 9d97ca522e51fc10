"""The network guard: while it stands, nothing of this process connects to another machine.

This module decides what counts as leaving the machine. It covers what goes through Python's
`socket` module, in every thread and event loop (uvloop and C libraries have sockets of their own).
Names are refused before they are looked up: a question to a name server leaves the machine too.

It lives with pytest-socket: whoever patches later is asked first, and stays when we leave. Where
that refuses every lookup already, there is nothing to patch; and nothing of it may be put back when
we leave, because it takes its own patches off before.
"""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import threading
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, NamedTuple

from streamtape.errors import NetworkBlockedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

__all__ = ["guarded"]

_METHODS = ("connect", "connect_ex", "sendto")
_LOOKUPS = ("getaddrinfo", "gethostbyname", "gethostbyname_ex")
# The class itself: pytest-socket may have put one of its own in the module, for a single test.
_socket_class = next(each for each in socket.socket.__mro__ if each.__module__ == "socket")


class _Guard:
    """One use: what it allows, and whom it tells."""

    def __init__(self, allowed: Sequence[str], note: Callable[[str], None]) -> None:
        self._allowed = tuple(host.lower() for host in allowed)
        self._resolved: set[str] = set()
        self.note = note

    def allows(self, host: str) -> bool:
        return host in self._resolved or any(fnmatchcase(host, one) for one in self._allowed)

    def resolved(self, addresses: set[str]) -> None:
        """Note the addresses of an allowed name: a socket is told the address only."""
        self._resolved |= addresses


class _Patch(NamedTuple):
    owner: Any
    name: str
    original: Any
    replacement: Any
    inherited: bool


_guards: list[_Guard] = []
_patches: list[_Patch] = []
_lock = threading.Lock()


@contextlib.contextmanager
def guarded(allowed: Sequence[str], note: Callable[[str], None]) -> Iterator[None]:
    """Refuse every connection to another machine.

    Args:
        allowed: names or addresses that may be connected to; ``*`` stands for anything.
        note: is called with the host of every refused attempt, before the error is raised.
    """
    guard = _Guard(allowed, note)
    with _lock:
        _guards.append(guard)
        if len(_guards) == 1:
            _install()
    try:
        yield
    finally:
        with _lock:
            _guards.remove(guard)
            if not _guards:
                _uninstall()


def _install() -> None:
    for name in _METHODS:
        _put(_socket_class, name, _method)
    for name in _LOOKUPS:
        if getattr(socket, name).__module__ != "pytest_socket":
            _put(socket, name, _lookup)


def _put(owner: Any, name: str, wrap: Callable[[Any], Any]) -> None:
    original = getattr(owner, name)
    replacement = wrap(original)
    _patches.append(_Patch(owner, name, original, replacement, name not in vars(owner)))
    setattr(owner, name, replacement)


def _uninstall() -> None:
    """Put everything back, unless somebody patched over us: then theirs stays over ours."""
    while _patches:
        owner, name, original, replacement, inherited = _patches.pop()
        if vars(owner).get(name) is not replacement:
            continue
        if inherited:
            delattr(owner, name)
        else:
            setattr(owner, name, original)


def _method(original: Any) -> Any:
    def checked(self: Any, *args: Any) -> Any:
        # The address is the last argument of all three: `sendto(data, flags, address)`.
        if self.family in (socket.AF_INET, socket.AF_INET6) and isinstance(args[-1], tuple):
            _check(str(args[-1][0]), args[-1][1])
        return original(self, *args)

    return checked


def _lookup(original: Any) -> Any:
    def checked(host: Any, *args: Any, **kwargs: Any) -> Any:
        name = host.decode("ascii", "replace") if isinstance(host, bytes) else host
        if name is None or _address(name) is not None:
            return original(host, *args, **kwargs)
        _check(name, args[0] if args else kwargs.get("port"))
        found = original(host, *args, **kwargs)
        if isinstance(found, list):  # of getaddrinfo
            for guard in _guards.copy():
                guard.resolved({str(item[4][0]) for item in found})
        return found

    return checked


def _check(host: str, port: Any) -> None:
    """Refuse a host that is not this machine, unless every guard allows it.

    Raises:
        NetworkBlockedError: see above.
    """
    plain = host.lower().rstrip(".")
    if _is_here(plain):
        return
    refusing = [guard for guard in _guards.copy() if not guard.allows(plain)]
    for guard in refusing:
        guard.note(host)
    if refusing:
        raise NetworkBlockedError(host, port if isinstance(port, int) else None)


def _is_here(host: str) -> bool:
    if host in ("", "localhost") or host.endswith(".localhost"):
        return True
    address = _address(host)
    return address is not None and (address.is_loopback or address.is_unspecified)


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return None
