"""Raw events in, emitted events out, without bytes."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from pydantic import JsonValue

from streamtape.messages import (
    Accumulator,
    BetaMessageStream,
    Flaw,
    IncompleteStreamError,
    InputJsonEvent,
    InvalidEventError,
    MessageStream,
    NoTextError,
    NotStartedError,
    OutputParseError,
    TextEvent,
    ToolInputError,
)
from streamtape.messages._buffers import parse_partial

if TYPE_CHECKING:
    from types import SimpleNamespace


def push(*events: dict[str, Any]) -> tuple[Accumulator, list[Any]]:
    """Push events into a new accumulator."""
    accumulator = Accumulator()
    return accumulator, [emitted for event in events for emitted in accumulator.push(event)]


def test_blocks_are_addressed_by_their_index(lab: SimpleNamespace) -> None:
    """Any index, in any order; the content is sorted by it."""
    accumulator, _ = push(
        lab.START, *lab.text_events("b", index=7), *lab.text_events("a", index=3), *lab.STOP
    )
    assert accumulator.message is not None
    assert [block.text for block in accumulator.message.content] == ["a", "b"]


def test_an_index_that_is_started_twice_keeps_both_blocks(lab: SimpleNamespace) -> None:
    """Later deltas go to the newer one."""
    accumulator, _ = push(lab.START, *lab.text_events("a"), *lab.text_events("b"))
    assert accumulator.message is not None
    assert [block.text for block in accumulator.message.content] == ["a", "b"]


def test_a_kept_event_has_the_snapshot_of_its_time(lab: SimpleNamespace) -> None:
    """However much came after it, and however often it is looked at."""
    texts = [f"{number}," for number in range(50)]
    _, events = push(lab.START, *lab.text_events(*texts))
    kept = [event for event in events if isinstance(event, TextEvent)]
    whole = "".join(texts)
    for event in [*reversed(kept), *kept]:
        assert whole.startswith(event.snapshot)
        assert event.snapshot.endswith(event.text)
    assert kept[-1].snapshot == whole
    assert kept[0].to_dict() == {"type": "text", "text": "0,", "snapshot": "0,"}


def test_snapshots_of_a_tools_input_are_objects_of_their_own(lab: SimpleNamespace) -> None:
    """To change one changes no other; the block's own is the last."""
    accumulator, events = push(lab.START, *lab.tool_events("", '{"a": [1', ", 2]", "}"))
    kept = [event for event in events if isinstance(event, InputJsonEvent)]
    assert [event.snapshot for event in kept] == [{}, {"a": [1]}, {"a": [1, 2]}, {"a": [1, 2]}]
    kept[2].snapshot["a"].append(3)
    assert kept[2].snapshot == kept[3].snapshot == {"a": [1, 2]}
    assert accumulator.message is not None
    assert accumulator.message.content[0].input == {"a": [1, 2]}


def test_the_input_of_a_live_block_is_as_far_as_its_text(lab: SimpleNamespace) -> None:
    """Parsed when it is looked at; what was sent at the start holds until the first text."""
    start, first, second, _ = lab.tool_events('{"a": "x', 'y"}')
    start["content_block"]["input"] = {"old": 1}
    accumulator, _ = push(lab.START, start)
    block = accumulator.message.content[0]  # type: ignore[union-attr]
    assert block.input == {"old": 1}
    accumulator.push(first)
    assert block.input == {}
    assert accumulator.flaws() == [Flaw(0, "unterminated"), Flaw(0, "unstopped")]
    accumulator.push(second)
    assert block.input == {"a": "xy"}
    assert accumulator.flaws() == [Flaw(0, "unstopped")]


def test_what_is_doubtful_about_a_tools_input_is_said(lab: SimpleNamespace) -> None:
    """Cut JSON, and JSON with more behind it, parse; the flaws tell."""
    accumulator, _ = push(
        lab.START,
        *lab.tool_events('{"path": "/x"', index=0),
        *lab.tool_events('{"a": 1}}', index=1),
        *lab.tool_events('{"a": 1}', index=2),
        *lab.tool_events(index=3),
        *lab.STOP,
    )
    assert accumulator.message is not None
    inputs = [block.input for block in accumulator.message.content]
    assert inputs == [{"path": "/x"}, {"a": 1}, {"a": 1}, {}]
    assert accumulator.flaws() == [Flaw(0, "unterminated"), Flaw(1, "trailing")]


