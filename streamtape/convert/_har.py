"""HTTP archives (HAR 1.2), as browsers and proxies save them.

Chrome keeps the messages of an event stream beside the entry, with their times: where it does, they
tell when the events came.
"""

from __future__ import annotations

import base64
import dataclasses
from typing import Any

from streamtape.cassette import Chunk, Interaction, Request
from streamtape.convert._bodies import response
from streamtape.sse import Event, encode

__all__ = ["interactions"]


def interactions(archive: Any) -> list[Interaction]:
    """Convert a parsed archive; entries without a response are left out."""
    entries = archive["log"]["entries"]
    return [_interaction(entry) for entry in entries if entry["response"].get("status")]


def _interaction(entry: dict[str, Any]) -> Interaction:
    request, answer = entry["request"], entry["response"]
    content = answer.get("content") or {}
    text = content.get("text") or ""
    body = base64.b64decode(text) if content.get("encoding") == "base64" else text.encode()
    # Bodies in an archive are decoded, whatever the headers of the transfer say.
    headers = [pair for pair in _headers(answer) if pair[0].lower() != "content-encoding"]
    made = response(answer["status"], headers, body, http_version=_version(answer))
    waited = max(0.0, float((entry.get("timings") or {}).get("wait") or 0))
    made = dataclasses.replace(made, head=round(waited * 1000))
    if messages := entry.get("_eventSourceMessages"):
        pieces = [_event(message) for message in messages]
        times = [float(message["time"]) for message in messages]
        gaps = [
            max(0.0, at - before) for before, at in zip([times[0], *times], times, strict=False)
        ]
        chunks = [Chunk(round(gap * 1e6), len(p)) for gap, p in zip(gaps, pieces, strict=True)]
        made = dataclasses.replace(made, body=b"".join(pieces), chunks=tuple(chunks))
    return Interaction(
        Request(request["method"], request["url"], tuple(_headers(request)), _sent(request)), made
    )


def _event(message: dict[str, Any]) -> bytes:
    name = message.get("eventName") or "message"
    return encode(Event(name, message.get("data", ""), message.get("eventId") or ""))


def _headers(message: dict[str, Any]) -> list[tuple[str, str]]:
    # Names that begin with a colon are HTTP/2's own.
    pairs = ((field["name"], field["value"]) for field in message.get("headers", ()))
    return [pair for pair in pairs if not pair[0].startswith(":")]


def _sent(request: dict[str, Any]) -> bytes:
    text: str = (request.get("postData") or {}).get("text") or ""
    return text.encode()


def _version(answer: dict[str, Any]) -> str:
    version = str(answer.get("httpVersion") or "HTTP/1.1").upper()
    return {"H2": "HTTP/2", "HTTP/2.0": "HTTP/2", "H3": "HTTP/3"}.get(version, version)
