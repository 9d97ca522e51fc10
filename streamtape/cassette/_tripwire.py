"""The last look at what is about to be written: secrets become placeholders, and are reported.

This module decides what stands in a secret's place. In a response that is letters of the same
length, so that every chunk keeps its size; in a request one word, so that a key of another length
still matches on replay.
"""

from __future__ import annotations

import dataclasses
import re
import zlib
from typing import TYPE_CHECKING, NamedTuple

from streamtape.cassette._views import Span, views
from streamtape.formats import EVENT_STREAM, edited

if TYPE_CHECKING:
    from collections.abc import Callable

    from streamtape.cassette._model import Headers, Request, Response
    from streamtape.cassette._secrets import Secrets

__all__ = ["Finding", "Tripwire", "plain_request"]

WORD = b"REDACTED"
_GZIP = b"\x1f\x8b"
_LOGIN = re.compile(rb"[a-z][a-z0-9+.-]*://([^/?#@]*:[^/?#@]*)@", re.IGNORECASE)


class Finding(NamedTuple):
    """A secret that was found.

    Attributes:
        kind: what it is (``value of $ANTHROPIC_API_KEY``, ``GitHub token``); never the secret.
        where: ``request body``, ``response body``, ``request url``, ``request header x``...
        offset: the byte at which it begins there.
    """

    kind: str
    where: str
    offset: int

    def __str__(self) -> str:
        return f"{self.kind} in the {self.where}, at byte {self.offset}"


class Tripwire:
    """Finds and replaces what looks like a secret.

    Args:
        secrets: what is looked for.

    Attributes:
        findings: what was found so far, in order.
    """

    def __init__(self, secrets: Secrets) -> None:
        self._secrets = secrets
        self.findings: list[Finding] = []

    def request(self, request: Request) -> Request:
        """Return a request without secrets; itself where there are none."""
        url = self._clean(self._login(request.url.encode()), "request url", _word).decode()
        headers = self._headers(request.headers, "request")
        body = self._clean(request.body, "request body", _word)
        if (url, headers, body) == (request.url, request.headers, request.body):
            return request
        return dataclasses.replace(request, url=url, headers=headers, body=body)

    def response(self, response: Response) -> Response:
        """Return a response without secrets, its chunks untouched; itself where there are none."""
        headers = self._headers(response.headers, "response")
        opened = self._unwrapped(response)
        body = self._clean(opened, "response body", _same_length)
        if (headers, body) == (response.headers, response.body):
            return response
        body = response.format.resealed(body, opened)
        return dataclasses.replace(response, headers=headers, body=body)

    def _unwrapped(self, response: Response) -> bytes:
        """Return a body without secrets in what its events wrap as base64, where they do.

        In their own words, and as one text: a secret that a model says comes in several events.
        """
        body, form = response.body, response.format
        if form is not EVENT_STREAM:
            return body
        found = [
            (span, part, data)
            for span in form.spans(body)
            for part in form.parts(body, span)
            if (data := form.read(body, part)) != body[slice(*part)]
        ]
        text = b"\n".join(data for _, _, data in found)
        clean, at = self._clean(text, "response body, unwrapped", _same_length), 0
        edits = []
        for span, part, data in found:
            edits.append(form.edit(body, span, part, clean[at : at + len(data)]))
            at += len(data) + 1
        return body if clean == text else edited(body, edits)

    def _login(self, url: bytes) -> bytes:
        """Replace `user:password` in a URL: httpx keeps both in `str(request.url)`."""
        if (match := _LOGIN.match(url)) and match[1] != WORD:
            self.findings.append(Finding("login in the URL", "request url", match.start(1)))
            return url[: match.start(1)] + WORD + url[match.end(1) :]
        return url

    def _headers(self, headers: Headers, side: str) -> Headers:
        return tuple(
            (name, self._clean(value.encode(), f"{side} header {name}", _word).decode())
            for name, value in headers
        )

    def _clean(self, data: bytes, where: str, placeholder: Callable[[bytes], bytes]) -> bytes:
        """Replace what is found, until nothing is: a placeholder may bring two halves together."""
        for _ in range(_MOST_ROUNDS):
            found: dict[int, str] = {}
            spans: list[Span] = []
            for view in views(data):
                for kind, span in self._secrets.find(view):
                    stored = view.stored(span)
                    if any(data[a:b] != placeholder(data[a:b]) for a, b in stored):
                        found.setdefault(stored[0].start, kind)  # once, in its plainest form
                        spans += stored
            if not spans:
                break
            self.findings += (Finding(kind, where, at) for at, kind in sorted(found.items()))
            data = _replaced(data, spans, placeholder)
        return data


_MOST_ROUNDS = 3


def _word(_secret: bytes) -> bytes:
    return WORD


def _same_length(secret: bytes) -> bytes:
    # A number stays a number; anything else becomes letters, which every encoding leaves alone.
    if secret.isdigit():
        return b"9" * len(secret)
    return (WORD * (len(secret) // len(WORD) + 1))[: len(secret)]


def _replaced(data: bytes, spans: list[Span], placeholder: Callable[[bytes], bytes]) -> bytes:
    parts, last = [], 0
    for start, end in _merged(spans):
        parts += [data[last:start], placeholder(data[start:end])]
        last = end
    return b"".join([*parts, data[last:]])


def _merged(spans: list[Span]) -> list[Span]:
    """Return spans in order, those that touch or overlap as one."""
    merged: list[Span] = []
    for span in sorted(spans):
        if merged and span.start <= merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return merged


def plain_request(request: Request) -> Request:
    """Return a request with its body decompressed, where it is gzip or deflate.

    Request bodies are stored decoded, as those of responses are: legible, and open to the tripwire.
    """
    encoding = (request.header("content-encoding") or "").strip().lower()
    if encoding not in ("gzip", "x-gzip", "deflate") and not request.body.startswith(_GZIP):
        return request
    for window in (47, -15):  # zlib or gzip, told by the header; deflate without one
        try:
            body = zlib.decompress(request.body, window)
        except zlib.error:
            continue
        return dataclasses.replace(request, body=body)
    return request
