"""Which request is sent anew: to which address, and with whose key.

This module decides where a key may go. A cassette holds none, so it comes from the environment: the
key of an API goes to the host of that API; to a host that the user names, or to this machine, goes
the key of the API that the recorded request is of. A host that only a cassette names gets no key
that is not its own, whatever path and headers it pretends. It reads no environment and sends
nothing.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import parse_qsl, urlencode, urlsplit

from streamtape.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from streamtape.cassette import Headers, Request

__all__ = ["Asking", "asking"]

_REDACTED = "REDACTED"


class _Key(NamedTuple):
    """A header, how its value is made of a variable, and the variables: the first that is set."""

    header: str
    form: str
    variables: tuple[str, ...]


class _Service(NamedTuple):
    """An API: the host (or the end of it), the key it wants, and headers that may go along."""

    host: str
    keys: tuple[_Key, ...]
    others: tuple[_Key, ...] = ()


def _bearer(host: str, *variables: str) -> _Service:
    return _Service(host, (_Key("authorization", "Bearer {}", variables),))


_ANTHROPIC = _Service(
    "api.anthropic.com",
    (
        _Key("x-api-key", "{}", ("ANTHROPIC_API_KEY",)),
        _Key("authorization", "Bearer {}", ("ANTHROPIC_AUTH_TOKEN",)),
    ),
)
_OPENAI = _Service(
    "api.openai.com",
    (_Key("authorization", "Bearer {}", ("OPENAI_API_KEY",)),),
    (
        _Key("openai-organization", "{}", ("OPENAI_ORG_ID",)),
        _Key("openai-project", "{}", ("OPENAI_PROJECT_ID",)),
    ),
)
_SERVICES = (
    _ANTHROPIC,
    _OPENAI,
    _Service(".openai.azure.com", (_Key("api-key", "{}", ("AZURE_OPENAI_API_KEY",)),)),
    _Service(
        "generativelanguage.googleapis.com",
        (_Key("x-goog-api-key", "{}", ("GEMINI_API_KEY", "GOOGLE_API_KEY")),),
    ),
    _bearer("api.mistral.ai", "MISTRAL_API_KEY"),
    _bearer("api.groq.com", "GROQ_API_KEY"),
    _bearer("api.x.ai", "XAI_API_KEY"),
    _bearer("api.deepseek.com", "DEEPSEEK_API_KEY"),
    _bearer("api.cohere.com", "CO_API_KEY", "COHERE_API_KEY"),
    _bearer("openrouter.ai", "OPENROUTER_API_KEY"),
    _bearer("api.together.xyz", "TOGETHER_API_KEY"),
)


@dataclass(frozen=True, slots=True)
class Asking:
    """A recorded request, made ready to be sent.

    Attributes:
        method: upper case.
        url: where it goes.
        headers: those that were recorded, and the key.
        body: as recorded.
    """

    method: str
    url: str
    headers: Headers
    body: bytes


def asking(
    request: Request,
    environ: Mapping[str, str],
    upstream: str | None = None,
    headers: Headers = (),
) -> Asking:
    """Make a recorded request ready to be sent.

    Args:
        request: as the cassette has it, redacted.
        environ: where keys are taken from.
        upstream: the base URL to ask instead of the recorded host; its path goes before the
            recorded one.
        headers: what the user gives; a name of theirs takes the place of ours.

    Raises:
        UsageError: the key of the service is not set, or would go over the network in the clear.
    """
    url = _address(request, upstream)
    given = {name.lower() for name, _ in headers}
    service = _service(request, urlsplit(url).hostname or "", is_named=upstream is not None)
    keys: Headers = ()
    if service is not None and not given & {key.header for key in service.keys}:
        keys = _filled(service, environ)
        _check_private(url)
    names = given | {name for name, _ in keys}
    recorded = tuple(pair for pair in request.headers if pair[0] not in names)
    return Asking(request.method, url, (*recorded, *keys, *headers), request.body)


def _address(request: Request, upstream: str | None) -> str:
    """Return where a request goes, without logins, and without keys that were redacted."""
    try:
        parts = urlsplit(request.url)
        base = urlsplit(upstream) if upstream else parts
        is_one = base.scheme in ("http", "https") and base.hostname and base.port != 0
    except ValueError:  # brackets without an end, a port that is none
        is_one = False
    if not is_one:
        remedy = "Give one like https://api.anthropic.com."
        raise UsageError(f"URL {upstream or request.url}", "it is no address of a server", remedy)
    host = base.netloc.rpartition("@")[2]
    path = (base.path.rstrip("/") if upstream else "") + parts.path
    query = parts.query
    if _REDACTED in query:
        pairs = parse_qsl(query, keep_blank_values=True)
        query = urlencode([(name, value) for name, value in pairs if value != _REDACTED])
    return f"{base.scheme}://{host}{path}{f'?{query}' if query else ''}"


def _service(request: Request, host: str, *, is_named: bool) -> _Service | None:
    """Return the API whose key goes along, or None: see the module's docstring."""
    if found := _of_host(host):
        return found
    if not is_named and not _is_here(host):
        return None
    if found := _of_host(urlsplit(request.url).hostname or ""):
        return found
    if request.header("anthropic-version"):
        return _ANTHROPIC
    is_openai = urlsplit(request.url).path.endswith(("/chat/completions", "/responses"))
    return _OPENAI if is_openai else None


def _of_host(host: str) -> _Service | None:
    return next(
        (
            service
            for service in _SERVICES
            if host == service.host or (service.host[0] == "." and host.endswith(service.host))
        ),
        None,
    )


def _filled(service: _Service, environ: Mapping[str, str]) -> Headers:
    """Return the headers that tell who asks.

    Raises:
        UsageError: no variable that the service's key is taken from is set.
    """
    keys = [pair for key in service.keys for pair in _value(key, environ)]
    if not keys:
        names = " or ".join(name for key in service.keys for name in key.variables)
        remedy = "Set it, or give the header: --header 'name: value'."
        raise UsageError(service.host.lstrip("."), f"{names} is not set", remedy)
    return (keys[0], *(pair for key in service.others for pair in _value(key, environ)))


def _value(key: _Key, environ: Mapping[str, str]) -> Headers:
    values = (environ.get(name, "").strip() for name in key.variables)
    value = next(filter(None, values), "")
    return ((key.header, key.form.format(value)),) if value else ()


def _check_private(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme == "http" and not _is_here(parts.hostname or ""):
        remedy = "Use https, or give the header yourself: --header 'name: value'."
        raise UsageError(f"URL {url}", "a key would go over the network in the clear", remedy)


def _is_here(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
