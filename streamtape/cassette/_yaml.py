"""YAML text to plain values, with the line of each: strict, safe by construction.

This module decides what YAML a cassette may use: mappings with text keys, sequences, scalars; no
aliases, no tags, no duplicate keys, at most 64 levels, one document. It walks libyaml's parse
events instead of calling a loader: nothing can be constructed but text, numbers, booleans and null,
and 50,000 nested brackets (which crash the process inside libyaml's loader) end at level 65.

A plain scalar that YAML 1.1 and YAML 1.2 read differently (``no``, ``2026-11-20``, ``12:30``,
``0777``, ``1e5``) is refused with the advice to quote it. That is stricter than either, and the
only reading that no editor, formatter or other language's loader can disagree with.
"""

from __future__ import annotations

import math
import re
import warnings
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import yaml

from streamtape.errors import CassetteFormatError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["Document", "Place", "dotted", "is_text", "parse", "plain_kind"]

MOST_LEVELS = 64

Place: TypeAlias = tuple[str | int, ...]
"""Where a value stands: the keys and positions that lead to it."""

# The core schema of YAML 1.2 (section 10.3.2), kind by kind.
_YAML_1_2 = {
    "null": re.compile(r"|~|null|Null|NULL"),
    "bool": re.compile(r"true|True|TRUE|false|False|FALSE"),
    "int": re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+"),
    "float": re.compile(
        r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?"
        r"|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)"
    ),
}
_SHORT = 80  # characters; a longer scalar (a chunk index) is not remembered
_JSON_INT = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_YAML_1_1 = yaml.resolver.Resolver()


class Document(NamedTuple):
    """A parsed file.

    Attributes:
        value: dicts, lists, text, numbers, booleans and None.
        lines: the 1-based line of every value, by its place.
    """

    value: Any
    lines: dict[Place, int]


def parse(text: bytes, path: Path) -> Document:
    """Read one YAML document, in UTF-8 (as bytes: libyaml takes twice as long over a str).

    Raises:
        CassetteFormatError: it is not YAML, or not the YAML that a cassette may use.
    """
    return _Walk(text, path).document()


def _loader() -> type[Any]:
    try:
        return yaml.CSafeLoader
    except AttributeError:
        warnings.warn(
            "PyYAML has no libyaml here: cassettes load 50 times slower (418 ms against 8 ms per "
            "megabyte, measured). Install a PyYAML wheel, or libyaml's headers before building it.",
            RuntimeWarning,
            stacklevel=2,
        )
        return yaml.SafeLoader


