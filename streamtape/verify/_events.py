"""A body as payloads, each of a kind, and the order in which the kinds come.

This module decides what the grammar of a stream is: its kinds of events in their order, with every
repetition written once. A stream of three blocks has the grammar of a stream of one, and the number
of deltas does not count. A ping may come anywhere, and is left out.
"""

from __future__ import annotations

import difflib
import json
from typing import TYPE_CHECKING, Any, NamedTuple

from streamtape.formats import SSE
from streamtape.verify._drift import Drift
from streamtape.verify._shape import short

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from streamtape.cassette import Response

__all__ = ["NOTHING", "Payload", "compare_order", "form_of", "grammar", "payloads"]

NOTHING = object()
"""The value of a payload that is no JSON."""

_ANYWHERE = frozenset({"ping"})
_LONGEST_PERIOD = 32  # kinds that are repeated as a group


class Payload(NamedTuple):
    """One event, or a whole body.

    Attributes:
        kind: the name of the event, or what the JSON calls itself (`type`, `object`).
        value: the JSON, or `NOTHING`.
    """

    kind: str
    value: Any


def form_of(response: Response) -> str:
    """Return what a body is: an event stream, JSON, text, or nothing."""
    if not response.body.strip():
        return "nothing"
    kind = response.header("content-type") or ""
    if "event-stream" in kind or (kind and response.format is not SSE):
        return "an event stream"
    return "text" if _json(response.body) is NOTHING else "JSON"


def payloads(response: Response) -> list[Payload]:
    """Return what a body consists of; nothing for text."""
    match form_of(response):
        case "an event stream":
            return list(_events(response))
        case "JSON":
            value = _json(response.body)
            return [Payload(_own_name(value) or "body", value)]
    return []


def grammar(found: Sequence[Payload]) -> list[str]:
    """Return the kinds in their order, every repetition once."""
    kinds: list[str] = []
    for payload in found:
        if payload.kind not in _ANYWHERE and kinds[-1:] != [payload.kind]:
            kinds.append(payload.kind)
    length = 2
    while length <= min(len(kinds) // 2, _LONGEST_PERIOD):
        collapsed = _without_repetitions(kinds, length)
        length = 2 if len(collapsed) < len(kinds) else length + 1
        kinds = collapsed
    return kinds


def compare_order(
    recorded: list[str], live: list[str], *, recorded_whole: bool, live_whole: bool
) -> Drift:
    """Return how the order of two streams differs.

    Where one of them was not read to its end, what the other has there is no difference.
    """
    lines = []
    matcher = difflib.SequenceMatcher(None, recorded, live, autojunk=False)
    for tag, start, stop, live_start, live_stop in matcher.get_opcodes():
        cut_off = (stop == len(recorded) and not recorded_whole) or (
            live_stop == len(live) and not live_whole
        )
        if tag == "equal" or cut_off:
            continue
        lines += [f"event gone: {_placed(recorded, at)}" for at in range(start, stop)]
        lines += [f"new event: {_placed(live, at)}" for at in range(live_start, live_stop)]
    return Drift(tuple(lines))


def _placed(kinds: list[str], at: int) -> str:
    return f"{kinds[at]}, {f'after {kinds[at - 1]}' if at else 'first'}"


def _without_repetitions(kinds: list[str], length: int) -> list[str]:
    """Drop every part of that length that is the same as the one before it."""
    kept: list[str] = []
    for kind in kinds:
        kept.append(kind)
        if len(kept) >= 2 * length and kept[-length:] == kept[-2 * length : -length]:
            del kept[-length:]
    return kept


def _events(response: Response) -> Iterator[Payload]:
    for event in response.format.events(response.body):
        value = _json(event.data.encode("utf-8", "surrogatepass"))
        if event.event != "message":
            yield Payload(short(event.event), value)
        elif value is NOTHING:
            yield Payload(short(event.data), value)  # `[DONE]`
        else:
            yield Payload(_own_name(value) or "message", value)


def _own_name(value: Any) -> str:
    """Return what a JSON object calls itself, or ""."""
    if not isinstance(value, dict):
        return ""
    names = (value.get("type"), value.get("object"))
    return next((short(name) for name in names if isinstance(name, str)), "")


def _json(data: bytes) -> Any:
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return NOTHING
