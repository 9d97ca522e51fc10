"""HTTP/1.1 of one connection, sans-IO: bytes in, requests out; steps in, bytes out.

This module decides what is a request, what is refused and with which status, and what a response
looks like on the wire. It never touches a socket, never waits and never answers a request itself.
Requests are parsed by h11; responses are written here, because a recording must be able to end
where no proper server would end it.
"""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

import h11

from streamtape.cassette import Request
from streamtape.server._framing import Frame, framing_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from streamtape.playback import Head

__all__ = [
    "CONTINUE",
    "MOST_BODY",
    "Asked",
    "Refusal",
    "Reply",
    "Requests",
    "error_body",
    "refuse",
]

MOST_BODY = 32 * 1024 * 1024
"""Bytes of a request's body: what the Messages API takes."""

CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"

_VERSIONS = (b"1.0", b"1.1")
# What stands for one hop only. Framing is the server's own; the rest would be a lie.
_OF_ONE_HOP = frozenset(
    {"connection", "content-length", "keep-alive", "trailer", "transfer-encoding", "upgrade"}
)
_NO_BODY = frozenset({204, 304})  # RFC 9112, section 6.3


class Asked(NamedTuple):
    """A request that came in whole.

    Attributes:
        request: the request.
        keeps_alive: whether the client lets the connection carry another.
        version: of HTTP, as ``1.1``.
    """

    request: Request
    keeps_alive: bool = True
    version: bytes = b"1.1"


class Refusal(NamedTuple):
    """A request that is none; the connection cannot go on.

    Attributes:
        status: what it is answered with.
        problem: why, as a sentence.
    """

    status: int
    problem: str


class Requests:
    """The requests of one connection: bytes in, one after the other out.

    Args:
        most_body: bytes of a body that are taken; more is refused with 413.
    """

    def __init__(self, most_body: int = MOST_BODY) -> None:
        self._most_body = most_body
        self.is_begun = False
        """Whether a part of the next request is there."""
        self._begin(b"")

    def _begin(self, rest: bytes) -> None:
        self._http = h11.Connection(h11.SERVER)
        self._head: h11.Request | None = None
        self._body = bytearray()
        self._continued = self.is_begun = False
        if rest:
            self.receive(rest)

    def receive(self, data: bytes) -> None:
        """Take bytes as they come; never empty ones."""
        self.is_begun = True
        self._http.receive_data(data)

    def next(self) -> Asked | Refusal | bytes | None:
        """Return the next request; why it is refused; bytes to send first; None: more is needed."""
        try:
            return self._next()
        except h11.RemoteProtocolError as error:
            return Refusal(error.error_status_hint, f"{error}.")

    def _next(self) -> Asked | Refusal | bytes | None:
        while True:
            event = self._http.next_event()
            if isinstance(event, h11.Request):
                self._head = event
                if (refused := self._refused(event)) is not None:
                    return refused
            elif isinstance(event, h11.Data):
                self._body += event.data
                if len(self._body) > self._most_body:
                    return self._too_large()
            elif isinstance(event, h11.EndOfMessage) and self._head is not None:
                return self._whole(self._head)
            elif self._http.they_are_waiting_for_100_continue and not self._continued:
                self._continued = True
                return CONTINUE
            else:
                return None

    def _refused(self, head: h11.Request) -> Refusal | None:
        """Refuse what can be refused before there is a body."""
        if head.http_version not in _VERSIONS:
            return Refusal(505, "HTTP/1.1 is spoken here.")
        if head.method == b"CONNECT":
            return Refusal(501, "This server is no proxy: CONNECT is not offered.")
        announced = next((int(v) for n, v in head.headers if n == b"content-length"), 0)
        return self._too_large() if announced > self._most_body else None

    def _too_large(self) -> Refusal:
        return Refusal(413, f"A request body may have {self._most_body:,} bytes.")

    def _whole(self, head: h11.Request) -> Asked | Refusal:
        headers = tuple((n.decode("latin-1"), v.decode("latin-1")) for n, v in head.headers)
        url = _url(head.target.decode("ascii"), dict(headers).get("host", ""))
        body = bytes(self._body)
        closes = any(n == "connection" and "close" in v.lower() for n, v in headers)
        self._begin(self._http.trailing_data[0])
        if url is None:
            return Refusal(400, "The request's target is no URL.")
        request = Request(head.method.decode("ascii"), url, headers, body)
        return Asked(request, head.http_version == b"1.1" and not closes, head.http_version)


