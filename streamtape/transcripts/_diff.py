"""How two transcripts differ, as lines that begin with the first difference.

Plain data in, lines out; see `_plain`. It decides what is shown, and how much of it.
"""

from __future__ import annotations

import json
from difflib import SequenceMatcher
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from streamtape.transcripts._plain import numbered

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["differences", "inline", "listing", "said"]

_WIDTH = 92  # characters of a value
_AROUND = 2  # equal events shown around those that differ
_MOST = 24  # lines of events
_WINDOW = 100  # events behind the first difference that are aligned
_NUMBER = 5  # characters of an event's number


class _Absent:
    """Stands for a member that is not there."""


_ABSENT = _Absent()


def said(event: Any) -> str:
    """Return a plain event as a line: its type, and what it says."""
    if isinstance(event, str):
        return event
    ((kind, value),) = event.items()
    return f"{kind} {inline(value)}"


def inline(value: Any) -> str:
    """Return a plain value in one line, mappings as YAML writes them in braces."""
    if isinstance(value, dict):
        return f"{{{', '.join(f'{name}: {inline(item)}' for name, item in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(inline, value))}]"
    return json.dumps(value, ensure_ascii=False)


def listing(events: list[Any]) -> Iterator[str]:
    """Yield plain events as lines, with their numbers."""
    for number, event in numbered(events):
        yield f"{number:{_NUMBER}}  {_short(said(event))}"


def differences(
    got: dict[str, Any], expected: dict[str, Any], names: tuple[str, str]
) -> Iterator[str]:
    """Yield how two transcripts differ, the first difference first; nothing for nothing.

    Args:
        got: one, as plain data.
        expected: the other.
        names: what the two are called.
    """
    ones, others = got.get("events", []), expected.get("events", [])
    if ones != others:
        yield from _first(ones, others, names)
        yield ""
        yield from _aligned(ones, others)
        return
    for name in dict.fromkeys((*got, *expected)):
        if name != "events" and got.get(name) != expected.get(name):
            yield from _value(name, got.get(name), expected.get(name), names)


def _first(ones: list[Any], others: list[Any], names: tuple[str, str]) -> Iterator[str]:
    pairs = zip_longest(numbered(ones), numbered(others), fillvalue=(0, _ABSENT))
    (number, left), (other, right) = next(pair for pair in pairs if pair[0][1] != pair[1][1])
    if left is _ABSENT or right is _ABSENT:
        has, lacks = names if right is _ABSENT else names[::-1]
        yield f"event {number or other} is in {has} only; {lacks} ends before it:"
        yield f"  {_short(said(left if right is _ABSENT else right))}"
        return
    if isinstance(left, dict) and isinstance(right, dict) and set(left) == set(right):
        (kind,) = left
        yield from _value(f"event {number}, {kind}", left[kind], right[kind], names)
    else:
        yield f"event {number} differs:"
        yield from _both(said(left), said(right), names)


def _value(what: str, one: Any, other: Any, names: tuple[str, str]) -> Iterator[str]:
    """Yield the first place where two values differ."""
    path = ""
    while isinstance(one, dict | list) and type(one) is type(other):
        key = _first_key(one, other)
        path += f"[{key}]" if isinstance(key, int) else f".{key}"
        one, other = _member(one, key), _member(other, key)
    where = f" at {path.removeprefix('.')}" if path else ""
    yield f"{what} differs{where}:"
    yield from _both(_shown(one), _shown(other), names)


def _first_key(one: Any, other: Any) -> Any:
    keys: Sequence[Any]
    if isinstance(one, dict):
        keys = [*one, *(key for key in other if key not in one)]
    else:
        keys = range(max(len(one), len(other)))
    return next(key for key in keys if _member(one, key) != _member(other, key))


def _member(value: Any, key: Any) -> Any:
    if isinstance(value, dict):
        return value.get(key, _ABSENT)
    return value[key] if key < len(value) else _ABSENT


def _shown(value: Any) -> str:
    return "(not there)" if value is _ABSENT else inline(value)


def _both(one: str, other: str, names: tuple[str, str]) -> Iterator[str]:
    """Yield two texts below each other, and a mark below the first character that differs."""
    width = max(map(len, names))
    at = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), -1)
    at = min(len(one), len(other)) if at < 0 else at
    start = max(0, at - _WIDTH // 2) if max(len(one), len(other)) > _WIDTH else 0
    dots = "..." if start else ""
    for name, text in zip(names, (one, other), strict=True):
        yield f"  {name.ljust(width)}  {dots}{_short(text[start:])}"
    yield f"  {' ' * width}  {' ' * (len(dots) + at - start)}^"


def _aligned(ones: list[Any], others: list[Any]) -> Iterator[str]:
    """Yield the events of both from just before the first difference on, as a unified diff."""
    first, last = _apart(ones, others)
    stop = min(first + _WINDOW, len(ones) - last), min(first + _WINDOW, len(others) - last)
    whole = stop == (len(ones) - last, len(others) - last)
    begin, behind = max(0, first - _AROUND), min(last, _AROUND) if whole else 0
    left = list(listing(ones))[begin : stop[0] + behind]
    right = list(listing(others))[begin : stop[1] + behind]
    # Without their numbers, which differ behind the first event that only one of them has.
    one, other = ([line[_NUMBER:] for line in side] for side in (left, right))
    lines: list[str] = []
    for group in SequenceMatcher(None, one, other, autojunk=False).get_grouped_opcodes(_AROUND):
        lines += ["    ..."] if lines else []
        for tag, a, b, c, d in group:
            if tag == "equal":
                lines += [f"  {line}" for line in left[a:b]]
            else:
                lines += [f"- {line}" for line in left[a:b]]
                lines += [f"+ {line}" for line in right[c:d]]
    yield from lines[:_MOST]
    if len(lines) > _MOST or not whole:
        yield "    ..."


def _apart(ones: list[Any], others: list[Any]) -> tuple[int, int]:
    """Return how many events are the same at the beginning, and at the end behind that.

    Aligning costs time quadratic in what is left, so there must not be much.
    """
    first = _alike(ones, others)
    return first, _alike(ones[first:][::-1], others[first:][::-1])


def _alike(ones: list[Any], others: list[Any]) -> int:
    """Return how many events two lists have in common at their beginning."""
    pairs = enumerate(zip(ones, others, strict=False))
    differing = (at for at, (one, other) in pairs if one != other)
    return next(differing, min(len(ones), len(others)))


def _short(text: str) -> str:
    return text if len(text) <= _WIDTH else f"{text[: _WIDTH - 3]}..."
