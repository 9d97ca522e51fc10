"""The corpus of streams, and what tests of it need: transcripts, cuts, expectations."""

from __future__ import annotations

import hashlib
import itertools
import json
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import BaseModel

from streamtape import messages
from streamtape.messages import AnthropicError

HERE = Path(__file__).parent
CORPUS = HERE / "corpus"
INDEX = {entry["name"]: entry for entry in json.loads((CORPUS / "index.json").read_bytes())}
SMALL = [name for name, entry in INDEX.items() if entry["bytes"] < 4_000]
BIG = ["text_long_5000", "tool_big_200k"]  # no transcripts of the SDKs: 160 MB each

# The least of a stream, for tests that make their own.
START = {
    "type": "message_start",
    "message": {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "model-1",
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {"input_tokens": 3, "output_tokens": 1},
    },
}
STOP = [
    {
        "type": "message_delta",
        "delta": {"stop_reason": "end_turn", "stop_sequence": None},
        "usage": {"output_tokens": 7},
    },
    {"type": "message_stop"},
]


class Order(BaseModel):
    """The type that the structured streams of the corpus answer with."""

    product_name: str
    price: float
    quantity: int


@dataclass
class Transcript:
    """Everything that one stream gave to one consumer."""

    events: list[Any]
    error: AnthropicError | None
    stream: Any
    final: Any
    final_error: AnthropicError | None

    @property
    def comparable(self) -> tuple[Any, ...]:
        """What must not depend on chunks and colour."""
        errors = tuple((type(e), str(e)) for e in (self.error, self.final_error) if e is not None)
        final = None if self.final is None else self.final.to_dict()
        return self.events, errors, final, self.stream.state, self.stream.flaws


def encode(*events: dict[str, Any]) -> bytes:
    """Write events as the service does."""
    return b"".join(
        f"event: {event.get('type', 'x')}\ndata: {json.dumps(event)}\n\n".encode()
        for event in events
    )


def text_events(*texts: str, index: int = 0) -> list[dict[str, Any]]:
    """Return the raw events of one text block."""
    block = {"type": "text", "text": ""}
    return [
        {"type": "content_block_start", "index": index, "content_block": block},
        *(
            {
                "type": "content_block_delta",
                "index": index,
                "delta": {"type": "text_delta", "text": text},
            }
            for text in texts
        ),
        {"type": "content_block_stop", "index": index},
    ]


def tool_events(*parts: str, index: int = 0, kind: str = "tool_use") -> list[dict[str, Any]]:
    """Return the raw events of one tool block."""
    block = {"type": kind, "id": "toolu_1", "name": "get_weather", "input": {}}
    return [
        {"type": "content_block_start", "index": index, "content_block": block},
        *(
            {
                "type": "content_block_delta",
                "index": index,
                "delta": {"type": "input_json_delta", "partial_json": part},
            }
            for part in parts
        ),
        {"type": "content_block_stop", "index": index},
    ]


def classes(name: str) -> tuple[type[Any], type[Any]]:
    """Return the stream classes, sync and async, for a stream of the corpus."""
    if INDEX[name]["api"] == "beta":
        return messages.BetaMessageStream, messages.BetaAsyncMessageStream
    return messages.MessageStream, messages.AsyncMessageStream


def wanted(name: str) -> Any:
    """Return the type that a stream of the corpus was asked for."""
    return Order if name.startswith("structured") else None


def record(name: str, event: Any) -> Any:
    """Return what is compared of an event; the snapshots of a big stream would be gigabytes."""
    return event.type if name in BIG else event.to_dict()


def transcribe(name: str, chunks: list[bytes]) -> Transcript:
    """Read a stream of the corpus to its end, synchronously."""
    stream = classes(name)[0](chunks, wanted(name))
    events: list[Any] = []
    error = None
    try:
        for event in stream:
            events.append(record(name, event))  # noqa: PERF401 - kept up to the error
    except AnthropicError as caught:
        error = caught
    try:
        return Transcript(events, error, stream, stream.get_final_message(), None)
    except AnthropicError as caught:
        return Transcript(events, error, stream, None, caught)


async def transcribe_async(name: str, chunks: list[bytes]) -> Transcript:
    """Read a stream of the corpus to its end, asynchronously."""
    stream = classes(name)[1](chunks, wanted(name))
    events: list[Any] = []
    error = None
    try:
        async for event in stream:
            events.append(record(name, event))  # noqa: PERF401 - kept up to the error
    except AnthropicError as caught:
        error = caught
    try:
        return Transcript(events, error, stream, await stream.get_final_message(), None)
    except AnthropicError as caught:
        return Transcript(events, error, stream, None, caught)


def cut(body: bytes, offsets: list[int]) -> list[bytes]:
    """Cut a body at byte offsets."""
    edges = [0, *sorted(set(offsets)), len(body)]
    return [body[a:b] for a, b in itertools.pairwise(edges)]


def aimed(body: bytes) -> list[int]:
    """Return the offsets of grammar-aimed cuts: inside characters, around line ends and colons."""
    offsets = set()
    for at, byte in enumerate(body):
        if byte & 0xC0 == 0x80:
            offsets.add(at)
        elif byte in b"\r\n":
            offsets |= {at, at + 1}
        elif byte == 0x5C:  # inside an escape of the JSON
            offsets |= {at + 1, at + 3}
    return sorted(at for at in offsets if 0 < at < len(body))


def shorten(value: Any, key: str = "") -> Any:
    """Shorten long strings and inputs as the corpus does."""
    if isinstance(value, str):
        # A character whose surrogates came in two deltas is two halves here, one in the corpus.
        value = value.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")
        if len(value) <= 200:
            return value
        digest = hashlib.sha256(value.encode()).hexdigest()
        return {"$str": {"chars": len(value), "sha256": digest, "tail": value[-24:]}}
    if isinstance(value, list):
        return [shorten(item) for item in value]
    if isinstance(value, dict):
        short = {name: shorten(item, name) for name, item in value.items()}
        if key in {"input", "snapshot"}:
            text = json.dumps(short, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
            if len(text) > 4_000:
                whole = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
                digest = hashlib.sha256(whole.encode()).hexdigest()
                return {"$json": {"chars": len(whole), "sha256": digest}}
        return short
    return value


@pytest.fixture(params=list(INDEX))
def name(request: pytest.FixtureRequest) -> str:
    """Each stream of the corpus, by its name."""
    return str(request.param)


@pytest.fixture
def body(name: str) -> bytes:
    """The bytes of the stream."""
    return (CORPUS / "streams" / f"{name}.sse").read_bytes()


@pytest.fixture
def lab() -> SimpleNamespace:
    """The helpers of this file, for tests that cannot import them (importlib mode)."""
    return SimpleNamespace(**globals())
