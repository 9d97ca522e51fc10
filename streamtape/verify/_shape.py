"""The shape of JSON values: which fields there are, and of which types; never what they say.

This module decides what counts as the same shape. A shape is noted as flat paths, and a path goes
through the `type` of an object where it has one: ``content_block_delta.delta(text_delta).text``. So
the objects of a union are compared each with its own kind.

What one sample cannot tell is no difference: null fits any type, an empty list any items, an empty
object any fields; whole numbers and fractions are numbers. What a model makes up is not looked
into: the input of a tool call.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from streamtape.verify._drift import Drift

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["Shape", "compare_shapes"]

_MOST_LEVELS = 48
_MADE_UP = {"input": "tool_use"}  # a field, and how the type of its object ends
_LONGEST_NAME = 60


@dataclass(slots=True)
class Shape:
    """What values of one kind have in common.

    Attributes:
        types: the types seen at each path.
        objects: how often an object was seen at each path.
        fields: how often each field of the objects at a path was seen.
    """

    types: dict[str, set[str]] = field(default_factory=dict)
    objects: Counter[str] = field(default_factory=Counter)
    fields: dict[str, Counter[str]] = field(default_factory=dict)

    def note(self, value: Any, path: str, levels: int = _MOST_LEVELS) -> None:
        """Add one value that stands at `path`."""
        self.types.setdefault(path, set()).add(_type(value))
        if not levels:
            return
        if isinstance(value, list):
            for item in value:
                self.note(item, f"{path}[]", levels - 1)
        elif isinstance(value, dict):
            self._note_object(value, path, levels - 1)

    def _note_object(self, value: dict[str, Any], path: str, levels: int) -> None:
        kind = value.get("type")
        if isinstance(kind, str) and kind != path:
            path = f"{path}({short(kind)})"
        self.objects[path] += 1
        seen = self.fields.setdefault(path, Counter())
        for name, item in value.items():
            seen[name] += 1
            made_up = _MADE_UP.get(name)
            is_said = made_up is not None and isinstance(kind, str) and kind.endswith(made_up)
            self.note(item, _member(path, name), 0 if is_said else levels)


def compare_shapes(recorded: Shape, live: Shape) -> Drift:
    """Return how the live shape differs.

    A field that every object of its kind has on one side, and none on the other, is a difference;
    one that only some have may depend on what was said, and is a note. So is a kind of object that
    only one side has.
    """
    differences: list[str] = []
    notes: list[str] = []
    for path in recorded.objects.keys() & live.objects.keys():
        if not recorded.fields[path]:
            continue
        for text, is_sure in _fields(recorded, live, path):
            (differences if is_sure else notes).append(text)
    for path, text in _types(recorded.types, live.types):
        differences.append(f"other type: {path}: {text}")
    for told, one, other in (("recorded", recorded, live), ("live", live, recorded)):
        for path in one.objects.keys() - other.objects.keys():
            base = path.rpartition("(")[0]
            if path.endswith(")") and _has_objects(other, base):
                notes.append(f"only {told}: {path}")
    return Drift(tuple(sorted(differences)), tuple(sorted(notes)))


def short(name: str) -> str:
    """Return a name from a stream as it is shown: in one line, and not longer than a name is."""
    text = name.encode("unicode_escape").decode("ascii")
    return text if len(text) <= _LONGEST_NAME else f"{text[: _LONGEST_NAME - 3]}..."


def _fields(recorded: Shape, live: Shape, path: str) -> Iterator[tuple[str, bool]]:
    """Yield the fields that only one side has, and whether that is sure."""
    for what, one, other in (("field gone", recorded, live), ("new field", live, recorded)):
        for name in one.fields[path].keys() - other.fields[path].keys():
            member = _member(path, name)
            is_sure = one.fields[path][name] == one.objects[path]
            some = "" if is_sure else ", in some"
            yield f"{what}: {member} ({_listed(one.types[member])}{some})", is_sure


def _types(recorded: dict[str, set[str]], live: dict[str, set[str]]) -> Iterator[tuple[str, str]]:
    for path in recorded.keys() & live.keys():
        before, after = recorded[path] - {"null"}, live[path] - {"null"}
        if before and after - before:
            yield path, f"{_listed(before)} -> {_listed(after)}"


def _has_objects(shape: Shape, base: str) -> bool:
    """Whether there were objects at `base`, of whatever kind."""
    return "object" in shape.types.get(base, ())


def _member(path: str, name: str) -> str:
    return f"{path}.{short(name)}"


def _listed(types: Iterable[str]) -> str:
    return " or ".join(sorted(types))


def _type(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int() | float():
            return "number"
        case str():
            return "text"
        case list():
            return "list"
    return "object"
