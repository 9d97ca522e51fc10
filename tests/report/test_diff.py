"""How two recordings differ, said as one would say it."""

import dataclasses
import json
from pathlib import Path

import pytest

from streamtape.cassette import Cassette, Chunk, End, Interaction, Request, Response, load
from streamtape.report import differences
from streamtape.sweep import VARIANTS

CASSETTES = Path(__file__).parents[2] / "cassettes"


def event(**data):
    return f"event: {data['type']}\ndata: {json.dumps(data)}\n\n".encode()


def text(*parts, index=0):
    return b"".join(
        event(type="content_block_delta", index=index, delta={"type": "text_delta", "text": part})
        for part in parts
    )


REQUEST = Request("POST", "https://x/", (("accept", "a"),), b'{"model":"m"}')
BODY = event(type="message_start", id="1") + text("Hel", "lo") + event(type="message_stop")


def taped(body=BODY, request=REQUEST, **response):
    return Cassette((Interaction(request, Response(body=body, **response)),))


def test_no_difference():
    """Equal recordings give no line."""
    assert list(differences(taped(), taped())) == []


@pytest.mark.parametrize(
    ("other", "lines"),
    [
        (
            taped(
                event(type="message_start", id="1") + text("H", "ello") + event(type="message_stop")
            ),
            [
                "bytes: the same is said in other bytes (368 -> 368)",
                "chunks: 4 -> 4, of other sizes",
            ],
        ),
        (
            taped(event(type="message_start", id="2") + text("Bye") + event(type="message_stop")),
            [
                "said:",
                "  @@ -1,3 +1,3 @@",
                '  -message_start: {"id": "1", "type": "message_start"}',
                '  -text of 0: "Hello"',
                '  +message_start: {"id": "2", "type": "message_start"}',
                '  +text of 0: "Bye"',
                '   message_stop: {"type": "message_stop"}',
                "chunks: 4 -> 3, of other sizes",
                "times: head 0.000 -> 0.000 ms, all 0.000 -> 0.000 s",
            ],
        ),
        (
            taped(chunks=(Chunk(1000, len(BODY)),), head=2500, end=End("reset")),
            [
                "end: complete -> reset",
                "chunks: 4 -> 1, of other sizes",
                "times: head 0.000 -> 2.500 ms, all 0.000 -> 0.004 s",
            ],
        ),
        (
            taped(request=dataclasses.replace(REQUEST, method="PUT", body=b'{"model":"n"}')),
            [
                "request: POST https://x/ -> PUT https://x/",
                "request body:",
                "  @@ -1,3 +1,3 @@",
                "   {",
                '  -  "model": "m"',
                '  +  "model": "n"',
                "   }",
            ],
        ),
        (
            taped(status=201, headers=(("etag", "x"),)),
            ["status: 200 -> 201", "response headers:", "  @@ -0,0 +1 @@", "  +etag: x"],
        ),
    ],
    ids=["other deltas", "other words", "other ending", "other request", "other head"],
)
def test_differences(other, lines):
    """Each difference is named; deltas of one text count as one."""
    found = list(differences(taped(), other))
    assert found[0] == f"1. {other.interactions[0].request}"
    assert [line.removeprefix("   ") for line in found[1:]] == lines


def test_interactions_that_the_other_has_not():
    """What only one of the two has is listed with its sign."""
    longer = Cassette(taped().interactions * 2)
    assert list(differences(longer, taped())) == ["2. - POST https://x/"]
    assert list(differences(taped(), longer)) == ["2. + POST https://x/"]


def said(body):
    return [line[5:] for line in differences(taped(b""), taped(body)) if line.startswith("     +")]


def test_what_other_apis_say():
    """Texts of OpenAI's two APIs add up too; what is no JSON, or no events, is compared as text."""
    chat = [{"choices": [{"index": 0, "delta": {"content": part}}]} for part in ("a", "b")]
    body = b"".join(b"data: %s\n\n" % json.dumps(chunk).encode() for chunk in chat)
    assert said(body + b"data: [DONE]\n\n") == ['+content of 0: "ab"', "+message: [DONE]"]
    responses = b"".join(event(type="response.output_text.delta", delta=part) for part in "ab")
    assert said(responses) == ['+response.output_text.delta: "ab"']
    assert said(b"plain\ntext") == ["+plain", "+text"]
    assert said(b"data: 1\n\ndata: [1]\n\n") == ["+message: 1", "+message: [1]"]


def changed(name, change):
    """Return how a golden cassette differs from itself after a change of its first body."""
    before = load(CASSETTES / name)
    first = before.interactions[0]
    body = change(first.response)
    response = dataclasses.replace(first.response, body=body, chunks=None)
    after = Cassette((Interaction(first.request, response), *before.interactions[1:]))
    lines = [line.strip() for line in differences(before, after)]
    return [line for line in lines if line.startswith(("said", "+", "-", "bytes"))]


def test_what_ollama_says_adds_up():
    """The pieces of a text are one line, whatever their times."""

    def other_times(response):
        return response.body.replace(b"09:30", b"10:45")

    lines = changed("ollama.yaml", other_times)
    assert lines[0] == "said:"
    assert [line[:20] for line in lines[1:]] == [
        '-message: {"created_',
        '-done: {"created_at"',
        '+message: {"created_',
        '+done: {"created_at"',
    ]
    lines = changed("ollama.yaml", lambda response: response.body.replace(b'"Bonjour"', b'"Hello"'))
    assert lines[1].startswith('-content: "Bonjour! Zürich is sunny ☀️')
    assert lines[2].startswith('+content: "Hello! Zürich is sunny ☀️')


def test_what_bedrock_says_adds_up():
    """Padding and headers in another order are other bytes, but say the same."""
    converse = "bedrock.yaml"
    spaced = VARIANTS["header-order"]
    assert changed(converse, lambda response: spaced.rewrite(response.body)) == [
        "bytes: the same is said in other bytes (2853 -> 2853)"
    ]