def test_input_that_is_no_json_is_an_error_at_the_blocks_end(lab: SimpleNamespace) -> None:
    """It shows the text; the block keeps what the good beginning gave."""
    stream = MessageStream[None](
        [lab.encode(lab.START, *lab.tool_events('{"a": 1, "b"', ": oops}"), *lab.STOP)]
    )
    with pytest.raises(ToolInputError) as caught:
        stream.get_final_message()
    assert str(caught.value) == (
        "Unable to parse tool parameter JSON from model. Please retry your request or adjust your "
        'prompt. Error: expected value at line 1 column 15. JSON: {"a": 1, "b": oops}'
    )
    assert isinstance(caught.value, ValueError)
    assert caught.value.json == '{"a": 1, "b": oops}'
    partial = caught.value.partial_message
    assert partial is not None
    assert partial.content[0].input == {"a": 1}


@pytest.mark.parametrize(
    ("text", "standard", "trailing"),
    [
        ("{", {}, {}),
        ('{"a"', {}, {}),
        ('{"a": "b', {}, {"a": "b"}),
        ('{"a": "b\\', {}, {"a": "b"}),
        ('{"a": "b\\u00', {}, {"a": "b"}),
        ('{"a": 12', {"a": 12}, {"a": 12}),
        ('{"a": 12.', {}, {}),
        ('{"a": -', {}, {}),
        ('{"a": 1.5', {"a": 1.5}, {"a": 1.5}),
        ('{"a": tr', {}, {}),
        ('{"a": ["x", "y', {"a": ["x"]}, {"a": ["x", "y"]}),
        ('{"a":1}}', {"a": 1}, {"a": 1}),
        ('{"a":1 "b"', {"a": 1}, {"a": 1}),
        ('{"a": 1, "a": 2}', {"a": 2}, {"a": 2}),
        (
            '{"a": 123456789012345678901}',
            {"a": 123456789012345678901},
            {"a": 123456789012345678901},
        ),
        ("[1, 2", [1, 2], [1, 2]),
    ],
)
def test_unfinished_json_is_what_there_is_of_it(text: str, standard: Any, trailing: Any) -> None:
    """Section 3.3 of the reference: strings are dropped, or kept as far as they go."""
    assert parse_partial(text, True) == standard
    assert parse_partial(text, "trailing-strings") == trailing


def test_a_character_whose_halves_came_apart_is_one_again() -> None:
    """Two escapes of a pair in two deltas: the text of the input has the character."""
    assert parse_partial('{"a": "\ud83d\ude00"}', True) == {"a": "\U0001f600"}


@pytest.mark.parametrize("text", [" ", '{"a":1,}', '{"a":\ud83d', "x"])
def test_what_is_no_beginning_of_json_is_an_error(text: str) -> None:
    """White space alone, a comma too many, half a character."""
    for mode in (True, "trailing-strings"):
        with pytest.raises(ToolInputError):
            parse_partial(text, mode)


