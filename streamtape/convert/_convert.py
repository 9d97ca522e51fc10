"""Which converter reads a file; the only part of this package that opens one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from streamtape.cassette import Cassette, Filters, Redactor
from streamtape.convert import _aimock, _har, _text, _vcr
from streamtape.errors import CassetteFormatError, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from streamtape.cassette import Interaction

__all__ = ["FORMATS", "convert"]

FORMATS = ("vcr", "cassetter", "har", "aimock", "sse", "chunks")
_REMEDY = f"streamtape reads {', '.join(FORMATS)}: name one with --from."


def convert(
    path: Path, form: str | None = None, *, url: str | None = None, filters: Filters | None = None
) -> Cassette:
    """Read a recording of another tool.

    Args:
        path: its file.
        form: one of `FORMATS`; by default what the file looks like.
        url: the URL of the requests, where the file does not tell (``sse``, ``chunks``,
            ``aimock``); by default that of the API whose events these are.
        filters: what is changed before it is kept.

    Raises:
        CassetteFormatError: the file cannot be read as one of these.
        UsageError: a form that is none.
    """
    if form is not None and form not in FORMATS:
        raise UsageError(f"format {form!r}", "not known", f"Valid are {', '.join(FORMATS)}.")
    try:
        data = path.read_bytes()
    except OSError as error:
        raise CassetteFormatError(path, f"it cannot be read: {error.strerror}", _REMEDY) from error
    try:
        interactions = _read(data, path, form, url)
    except (ValueError, KeyError, TypeError, AttributeError, LookupError, RecursionError) as error:
        reason = f"no {error}" if isinstance(error, KeyError) else str(error)
        problem = f"not a recording that can be converted: {reason}".splitlines()[0]
        raise CassetteFormatError(path, problem, _REMEDY) from error
    redact = Redactor(filters=filters)
    kept = (redact(interaction) for interaction in interactions)
    return Cassette(tuple(interaction for interaction in kept if interaction is not None))


def _read(data: bytes, path: Path, form: str | None, url: str | None) -> list[Interaction]:
    name = path.name.lower()
    if form == "chunks" or (form is None and name.endswith(".chunks.txt")):
        return _text.from_chunks(data.decode(), url)
    if form == "sse" or (form is None and name.endswith((".sse", ".txt"))):
        return _text.from_sse(data, url)
    value: Any = _parsed(data)
    if form is None:
        form = _looks_like(value)
    readers: dict[str, Callable[[Any], list[Interaction]]] = {
        "har": _har.interactions,
        "vcr": _vcr.interactions,
        "cassetter": _vcr.interactions,
        "aimock": lambda fixtures: _aimock.interactions(fixtures, url),
    }
    return readers[form](value)


def _parsed(data: bytes) -> Any:
    try:
        return json.loads(data)
    except ValueError:
        return _vcr.parse(data)


def _looks_like(value: Any) -> str:
    if isinstance(value, dict):
        if "streamtape" in value:
            raise ValueError("it is a streamtape cassette already")
        if isinstance(value.get("log"), dict):
            return "har"
        if "fixtures" in value:
            return "aimock"
        if "interactions" in value:
            return "vcr"
    raise ValueError("it looks like none of them")
