"""An embedded upstream: a small model API on loopback that really streams.

It answers `POST /v1/messages` as the Messages API does, and (streaming only) as OpenAI's Chat
Completions and Responses APIs, Gemini, Ollama and Amazon Bedrock's Converse do, with real delays
and uneven chunk boundaries, one of them inside a multi-byte character. The demo records from it and
so do the tests: what a recorder must cope with, without a key or a network. It is no model: it
always says the same.
"""

from __future__ import annotations

import itertools
import json
import re
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from streamtape import splits
from streamtape.cassette import Chunk, Response
from streamtape.playback import plan
from streamtape.server._dialects import (
    converse_body,
    gemini_body,
    ollama_body,
    responses_body,
)
from streamtape.server._loopback import LoopbackServer
from streamtape.server._replies import chat_body, message, messages_body, to_json
from streamtape.timing import RecordedTiming

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from streamtape.cassette import Request
    from streamtape.playback import Step

__all__ = ["Upstream"]

_SSE = "text/event-stream; charset=utf-8"
# The path of each API, how it answers, and what type that has.
_APIS: tuple[tuple[re.Pattern[str], Callable[[dict[str, Any]], bytes], str], ...] = (
    (re.compile(r"/v1/messages"), messages_body, _SSE),
    (re.compile(r"/v1/chat/completions"), chat_body, _SSE),
    (re.compile(r"/v1/responses"), responses_body, _SSE),
    (
        re.compile(r"/v1(beta)?/models/[^/]+:streamGenerateContent"),
        gemini_body,
        "text/event-stream",
    ),
    (re.compile(r"/api/chat"), ollama_body, "application/x-ndjson"),
    (
        re.compile(r"/model/[^/]+/converse-stream"),
        converse_body,
        "application/vnd.amazon.eventstream",
    ),
)
_KEYS = ("x-api-key", "authorization", "x-goog-api-key")
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
        path = urlsplit(request.url).path
        found = [api for api in _APIS if api[0].fullmatch(path)]
        if request.method != "POST" or not found:
            return _error(404, "not_found_error", f"no {request}", identity)
        _, make_body, content_type = found[0]
        needs_key = make_body is not ollama_body
        if needs_key and not any(map(request.header, _KEYS)):
            return _error(401, "authentication_error", "no key was sent", identity)
        try:
            asked = json.loads(request.body)
        except ValueError:
            return _error(400, "invalid_request_error", "the body is not JSON", identity)
        if make_body is messages_body and not asked.get("stream"):
            headers = (("content-type", "application/json"), *identity)
            return Response(headers=headers, body=to_json(message(asked)).encode(), head=3000)
        body = make_body(asked)
        headers = (("content-type", content_type), *identity)
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


def _error(status: int, kind: str, text: str, identity: tuple[tuple[str, str], ...]) -> Response:
    body = to_json({"type": "error", "error": {"type": kind, "message": text}}).encode()
    return Response(status, (("content-type", "application/json"), *identity), body)