@pytest.mark.parametrize(
    ("event", "message"),
    [
        (
            {"type": "content_block_delta", "index": 5, "delta": {}},
            "content_block_delta event: block 5 was never started.",
        ),
        (
            {"type": "content_block_delta", "index": -1, "delta": {}},
            "content_block_delta event: its `index` is -1, not a number from 0 on.",
        ),
        (
            {"type": "content_block_delta", "index": 0, "delta": None},
            "content_block_delta event: its `delta` is None, not an object.",
        ),
        (
            {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta"}},
            "content_block_delta event: its `text` is not text.",
        ),
        (
            {
                "type": "content_block_delta",
                "index": 1,
                "delta": {"type": "input_json_delta", "partial_json": 1},
            },
            "content_block_delta event: its `partial_json` is not text.",
        ),
        (
            {"type": "content_block_stop", "index": 9},
            "content_block_stop event: block 9 was never started.",
        ),
        (
            {"type": "content_block_stop"},
            "content_block_stop event: its `index` is None, not a number from 0 on.",
        ),
        (
            {"type": "content_block_start", "index": True, "content_block": {}},
            "content_block_start event: its `index` is True, not a number from 0 on.",
        ),
        (
            {"type": "content_block_start", "index": 2, "content_block": []},
            "content_block_start event: its `content_block` is not an object.",
        ),
        (
            {
                "type": "content_block_start",
                "index": 2,
                "content_block": {"type": "text", "text": 1},
            },
            "content_block_start event: its `text` is not text.",
        ),
        (
            {"type": "message_delta", "usage": 5},
            "message_delta event: its `usage` is not an object.",
        ),
    ],
)
def test_an_event_that_cannot_be_says_why(
    lab: SimpleNamespace, event: dict[str, Any], message: str
) -> None:
    """The whole sentence; and the partial message is kept."""
    stream = MessageStream[None](
        [lab.encode(lab.START, *lab.text_events(), *lab.tool_events(index=1), event)]
    )
    with pytest.raises(InvalidEventError) as caught:
        stream.get_final_message()
    assert str(caught.value) == f"the stream has an invalid {message}"
    assert caught.value.partial_message is stream.current_message_snapshot


@pytest.mark.parametrize(
    ("event", "problem"),
    [
        ({"type": "message_start"}, "its `message` is not an object"),
        (
            {"type": "message_start", "message": {"content": {"a": 1}}},
            "its `content` is not a list",
        ),
        ({"type": "message_start", "message": {"content": [1]}}, "its block 0 is not an object"),
    ],
)
def test_a_message_that_cannot_begin_says_why(event: dict[str, Any], problem: str) -> None:
    """Its facts are on the error."""
    with pytest.raises(InvalidEventError) as caught:
        push(event)
    assert (caught.value.event, caught.value.problem) == ("message_start", problem)


def test_missing_pieces_are_forgiven(lab: SimpleNamespace) -> None:
    """No usage, null content, no delta, a text block without text."""
    accumulator, _ = push(
        {"type": "message_start", "message": {"content": None}},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text"}},
        {"type": "message_delta", "usage": {"output_tokens": 3}},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}},
    )
    assert accumulator.complete
    assert accumulator.message is not None
    assert accumulator.message.content[0].text == ""
    assert accumulator.message.usage.output_tokens == 3


def test_content_that_is_there_at_the_start_counts(lab: SimpleNamespace) -> None:
    """Deltas add to it."""
    start = {"type": "message_start", "message": {"content": [{"type": "text", "text": "pre"}]}}
    delta = {
        "type": "content_block_delta",
        "index": 0,
        "delta": {"type": "text_delta", "text": "a"},
    }
    accumulator, events = push(start, delta)
    assert events[-1].snapshot == "prea"
    assert accumulator.message is not None
    assert accumulator.message.to_dict()["content"][0]["text"] == "prea"


def test_thinking_and_signatures_and_citations_grow(lab: SimpleNamespace) -> None:
    """Thinking is added to, a signature replaces, citations are listed as of each event."""
    thinking = {"type": "thinking", "thinking": "", "signature": ""}

    def delta(index: int, kind: str, **fields: Any) -> dict[str, Any]:
        inner = {"type": kind, **fields}
        return {"type": "content_block_delta", "index": index, "delta": inner}

    cited = {"type": "char_location", "cited_text": "x"}
    _, events = push(
        lab.START,
        {"type": "content_block_start", "index": 0, "content_block": thinking},
        delta(0, "thinking_delta", thinking="a"),
        delta(0, "thinking_delta", thinking="b"),
        delta(0, "signature_delta", signature="s"),
        delta(0, "signature_delta", signature="t"),
        delta(0, "text_delta", text="not here"),
        {"type": "content_block_stop", "index": 0},
        {"type": "content_block_start", "index": 1, "content_block": {"type": "text", "text": ""}},
        delta(1, "citations_delta", citation=cited),
        delta(1, "citations_delta", citation={**cited, "cited_text": "y"}),
        delta(1, "signature_delta", signature="not here"),
    )
    derived = [e for e in events if e.type in {"thinking", "signature", "citation", "text"}]
    assert [event.type for event in derived] == [
        "thinking",
        "thinking",
        "signature",
        "signature",
        "citation",
        "citation",
    ]
    assert derived[1].to_dict() == {"type": "thinking", "thinking": "b", "snapshot": "ab"}
    assert [len(event.snapshot) for event in derived[4:]] == [1, 2]
    assert derived[5].to_dict()["snapshot"][1]["cited_text"] == "y"
    stop = next(event for event in events if event.type == "content_block_stop")
    assert stop.content_block.to_dict() == {"type": "thinking", "thinking": "ab", "signature": "t"}


