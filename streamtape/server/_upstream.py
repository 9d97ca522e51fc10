"""An embedded upstream: a small model API on loopback that really streams.

It answers `POST /v1/messages` as the Messages API does, with real delays and uneven chunk
boundaries, one of them inside a multi-byte character. The demo records from it and so do the tests:
what a recorder must cope with, without a key or a network. It is no model: it always says the same.
"""

from __future__ import annotations

import itertools
import json
from typing import TYPE_CHECKING, Any

from streamtape import splits
from streamtape.cassette import Chunk, Response
from streamtape.playback import plan
from streamtape.server._loopback import LoopbackServer
from streamtape.sse import Event, encode
from streamtape.timing import RecordedTiming

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from streamtape.cassette import Request
    from streamtape.playback import Step

__all__ = ["Upstream", "messages_body"]

REPLY = "Bonjour! Zürich is sunny ☀️ today: 24 °C, and the lake is calm."
_TOOL_INPUT = '{"city": "Zürich", "unit": "°C"}'
_TOP_BITS, _CONTINUATION = 0b1100_0000, 0b1000_0000  # UTF-8: a byte that continues a character
_GAPS_MS = (4, 31, 0, 17, 9, 42, 1, 23)  # uneven, as a network's are; about 16 ms on average


class Upstream(LoopbackServer):
    """A model API on loopback, for recording from.

    Args:
        pace: how fast it streams; 2.0 is twice as fast, and 0 without delays.
        port: 0 for any free one.
    """

    def __init__(self, *, pace: float = 1.0, port: int = 0) -> None:
        self._pace = pace
        self._numbers = itertools.count(1)
        super().__init__(self._respond, port=port)

    def _respond(self, request: Request) -> Iterator[Step]:
        response = self._response(request, next(self._numbers))
        return plan(response, splits.Recorded(), RecordedTiming())

    def _response(self, request: Request, number: int) -> Response:
        identity = (
            ("request-id", f"req_live_{number:04d}"),
            ("anthropic-organization-id", "org-0b6f-live"),
        )
        if request.method != "POST" or not request.url.endswith("/v1/messages"):
            return _error(404, "not_found_error", f"no {request}", identity)
        if not (request.header("x-api-key") or request.header("authorization")):
            return _error(401, "authentication_error", "no key was sent", identity)
        try:
            asked = json.loads(request.body)
        except ValueError:
            return _error(400, "invalid_request_error", "the body is not JSON", identity)
        if not asked.get("stream"):
            headers = (("content-type", "application/json"), *identity)
            return Response(headers=headers, body=_json(_message(asked)), head=3000)
        body = messages_body(asked)
        headers = (("content-type", "text/event-stream; charset=utf-8"), *identity)
        return Response(headers=headers, body=body, chunks=self._chunks(body), head=self._gap(12))

    def _chunks(self, body: bytes) -> tuple[Chunk, ...]:
        """Cut unevenly: inside the first multi-byte character, and at drawn places besides."""
        inside = next(at for at, byte in enumerate(body) if byte & _TOP_BITS == _CONTINUATION)
        drawn = splits.Random(len(body)).offsets(body, ())
        offsets = sorted({inside, *drawn[:: max(1, len(drawn) // 16)]})
        gaps = itertools.cycle(_GAPS_MS)
        sizes = map(len, splits.cut(body, offsets))
        return tuple(Chunk(self._gap(next(gaps)), size) for size in sizes)

    def _gap(self, milliseconds: int) -> int:
        return round(milliseconds * 1000 / self._pace) if self._pace else 0


def messages_body(asked: dict[str, Any]) -> bytes:
    """Return the SSE body that answers a request: text, and a call of the first tool if any."""
    return b"".join(encode(Event(event["type"], _text(event))) for event in _events(asked))


def _events(asked: dict[str, Any]) -> Iterator[dict[str, Any]]:
    message = _message(asked)
    blocks, stop_reason = message["content"], message["stop_reason"]
    start = message | {"content": [], "stop_reason": None}
    yield {"type": "message_start", "message": start}
    yield {"type": "ping"}
    for index, block in enumerate(blocks):
        yield from _block_events(index, block)
    yield {
        "type": "message_delta",
        "delta": {"stop_reason": stop_reason, "stop_sequence": None},
        "usage": message["usage"],
    }
    yield {"type": "message_stop"}


def _block_events(index: int, block: dict[str, Any]) -> Iterator[dict[str, Any]]:
    empty: dict[str, object]
    if block["type"] == "text":
        empty, kind, key, pieces = {"text": ""}, "text_delta", "text", _words(block["text"])
    else:
        empty, kind, key, pieces = {"input": {}}, "input_json_delta", "partial_json", _TOOL_PIECES
    yield {"type": "content_block_start", "index": index, "content_block": block | empty}
    for piece in pieces:
        delta = {"type": kind, key: piece}
        yield {"type": "content_block_delta", "index": index, "delta": delta}
    yield {"type": "content_block_stop", "index": index}


_TOOL_PIECES = ("", _TOOL_INPUT[:9], _TOOL_INPUT[9:15], _TOOL_INPUT[15:])


def _message(asked: dict[str, Any]) -> dict[str, Any]:
    blocks: list[dict[str, Any]] = [{"type": "text", "text": REPLY}]
    tools = asked.get("tools")
    if tools:
        call = {"id": "toolu_streamtape_1", "name": tools[0]["name"]}
        blocks.append({"type": "tool_use", **call, "input": json.loads(_TOOL_INPUT)})
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


def _words(text: str) -> Iterable[str]:
    """Cut a text as tokens often come: before each space."""
    first, *rest = text.split(" ")
    return [first, *(f" {word}" for word in rest)]


def _error(status: int, kind: str, text: str, identity: tuple[tuple[str, str], ...]) -> Response:
    body = _json({"type": "error", "error": {"type": kind, "message": text}})
    return Response(status, (("content-type", "application/json"), *identity), body)


def _json(value: object) -> bytes:
    return _text(value).encode()


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