def _url(target: str, host: str) -> str | None:
    """Return the absolute URL that a target stands for (RFC 9112, section 3.3), or None."""
    if target == "*":
        target = "/*"
    url = f"http://{host or '127.0.0.1'}{target}" if target.startswith("/") else target
    try:
        parts = urlsplit(url)
        _ = parts.port  # parsed only when it is asked for
    except ValueError:
        return None
    return url if parts.hostname else None


class Reply:
    """The bytes of one response.

    Attributes:
        keeps_alive: whether the connection can carry another request behind it.
        is_begun: whether there has been a head.
    """

    def __init__(self, asked: Asked) -> None:
        self._method = asked.request.method
        self._version = asked.version
        self.keeps_alive = asked.keeps_alive
        self.is_begun = False
        self._frame, self._is_chunked = Frame(), True
        self._bodyless = False
        self._left = 0  # bytes that content-length has promised, and that have not come
        self._at = 0  # bytes of the framed body so far

    @property
    def gap(self) -> float | None:
        """Seconds between the pieces of the framed body; None where it is not cut."""
        return None if self._frame.cut is None else self._frame.gap

    def head(self, head: Head, frame: Frame | None = None) -> bytes:
        """Return the head, and frame the body from here on.

        Args:
            head: the step.
            frame: how the body is framed; None for what the head's own headers say.
        """
        self.is_begun = True
        frame = frame or _said(head)
        if frame.kind == "chunked" and self._version == b"1.0":
            frame = Frame("close")
        self._frame, self._is_chunked = frame, frame.kind == "chunked"
        self._left = frame.length or 0
        self._bodyless = self._method == "HEAD" or head.status in _NO_BODY or head.status < 200  # noqa: PLR2004 - informational
        headers = [(name, value) for name, value in head.headers if name not in _OF_ONE_HOP]
        if frame.length is not None:
            headers.append(("content-length", str(frame.length)))
        elif frame.kind == "chunked" and not self._bodyless:
            headers.append(("transfer-encoding", "chunked"))
        if frame.kind == "close" and not self._bodyless:
            self.keeps_alive = False
        if not self.keeps_alive:
            headers.append(("connection", "close"))
        return _head(head.status, headers)

    def body(self, chunks: Iterable[bytes]) -> bytes:
        """Return chunks of the body, framed; nothing for an empty one, which would end it."""
        if self._bodyless:
            return b""
        if self._is_chunked:
            return b"".join([b"%x\r\n%b\r\n" % (len(data), data) for data in chunks if data])
        data = b"".join(chunks)
        self._left -= len(data)
        return data

    def end(self) -> bytes:
        """Return what ends the body as HTTP ends one."""
        if self._left and not self._bodyless:
            self.keeps_alive = False  # who was promised another length would wait for the rest
        return b"0\r\n\r\n" if self._is_chunked and not self._bodyless else b""

    def pieces(self, framed: bytes) -> Iterator[bytes]:
        """Cut the next bytes of the framed body where the framing itself is to be cut."""
        start = self._at
        self._at += len(framed)
        at = 0
        for cut in (*self._frame.cuts(start, self._at), self._at):
            yield framed[at : cut - start]
            at = cut - start


def refuse(refusal: Refusal) -> bytes:
    """Return the response to a request that is refused: a sentence, and the connection's end."""
    body = error_body("streamtape_refusal", refusal.problem)
    headers = [
        ("content-type", "application/json"),
        ("content-length", str(len(body))),
        ("connection", "close"),
    ]
    return _head(refusal.status, headers) + body


def error_body(kind: str, message: str) -> bytes:
    """Return an error in the form of the model APIs, which their SDKs show."""
    error = {"type": kind, "message": message}
    return json.dumps({"type": "error", "error": error}, ensure_ascii=False).encode()


def _said(head: Head) -> Frame:
    kind = framing_of(head.headers)
    said = dict(head.headers).get("content-length", "")
    if kind == "content-length" and said.isdecimal():
        return Frame(kind, int(said))
    return Frame("close" if kind == "close" else "chunked")


def _head(status: int, headers: Iterable[tuple[str, str]]) -> bytes:
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:  # a code of somebody's own
        phrase = ""
    lines = [f"HTTP/1.1 {status} {phrase}"]
    # No line end of a recorded value ends the line here.
    lines += [f"{name}: {' '.join(value.splitlines())}" for name, value in headers]
    return "\r\n".join([*lines, "", ""]).encode("latin-1", "replace")
