"""What the embedded upstream says: always the same, in the dialects of two model APIs.

It decides contents only; when and how they are sent is the upstream's.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from streamtape.sse import Event, encode

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = [
    "REPLY",
    "TOOL_INPUT",
    "TOOL_PIECES",
    "chat_body",
    "message",
    "messages_body",
    "to_json",
    "words",
]

REPLY = "Bonjour! Zürich is sunny ☀️ today: 24 °C, and the lake is calm."
TOOL_INPUT = '{"city": "Zürich", "unit": "°C"}'
TOOL_PIECES = ("", TOOL_INPUT[:9], TOOL_INPUT[9:15], TOOL_INPUT[15:])


def messages_body(asked: dict[str, Any]) -> bytes:
    """Return the SSE body that answers a request: text, and a call of the first tool if any."""
    return b"".join(encode(Event(event["type"], to_json(event))) for event in _events(asked))


def _events(asked: dict[str, Any]) -> Iterator[dict[str, Any]]:
    whole = message(asked)
    blocks, stop_reason = whole["content"], whole["stop_reason"]
    start = whole | {"content": [], "stop_reason": None}
    yield {"type": "message_start", "message": start}
    yield {"type": "ping"}
    for index, block in enumerate(blocks):
        yield from _block_events(index, block)
    yield {
        "type": "message_delta",
        "delta": {"stop_reason": stop_reason, "stop_sequence": None},
        "usage": whole["usage"],
    }
    yield {"type": "message_stop"}


def _block_events(index: int, block: dict[str, Any]) -> Iterator[dict[str, Any]]:
    empty: dict[str, object]
    if block["type"] == "text":
        empty, kind, key, pieces = {"text": ""}, "text_delta", "text", words(block["text"])
    else:
        empty, kind, key, pieces = {"input": {}}, "input_json_delta", "partial_json", TOOL_PIECES
    yield {"type": "content_block_start", "index": index, "content_block": block | empty}
    for piece in pieces:
        delta = {"type": kind, key: piece}
        yield {"type": "content_block_delta", "index": index, "delta": delta}
    yield {"type": "content_block_stop", "index": index}


def message(asked: dict[str, Any]) -> dict[str, Any]:
    """Return the message that answers a request to the Messages API."""
    blocks: list[dict[str, Any]] = [{"type": "text", "text": REPLY}]
    tools = None if _has_results(asked) else asked.get("tools")
    if tools:
        call = {"id": "toolu_streamtape_1", "name": tools[0]["name"]}
        blocks.append({"type": "tool_use", **call, "input": json.loads(TOOL_INPUT)})
    return {
        "id": "msg_streamtape_1",
        "type": "message",
        "role": "assistant",
        "model": asked.get("model", "claude-sonnet-4-5"),
        "content": blocks,
        "stop_reason": "tool_use" if tools else "end_turn",
        "stop_sequence": None,
        "usage": {"input_tokens": 14, "output_tokens": 24},
    }


def _has_results(asked: dict[str, Any]) -> bool:
    """Whether the last thing said is what a tool gave: then it is answered, and none is called."""
    last = (asked.get("messages") or [{}])[-1]
    content = last.get("content")
    blocks = content if isinstance(content, list) else []
    return any(block.get("type") == "tool_result" for block in blocks if isinstance(block, dict))


def words(text: str) -> Iterable[str]:
    """Cut a text as tokens often come: before each space."""
    first, *rest = text.split(" ")
    return [first, *(f" {word}" for word in rest)]


def chat_body(asked: dict[str, Any]) -> bytes:
    """Return the SSE body that answers a request for chat completions, as OpenAI's API does."""
    events = [Event(data=to_json(_chat_chunk(asked, delta))) for delta in _chat_deltas(asked)]
    end = _chat_chunk(asked, {}, "tool_calls" if asked.get("tools") else "stop")
    events += [Event(data=to_json(end)), Event(data="[DONE]")]
    return b"".join(map(encode, events))


def _chat_chunk(
    asked: dict[str, Any], delta: dict[str, Any], finish_reason: str | None = None
) -> dict[str, Any]:
    return {
        "id": "chatcmpl-streamtape-1",
        "object": "chat.completion.chunk",
        "created": 1_700_000_000,
        "model": asked.get("model", "gpt-demo"),
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish_reason}],
    }


def _chat_deltas(asked: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield {"role": "assistant", "content": ""}
    for word in words(REPLY):
        yield {"content": word}
    for tool in (asked.get("tools") or [])[:1]:
        name = tool["function"]["name"]
        call = {"index": 0, "id": "call_streamtape_1", "type": "function"}
        yield {"tool_calls": [call | {"function": {"name": name, "arguments": ""}}]}
        for piece in TOOL_PIECES[1:]:
            yield {"tool_calls": [{"index": 0, "function": {"arguments": piece}}]}


def to_json(value: object) -> str:
    """Write JSON without white space, non-ASCII as it is."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
