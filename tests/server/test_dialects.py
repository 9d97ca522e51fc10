"""The embedded upstream in the dialects of other model APIs: what their clients need is there."""

import json
from itertools import chain

import httpx
import pytest

from streamtape import eventstream, ndjson
from streamtape.server import Upstream
from streamtape.sse import Decoder

TEXT = "Bonjour! Zürich is sunny ☀️ today: 24 °C, and the lake is calm."
ARGUMENTS = {"city": "Zürich", "unit": "°C"}
NAME = "get_weather"


@pytest.fixture(scope="module")
def ask():
    """Asks an upstream; returns the content type and the body."""
    with Upstream(pace=0) as upstream, httpx.Client(base_url=upstream.url) as client:

        def ask(path, **asked):
            response = client.post(path, json=asked, headers={"x-goog-api-key": "k"})
            assert response.status_code == 200
            return response.headers["content-type"].partition(";")[0], response.content

        yield ask


@pytest.mark.parametrize("tools", [[], [{"name": NAME}]])
def test_openai_s_responses(ask, tools):
    """Deltas add up to the texts of the items, and the items to the response; all is numbered."""
    kind, body = ask("/v1/responses", model="m", tools=tools, stream=True)
    assert kind == "text/event-stream"
    events = [json.loads(event.data) for event in Decoder().feed(body)]
    assert [event["sequence_number"] for event in events] == [*range(len(events))]
    assert [event.event for event in Decoder().feed(body)] == [event["type"] for event in events]
    deltas = {"output_text": "", "function_call_arguments": ""}
    for event in events:
        _, *middle, last = event["type"].split(".")
        if last == "delta":
            deltas[middle[0]] += event["delta"]
    output = events[-1]["response"]["output"]
    assert output[0]["content"][0]["text"] == deltas["output_text"] == TEXT
    assert [json.loads(item["arguments"]) for item in output[1:]] == [ARGUMENTS] * len(tools)
    assert bool(deltas["function_call_arguments"]) is bool(tools)


@pytest.mark.parametrize("tools", [[], [{"functionDeclarations": [{"name": NAME}]}]])
def test_gemini(ask, tools):
    """Events without types, CRLF; the last says why it ended."""
    kind, body = ask("/v1beta/models/m:streamGenerateContent?alt=sse", tools=tools)
    assert kind == "text/event-stream"
    assert body.count(b"\r\n") == body.count(b"\n")
    candidates = [json.loads(event.data)["candidates"][0] for event in Decoder().feed(body)]
    parts = [part for each in candidates for part in each["content"]["parts"]]
    assert "".join(part.get("text", "") for part in parts) == TEXT
    calls = [part["functionCall"] for part in parts if "functionCall" in part]
    assert calls == [{"name": NAME, "args": ARGUMENTS}] * len(tools)
    assert [each.get("finishReason") for each in candidates][-2:] == [None, "STOP"]


@pytest.mark.parametrize("tools", [[], [{"function": {"name": NAME}}]])
def test_ollama(ask, tools):
    """A line each; the last is done, and has the counts."""
    kind, body = ask("/api/chat", tools=tools)
    assert kind == "application/x-ndjson"
    lines = ndjson.Decoder().feed(body)
    assert [line["done"] for line in lines] == [False] * (len(lines) - 1) + [True]
    assert "".join(line["message"]["content"] for line in lines) == TEXT
    calls = [*chain(*(line["message"].get("tool_calls", []) for line in lines))]
    assert calls == [{"function": {"name": NAME, "arguments": ARGUMENTS}}] * len(tools)


@pytest.mark.parametrize("tools", [[], [{"toolSpec": {"name": NAME}}]])
def test_bedrock_converse(ask, tools):
    """Frames with an event type; the input of a tool comes in pieces of JSON."""
    kind, body = ask("/model/m%3A0/converse-stream", toolConfig={"tools": tools})
    assert kind == "application/vnd.amazon.eventstream"
    frames = eventstream.Decoder().feed(body)
    deltas = [json.loads(each.payload) for each in frames if each.type == "contentBlockDelta"]
    assert "".join(each["delta"].get("text", "") for each in deltas) == TEXT
    inputs = [each["delta"]["toolUse"]["input"] for each in deltas if "toolUse" in each["delta"]]
    assert json.loads("".join(inputs) or "null") == (ARGUMENTS if tools else None)
    assert [each.type for each in frames][-2:] == ["messageStop", "metadata"]
    stop = json.loads(frames[-2].payload)["stopReason"]
    assert stop == ("tool_use" if tools else "end_turn")
