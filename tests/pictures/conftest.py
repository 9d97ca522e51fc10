"""Streams to draw."""

import json
from pathlib import Path

import pytest

from streamtape import cassette as cassettes
from streamtape.cassette import Chunk, Interaction, Request, Response

CASSETTES = Path(__file__).parents[2] / "cassettes"


@pytest.fixture
def golden():
    """Load a golden cassette by its name."""
    return lambda name: cassettes.load(CASSETTES / f"{name}.yaml")


@pytest.fixture
def stream():
    """Make an interaction of the JSON of its events, one read a millisecond for each."""

    def make(*events, sizes=None, **options):
        body = b"".join(
            f"event: {event.get('type', 'message')}\ndata: {json.dumps(event)}\n\n".encode()
            for event in events
        )
        options = {"headers": (("content-type", "text/event-stream"),), "head": 1000, **options}
        rest = len(body) - sum(sizes or ())
        chunks = tuple(Chunk(1000, size) for size in [*(sizes or ()), *([rest] if rest else [])])
        response = Response(body=body, chunks=chunks, **options)
        return Interaction(Request("POST", "https://a.example/v1"), response)

    return make
