"""How two recordings differ, as lines: what was asked, what was said, how it was cut, and when."""

from __future__ import annotations

import difflib
import json
from typing import TYPE_CHECKING, Any

from streamtape.cassette import compare
from streamtape.report._addition import addition

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streamtape.cassette import Cassette, Interaction, Response

__all__ = ["differences"]


def differences(one: Cassette, other: Cassette) -> Iterator[str]:
    """Yield how `other` differs from `one`, interaction by interaction; nothing for nothing."""
    for number, (before, after) in enumerate(
        zip(one.interactions, other.interactions, strict=False), 1
    ):
        lines = list(_interaction(before, after))
        if lines:
            yield f"{number}. {after.request}"
            yield from (f"   {line}" for line in lines)
    common = min(len(one), len(other))
    for number, interaction in enumerate(one.interactions[common:], common + 1):
        yield f"{number}. - {interaction.request}"
    for number, interaction in enumerate(other.interactions[common:], common + 1):
        yield f"{number}. + {interaction.request}"


def _interaction(before: Interaction, after: Interaction) -> Iterator[str]:
    if str(before.request) != str(after.request):
        yield f"request: {before.request} -> {after.request}"
    yield from _named("request body", compare(before.request.body, after.request.body))
    yield from _named("request headers", _fields(before.request.headers, after.request.headers))
    one, other = before.response, after.response
    if one.status != other.status:
        yield f"status: {one.status} -> {other.status}"
    yield from _named("response headers", _fields(one.headers, other.headers))
    yield from _named("said", _unified(_said(one), _said(other)))
    if one.body != other.body and _said(one) == _said(other):
        yield f"bytes: the same is said in other bytes ({len(one.body)} -> {len(other.body)})"
    if one.end.kind != other.end.kind:
        yield f"end: {one.end.kind} -> {other.end.kind}"
    yield from _chunks(one, other)


def _chunks(one: Response, other: Response) -> Iterator[str]:
    if one.chunk_sizes != other.chunk_sizes:
        yield f"chunks: {len(one.chunk_sizes)} -> {len(other.chunk_sizes)}, of other sizes"
    if (one.head, one.timeline.gaps, one.end.after) != (
        other.head,
        other.timeline.gaps,
        other.end.after,
    ):
        heads = f"head {one.head / 1000:.3f} -> {other.head / 1000:.3f} ms"
        yield f"times: {heads}, all {one.duration:.3f} -> {other.duration:.3f} s"


def _named(name: str, lines: list[str]) -> Iterator[str]:
    if lines:
        yield f"{name}:"
        yield from (f"  {line}" for line in lines[2:])  # without the names of files


def _fields(one: Any, other: Any) -> list[str]:
    before, after = ([f"{name}: {value}" for name, value in fields] for fields in (one, other))
    return _unified(before, after)


def _unified(before: list[str], after: list[str]) -> list[str]:
    return list(difflib.unified_diff(before, after, "", "", lineterm="", n=1))


def _said(response: Response) -> list[str]:
    """Return what a body says, a line for each event, consecutive deltas of one text as one."""
    events = response.format.events(response.body)
    if not events:
        return response.body.decode("utf-8", "backslashreplace").splitlines()
    lines: list[tuple[str | None, str]] = []
    for event in events:
        key, text = _delta(event.data)
        if key is not None and lines and lines[-1][0] == key:
            text = lines.pop()[1] + text
        lines.append((key, text if key is not None else f"{event.event}: {text}"))
    return [
        text if key is None else f"{key}: {json.dumps(text, ensure_ascii=False)}"
        for key, text in lines
    ]


def _delta(data: str) -> tuple[str | None, str]:
    """Return a name and a text that adds up, or None and the data, keys sorted, if it is JSON."""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return None, data
    return addition(value) or (None, json.dumps(value, sort_keys=True, ensure_ascii=False))
