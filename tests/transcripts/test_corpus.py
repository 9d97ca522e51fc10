"""The official SDK and streamtape give equal transcripts, but for what is known to differ."""

import json
from pathlib import Path

import anthropic
import httpx2
import pytest

import streamtape
from streamtape import messages

CORPUS = Path(__file__).parents[1] / "messages" / "corpus"
STREAMS = {
    entry["name"]: entry
    for entry in json.loads((CORPUS / "index.json").read_bytes())
    if entry["bytes"] < 60_000
}
# What differs first: the SDK's errors in a stream are of the class of their status, 200; it hands
# out an error event that has no name, and fails with errors of its inner workings.
DEVIATIONS = {
    "error_overloaded_midstream": "error differs:",
    "error_first_event": "error differs:",
    "error_in_tool_input": "error differs:",
    "error_after_message_delta": "error differs:",
    "error_json_without_name": "event 2 is in official only; own ends before it:",
    "trunc_mid_utf8": "error differs:",
    "order_delta_without_start": "error differs:",
}


def official(entry, body):
    """Return what the official SDK emits for a body."""
    answer = httpx2.Response(200, headers={"content-type": "text/event-stream"}, content=body)
    http = httpx2.Client(transport=httpx2.MockTransport(lambda _: answer))
    with anthropic.Anthropic(api_key="x", http_client=http) as client:
        api = client.beta.messages if entry["api"] == "beta" else client.messages
        return streamtape.transcript(api.stream(model="m", max_tokens=5, messages=[]))


@pytest.mark.parametrize("name", STREAMS)
def test_the_official_sdk_emits_the_same(name):
    """Every stream of the corpus, of either API, event by event."""
    entry = STREAMS[name]
    body = (CORPUS / entry["file"]).read_bytes()
    beta = entry["api"] == "beta"
    own = (messages.BetaMessageStream if beta else messages.MessageStream)([body])
    found = official(entry, body).differences(streamtape.transcript(own), ("official", "own"))
    assert found[:1] == ([DEVIATIONS[name]] if name in DEVIATIONS else [])