def test_an_incomplete_stream_says_what_came_last(lab: SimpleNamespace) -> None:
    """And what else the response may be."""
    stream = MessageStream[None]([lab.encode(lab.START)])
    stream.until_done()
    assert stream.state == "incomplete"
    with pytest.raises(IncompleteStreamError) as caught:
        stream.get_final_message()
    assert str(caught.value) == (
        "the stream ended before the message did: the last event was message_start. "
        "What there is of the message is in `partial_message`."
    )

    class Page:
        headers = {"content-type": "text/html"}  # noqa: RUF012 - a stand-in

        def iter_bytes(self) -> Any:
            return iter([b"<html>"])

    page = MessageStream[None](Page())
    with pytest.raises(IncompleteStreamError) as caught:
        page.get_final_text()
    assert str(caught.value) == (
        "the stream ended before the message did: no event came at all. The response is text/html, "
        "not text/event-stream. What there is of the message is in `partial_message`."
    )


def test_a_snapshot_before_the_message_says_so() -> None:
    """Not an assertion."""
    with pytest.raises(NotStartedError) as caught:
        _ = MessageStream[None]([]).current_message_snapshot
    assert str(caught.value) == (
        "there is no message yet: `message_start` has not come. Read an event first."
    )


def test_a_message_without_text_says_what_it_has(lab: SimpleNamespace) -> None:
    """A RuntimeError too, as the official SDK's."""
    stream = MessageStream[None]([lab.encode(lab.START, *lab.tool_events("{}"), *lab.STOP)])
    with pytest.raises(NoTextError) as caught:
        stream.get_final_text()
    assert str(caught.value) == (
        "there is no text in the message: it has tool_use content block(s). "
        "Use get_final_message()."
    )
    assert isinstance(caught.value, RuntimeError)


@pytest.mark.parametrize("text", ["0", "[]", '""', "false", "null"])
def test_falsy_values_are_values(lab: SimpleNamespace, text: str) -> None:
    """`parsed_output` is the first that parsed, not the first that is true."""
    stream = MessageStream[Any](
        [lab.encode(lab.START, *lab.text_events(text), *lab.STOP)], JsonValue
    )
    message = stream.get_final_message()
    assert message.parsed_output == json.loads(text)
    assert message.content[0].is_parsed


def test_a_type_that_is_not_met_is_an_error_with_the_whole_message(lab: SimpleNamespace) -> None:
    """All events come first; the error has the message, the text and the reason to stop."""
    body = lab.encode(lab.START, *lab.text_events("I can't."), *lab.STOP)
    stream = MessageStream[int]([body], int)
    seen: list[str] = []
    stream.on("stream_event", lambda event, _: seen.append(event.type))
    with pytest.raises(OutputParseError) as caught:
        stream.until_done()
    assert seen[-2:] == ["message_delta", "message_stop"]
    error = caught.value
    assert str(error).startswith("the model's text is no int (it stopped with end_turn): 1 valid")
    assert str(error).endswith(". The whole message is in `partial_message`.")
    assert (error.text, error.stop_reason, error.wanted) == ("I can't.", "end_turn", "int")
    assert error.message is stream.current_message_snapshot
    assert isinstance(error, ValueError)


def test_one_text_that_parses_is_enough(lab: SimpleNamespace) -> None:
    """A sentence before the JSON is no failure, nor is an answer without text."""
    texts = [*lab.text_events("Here:"), *lab.text_events("7", index=1)]
    stream = MessageStream[int]([lab.encode(lab.START, *texts, *lab.STOP)], int)
    assert stream.get_final_message().parsed_output == 7
    tool = MessageStream[int]([lab.encode(lab.START, *lab.tool_events("{}"), *lab.STOP)], int)
    assert tool.get_final_message().parsed_output is None


def test_a_text_event_can_be_parsed_as_far_as_it_goes(lab: SimpleNamespace) -> None:
    """Unfinished strings count."""
    _, events = push(lab.START, *lab.text_events('{"a": "b', 'c"}'))
    texts = [event for event in events if isinstance(event, TextEvent)]
    assert [event.parsed_snapshot() for event in texts] == [{"a": "b"}, {"a": "bc"}]


def test_the_beta_api_keeps_unfinished_strings_where_it_was_asked_to(lab: SimpleNamespace) -> None:
    """The request's header `anthropic-beta` says so."""
    body = lab.encode(lab.START, *lab.tool_events('{"a": "b'), *lab.STOP)
    for beta, expected in (("fine-grained-tool-streaming-2025-05-14", {"a": "b"}), ("x", {})):
        request = httpx.Request("POST", "http://x", headers={"anthropic-beta": f"y,{beta}"})
        response = httpx.Response(200, content=body, request=request)
        message = BetaMessageStream[None](response).get_final_message()
        assert message.content[0].input == expected
