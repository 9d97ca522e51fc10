"""Which recorded request answers a live one, and how the nearest one differs.

This module decides what "the same request" means. It keeps no state but the table of matchers:
which interactions have been used is the session's to know. Matcher names and their signature are
vcrpy's.
"""

from __future__ import annotations

import difflib
import json
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import parse_qsl, urlsplit

from streamtape.cassette import _paths
from streamtape.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from streamtape.cassette._model import Request

    Matcher: TypeAlias = Callable[[Request, Request], "bool | None"]

__all__ = ["MATCHERS", "Matching", "compare", "register_matcher"]

_MOST_DIFF_LINES = 40
_DEFAULT_PORTS = {"http": 80, "https": 443}


def _port(request: Request) -> int | None:
    parts = urlsplit(request.url)
    return parts.port or _DEFAULT_PORTS.get(parts.scheme)


def _query(request: Request) -> list[tuple[str, str]]:
    return sorted(parse_qsl(urlsplit(request.url).query, keep_blank_values=True))


@lru_cache(maxsize=256)  # every live request is compared with every recorded one
def _value(body: bytes, ignored: tuple[_paths.Path, ...] = ()) -> object:
    """Return a body as JSON where it is JSON, without what is ignored; else as bytes."""
    try:
        return _paths.without(json.loads(body), ignored)
    except (ValueError, RecursionError):
        return body


MATCHERS: dict[str, Matcher] = {
    "method": lambda live, recorded: live.method == recorded.method,
    "scheme": lambda live, recorded: urlsplit(live.url).scheme == urlsplit(recorded.url).scheme,
    "host": lambda live, recorded: urlsplit(live.url).hostname == urlsplit(recorded.url).hostname,
    "port": lambda live, recorded: _port(live) == _port(recorded),
    "path": lambda live, recorded: urlsplit(live.url).path == urlsplit(recorded.url).path,
    "query": lambda live, recorded: _query(live) == _query(recorded),
    "uri": lambda live, recorded: live.url == recorded.url,
    "headers": lambda live, recorded: live.headers == recorded.headers,
    "body": lambda live, recorded: (
        live.body == recorded.body or _value(live.body) == _value(recorded.body)
    ),
    "raw_body": lambda live, recorded: live.body == recorded.body,
}
_BUILT_IN = frozenset(MATCHERS)
_BLIND_TO_HEADERS = _BUILT_IN - {"headers"}
# What is left of each where scheme, host and port are the server's own.
_AT_ANOTHER_ADDRESS = {"scheme": (), "host": (), "port": (), "uri": ("path", "query")}
# The body, too: a stale cassette that still passes is the worst outcome.
_DEFAULT = ("method", "uri", "body")


def register_matcher(name: str, matcher: Matcher) -> None:
    """Make a matcher of your own known by a name, for `match_on`; the same name again replaces it.

    Args:
        name: not one of the built-in ones.
        matcher: a function of the live request and the recorded one, as it was redacted; False or
            an AssertionError says that they differ.

    Raises:
        UsageError: the name is taken, or the matcher is no function.
    """
    if name in _BUILT_IN:
        raise UsageError(f"matcher {name!r}", "the name is built in", "Choose another name.")
    if not callable(matcher):
        raise UsageError(f"matcher {name!r}", "not a function", "Give one of two requests.")
    MATCHERS[name] = matcher


@dataclass(frozen=True, slots=True)
class Matching:
    """The rules by which requests are compared.

    Attributes:
        on: names of matchers, all of which must agree.
        ignore: paths of what does not count in a JSON body (``metadata.user_id``,
            ``messages[*].id``), for the matcher ``body`` and for explanations.

    Raises:
        UsageError: a name that is no matcher, or a path that is none.
    """

    on: tuple[str, ...] = _DEFAULT
    ignore: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for field in ("on", "ignore"):
            given = getattr(self, field)
            names = (given,) if isinstance(given, str) else tuple(given)
            object.__setattr__(self, field, names)
        for path in self.ignore:
            _paths.parse(path)
        for name in self.on:
            if name not in MATCHERS:
                raise UsageError(f"match_on {name!r}", "no such matcher", f"Valid: {_names()}.")

    @property
    def sees_headers(self) -> bool:
        """Whether header fields can make a difference."""
        return self.on != _DEFAULT and not _BLIND_TO_HEADERS.issuperset(self.on)

    def at_another_address(self) -> Matching:
        """Return the rules for a client that talks to a server in place of the recorded one."""
        on = chain.from_iterable(_AT_ANOTHER_ADDRESS.get(name, (name,)) for name in self.on)
        return replace(self, on=tuple(dict.fromkeys(on)))

    def differences(self, live: Request, recorded: Request) -> list[str]:
        """Return the names of the matchers that do not agree; a matcher may also assert."""
        return [name for name in self.on if not self._agrees(name, live, recorded)]

    def matches(self, live: Request, recorded: Request) -> bool:
        """Whether `recorded` answers `live`."""
        for name in self.on:  # noqa: SIM110 - `all` of a generator takes twice as long
            if not self._agrees(name, live, recorded):
                return False
        return True

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
            ignored = self._ignored if "raw_body" not in differences else ()
            lines += _compared(nearest.body, live.body, ignored)
        return lines

    @property
    def _ignored(self) -> tuple[_paths.Path, ...]:
        return tuple(map(_paths.parse, self.ignore))

    def _agrees(self, name: str, live: Request, recorded: Request) -> bool:
        try:
            if MATCHERS[name](live, recorded) is not False:
                return True
        except AssertionError:
            pass
        if name != "body" or not self.ignore:
            return False
        return _value(live.body, self._ignored) == _value(recorded.body, self._ignored)


def compare(recorded: bytes, live: bytes) -> list[str]:
    """Return a unified diff of two bodies: of JSON by its fields, else by lines."""
    return _compared(recorded, live, ())


def _compared(recorded: bytes, live: bytes, ignored: tuple[_paths.Path, ...]) -> list[str]:
    before, after = list(_pretty(recorded, ignored)), list(_pretty(live, ignored))
    lines = list(difflib.unified_diff(before, after, "recorded", "live", lineterm="", n=1))
    if len(lines) > _MOST_DIFF_LINES:
        left = len(lines) - _MOST_DIFF_LINES
        lines = [*lines[:_MOST_DIFF_LINES], f"... and {left} more lines"]
    return lines


def _likeness(live: Request, recorded: Request) -> float:
    # On the first 4 KB: difflib's cost grows with the product of the lengths.
    matcher = difflib.SequenceMatcher(None, live.body[:4096], recorded.body[:4096], autojunk=False)
    return matcher.quick_ratio()


def _pretty(body: bytes, ignored: tuple[_paths.Path, ...]) -> Iterator[str]:
    value = _value(body, ignored)
    if isinstance(value, bytes):
        text = value.decode("utf-8", "backslashreplace")
    else:
        text = json.dumps(value, indent=2, ensure_ascii=False)
    return iter(text.splitlines())


def _names() -> str:
    return ", ".join(MATCHERS)
