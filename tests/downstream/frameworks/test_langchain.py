"""LangChain, as docs/how-to/frameworks.md shows it."""

import pytest
from langchain_anthropic import ChatAnthropic


def answer(question: str) -> str:
    model = ChatAnthropic(model="claude-haiku-5-5", max_tokens=200)
    return "".join(chunk.text for chunk in model.stream(question))


@pytest.mark.streamtape(sweep="grammar:2")
def test_langchain():
    """The text does not depend on where the reads of the stream end."""
    assert answer("What is the weather in Zürich?").endswith("the lake is calm.")
