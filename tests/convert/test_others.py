"""HAR, aimock, raw event streams and the AI SDK's chunks."""

import base64
import json
import sys

import pytest

import streamtape
from streamtape.cassette import Chunk
from streamtape.convert import convert
from streamtape.convert._bodies import response
from streamtape.errors import CassetteFormatError, UsageError
from streamtape.messages import MessageStream
from streamtape.sse import Decoder


@pytest.fixture
def file(tmp_path):
    def write(name, content):
        path = tmp_path / name
        text = content if isinstance(content, str | bytes) else json.dumps(content)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


def entry(**response):
    return {
        "request": {
            "method": "POST",
            "url": "https://api.example/v1",
            "headers": [{"name": ":authority", "value": "x"}, {"name": "Accept", "value": "*/*"}],
            "postData": {"mimeType": "application/json", "text": '{"a":1}'},
        },
        "response": {
            "status": 200,
            "httpVersion": "h2",
            "headers": [
                {"name": "Content-Type", "value": "text/event-stream"},
                {"name": "Content-Encoding", "value": "br"},
            ],
            **response,
        },
        "timings": {"wait": 12.5, "receive": 3},
    }


def test_har(file):
    """An archive keeps requests, decoded bodies and the time to the head."""
    entries = [
        entry(content={"text": "data: 1\n\n"}),
        entry(content={"text": base64.b64encode(b"\xff").decode(), "encoding": "base64"}),
        entry(status=0),
    ]
    one, two = convert(file("x.har", {"log": {"entries": entries}})).interactions
    assert str(one.request) == "POST https://api.example/v1"
    assert (one.request.headers, one.request.body) == ((("accept", "*/*"),), b'{"a":1}')
    assert (one.response.body, one.response.head) == (b"data: 1\n\n", 12_500)
    assert one.response.headers == (("content-type", "text/event-stream"),)
    assert one.response.http_version == "HTTP/2"
    assert two.response.body == b"\xff"


def test_har_of_chrome_has_the_times_of_events(file):
    """Where the messages of a stream were kept, they tell its body and its times."""
    messages = [
        {"time": 100.0, "eventName": "a", "eventId": "", "data": "1"},
        {"time": 100.25, "eventName": "message", "eventId": "7", "data": "2\n3"},
    ]
    archive = {"log": {"entries": [entry(content={}) | {"_eventSourceMessages": messages}]}}
    (interaction,) = convert(file("x.har", archive)).interactions
    assert interaction.response.body == b"event: a\ndata: 1\n\nid: 7\ndata: 2\ndata: 3\n\n"
    assert interaction.response.chunks == (Chunk(0, 18), Chunk(250_000, 23))


@pytest.mark.parametrize(
    ("kind", "chunks"),
    [("application/x-ndjson", 2), ("text/event-stream", 1), ("application/json", 1), (None, 1)],
)
def test_a_body_without_times_is_an_event_a_chunk(kind, chunks):
    """In the format that its type says; what is no stream is one chunk."""
    headers = [("Content-Type", kind)] if kind else []
    assert len(response(200, headers, b'{"a":1}\n{"b":2}\n').chunk_sizes) == chunks


def test_aimock(file):
    """Fixtures become streams that say what they say, in pieces of their size."""
    fixtures = {
        "fixtures": [
            {
                "match": {"userMessage": "hi"},
                "response": {"content": "Hello there"},
                "chunkSize": 4,
            },
            {
                "match": {},
                "response": {"toolCalls": [{"name": "get", "arguments": {"city": "Zürich"}}]},
            },
        ]
    }
    one, two = convert(file("x.json", fixtures)).interactions
    assert one.request.body == b'{"messages":[{"role":"user","content":"hi"}],"stream":true}'
    message = MessageStream([one.response.body]).get_final_message()
    assert (message.content[0].text, message.stop_reason) == ("Hello there", "end_turn")
    assert one.response.body.count(b'"text_delta"') == 3
    message = MessageStream([two.response.body]).get_final_message()
    assert (message.content[0].name, message.content[0].input) == ("get", {"city": "Zürich"})
    assert message.stop_reason == "tool_use"
    assert len(convert(file("y.json", fixtures), "aimock", url="https://x/")) == 2


