"""Faults from text: one parser for the API, the marker and the command line."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import unquote, unquote_to_bytes

from streamtape.errors import UsageError
from streamtape.faults._place import PLACES
from streamtape.faults._values import (
    Corrupt,
    Disconnect,
    Drop,
    Duplicate,
    Eof,
    ErrorEvent,
    Fault,
    HttpError,
    Reset,
    Stall,
    Swap,
)

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Faults", "FaultsLike", "parse", "parse_all"]

Faults: TypeAlias = tuple[Fault, ...]
FaultsLike: TypeAlias = "Fault | str | Iterable[Fault | str] | None"

_VALID = (
    "Valid are disconnect, reset, eof, stall, drop, duplicate, swap, error:TYPE and corrupt:KIND "
    "with a place (at=BYTE; before=, inside= or after=EVENT; after_seconds=S), and http:STATUS; "
    "as in disconnect:after=text_delta:5."
)
# What each takes in front of its named arguments.
_PLACED: dict[str, tuple[Callable[..., Fault], str | None]] = {
    "disconnect": (Disconnect, None),
    "reset": (Reset, None),
    "eof": (Eof, None),
    "stall": (Stall, None),
    "error": (ErrorEvent, "type"),
    "corrupt": (Corrupt, "kind"),
    "drop": (Drop, None),
    "duplicate": (Duplicate, None),
    "swap": (Swap, None),
}


def parse(value: Fault | str) -> Fault:
    """Turn any spelling of a fault into its value (a value comes back as it is).

    Raises:
        UsageError: it is none; the message lists what is valid.
    """
    if isinstance(value, Fault):
        return value
    if not isinstance(value, str):
        raise UsageError(f"fault {value!r}", "not a fault", _VALID)
    text = value.strip()
    number, slash, rest = text.partition("/")
    if not slash or not number.isdecimal():
        number, rest = "1", text
    name, _, argument = rest.partition(":")
    arguments = [part for part in argument.split(",") if part]
    if name == "http":
        return _http(text, arguments, int(number))
    if name not in _PLACED:
        raise UsageError(f"fault {text!r}", "not a fault", _VALID)
    make, positional = _PLACED[name]
    given: dict[str, Any] = {"interaction": int(number)}
    for part in arguments:
        key, equals, word = part.partition("=")
        if not equals and positional and positional not in given:
            given[positional] = unquote(key)
        elif key in PLACES or (key, name) == ("seconds", "stall"):
            given[key] = _number(word)
        else:
            raise UsageError(f"fault {text!r}", f"{part!r} is none of its arguments", _VALID)
    return make(**given)


def parse_all(value: FaultsLike) -> Faults:
    """Turn any spelling of some faults into values: None, one, text with blanks, or an iterable.

    Raises:
        UsageError: one of them is none; the message lists what is valid.
    """
    if value is None:
        return ()
    if isinstance(value, str):
        return tuple(parse(word) for word in value.split())
    if isinstance(value, Iterable):
        return tuple(parse(each) for each in value)
    return (parse(value),)


def _http(text: str, arguments: list[str], interaction: int) -> HttpError:
    status, *named = arguments or [""]
    if not status.isdecimal():
        raise UsageError(f"fault {text!r}", "it has no status", _VALID)
    headers: list[tuple[str, str]] = []
    body: bytes | None = None
    for part in named:
        key, equals, word = part.partition("=")
        if not equals:
            raise UsageError(f"fault {text!r}", f"{part!r} is none of its arguments", _VALID)
        if key == "body":
            body = unquote_to_bytes(word)
        else:
            headers.append((unquote(key), unquote(word)))
    return HttpError(int(status), headers, body, interaction=interaction)


def _number(word: str) -> int | float | str:
    """Return a number where there is one; whether it fits, the fault says."""
    for kind in (int, float):
        with contextlib.suppress(ValueError):
            return kind(word)
    return unquote(word)
