"""Which recorded request answers a live one, and how the nearest one differs.

This module decides what "the same request" means. It keeps no state: which interactions have been
used is the session's to know. Matcher names and their signature are vcrpy's.
"""

from __future__ import annotations

import difflib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import parse_qsl, urlsplit

from streamtape.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from streamtape.cassette._model import Request

    Matcher: TypeAlias = Callable[[Request, Request], "bool | None"]

__all__ = ["MATCHERS", "Matching", "compare"]

_MOST_DIFF_LINES = 40
_DEFAULT_PORTS = {"http": 80, "https": 443}


def _port(request: Request) -> int | None:
    parts = urlsplit(request.url)
    return parts.port or _DEFAULT_PORTS.get(parts.scheme)


def _query(request: Request) -> list[tuple[str, str]]:
    return sorted(parse_qsl(urlsplit(request.url).query, keep_blank_values=True))


def _body(request: Request) -> object:
    """Return the body as JSON where it is JSON, else as bytes."""
    try:
        return json.loads(request.body)
    except (ValueError, RecursionError):
        return request.body


MATCHERS: dict[str, Matcher] = {
    "method": lambda live, recorded: live.method == recorded.method,
    "scheme": lambda live, recorded: urlsplit(live.url).scheme == urlsplit(recorded.url).scheme,
    "host": lambda live, recorded: urlsplit(live.url).hostname == urlsplit(recorded.url).hostname,
    "port": lambda live, recorded: _port(live) == _port(recorded),
    "path": lambda live, recorded: urlsplit(live.url).path == urlsplit(recorded.url).path,
    "query": lambda live, recorded: _query(live) == _query(recorded),
    "uri": lambda live, recorded: live.url == recorded.url,
    "headers": lambda live, recorded: live.headers == recorded.headers,
    "body": lambda live, recorded: live.body == recorded.body or _body(live) == _body(recorded),
    "raw_body": lambda live, recorded: live.body == recorded.body,
}


@dataclass(frozen=True, slots=True)
class Matching:
    """The rules by which requests are compared.

    Attributes:
        on: names of matchers, all of which must agree. The default compares the body, because a
            stale cassette that still passes is the worst outcome.

    Raises:
        UsageError: a name that is no matcher.
    """

    on: tuple[str, ...] = ("method", "uri", "body")

    def __post_init__(self) -> None:
        object.__setattr__(self, "on", tuple(self.on))
        for name in self.on:
            if name not in MATCHERS:
                raise UsageError(f"match_on {name!r}", "no such matcher", f"Valid: {_names()}.")

    def differences(self, live: Request, recorded: Request) -> list[str]:
        """Return the names of the matchers that do not agree; a matcher may also assert."""
        return [name for name in self.on if not _agrees(MATCHERS[name], live, recorded)]

    def matches(self, live: Request, recorded: Request) -> bool:
        """Whether `recorded` answers `live`."""
        return all(_agrees(MATCHERS[name], live, recorded) for name in self.on)

    def nearest(self, live: Request, recorded: Iterable[Request]) -> Request | None:
        """Return the recorded request that differs least, or None where there is none."""
        return min(
            recorded,
            key=lambda request: (len(self.differences(live, request)), -_likeness(live, request)),
            default=None,
        )

    def explain(self, live: Request, nearest: Request) -> list[str]:
        """Say how the nearest recorded request differs, as lines."""
        differences = self.differences(live, nearest)
        lines = [f"nearest recorded: {nearest}", f"differs in: {', '.join(differences)}"]
        if "body" in differences or "raw_body" in differences:
            lines += compare(nearest.body, live.body)
        return lines


def compare(recorded: bytes, live: bytes) -> list[str]:
    """Return a unified diff of two bodies: of JSON by its fields, else by lines."""
    diff = difflib.unified_diff(
        list(_pretty(recorded)), list(_pretty(live)), "recorded", "live", lineterm="", n=1
    )
    lines = list(diff)
    if len(lines) > _MOST_DIFF_LINES:
        left = len(lines) - _MOST_DIFF_LINES
        lines = [*lines[:_MOST_DIFF_LINES], f"... and {left} more lines"]
    return lines


def _agrees(matcher: Matcher, live: Request, recorded: Request) -> bool:
    try:
        return matcher(live, recorded) is not False
    except AssertionError:
        return False


def _likeness(live: Request, recorded: Request) -> float:
    # On the first 4 KB: difflib's cost grows with the product of the lengths.
    matcher = difflib.SequenceMatcher(None, live.body[:4096], recorded.body[:4096], autojunk=False)
    return matcher.quick_ratio()


def _pretty(body: bytes) -> Iterator[str]:
    try:
        text = json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        text = body.decode("utf-8", "backslashreplace")
    return iter(text.splitlines())


def _names() -> str:
    return ", ".join(MATCHERS)
