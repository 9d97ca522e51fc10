"""Event streams without their HTTP: raw `.sse` files, and the AI SDK's `.chunks.txt`.

Neither tells the request. It is guessed from the events, and has no body: match such a cassette on
method and URL.
"""

from __future__ import annotations

import json
from typing import Any

from streamtape.cassette import Interaction, Request, Response

__all__ = ["from_chunks", "from_sse", "interaction"]

_ANTHROPIC = "https://api.anthropic.com/v1/messages"
_STREAM = (("content-type", "text/event-stream"),)


def from_sse(body: bytes, url: str | None) -> list[Interaction]:
    """Take a file as the body of one response."""
    return [interaction(body, url)]


def from_chunks(text: str, url: str | None) -> list[Interaction]:
    """Make an event of every line; the names of events are those that the APIs give them."""
    lines = [line for line in text.splitlines() if line.strip()]
    values = [json.loads(line) for line in lines]
    events = "".join(_event(value, line) for value, line in zip(values, lines, strict=True))
    if any(isinstance(value, dict) and "choices" in value for value in values):
        events += "data: [DONE]\n\n"
    return [interaction(events.encode(), url)]


def interaction(body: bytes, url: str | None, asked: bytes = b"") -> Interaction:
    """Build the interaction of a body that streams."""
    headers = (("content-type", "application/json"),) if asked else ()
    request = Request("POST", url or _api(body), headers, asked)
    return Interaction(request, Response(200, _STREAM, body))


def _event(value: Any, line: str) -> str:
    name = value.get("type") if isinstance(value, dict) else None
    return f"event: {name}\ndata: {line}\n\n" if name else f"data: {line}\n\n"


def _api(body: bytes) -> str:
    if b"chat.completion.chunk" in body:
        return "https://api.openai.com/v1/chat/completions"
    if b"response.created" in body or b"response.output" in body:
        return "https://api.openai.com/v1/responses"
    return _ANTHROPIC
