"""Views of JSON: read, dumped, copied, compared; nothing lost, nothing validated."""

from __future__ import annotations

import copy
import json
import pickle
from typing import Any

import anthropic
import pytest
from anthropic.lib import streaming
from hypothesis import given
from hypothesis import strategies as st

from streamtape import messages
from streamtape.messages import (
    BetaMessage,
    Message,
    RawContentBlockStartEvent,
    TextBlock,
    ToolUseBlock,
    UnknownBlock,
    UnknownModel,
    Usage,
    WebSearchToolResultBlock,
)

STATUS_BASES = {
    anthropic.APIError,
    anthropic.APIConnectionError,
    anthropic.APIStatusError,
    anthropic.InternalServerError,
}

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@given(st.dictionaries(st.text(), json_values))
def test_a_view_gives_back_what_was_sent(data: dict[str, Any]) -> None:
    """Whatever the object: known fields, unknown ones, wrong types; also once it was looked at."""
    sent = json.loads(json.dumps(data))
    view = Message[None](data)
    for name in ("content", "usage", "container", "diagnostics", "stop_details"):
        getattr(view, name)
    assert view.to_dict() == sent
    assert json.loads(view.to_json()) == sent
    assert copy.deepcopy(view) == view == pickle.loads(pickle.dumps(view))


def test_nested_objects_are_views_of_their_kind() -> None:
    """Each by its tag; the same object at each look."""
    message: Any = Message[None](
        content=[
            {"type": "text", "text": "x"},
            {"type": "hologram", "depth": 3},
            {
                "type": "web_search_tool_result",
                "tool_use_id": "t",
                "content": [{"type": "web_search_result", "url": "u", "title": "t"}],
            },
            {
                "type": "web_search_tool_result",
                "tool_use_id": "t",
                "content": {"type": "web_search_tool_result_error", "error_code": "unavailable"},
            },
        ],
        usage={"input_tokens": 1, "cache_creation": {"ephemeral_1h_input_tokens": 2}},
        diagnostics={
            "cache_miss_reason": {"type": "tools_changed", "cache_missed_input_tokens": 4}
        },
        stop_details={"type": "novelty", "why": 1},
    )
    text, unknown, results, failed = message.content
    first: Any = results
    assert isinstance(text, TextBlock)
    assert isinstance(unknown, UnknownBlock)
    assert unknown.depth == 3
    assert message.content[0] is text
    assert isinstance(results, WebSearchToolResultBlock)
    assert first.content[0].url == "u"
    assert failed.content.error_code == "unavailable"
    assert message.usage.cache_creation.ephemeral_1h_input_tokens == 2
    assert isinstance(message.diagnostics.cache_miss_reason, messages.CacheMissToolsChanged)
    assert type(message.stop_details) is UnknownModel


def test_what_is_declared_and_not_sent_is_none_and_other_names_are_errors() -> None:
    """The error lists what there is."""
    usage = Usage(input_tokens=1)
    assert usage.output_tokens is None
    assert usage.model_fields_set == {"input_tokens"}
    with pytest.raises(AttributeError) as caught:
        usage.tokens  # noqa: B018 - looking is the test
    assert str(caught.value) == "Usage has no field 'tokens'. It has: input_tokens"
    with pytest.raises(AttributeError):
        usage._private  # noqa: B018 - as above


def test_dumps_are_those_of_a_pydantic_model() -> None:
    """With defaults, without unset ones, without nulls; as text, too."""
    block = ToolUseBlock(type="tool_use", id="t", name="n", input={"a": None}, extra=1)
    assert block.model_dump() == {
        "caller": None,
        "toolset_name": None,
        "type": "tool_use",
        "id": "t",
        "name": "n",
        "input": {"a": None},
        "extra": 1,
    }
    assert block.model_dump(exclude_unset=True) == block.to_dict()
    assert "caller" not in block.model_dump(exclude_none=True)
    assert block.model_extra == {"extra": 1}
    assert json.loads(block.model_dump_json(exclude_none=True)) == block.to_dict()
    assert block.to_json(indent=1).startswith('{\n "type"')
    message = BetaMessage[None](content=[block])
    assert message.model_dump()["content"][0]["caller"] is None
    assert "context_management" in message.model_dump()
    assert "context_management" not in Message[None](content=[]).model_dump()


