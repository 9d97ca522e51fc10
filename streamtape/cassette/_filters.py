"""What the user wants changed before anything is kept, with vcrpy's option names.

This module decides what those options mean. They are applied to the live request too, before it is
matched: a request is compared as it would have been recorded.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import quote, unquote_plus, urlsplit

from streamtape.cassette._model import Chunk
from streamtape.errors import UsageError

if TYPE_CHECKING:
    from streamtape.cassette._model import Headers, Request, Response

__all__ = ["Filters"]

_Value: TypeAlias = "str | Callable[[str, str, Request], str | None] | None"
_Given: TypeAlias = "Iterable[str | tuple[str, _Value]]"
_Bodies: TypeAlias = "Iterable[str | bytes | re.Pattern[str] | re.Pattern[bytes] | _Change]"
_Change: TypeAlias = Callable[[bytes], bytes]

_FORMS = 'Valid: "name", ("name", None), ("name", "instead") or ("name", function).'


@dataclass(frozen=True, slots=True)
class Filters:
    """What the user wants changed.

    Attributes:
        headers: what becomes of header fields, of requests and of responses, by lower-case name.
        query: what becomes of query parameters, by name.
        request: changes a request; None for one that is none of streamtape's business.
        response: changes a response; None for one that is not to be kept.
        patterns: what is replaced in bodies, URLs and headers, in every form the tripwire knows.
        changes: functions from a whole body to another.
        ignored: hosts whose requests are none of streamtape's business: names, addresses, or one
            with a port; `*` stands for anything.
    """

    headers: tuple[tuple[str, _Value], ...] = ()
    query: tuple[tuple[str, _Value], ...] = ()
    request: Callable[[Request], Request | None] | None = None
    response: Callable[[Response], Response | None] | None = None
    patterns: tuple[re.Pattern[bytes], ...] = ()
    changes: tuple[_Change, ...] = ()
    ignored: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        *,
        filter_headers: _Given = (),
        filter_query_parameters: _Given = (),
        before_record_request: Any = None,
        before_record_response: Any = None,
        redact: _Bodies = (),
        ignore_hosts: str | Iterable[str] = (),
    ) -> Filters:
        """Read the options as the user spells them.

        Args:
            filter_headers: ``"name"`` or ``("name", None)`` removes a field; ``("name", "text")``
                replaces its value; ``("name", function)`` calls ``function(name, value, request)``,
                which returns the new value, or None to remove it.
            filter_query_parameters: the same, for the query of the URL.
            before_record_request: a function (or several), from a request to a request, or to
                None: then it goes to the network, unrecorded, whatever the mode.
            before_record_response: a function (or several), from a response to a response, or to
                None: then the interaction is not kept.
            redact: patterns, and functions from the bytes of a body to bytes.
            ignore_hosts: hosts whose requests go to the network, unrecorded, whatever the mode:
                names, addresses, or one with a port; `*` stands for anything.

        Raises:
            UsageError: a value of another form, or a pattern that does not compile.
        """
        given = [redact] if isinstance(redact, str | bytes | re.Pattern) else list(redact)
        return cls(
            _rules("filter_headers", filter_headers, str.lower),
            _rules("filter_query_parameters", filter_query_parameters, str),
            _chain("before_record_request", before_record_request),
            _chain("before_record_response", before_record_response),
            tuple(_pattern(item) for item in given if not callable(item)),
            tuple(item for item in given if callable(item)),
            tuple(_hosts(ignore_hosts)),
        )

    def kept_headers(self) -> frozenset[str]:
        """Return the names that are given a value: these are kept, known to be harmless or not."""
        return frozenset(name for name, value in self.headers if value is not None)

    def filter_headers(self, headers: Headers, request: Request) -> Headers:
        """Return header fields as the user wants them."""
        return _filtered(headers, dict(self.headers), request) if self.headers else headers

    def on_request(self, request: Request) -> Request | None:
        """Return a request as the user wants it kept, or None for one to be left alone."""
        if self.ignored and self._ignores(request):
            return None
        changed = request
        if self.headers or self.changes or "?" in request.url:
            changed = dataclasses.replace(
                request,
                url=self._url(request),
                headers=self.filter_headers(request.headers, request),
                body=self._changed(request.body),
            )
        return self.request(changed) if self.request else changed

    def on_response(self, response: Response, request: Request) -> Response | None:
        """Return a response as the user wants it kept, or None for one not to be kept."""
        body = self._changed(response.body)
        changed = dataclasses.replace(
            response,
            headers=self.filter_headers(response.headers, request),
            body=body,
            chunks=_fitted(response.chunks, response.body, body),
        )
        return self.response(changed) if self.response else changed

    def _ignores(self, request: Request) -> bool:
        parts = urlsplit(request.url)
        names = (parts.hostname or "", f"{parts.hostname}:{parts.port}")
        return any(fnmatchcase(name, host) for host in self.ignored for name in names)

    def _changed(self, body: bytes) -> bytes:
        for change in self.changes:
            body = change(body)
        return body

    def _url(self, request: Request) -> str:
        """Change parameters of the query; what is not asked for keeps its very spelling."""
        start, mark, rest = request.url.partition("?")
        query, hash_, fragment = rest.partition("#")
        rules = {**dict.fromkeys(_SECRET_PARAMETERS, "REDACTED"), **dict(self.query)}
        kept = []
        for pair in query.split("&") if query else ():
            name, _, value = pair.partition("=")
            plain = unquote_plus(name)
            if plain not in rules:
                kept.append(pair)
            elif (new := _value(rules[plain], plain, unquote_plus(value), request)) is not None:
                kept.append(f"{name}={quote(new, safe='')}")
        joined = "&".join(kept)
        return f"{start}{mark if joined or not query else ''}{joined}{hash_}{fragment}"


# Parameters in which well-known APIs take a credential.
_SECRET_PARAMETERS = (
    "access_token",
    "api-key",
    "api_key",
    "apikey",
    "client_secret",
    "key",
    "password",
    "refresh_token",
    "sig",
    "signature",
    "subscription-key",
    "token",
    "X-Amz-Credential",
    "X-Amz-Security-Token",
    "X-Amz-Signature",
)


def _value(rule: _Value, name: str, value: str, request: Request) -> str | None:
    return rule(name, value, request) if callable(rule) else rule


def _filtered(pairs: Headers, rules: dict[str, _Value], request: Request) -> Headers:
    new = (
        (name, _value(rules[name], name, value, request) if name in rules else value)
        for name, value in pairs
    )
    return tuple((name, value) for name, value in new if value is not None)


def _hosts(given: str | Iterable[str]) -> Iterator[str]:
    for host in given.split(",") if isinstance(given, str) else given:
        if not host.strip() or "/" in host:
            remedy = 'Give names, addresses or "name:port", without a scheme.'
            raise UsageError(f"ignore_hosts {host!r}", "not a host", remedy)
        yield host.strip().lower()


def _rules(
    option: str, given: _Given, spell: Callable[[str], str]
) -> tuple[tuple[str, _Value], ...]:
    rules: list[tuple[str, _Value]] = []
    for item in [given] if isinstance(given, str) else given:
        match item:
            case str():
                rules.append((spell(item), None))
            case [str() as name, value] if (
                value is None or isinstance(value, str) or callable(value)
            ):
                rules.append((spell(name), value))
            case _:
                raise UsageError(f"{option} {item!r}", "not a rule", _FORMS)
    return tuple(rules)


def _chain(option: str, given: Any) -> Any:
    """Make one function of none, one or several; the first None ends it."""
    functions = [] if given is None else list(given) if isinstance(given, Sequence) else [given]
    for function in functions:
        if not callable(function):
            raise UsageError(
                f"{option} {function!r}", "not a function", "Give a function or a list."
            )
    if not functions:
        return None

    def chained(value: Any) -> Any:
        for function in functions:
            if value is not None:
                value = function(value)
        return value

    return chained


def _pattern(given: str | bytes | re.Pattern[str] | re.Pattern[bytes]) -> re.Pattern[bytes]:
    try:
        if isinstance(given, str):
            return re.compile(given.encode())
        if isinstance(given, bytes):
            return re.compile(given)
        if isinstance(given, re.Pattern):
            if isinstance(given.pattern, bytes):
                return re.compile(given.pattern, given.flags)
            return re.compile(given.pattern.encode(), given.flags & ~re.UNICODE)
    except re.error as error:
        raise UsageError(f"redact {given!r}", f"not a pattern: {error}", "See `re`.") from None
    raise UsageError(f"redact {given!r}", "not a pattern or function", "Give text or a function.")


def _fitted(chunks: tuple[Chunk, ...] | None, old: bytes, new: bytes) -> tuple[Chunk, ...] | None:
    """Return the chunks of a body that was changed: boundaries outside of the change stay."""
    if chunks is None or len(old) == len(new):
        return chunks
    before = _common(old, new)
    after = _common(old[before:][::-1], new[before:][::-1])
    fitted, at, last = [], 0, 0
    for gap, size in chunks:
        at += size
        # A boundary inside of the change goes to its end.
        moved = at if at <= before else max(at, len(old) - after) + len(new) - len(old)
        fitted.append(Chunk(gap, moved - last))
        last = moved
    return tuple(fitted)


def _common(one: bytes, other: bytes) -> int:
    """Return how many bytes the two begin with."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(one), len(other)))
