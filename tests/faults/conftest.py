"""A short answer of the Messages API, and a recording of it."""

import json

import pytest

from streamtape.cassette import Chunk, End, Response


def event(kind, **fields):
    return f"event: {kind}\ndata: {json.dumps({'type': kind, **fields})}\n\n".encode()


def text(words):
    return event("content_block_delta", delta={"type": "text_delta", "text": words})


EVENTS = [
    event("message_start", message={"role": "assistant"}),
    event("content_block_start", index=0),
    event("ping"),
    text("Hello"),
    text(", "),
    text("world"),
    event("content_block_stop", index=0),
    event("message_stop"),
]


@pytest.fixture
def events():
    return list(EVENTS)


@pytest.fixture
def body():
    return b"".join(EVENTS)


@pytest.fixture
def response(body):
    """One chunk an event, 100 ms apart; the end 50 ms later."""
    chunks = tuple(Chunk(100_000, len(each)) for each in EVENTS)
    fields = (("content-type", "text/event-stream"),)
    return Response(200, fields, body, chunks, 10_000, End("complete", 50_000))
