"""aimock's fixtures: what a model says, without the bytes in which it said it.

The stream is made up, in the form of the Anthropic API: a fixture keeps the text and the tool
calls, the size of its pieces and the times, and nothing else.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from streamtape.convert._text import interaction

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streamtape.cassette import Interaction

__all__ = ["interactions"]

_CHUNK_SIZE = 20  # aimock's own default, in characters


def interactions(fixtures: Any, url: str | None) -> list[Interaction]:
    """Convert parsed fixtures; only those that say text or call tools can be."""
    items = fixtures["fixtures"] if isinstance(fixtures, dict) else fixtures
    return [_interaction(item, url) for item in items]


def _interaction(fixture: dict[str, Any], url: str | None) -> Interaction:
    said = fixture["response"]
    if "content" not in said and "toolCalls" not in said:
        raise ValueError(f"a fixture with {', '.join(said)} is neither text nor tool calls")
    size = int(fixture.get("chunkSize") or _CHUNK_SIZE)
    body = "".join(
        f"event: {event['type']}\ndata: {_json(event)}\n\n" for event in _events(said, size)
    )
    asked = (fixture.get("match") or {}).get("userMessage") or ""
    messages = {"messages": [{"role": "user", "content": asked}], "stream": True}
    return interaction(body.encode(), url, _json(messages).encode())


def _events(said: dict[str, Any], size: int) -> Iterator[dict[str, Any]]:
    usage = {"input_tokens": 0, "output_tokens": 0}
    message: dict[str, Any] = {
        "id": "msg_aimock",
        "type": "message",
        "role": "assistant",
        "model": "aimock",
    }
    message |= {"content": [], "stop_reason": None, "stop_sequence": None, "usage": usage}
    yield {"type": "message_start", "message": message}
    calls = said.get("toolCalls") or []
    blocks = [_text_block(said["content"])] if said.get("content") else []
    blocks += [_tool_block(number, call) for number, call in enumerate(calls, 1)]
    for index, (block, kind, field, text) in enumerate(blocks):
        yield {"type": "content_block_start", "index": index, "content_block": block}
        for at in range(0, len(text), size):
            delta = {"type": kind, field: text[at : at + size]}
            yield {"type": "content_block_delta", "index": index, "delta": delta}
        yield {"type": "content_block_stop", "index": index}
    reason = "tool_use" if calls else "end_turn"
    end = {"stop_reason": reason, "stop_sequence": None}
    yield {"type": "message_delta", "delta": end, "usage": {"output_tokens": 0}}
    yield {"type": "message_stop"}


def _text_block(content: Any) -> tuple[dict[str, Any], str, str, str]:
    text = content if isinstance(content, str) else _json(content)
    return {"type": "text", "text": ""}, "text_delta", "text", text


def _tool_block(number: int, call: dict[str, Any]) -> tuple[dict[str, Any], str, str, str]:
    given = call.get("arguments", {})
    arguments = given if isinstance(given, str) else _json(given)
    named = call.get("id") or f"toolu_aimock_{number}"
    block = {"type": "tool_use", "id": named, "name": call["name"], "input": {}}
    return block, "input_json_delta", "partial_json", arguments


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
