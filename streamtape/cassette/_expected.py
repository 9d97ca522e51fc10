"""Expected transcripts kept beside a cassette: ``NAME.expected.yaml``, one entry for each test.

It decides the form of that file, and nothing about what stands in it::

    streamtape-expected: 1
    expected:
      test_weather.py::test_answer:
        events:
        - message_start: {message: {type: "message", id: "msg_1"}}
        - text: "Hel"
        end: "complete"

An event is a line, so that a change of one is a line of the diff.
"""

from __future__ import annotations

import json
import re
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from streamtape.cassette import _file, _yaml
from streamtape.errors import CassetteFormatError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

__all__ = ["expected_in", "expected_path", "keep_expected"]

_HEAD = "streamtape-expected"
_REMEDY = "Correct it, or delete it and run again with --streamtape-update."
_BARE = re.compile(r"[A-Za-z_][\w.-]*")
# What JSON leaves as it is, and a YAML scalar cannot carry: DEL, C1 with NEL, the separators, BOM,
# what is no character.
_UNSAFE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")


def expected_path(cassette: Path) -> Path:
    """Return the path of what is expected of the streams of a cassette."""
    return cassette.with_suffix(".expected.yaml")


def expected_in(path: Path) -> dict[str, Any]:
    """Return the entries of a file, by their names; none where there is no file.

    They are shared by all who ask while the file stays as it is: not to be changed.

    Raises:
        CassetteFormatError: it is not one of these.
    """
    return _entries(_file.read_bytes(path), path) if path.exists() else {}


# Every run of a sweep asks again, and parsing takes 2 ms for 200 events (measured).
@lru_cache(maxsize=8)
def _entries(data: bytes, path: Path) -> dict[str, Any]:
    document = _yaml.parse(data.decode("utf-8", "replace").encode(), path)
    value = document.value
    if not isinstance(value, dict) or value.get(_HEAD) != 1:
        problem = f"not a file of expected transcripts: it does not begin with '{_HEAD}: 1'"
        raise CassetteFormatError(path, problem, _REMEDY, line=1)
    entries = value.get("expected")
    if not isinstance(entries, dict):
        raise CassetteFormatError(path, "expected is not a mapping", _REMEDY, line=1)
    for name, entry in entries.items():
        events = entry.get("events") if isinstance(entry, dict) else None
        if not isinstance(events, list) or not all(map(_is_event, events)):
            problem = "events is a list, each a type or a mapping of one type to what it says"
            line = document.lines["expected", name]
            raise CassetteFormatError(path, problem, _REMEDY, line=line, field=f"expected.{name}")
    return entries


def keep_expected(path: Path, changes: Mapping[str, Any], gone: Iterable[str] = ()) -> bool:
    """Write entries into a file, as one step under its lock; other entries stay.

    Args:
        path: the file.
        changes: the new entries, plain data, by their names.
        gone: the names of entries to remove.

    Returns:
        Whether anything changed.

    Raises:
        CassetteError: the file cannot be read, or not be written.
    """
    with _file.locked(path):
        old = expected_in(path)
        new = {**old, **changes}
        for name in gone:
            new.pop(name, None)
        if new == old:
            return False
        _file.replace(path, "".join(f"{line}\n" for line in _lines(new)).encode())
    return True


def _is_event(event: Any) -> bool:
    return isinstance(event, str) or (isinstance(event, dict) and len(event) == 1)


def _lines(entries: dict[str, Any]) -> Iterator[str]:
    yield f"{_HEAD}: 1"
    yield f"expected:{'' if entries else ' {}'}"
    for name, entry in sorted(entries.items()):
        yield f"  {_key(name)}:"
        for part, value in entry.items():
            if part == "events" and value:
                yield "    events:"
                yield from (f"    - {_event(event)}" for event in value)
            elif part == "message" and value:
                yield "    message:"
                yield from (f"      {_key(key)}: {_flow(item)}" for key, item in value.items())
            else:
                yield f"    {_key(part)}: {_flow(value)}"


def _event(event: Any) -> str:
    if isinstance(event, str):
        return _key(event)
    ((kind, value),) = event.items()
    return f"{_key(kind)}: {_flow(value)}"


def _flow(value: Any) -> str:
    """Write a value in one line, as any YAML reads it; texts are quoted, all of them."""
    if isinstance(value, dict):
        return f"{{{', '.join(f'{_key(key)}: {_flow(item)}' for key, item in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(_flow, value))}]"
    if isinstance(value, float):  # an exponent would make it text to YAML 1.1
        text = format(Decimal(repr(value)), "f")
        return text if "." in text else f"{text}.0"
    return _json(value)


def _json(value: Any) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _key(name: str) -> str:
    bare = _BARE.fullmatch(name) and _yaml.is_text(name)
    return name if bare else _json(name)
