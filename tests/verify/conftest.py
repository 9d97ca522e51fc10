"""Answers to be compared, written as short as they can be."""

import json

import pytest

from streamtape.cassette import End, Response

STREAM = (("content-type", "text/event-stream; charset=utf-8"),)
JSON = (("content-type", "application/json"),)


def _event(value):
    if isinstance(value, str):
        return f"data: {value}\n\n"
    return f"event: {value['type']}\ndata: {json.dumps(value)}\n\n"


@pytest.fixture(scope="session")
def stream():
    """Make a stream of events, each given as its JSON, or as its data."""

    def make(*events, end="complete", status=200, headers=STREAM):
        body = "".join(map(_event, events)).encode()
        return Response(status, headers, body, end=End(end))

    return make


@pytest.fixture(scope="session")
def answer():
    """Make an answer of one JSON value."""

    def make(value, status=200, headers=JSON):
        return Response(status, headers, json.dumps(value).encode())

    return make


@pytest.fixture(scope="session")
def message(stream):
    """Make the stream of a message; each block is a list of the texts of its deltas."""

    def make(*blocks, usage=None, **options):
        events = [{"type": "message_start", "message": {"usage": usage or {"input_tokens": 3}}}]
        for index, texts in enumerate(blocks):
            block = {"type": "text", "text": ""}
            events.append({"type": "content_block_start", "index": index, "content_block": block})
            for text in texts:
                delta = {"type": "text_delta", "text": text}
                events.append({"type": "content_block_delta", "index": index, "delta": delta})
            events.append({"type": "content_block_stop", "index": index})
        events.append({"type": "message_stop"})
        return stream(*events, **options)

    return make
