"""The embedded upstream: a model API that really streams, and always says the same."""

import json

import anthropic
import httpx
import openai
import pytest

from streamtape.server import Upstream
from streamtape.sse import Decoder

TOOL = {"name": "get_weather", "input_schema": {"type": "object"}}


@pytest.fixture(scope="module")
def upstream():
    with Upstream(pace=0) as upstream:
        yield upstream


def test_it_streams_unevenly_and_cuts_a_character():
    """With its own pace, chunks are uneven, come over time, and one ends inside a character."""
    with Upstream(pace=10) as upstream:
        headers = {"x-api-key": "k"}
        url = f"{upstream.url}/v1/messages"
        with httpx.stream("POST", url, json={"stream": True}, headers=headers) as response:
            chunks = list(response.iter_raw())
    assert len({len(chunk) for chunk in chunks}) > 5
    broken = [chunk for chunk in chunks if chunk.decode("utf-8", "ignore").encode() != chunk]
    assert broken
    assert Decoder().feed(b"".join(chunks))[-1].event == "message_stop"


def test_the_official_sdk_understands_it(upstream):
    """A streamed message with a tool call is what the SDK expects, and so is a plain one."""
    ask = {"model": "m", "max_tokens": 9, "messages": [], "tools": [TOOL]}
    with anthropic.Anthropic(base_url=upstream.url, api_key="k") as client:
        with client.messages.stream(**ask) as stream:
            streamed = stream.get_final_message()
        plain = client.messages.create(**ask)
    assert streamed.content[1].input == {"city": "Zürich", "unit": "°C"}
    assert streamed.stop_reason == plain.stop_reason == "tool_use"
    assert streamed.content[0].text == plain.content[0].text


def test_openai_s_sdk_understands_it(upstream):
    """Chat completions stream as OpenAI's do."""
    with openai.OpenAI(base_url=f"{upstream.url}/v1", api_key="k") as client:
        chunks = client.chat.completions.create(model="m", messages=[], stream=True)
        text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
    assert text.startswith("Bonjour! Zürich is sunny ☀️")


@pytest.mark.parametrize(
    ("request_", "status", "kind"),
    [
        ({"method": "GET", "url": "/v1/messages"}, 404, "not_found_error"),
        ({"method": "POST", "url": "/v2"}, 404, "not_found_error"),
        ({"method": "POST", "url": "/v1/messages"}, 401, "authentication_error"),
        (
            {"method": "POST", "url": "/v1/messages", "headers": {"x-api-key": "k"}},
            400,
            "invalid_request_error",
        ),
    ],
    ids=["GET", "another path", "no key", "no JSON"],
)
def test_errors_are_the_api_s(upstream, request_, status, kind):
    """What it does not take is refused in the API's own form."""
    with httpx.Client(base_url=upstream.url) as client:
        response = client.request(**request_)
    assert response.status_code == status
    assert json.loads(response.content)["error"]["type"] == kind
