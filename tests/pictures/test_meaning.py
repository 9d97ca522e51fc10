"""What events mean: kinds, texts that grow, and snapshots that are written down as changes."""

import copy
import json
from pathlib import Path

import pytest

from streamtape.cassette import Interaction, Request, Response
from streamtape.errors import StreamtapeError
from streamtape.messages import BETA, Accumulator
from streamtape.pictures import picture
from streamtape.pictures._meaning import family_of
from streamtape.sse import Decoder

STREAMS = Path(__file__).parents[1] / "corpus" / "streams"
SHORT = [path for path in sorted(STREAMS.glob("*.sse")) if path.stat().st_size < 20_000]
START = {"type": "message_start", "message": {"role": "assistant", "content": []}}


def block(index, kind="text", **fields):
    return {
        "type": "content_block_start",
        "index": index,
        "content_block": {"type": kind, **fields},
    }


def delta(index, **fields):
    return {"type": "content_block_delta", "index": index, "delta": fields}


def applied(drawn, events):
    """Return the snapshot after so many events, as the page makes it."""
    message = None
    for event, path, value, grows in drawn.changes:
        if event >= events:
            break
        if not path:
            message = copy.deepcopy(value)
            continue
        holder = message
        for key in path[:-1]:
            holder = holder[key]
        if grows:
            holder[path[-1]] = holder.get(path[-1], "") + value
        elif isinstance(holder, list) and path[-1] == len(holder):
            holder.append(copy.deepcopy(value))
        else:
            holder[path[-1]] = copy.deepcopy(value)
    return message


def drawn_from(body):
    return picture(Interaction(Request("POST", "https://a.example/"), Response(body=body)))


@pytest.mark.parametrize("path", SHORT, ids=lambda path: path.stem)
def test_changes_add_up_to_the_snapshot_after_every_event(path):
    """Applied one by one, they give what the accumulator has, tool inputs as text until whole."""
    drawn = drawn_from(path.read_bytes())
    accumulator, raw = Accumulator(BETA), Decoder().feed(drawn.body)
    assert len(raw) == len(drawn.events)
    for number, event in enumerate(raw, 1):
        try:
            data = {"type": event.event, **json.loads(event.data)}
            if data["type"] == "error":
                break
            if data["type"] != "ping":
                accumulator.push(data)
        except (ValueError, TypeError):
            continue  # no JSON object
        except StreamtapeError:
            break
        found = applied(drawn, number)
        expected = accumulator.message and accumulator.message.to_dict()
        for at, item in enumerate(found["content"] if found else ()):
            if isinstance(item.get("input"), str):
                expected["content"][at]["input"] = item["input"]
        assert found == expected, number
    if raw and drawn.changes and accumulator.stopped:
        assert found == accumulator.message.to_dict()


def test_changes_are_as_long_as_the_stream():
    """What is written down is no longer than the body, however many events there are."""
    drawn = drawn_from((STREAMS / "tool_big_200k.sse").read_bytes())
    size = sum(len(json.dumps(change.value)) for change in drawn.changes)
    assert size < len(drawn.body)
    assert len(drawn.changes) > 4000


def test_an_input_is_text_until_its_block_stops(stream):
    """The JSON of a tool's input grows as text, and is a value when it is whole."""
    drawn = picture(
        stream(
            START,
            block(0, "tool_use", id="t", name="n", input={}),
            delta(0, type="input_json_delta", partial_json='{"a":'),
            delta(0, type="input_json_delta", partial_json=" 1}"),
            {"type": "content_block_stop", "index": 0},
        )
    )
    inputs = [applied(drawn, events)["content"][0]["input"] for events in (2, 3, 4, 5)]
    assert inputs == [{}, '{"a":', '{"a": 1}', {"a": 1}]


def test_a_block_that_comes_late_stands_in_its_place(stream):
    """Blocks are in the order of their indexes, whatever the order in which they began."""
    drawn = picture(
        stream(START, block(1, text="b"), block(0, text="a"), delta(1, type="text_delta", text="!"))
    )
    assert [item["text"] for item in applied(drawn, 4)["content"]] == ["a", "b!"]


def test_a_broken_stream_keeps_its_last_snapshot(stream):
    """Behind an error, or an event that cannot be, nothing changes any more."""
    hi = [START, block(0, text=""), delta(0, type="text_delta", text="Hi")]
    for broken in ({"type": "error", "error": {}}, delta(7, type="text_delta", text="?")):
        drawn = picture(stream(*hi, broken, delta(0, type="text_delta", text=" there")))
        assert applied(drawn, 99)["content"][0]["text"] == "Hi"


def test_text_grows_whatever_else_a_delta_holds(stream):
    """A delta with fields that nobody knows still adds its text, under the same name."""
    drawn = picture(
        stream(
            START,
            block(0, text=""),
            delta(0, type="text_delta", text="a"),
            delta(0, type="text_delta", text="b", unknown=1),
        )
    )
    assert drawn.texts == ("text of 0",)
    assert [(event.adds_to, event.text) for event in drawn.events[2:]] == [(0, "a"), (0, "b")]


def test_other_apis_have_events_and_texts_and_no_snapshot(stream):
    """Chat completions and the Responses API are drawn too, only not as a message."""
    chat = {"object": "chat.completion.chunk", "choices": [{"index": 0, "delta": {"content": "x"}}]}
    drawn = picture(stream(chat, {"type": "response.output_text.delta", "delta": "y"}))
    assert [event.kind for event in drawn.events] == [
        "chat.completion.chunk",
        "response.output_text.delta",
    ]
    assert drawn.texts == ("content of 0", "response.output_text.delta")
    assert drawn.changes == ()


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"data: [DONE]\n\n", "[DONE]"),
        (b"data: some words\n\n", "message"),
        (b"event: tick\ndata: [1]\n\n", "tick"),
        (b"event: tick\ndata: {}\n\n", "tick"),
        (b"data: " + b"[" * 100_000 + b"\n\n", "message"),
        (b'data: {"type": 7, "delta": 7}\n\n', "message"),
    ],
)
def test_an_event_without_a_known_shape_goes_by_its_name(body, kind):
    """What is no JSON, or no object, has the type that the wire says."""
    assert [event.kind for event in drawn_from(body).events] == [kind]


def test_numbers_that_are_none_are_text(stream):
    """NaN, which Python's JSON knows and a browser's does not, is a word in a snapshot."""
    drawn = picture(stream({**START, "message": {"content": [], "x": float("nan")}}))
    assert applied(drawn, 1)["x"] == "NaN"


@pytest.mark.parametrize(
    ("kind", "family"),
    [
        ("message_start", "message"),
        ("content_block_stop", "block"),
        ("text_delta", "text"),
        ("chat.completion.chunk", "text"),
        ("thinking_delta", "thinking"),
        ("input_json_delta", "json"),
        ("response.function_call_arguments.delta", "json"),
        ("response.output_item.added", "block"),
        ("contentBlockDelta", "text"),
        ("internalServerException", "error"),
        ("[DONE]", "message"),
        ("message", "text"),
        ("error", "error"),
        ("ping", "other"),
    ],
)
def test_families(kind, family):
    """Kinds that mean alike have one family, and one colour."""
    assert family_of(kind) == family
