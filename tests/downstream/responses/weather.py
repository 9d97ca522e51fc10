"""Production code of a user: asks for the weather through the Responses API, with a tool."""

import json

import openai

CLIENT, ACLIENT = openai.OpenAI(), openai.AsyncOpenAI()
ARGUMENTS = {
    "model": "gpt-5-mini",
    "input": "What is the weather in Zürich?",
    "tools": [
        {
            "type": "function",
            "name": "get_weather",
            "description": "Get the weather of a city.",
            "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
            "strict": False,
        }
    ],
}


def ask():
    """Return the text and the tool calls of the answer, as deltas and as a whole."""
    with CLIENT.responses.stream(**ARGUMENTS) as stream:
        events = list(stream)
        return collected(events, stream.get_final_response())


async def aask():
    """Do the same as `ask`, asynchronously."""
    async with ACLIENT.responses.stream(**ARGUMENTS) as stream:
        events = [event async for event in stream]
        return collected(events, await stream.get_final_response())


def collected(events, response):
    """Return what the events of one answer add up to."""
    text = "".join(event.delta for event in events if event.type == "response.output_text.delta")
    assert text == response.output_text
    calls = [item for item in response.output if item.type == "function_call"]
    return text, [(call.name, json.loads(call.arguments)) for call in calls]
