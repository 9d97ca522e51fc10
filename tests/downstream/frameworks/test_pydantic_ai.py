"""pydantic-ai, as docs/how-to/frameworks.md shows it."""

import asyncio

import pytest
from pydantic_ai import Agent


async def answer(question: str) -> str:
    agent = Agent("anthropic:claude-haiku-5-5")
    async with agent.run_stream(question) as result:
        return await result.get_output()


@pytest.mark.streamtape(sweep="grammar:2")
def test_pydantic_ai():
    """The text does not depend on where the reads of the stream end."""
    assert asyncio.run(answer("What is the weather in Zürich?")).endswith("the lake is calm.")
