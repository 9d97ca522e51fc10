"""What a user writes: the same two tests, once and under every split."""

import pytest
from weather import aask, ask

EXPECTED_CALLS = [("get_weather", {"city": "Zürich", "unit": "°C"})]


@pytest.mark.streamtape
def test_ask():
    """The answer has its text and its tool call."""
    text, calls = ask()
    assert text.startswith("Bonjour! Zürich is sunny ☀️ today")
    assert calls == EXPECTED_CALLS


@pytest.mark.asyncio
@pytest.mark.streamtape
async def test_aask():
    """The asynchronous answer is the same."""
    text, calls = await aask()
    assert text.startswith("Bonjour! Zürich is sunny ☀️ today")
    assert calls == EXPECTED_CALLS
