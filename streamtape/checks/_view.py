"""A transcript as patterns see it: what was emitted, where it was stopped, how it failed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from streamtape.checks._matching import shown
from streamtape.transcripts import DERIVED, Transcript, event_of, inline

if TYPE_CHECKING:
    from collections.abc import Iterable

    from streamtape.transcripts import Event

__all__ = ["View", "transcript_of", "views_of"]


class View(NamedTuple):
    """One thing that a pattern can take.

    Attributes:
        number: of the event, counted from 1; 0 for what is no event: an abort, an error.
        names: what it can be called.
        fields: the event's fields, its type among them.
        text: how it is shown.
        implied: whether the next event says the same again: it need not be expected.
        tool: the block of a tool that ends here, or None.
        error: what the stream raised, where it did.
    """

    number: int
    names: tuple[str, ...]
    fields: dict[str, Any]
    text: str
    implied: bool = False
    tool: dict[str, Any] | None = None
    error: BaseException | None = None


def transcript_of(source: Any) -> Transcript:
    """Return a transcript: `source` itself, or one of the events that it lists."""
    return source if isinstance(source, Transcript) else Transcript(list(map(event_of, source)))


def views_of(transcript: Transcript) -> list[View]:
    """Return what patterns see of a transcript."""
    views: list[View] = []
    tools = _Tools()
    for at, (event, names) in enumerate(zip(transcript.events, transcript.names(), strict=True)):
        if at == transcript.aborted_after:
            views.append(_ABORTED)
        fields = {"type": event.type, **event.data}
        if event.adds:
            _, name = DERIVED[event.adds]
            fields[name] = event.data["delta"].get(name)
        tool = tools.ended_by(event)
        is_said = transcript.is_said_again(at)
        error = transcript.error if event.type == "error" else None
        called = (*names, "tool_use") if tool else names
        views.append(View(at + 1, called, fields, _text(event, tool), is_said, tool, error))
    return [*views, *_ending(transcript, {name for view in views for name in view.names})]


def _ending(transcript: Transcript, told: set[str]) -> Iterable[View]:
    """Yield what stands behind the events, where no event has told it."""
    if transcript.end == "aborted":
        if transcript.aborted_after in (None, len(transcript)) and "abort" not in told:
            yield _ABORTED
    elif transcript.error is not None and "error" not in told:
        error = transcript.error
        yield View(0, ("error",), {}, f"error {type(error).__name__}: {error}", error=error)


_ABORTED = View(0, ("abort",), {}, "abort")


class _Tools:
    """Puts tools' blocks together, for streams that do not."""

    def __init__(self) -> None:
        self._begun: dict[Any, tuple[dict[str, Any], list[str]]] = {}

    def ended_by(self, event: Event) -> dict[str, Any] | None:
        """Take the next event; return the tool's block that ends with it, or None."""
        match event.type, event.data:
            case "content_block" | "content_block_stop", {"content_block": dict(block)}:
                return block if _is_tool(block) else None
            case "content_block_start", {"index": index, "content_block": dict(block)}:
                self._begun[index] = block, []
            case "content_block_delta", {"index": index, "delta": {"partial_json": str(piece)}}:
                self._begun.get(index, ({}, []))[1].append(piece)
            case "content_block_stop", {"index": index}:
                block, pieces = self._begun.pop(index, ({}, []))
                return {**block, "input": _parsed(pieces, block)} if _is_tool(block) else None
        return None


def _is_tool(block: dict[str, Any]) -> bool:
    return str(block.get("type")).endswith("tool_use")


def _parsed(pieces: list[str], block: dict[str, Any]) -> Any:
    text = "".join(pieces)
    try:
        return json.loads(text) if text else block.get("input")
    except ValueError:
        return text


def _text(event: Event, tool: dict[str, Any] | None) -> str:
    """Return an event as a short line: what tells it from others of its type."""
    data = event.data
    match event.type, data:
        case _ if tool is not None:
            return f"{event.type}: tool_use({shown(tool.get('name'))}, {shown(tool.get('input'))})"
        case "content_block_start", {"content_block": {"type": kind}}:
            return f"{event.type} {kind}"
        case "content_block_delta", {"delta": {"type": kind, **rest}}:
            return f"{event.type} {kind} {inline(next(iter(rest.values()), ''))}"
        case "content_block_stop" | "message_start" | "message_stop", _:
            return event.type
        case "message_delta", {"delta": {"stop_reason": str(reason)}}:
            return f"{event.type} {reason}"
        case "stream_event", {"event": {"type": kind}}:
            return f"{event.type} {kind}"
    values = list(data.values())
    return f"{event.type} {inline(values[0] if len(values) == 1 else data)}" if data else event.type