def test_raw_event_streams(file):
    """A `.sse` file is one body, to the byte; the API is told by its events."""
    body = b"event: message_start\ndata: {}\n\n: x\n\n"
    (interaction,) = convert(file("x.sse", body)).interactions
    assert str(interaction.request) == "POST https://api.anthropic.com/v1/messages"
    assert interaction.response.body == body
    assert interaction.response.chunk_sizes == (31, 5)
    (interaction,) = convert(file("x.bin", body), "sse", url="https://x/y").interactions
    assert interaction.request.url == "https://x/y"
    (interaction,) = convert(file("r.sse", b'data: {"type":"response.created"}\n\n')).interactions
    assert interaction.request.url == "https://api.openai.com/v1/responses"


def test_chunks_of_the_ai_sdk(file):
    """Every line is an event, with the name that the API gives it."""
    lines = '{"type":"message_start","n":1}\n\n{"type":"ping"}\n'
    (interaction,) = convert(file("a.chunks.txt", lines)).interactions
    assert Decoder().feed(interaction.response.body) == [
        ("message_start", '{"type":"message_start","n":1}', ""),
        ("ping", '{"type":"ping"}', ""),
    ]
    (interaction,) = convert(
        file("o.chunks.txt", '{"object":"chat.completion.chunk","choices":[]}\n')
    ).interactions
    assert interaction.request.url == "https://api.openai.com/v1/chat/completions"
    assert interaction.response.body.endswith(b"\n\ndata: [DONE]\n\n")


@pytest.mark.parametrize(
    ("name", "content", "problem"),
    [
        ("x.json", "[]", "it looks like none of them"),
        ("x.json", {"a": 1}, "it looks like none of them"),
        ("x.yaml", "streamtape: 1\ninteractions: []\n", "it is a streamtape cassette already"),
        ("x.yaml", "[" * 200, "nested deeper than 100 levels"),
        ("x.har", {"log": {"entries": [{}]}}, "no 'response'"),
        ("a.chunks.txt", "{", "Expecting property name enclosed in double quotes: line 1 column 2"),
        (
            "x.json",
            {"fixtures": [{"match": {}, "response": {"error": {}}}]},
            "a fixture with error is neither text nor tool calls",
        ),
    ],
)
def test_what_cannot_be_converted_says_why(file, name, content, problem):
    """A file that is none of these is an error that names it and the formats."""
    path = file(name, content)
    with pytest.raises(CassetteFormatError) as caught:
        convert(path)
    start = f"{path}: not a recording that can be converted: {problem}"
    assert str(caught.value).startswith(start)
    assert str(caught.value).endswith(
        ". streamtape reads vcr, cassetter, har, aimock, sse, chunks: name one with --from."
    )


def test_a_format_that_is_none(file, tmp_path):
    """A format is one of those, and a file is one that is there."""
    with pytest.raises(UsageError) as caught:
        convert(file("x", ""), "vhs")
    assert str(caught.value) == (
        "format 'vhs': not known. Valid are vcr, cassetter, har, aimock, sse, chunks."
    )
    with pytest.raises(CassetteFormatError, match="it cannot be read: No such file"):
        convert(tmp_path / "none")


def test_bodies_in_unusual_encodings(file, monkeypatch):
    """Brotli needs its library, which is named; what is not encoded at all is kept."""
    text = (
        "interactions:\n- request: {method: GET, uri: 'https://x/'}\n"
        "  response: {status: {code: 200}, headers: {content-encoding: [%s]}, body: {string: a}}\n"
    )
    assert convert(file("x.yaml", text % "identity")).interactions[0].response.body == b"a"
    assert convert(file("x.yaml", text % "gzip")).interactions[0].response.body == b"a"
    packed = base64.b64encode(pytest.importorskip("brotli").compress(b"packed")).decode()
    coded = (text % "br").replace("{string: a}", f"{{base64_string: {packed}}}")
    assert convert(file("x.yaml", coded)).interactions[0].response.body == b"packed"
    monkeypatch.setitem(sys.modules, "brotli", None)
    with pytest.raises(CassetteFormatError, match="its bodies need the package brotli"):
        convert(file("x.yaml", text % "br"))


def test_the_package_is_public():
    """`streamtape.convert` is there without an import of its own."""
    assert streamtape.convert.FORMATS[0] == "vcr"