def test_a_view_is_a_mapping_of_plain_json() -> None:
    """So that `dict()` and clients of other make take it."""
    block = TextBlock(type="text", text="x", citations=[{"type": "char_location"}])
    assert dict(block) == block.to_dict()
    assert (len(block), "text" in block, block["citations"]) == (
        3,
        True,
        [{"type": "char_location"}],
    )
    assert bool(TextBlock()) is True
    assert {"text", "citations", "type"} <= set(dir(block))
    assert repr(TextBlock(text="x")) == "TextBlock(text='x')"


def test_fields_can_be_assigned_and_copies_are_their_own() -> None:
    """An assignment is seen in dumps; a shallow copy shares nested objects, a deep one none."""
    block = ToolUseBlock(type="tool_use", input={"a": 1})
    shallow, deep = copy.copy(block), block.model_copy(deep=True, update={"id": "new"})
    block.input["a"] = 2
    block.name = "n"
    assert block.to_dict() == {"type": "tool_use", "input": {"a": 2}, "name": "n"}
    assert shallow.to_dict() == {"type": "tool_use", "input": {"a": 2}}
    assert deep.to_dict() == {"type": "tool_use", "input": {"a": 1}, "id": "new"}
    assert block != shallow
    assert block != {"type": "tool_use"}
    with pytest.raises(TypeError):
        hash(block)


def test_a_parsed_value_stays_with_the_block_and_out_of_dumps() -> None:
    """Copies keep it; a deep one has its own."""
    block = TextBlock(type="text", text="[1]")
    assert (block.parsed_output, block.is_parsed) == (None, False)
    block.parsed_output = [1]
    for twin in (copy.copy(block), copy.deepcopy(block)):
        assert twin.parsed_output == [1]
        assert twin.to_dict() == {"type": "text", "text": "[1]"}
    assert copy.copy(block).parsed_output is block.parsed_output
    assert copy.deepcopy(block).parsed_output is not block.parsed_output
    assert "parsed_output" not in block.model_dump()


def test_a_key_that_is_a_keyword_has_an_underscore_behind_it() -> None:
    """`from` of a fallback block is `from_`."""
    event = RawContentBlockStartEvent(
        content_block={"type": "fallback", "from": {"model": "a"}, "to": {"model": "b"}}
    )
    block = event.content_block
    assert isinstance(block, messages.FallbackBlock)
    assert block.from_.model == "a"


def test_a_message_can_be_sent_back() -> None:
    """`to_param()` is the next request's history."""
    message = Message[None](role="assistant", id="m", content=[{"type": "text", "text": "x"}])
    assert message.to_param() == {
        "role": "assistant",
        "content": [{"type": "text", "text": "x"}],
    }


def test_every_export_exists_and_the_fields_of_every_class_can_be_read() -> None:
    """`__all__` is what can be imported; each view reads each of its declared fields."""
    for name in messages.__all__:
        thing = getattr(messages, name)
        if isinstance(thing, type) and issubclass(thing, messages.Model):
            view = thing()
            assert all(getattr(view, field) is None for field in view.model_dump())
            assert thing.__doc__


def test_the_names_of_the_official_sdk_are_there() -> None:
    """Streams, managers, events, errors: what its users import."""
    names = {name for name in dir(streaming) if name[0].isupper() and name.isidentifier()}
    assert names - set(messages.__all__) == {"TypeAlias"}
    # D16: the classes that the SDK picks by `error_code` hang below those of the statuses.
    errors = {
        name
        for name, thing in vars(anthropic).items()
        if isinstance(thing, type)
        and issubclass(thing, anthropic.APIError)
        and thing.__base__ in STATUS_BASES
        and (thing.__base__ is not anthropic.APIStatusError or hasattr(messages, name))
        and (thing.__base__ is not anthropic.InternalServerError or hasattr(messages, name))
    }
    assert len(errors) > 20
    assert errors - set(messages.__all__) == {"APIWebhookValidationError"}
