"""JSON paths that name what does not count: ``metadata.user_id``, ``messages[*].id``.

This module decides what a path may be, and what is left of a value without what it names. Names,
``[3]``, ``[*]`` and ``*`` (any member); a name with other characters is quoted: ``["a.b"]``.
"""

from __future__ import annotations

import json
import re
from typing import Any, TypeAlias

from streamtape.errors import UsageError

__all__ = ["Path", "parse", "without"]

Path: TypeAlias = tuple[str | int | None, ...]
"""Member names and positions; None is any of them."""

_STEP = re.compile(r"(?:^|\.)(?P<name>[^.\[\]\"*]+|\*)|\[(?P<at>\d+|\*)\]|\[(?P<text>\"[^\"]+\")\]")
_VALID = 'Valid are e.g. "metadata.user_id", "messages[*].id", "tools[0]", "*.id", \'["a.b"].c\'.'


def parse(text: str) -> Path:
    """Read a path; a beginning ``$.`` is optional.

    Raises:
        UsageError: it is none.
    """
    rest = text.removeprefix("$.") if text.startswith("$.") else text
    steps: list[str | int | None] = []
    at = 0
    while at < len(rest):
        match = _STEP.match(rest, at)
        if match is None:
            break
        at = match.end()
        if match["at"]:
            steps.append(None if match["at"] == "*" else int(match["at"]))
        elif match["text"]:
            steps.append(json.loads(match["text"]))
        else:
            steps.append(None if match["name"] == "*" else match["name"])
    if not steps or at < len(rest):
        raise UsageError(f"ignore {text!r}", "not a path into JSON", _VALID)
    return tuple(steps)


def without(value: Any, paths: tuple[Path, ...]) -> Any:
    """Return a JSON value without what the paths name; the value given stays as it is.

    A member that is named is gone; an item of a list becomes None, so that the others keep their
    places.
    """
    here = [path for path in paths if path]
    if not here:
        return value
    if isinstance(value, dict):
        kept = {}
        for name, item in value.items():
            rests = tuple(path[1:] for path in here if path[0] in (None, name))
            if () not in rests:
                kept[name] = without(item, rests)
        return kept
    if isinstance(value, list):
        items = []
        for at, item in enumerate(value):
            rests = tuple(path[1:] for path in here if path[0] is None or path[0] == at)
            items.append(None if () in rests else without(item, rests))
        return items
    return value
