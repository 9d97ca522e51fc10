"""Whatever events come, in whatever order: a message, or an error that is documented."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from streamtape.messages import (
    AnthropicError,
    BetaMessageStream,
    MessageStream,
    MessageStreamError,
)

if TYPE_CHECKING:
    from collections.abc import Callable

DEEP: Any = []
for _ in range(150):
    DEEP = [DEEP]

# Values that are wrong almost everywhere.
odd = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 3),
    st.sampled_from([10**400, -(2**63), 1.5, 1e308, "", "text", "\ud800", [], {}, [{}], DEEP]),
    st.just({"type": []}),
    st.just({"type": {"type": 1}}),
)


def mostly(right: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Draw the right thing in most cases, and something odd in others."""
    return st.integers(0, 11).flatmap(lambda n: odd if n == 0 else right)


def thing(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Draw an object whose fields may be odd or missing."""
    optional = {name: mostly(value) for name, value in fields.items()}
    return st.integers(0, 9).flatmap(
        lambda n: (
            st.fixed_dictionaries({}, optional=optional)
            if n == 0
            else st.fixed_dictionaries(optional)
        )
    )


index = st.integers(0, 2)
words = st.sampled_from(
    ["", "a", "é", "\ud83d", "\ude00", '{"a": 1', "}", "[", '"', " ", "NaN", "\\"]
)
kinds = st.sampled_from(
    [
        "text",
        "thinking",
        "tool_use",
        "server_tool_use",
        "mcp_tool_use",
        "compaction",
        "fallback",
        "x",
    ]
)
citation = thing(type=st.sampled_from(["char_location", "x"]), cited_text=words)
block = thing(
    type=kinds,
    text=words,
    thinking=words,
    input=st.sampled_from([{}, {"a": 1}, None, []]),
    citations=st.lists(citation, max_size=1),
    to=thing(model=words),
)
delta = thing(
    type=st.sampled_from(
        [
            "text_delta",
            "thinking_delta",
            "input_json_delta",
            "citations_delta",
            "signature_delta",
            "compaction_delta",
            "x",
        ]
    ),
    text=words,
    thinking=words,
    partial_json=words,
    citation=citation,
    signature=words,
    content=words,
)
usage = thing(input_tokens=st.integers(), output_tokens=st.integers(), iterations=st.just([{}]))
message = thing(
    id=words, type=st.just("message"), content=st.lists(block, max_size=2), usage=usage, model=words
)
reason = thing(stop_reason=st.sampled_from(["end_turn", None]), container=thing(id=words))
events = st.one_of(
    thing(type=st.just("message_start"), message=message),
    thing(type=st.just("content_block_start"), index=index, content_block=block),
    thing(type=st.just("content_block_delta"), index=index, delta=delta),
    thing(type=st.just("content_block_delta"), index=index, delta=delta),
    thing(type=st.just("content_block_stop"), index=index),
    thing(type=st.just("message_delta"), delta=reason, usage=usage),
    thing(type=st.just("message_stop")),
    thing(type=st.sampled_from(["future", "ping", "error", "text", "input_json"]), error=delta),
    odd,
)
names = st.sampled_from([None, None, "message_start", "content_block_delta", "x", "error", "ping"])
good_start = st.just({"type": "message_start", "message": {"content": [], "usage": {}}})
sequences = st.tuples(
    st.one_of(good_start, good_start, events), st.lists(st.tuples(names, events), max_size=12)
)


def write(sequence: Any) -> bytes:
    """Write a sequence of events, each under its own name or another."""
    first, rest = sequence
    parts = []
    for name, event in ((None, first), *rest):
        own = event.get("type") if isinstance(event, dict) else None
        line = f"event: {name or own}\n" if isinstance(name or own, str) else ""
        parts.append(f"{line}data: {json.dumps(event)}\n\n".encode("utf-8", "surrogatepass"))
    return b"".join(parts)


def use_everything(stream: Any) -> None:
    """Read a stream and look at all that it offers; nothing undocumented may come out of it."""
    seen: list[Any] = []
    for name in ("stream_event", "text", "input_json", "content_block", "message", "error", "end"):
        stream.on(name, lambda *_: None)
    try:
        for event in stream:
            seen.append(event)
            _ = event.type if "type" in event else None
    except AnthropicError as error:
        assert stream.error is error  # noqa: PT017 - both outcomes are right
    for event in seen:
        try:
            json.dumps(event.to_dict())
            event.model_dump(), repr(event)
        except MessageStreamError:
            assert stream.state != "complete" or stream.flaws or event.type == "input_json"
    _ = stream.flaws, stream.messages, stream.current_message
    assert stream.ended
    for final in (stream.get_final_message, stream.get_final_text):
        try:
            assert final() is not None
        except AnthropicError as error:
            assert str(error)  # noqa: PT017 - both outcomes are right
    assert stream.state in {"complete", "incomplete", "errored"}


def law(sequence: Any, cls: Callable[..., Any]) -> None:
    """Read one made-up body."""
    use_everything(cls([write(sequence)]))


@given(sequence=sequences, beta=st.booleans())
@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_sequence_ends_in_a_message_or_a_documented_error(sequence: Any, *, beta: bool) -> None:
    """Wrong order, missing or odd fields, nulls, huge numbers, deep nesting: never a bare error."""
    law(sequence, BetaMessageStream if beta else MessageStream)


@pytest.mark.long
@given(sequence=sequences, beta=st.booleans())
@settings(max_examples=100_000, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_hundred_thousand_sequences(sequence: Any, *, beta: bool) -> None:
    """The long form of the same law."""
    law(sequence, BetaMessageStream if beta else MessageStream)
