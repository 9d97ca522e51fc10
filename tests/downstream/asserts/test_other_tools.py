"""A transcript is plain data to the tools that users have for that already."""

import anthropic
import pytest
from dirty_equals import IsPartialDict, IsStr
from inline_snapshot import snapshot as inline

import streamtape
from streamtape.checks import assert_events, event, text, tool_use

QUESTION = {
    "model": "claude-demo",
    "max_tokens": 200,
    "messages": [{"role": "user", "content": "What is the weather in Zürich?"}],
    "tools": [{"name": "get_weather", "input_schema": {"type": "object"}}],
}
pytestmark = pytest.mark.streamtape("../test_answer/weather.yaml")


@pytest.fixture
def t():
    """What the official SDK emits."""
    return streamtape.transcript(anthropic.Anthropic().messages.stream(**QUESTION))


def test_dirty_equals(t):
    """Its values stand anywhere in a pattern, and for a whole event."""
    city = tool_use("get_weather", IsPartialDict(city=IsStr(min_length=3)))
    start = event("message_start", message=IsPartialDict(id=IsStr(regex="msg_.*")))
    patterns = [start, ..., IsPartialDict(type="text"), text(IsStr()), ..., city, ...]
    assert_events(t, patterns)


def test_inline_snapshot(t):
    """What it wrote into this file is what comes."""
    said = t.to_dict(mask="ids")
    assert said["events"][2:5] == inline(
        [{"text": "Bonjour!"}, {"text": " Zürich"}, {"text": " is"}]
    )
    assert said["message"]["id"] == inline("<id 1>")


def test_syrupy(t, snapshot):
    """What stands in its own file is what comes."""
    assert t.to_dict(mask="ids") == snapshot