class _Walk:
    """One walk over the parse events of one text. Recursion is bounded by `MOST_LEVELS`."""

    def __init__(self, text: bytes, path: Path) -> None:
        self._path = path
        self._events: Iterator[Any] = yaml.parse(text, Loader=_loader())
        self._lines: dict[Place, int] = {}

    def document(self) -> Document:
        try:
            next(self._events)  # the start of the stream
            if isinstance(next(self._events), yaml.StreamEndEvent):
                raise CassetteFormatError(self._path, "the file is empty", _RECORD_AGAIN)
            value = self._value(next(self._events), (), MOST_LEVELS)
            next(self._events)  # the end of the document
            if not isinstance(after := next(self._events), yaml.StreamEndEvent):
                raise self._error(after, (), "a second document", "A cassette is one document")
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line = None if mark is None else mark.line + 1
            problem = f"not YAML: {error.problem or error.context}"
            raise CassetteFormatError(self._path, problem, _RECORD_AGAIN, line=line) from None
        except yaml.YAMLError as error:  # a character that YAML does not allow
            problem = f"not YAML: {str(error).splitlines()[0]}"
            raise CassetteFormatError(self._path, problem, _RECORD_AGAIN) from None
        return Document(value, self._lines)

    def _value(self, event: Any, place: Place, levels: int) -> Any:
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            remedy = "A cassette has no aliases: write the value out"
            raise self._error(event, place, f"anchor or alias {event.anchor!r}", remedy)
        if event.tag is not None and event.tag != "!":
            raise self._error(event, place, f"tag {event.tag!r}", "A cassette has no tags")
        if not levels:
            problem = f"nested deeper than {MOST_LEVELS} levels"
            raise self._error(event, place[:4], problem, "Nothing that is recorded needs that")
        self._lines[place] = event.start_mark.line + 1
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event, place)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(place, levels - 1)
        return self._mapping(place, levels - 1)

    def _sequence(self, place: Place, levels: int) -> list[Any]:
        items: list[Any] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            items.append(self._value(event, (*place, len(items)), levels))
        return items

    def _mapping(self, place: Place, levels: int) -> dict[str, Any]:
        items: dict[str, Any] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                raise self._error(event, place, "a key that is not text", "Keys are text")
            key = self._value(event, (*place, event.value), levels)
            if not isinstance(key, str):
                problem = f"the key {event.value} is {_kind(key)}, not text"
                raise self._error(event, place, problem, f"Quote it: '{event.value}'")
            if key in items:
                raise self._error(event, place, f"the key {key!r} stands twice", "Remove one")
            items[key] = self._value(next(self._events), (*place, key), levels)
        return items

    def _scalar(self, event: Any, place: Place) -> Any:
        text: str = event.value
        if not event.implicit[0]:  # quoted, or a block
            return text
        kind, kind_1_1 = _kinds(text) if len(text) <= _SHORT else _kinds.__wrapped__(text)
        if kind != kind_1_1:
            problem = f"{text} is {_article(kind)} to YAML 1.2 and {_article(kind_1_1)} to YAML 1.1"
            raise self._error(event, place, problem, f"Quote it if it is text: '{text}'")
        try:
            return _construct(kind, text)
        except ValueError:
            problem = f"{text[:40]} cannot be read as a number"
            raise self._error(event, place, problem, "Quote it if it is text") from None

    def _error(self, event: Any, place: Place, problem: str, remedy: str) -> CassetteFormatError:
        line = event.start_mark.line + 1
        return CassetteFormatError(
            self._path, problem, f"{remedy}.", line=line, field=dotted(place)
        )


_RECORD_AGAIN = "Restore it from version control, or delete it and record it again."


def dotted(place: Place) -> str:
    """Write a place as a path: ``interactions[0].response.chunks``."""
    parts = "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in place)
    return parts.removeprefix(".")


def plain_kind(text: str) -> str:
    """Return what a plain scalar is to YAML 1.2: null, bool, int, float or str."""
    return next((kind for kind, form in _YAML_1_2.items() if form.fullmatch(text)), "str")


def is_text(scalar: str) -> bool:
    """Whether a plain scalar is text, to YAML 1.1 and 1.2 alike."""
    return _kinds(scalar) == ("str", "str")


@lru_cache(maxsize=1024)  # POST, 200, a URL, the names of headers: the same ones, over and over
def _kinds(text: str) -> tuple[str, str]:
    """Return what a plain scalar is to YAML 1.2, and to YAML 1.1."""
    return plain_kind(text), _kind_1_1(text)


def _kind_1_1(text: str) -> str:
    tag: str = _YAML_1_1.resolve(  # type: ignore[no-untyped-call]
        yaml.ScalarNode, text, (True, False)
    )
    return tag.rpartition(":")[2]


def _construct(kind: str, text: str) -> Any:
    """Make the value. Raises ValueError for a number that JSON does not have."""
    match kind:
        case "null":
            return None
        case "bool":
            return text.lower() == "true"
        case "int":
            if not _JSON_INT.fullmatch(text):  # hexadecimal, or octal to YAML 1.1
                raise ValueError(text)
            return int(text)
        case "float":
            if not math.isfinite(number := float(text)):
                raise ValueError(text)
            return number
    return text


def _kind(value: object) -> str:
    return "null" if value is None else _article(type(value).__name__)


def _article(kind: str) -> str:
    names = {"str": "text", "null": "null", "bool": "a boolean", "int": "a number"}
    names |= {"float": "a number", "timestamp": "a date", "merge": "a merge key"}
    return names.get(kind, f"a {kind}")
