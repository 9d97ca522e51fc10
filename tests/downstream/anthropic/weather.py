"""Production code of a user: asks a model for the weather, with a tool."""

import anthropic

CLIENT, ACLIENT = anthropic.Anthropic(), anthropic.AsyncAnthropic()
QUESTION = {"role": "user", "content": "What is the weather in Zürich?"}
TOOL = {
    "name": "get_weather",
    "description": "Get the weather of a city.",
    "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}},
}
ARGUMENTS = {
    "model": "claude-haiku-5-5",
    "max_tokens": 200,
    "messages": [QUESTION],
    "tools": [TOOL],
}


def ask():
    """Return the text and the tool calls of the answer."""
    with CLIENT.messages.stream(**ARGUMENTS) as stream:
        text = "".join(stream.text_stream)
        return text, calls(stream.get_final_message())


async def aask():
    """Do the same as `ask`, asynchronously."""
    async with ACLIENT.messages.stream(**ARGUMENTS) as stream:
        text = "".join([piece async for piece in stream.text_stream])
        return text, calls(await stream.get_final_message())


def calls(message):
    """Return the tool calls of a message."""
    return [(block.name, block.input) for block in message.content if block.type == "tool_use"]
