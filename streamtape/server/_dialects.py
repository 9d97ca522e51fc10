"""What the embedded upstream says in the dialects of other model APIs than the Messages API.

The facts of each wire format, with the upstream's own contents. It decides contents only.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypeAlias

from streamtape import eventstream, ndjson
from streamtape.eventstream import Frame, Header
from streamtape.server._replies import REPLY, TOOL_INPUT, TOOL_PIECES, to_json, words
from streamtape.sse import Event, encode

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

__all__ = ["converse_body", "gemini_body", "ollama_body", "responses_body"]

_Json: TypeAlias = dict[str, Any]
# The events about one item of a response; returns the whole item.
_Item: TypeAlias = "Generator[tuple[str, _Json], None, _Json]"

_MODEL = "gemini-demo"
_PADDING = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


def responses_body(asked: _Json) -> bytes:
    """Return the SSE body that answers a request to OpenAI's Responses API."""
    numbered = (
        {"type": kind, "sequence_number": number, **event}
        for number, (kind, event) in enumerate(_responses(asked))
    )
    return b"".join(encode(Event(event["type"], to_json(event))) for event in numbered)


def _responses(asked: _Json) -> Iterator[tuple[str, _Json]]:
    response = {
        "id": "resp_streamtape_1",
        "object": "response",
        "created_at": 1_700_000_000,
        "model": asked.get("model", "gpt-demo"),
        "status": "in_progress",
        "output": list[_Json](),
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": asked.get("tools", []),
    }
    yield "response.created", {"response": response}
    yield "response.in_progress", {"response": response}
    output = [(yield from _said())]
    if asked.get("tools"):
        output.append((yield from _called(asked["tools"][0]["name"])))
    done = response | {"status": "completed", "output": output}
    yield "response.completed", {"response": done}


def _said() -> _Item:
    item = {"id": "msg_streamtape_1", "type": "message", "role": "assistant"}
    place = {"item_id": item["id"], "output_index": 0, "content_index": 0}
    part: _Json = {"type": "output_text", "text": "", "annotations": []}
    started = item | {"status": "in_progress", "content": list[_Json]()}
    yield "response.output_item.added", {"output_index": 0, "item": started}
    yield "response.content_part.added", {**place, "part": part}
    for word in words(REPLY):
        yield "response.output_text.delta", {**place, "delta": word, "logprobs": []}
    yield "response.output_text.done", {**place, "text": REPLY, "logprobs": []}
    part = part | {"text": REPLY}
    yield "response.content_part.done", {**place, "part": part}
    done = item | {"status": "completed", "content": [part]}
    yield "response.output_item.done", {"output_index": 0, "item": done}
    return done


def _called(name: str) -> _Item:
    kind = "response.function_call_arguments"
    item = {"id": "fc_streamtape_1", "type": "function_call", "call_id": "call_1", "name": name}
    place = {"item_id": item["id"], "output_index": 1}
    started = item | {"status": "in_progress", "arguments": ""}
    yield "response.output_item.added", {"output_index": 1, "item": started}
    for piece in TOOL_PIECES[1:]:
        yield f"{kind}.delta", {**place, "delta": piece}
    yield f"{kind}.done", {**place, "arguments": TOOL_INPUT, "name": name}
    done = item | {"status": "completed", "arguments": TOOL_INPUT}
    yield "response.output_item.done", {"output_index": 1, "item": done}
    return done


def gemini_body(asked: _Json) -> bytes:
    """Return the SSE body that answers Gemini's `streamGenerateContent?alt=sse`: CRLF, no types."""
    parts: list[_Json] = [{"text": word} for word in words(REPLY)]
    for tool in asked.get("tools", [])[:1]:
        name = tool["functionDeclarations"][0]["name"]
        parts.append({"functionCall": {"name": name, "args": json.loads(TOOL_INPUT)}})
    events = []
    for number, part in enumerate(parts, 1):
        candidate = {"content": {"parts": [part], "role": "model"}, "index": 0}
        if number == len(parts):
            candidate["finishReason"] = "STOP"
        usage = {"promptTokenCount": 14, "candidatesTokenCount": number, "totalTokenCount": 14}
        event = {"candidates": [candidate], "usageMetadata": usage, "modelVersion": _MODEL}
        events.append(encode(Event(data=to_json(event))))
    return b"".join(events).replace(b"\n", b"\r\n")


def ollama_body(asked: _Json) -> bytes:
    """Return the lines of JSON that answer a request to Ollama's `/api/chat`."""
    head = {"model": asked.get("model", "demo"), "created_at": "2026-11-20T09:30:01.100000Z"}
    said: list[_Json] = [{"role": "assistant", "content": word} for word in words(REPLY)]
    for tool in asked.get("tools", [])[:1]:
        call = {"name": tool["function"]["name"], "arguments": json.loads(TOOL_INPUT)}
        said.append({"role": "assistant", "content": "", "tool_calls": [{"function": call}]})
    lines = [{**head, "message": message, "done": False} for message in said]
    end = {"done": True, "done_reason": "stop", "eval_count": 24, "eval_duration": 690123456}
    lines.append({**head, "message": {"role": "assistant", "content": ""}, **end})
    return b"".join(map(ndjson.encode, lines))


def converse_body(asked: _Json) -> bytes:
    """Return the frames that answer a request to Amazon Bedrock's `ConverseStream`."""
    events = [*_converse(asked)]
    return b"".join(_event(number, *event) for number, event in enumerate(events))


def _converse(asked: _Json) -> Iterator[tuple[str, _Json]]:
    yield "messageStart", {"role": "assistant"}
    for word in words(REPLY):
        yield "contentBlockDelta", {"contentBlockIndex": 0, "delta": {"text": word}}
    yield "contentBlockStop", {"contentBlockIndex": 0}
    tools = asked.get("toolConfig", {}).get("tools", [])[:1]
    for tool in tools:
        use = {"name": tool["toolSpec"]["name"], "toolUseId": "tooluse_streamtape_1"}
        yield "contentBlockStart", {"contentBlockIndex": 1, "start": {"toolUse": use}}
        for piece in TOOL_PIECES[1:]:
            delta = {"toolUse": {"input": piece}}
            yield "contentBlockDelta", {"contentBlockIndex": 1, "delta": delta}
        yield "contentBlockStop", {"contentBlockIndex": 1}
    yield "messageStop", {"stopReason": "tool_use" if tools else "end_turn"}
    usage = {"inputTokens": 14, "outputTokens": 24, "totalTokens": 38}
    yield "metadata", {"metrics": {"latencyMs": 1312}, "usage": usage}


def _event(number: int, kind: str, value: _Json) -> bytes:
    """Write one event, padded unevenly as Bedrock does."""
    headers = (
        Header(":event-type", kind),
        Header(":content-type", "application/json"),
        Header(":message-type", "event"),
    )
    padding = _PADDING[: 3 + number * 17 % 29]
    return eventstream.encode(Frame(headers, to_json({**value, "p": padding}).encode()))
