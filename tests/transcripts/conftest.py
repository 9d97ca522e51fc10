"""Streams of one recording, as every kind of client hands them out."""

import anthropic
import pytest

import streamtape

TEXT = "Bonjour! Zürich is sunny ☀️ today: 24 °C, and the lake is calm."
ARGUMENTS = {
    "model": "claude-demo",
    "max_tokens": 200,
    "messages": [{"role": "user", "content": "What is the weather in Zürich?"}],
    "tools": [{"name": "get_weather", "input_schema": {"type": "object"}}],
}


@pytest.fixture(scope="session")
def weather(pytestconfig):
    """The golden cassette with a text and a tool call."""
    return streamtape.load(pytestconfig.rootpath / "cassettes" / "weather.yaml")


@pytest.fixture
def use(weather):
    """Replay it to every client."""
    options = {"split": "events", "allow_playback_repeats": True}
    return lambda **more: streamtape.use_cassette(weather.path, **options | more)


@pytest.fixture(scope="session")
def sdk():
    """The official SDK's client, sync; making one takes 50 ms."""
    with anthropic.Anthropic(api_key="x", base_url="https://api.anthropic.com") as client:
        yield client


@pytest.fixture
def arguments():
    return dict(ARGUMENTS)


@pytest.fixture(scope="session")
def text():
    """The text of the message."""
    return TEXT
