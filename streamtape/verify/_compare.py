"""One recorded answer against one live one: is it still what the service sends?

This module decides what has aged, and what could not be told: a live answer that says "not now" or
"not you" says nothing about the recording.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamtape.verify._drift import Drift
from streamtape.verify._events import NOTHING, compare_order, form_of, grammar, payloads
from streamtape.verify._shape import Shape, compare_shapes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from streamtape.cassette import Response
    from streamtape.verify._events import Payload

__all__ = ["compare_answers", "why_unverified"]

_NOT_YOU = {401: "it takes no such key", 403: "it forbids that", 407: "a proxy wants a key"}
_NOT_NOW = {408: "it waited too long", 429: "too many requests"}
_SERVER = 500


def why_unverified(recorded: Response, live: Response) -> str:
    """Say why a live answer tells nothing about the recorded one; "" where it does."""
    status = live.status
    if status != recorded.status and (
        status in _NOT_YOU or status in _NOT_NOW or status >= _SERVER
    ):
        reason = (_NOT_YOU | _NOT_NOW).get(status, "the service is in trouble")
        return f"the service answered {status}: {reason}"
    if recorded.end.kind == "complete" and live.end.kind in ("truncated", "reset", "timeout"):
        return f"the live answer ended after {len(live.body)} bytes: {live.end.kind}"
    if "error" in _kinds(live) and "error" not in _kinds(recorded):
        return "the live stream ended in an error event"
    return ""


def compare_answers(recorded: Response, live: Response) -> Drift:
    """Return how a live answer differs from the recorded one, but for what it says."""
    if recorded.status != live.status:
        return Drift((f"status: {recorded.status} -> {live.status}",))
    drift = _content_type(recorded, live)
    if form_of(recorded) != form_of(live):
        if not (_is_whole(recorded) and _is_whole(live)):
            return drift
        return drift | Drift((f"body: {form_of(recorded)} -> {form_of(live)}",))
    before, after = payloads(recorded), payloads(live)
    order = compare_order(
        grammar(before),
        grammar(after),
        recorded_whole=_is_whole(recorded),
        live_whole=_is_whole(live),
    )
    if form_of(recorded) == "JSON" and order.differences:
        return drift | Drift((f"body: {before[0].kind} -> {after[0].kind}",))
    return drift | order | compare_shapes(_shape(before), _shape(after))


def _content_type(recorded: Response, live: Response) -> Drift:
    before, after = (
        (response.header("content-type") or "none").lower().replace(" ", "")
        for response in (recorded, live)
    )
    return Drift() if before == after else Drift((f"content-type: {before} -> {after}",))


def _is_whole(response: Response) -> bool:
    return response.end.kind == "complete"


def _kinds(response: Response) -> set[str]:
    if form_of(response) != "an event stream":
        return set()
    return {payload.kind for payload in payloads(response)}


def _shape(found: Iterable[Payload]) -> Shape:
    shape = Shape()
    for payload in found:
        if payload.value is not NOTHING:
            shape.note(payload.value, payload.kind)
    return shape
