"""What is sent upstream for a request that came in, and what is passed back. Pure functions.

This module decides where a request goes (one upstream, and nowhere else) and which headers belong
to a connection and stay with it (RFC 9110, section 7.6.1). It sends nothing.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from streamtape.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from streamtape.cassette import Headers, Request
    from streamtape.transports import AnyRequest, AnyResponse

__all__ = ["Target", "decodable", "narrowed", "path_of"]

_HOP_BY_HOP = frozenset(
    {
        "connection",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
# The body is sent whole, to another host, and a "100 Continue" was said here.
_OWN = frozenset({"host", "content-length", "expect"})
_CONNECT_TIMEOUT = 10.0  # seconds; for all else, the client's own patience counts
_VERSION = re.compile(r"/v\d+$")


class Target:
    """The upstream of a proxy.

    Args:
        upstream: its base URL: ``https://api.anthropic.com``.
        library: httpx or httpx2.

    Raises:
        UsageError: it is no base URL.
    """

    def __init__(self, upstream: str, library: Any) -> None:
        _check(upstream)
        self._library = library
        self._base = library.URL(upstream.rstrip("/"))
        self._prefix = self._base.raw_path.rstrip(b"/")
        self._encodings = decodable(library)

    def __str__(self) -> str:
        return str(self._base).rstrip("/")

    @property
    def is_here(self) -> bool:
        """Whether it is on this machine."""
        return self._base.host in ("127.0.0.1", "::1", "localhost")

    def request(self, request: Request) -> AnyRequest | None:
        """Return what is sent upstream for a request; None for what is not meant for a server.

        (That is a target that is no path, as forward proxies get them, or one that leaves the path
        of the base URL.)
        """
        try:
            url = self._base.copy_with(raw_path=self._prefix + path_of(request).encode("ascii"))
        except self._library.InvalidURL:
            return None
        if not url.raw_path.startswith(self._prefix + b"/"):
            return None
        sent: AnyRequest = self._library.Request(
            request.method,
            url,
            headers=[
                (name.encode("ascii"), value.encode("latin-1"))
                for name, value in self._forwarded(request.headers)
            ],
            content=request.body,
            extensions={"timeout": {"connect": _CONNECT_TIMEOUT}},
        )
        return sent

    def _forwarded(self, headers: Headers) -> Iterable[tuple[str, str]]:
        for name, value in _end_to_end(headers):
            if name == "accept-encoding":
                yield name, narrowed(value, self._encodings)
            elif name not in _OWN:
                yield name, value

    def headers(self, response: AnyResponse, url: str) -> Headers:
        """Return the headers that are passed back to the client.

        Args:
            response: what the upstream answered.
            url: the proxy's own base URL, where redirects within the upstream lead to.
        """
        raw = (
            (name.decode("latin-1").lower(), value.decode("latin-1"))
            for name, value in response.headers.raw
        )
        return tuple(
            (name, self._here(value, url) if name == "location" else value)
            for name, value in _end_to_end(tuple(raw))
        )

    def _here(self, location: str, url: str) -> str:
        rest = location.removeprefix(str(self))
        return url + rest if rest != location and rest[:1] in ("", "/", "?") else location


def decodable(library: Any) -> frozenset[str]:
    """Return the content encodings that a library can decode: those that its clients ask for."""
    with library.Client(transport=library.MockTransport(_never)) as client:
        return frozenset(_listed(client.headers["accept-encoding"]))


def narrowed(accepted: str, known: Iterable[str]) -> str:
    """Return an `accept-encoding` without the encodings that could not be recorded decoded.

    Nothing that the client did not ask for is added; ``identity`` where nothing is left.
    """
    kept = [
        part.strip()
        for part in accepted.split(",")
        if part.partition(";")[0].strip().lower() in {*known, "identity"}
    ]
    return ", ".join(kept) or "identity"


def path_of(request: Request) -> str:
    """Return the request's target as it stood in the request line."""
    host = request.header("host") or "127.0.0.1"
    return request.url.removeprefix(f"http://{host}")


def _end_to_end(headers: Headers) -> Headers:
    named = {
        token
        for name, value in headers
        if name in ("connection", "proxy-connection")
        for token in _listed(value)
    }
    return tuple(
        (name, value) for name, value in headers if name not in _HOP_BY_HOP and name not in named
    )


def _listed(value: str) -> list[str]:
    return [part.strip().lower() for part in value.split(",") if part.strip()]


def _never(request: object) -> Any:
    raise AssertionError(f"{request} is not sent")


def _check(upstream: str) -> None:
    what = f"upstream {upstream!r}"
    try:
        parts = urlsplit(upstream)
        _ = parts.port
    except ValueError as error:
        raise UsageError(what, str(error), "Valid: https://api.anthropic.com") from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UsageError(what, "not the base URL of a server", "Valid: https://api.anthropic.com")
    if parts.username is not None or parts.query or parts.fragment:
        raise UsageError(what, "more than a base URL", "Leave out login, query and fragment.")
    if found := _VERSION.search(parts.path.rstrip("/")):
        remedy = f"Leave {found[0]} out."
        raise UsageError(what, "clients say the version of the API themselves", remedy)
