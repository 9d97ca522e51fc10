"""Production code of a user: asks a model that Ollama runs for the weather, with a tool."""

import ollama

CLIENT, ACLIENT = ollama.Client(), ollama.AsyncClient()
ARGUMENTS = {
    "model": "qwen3:4b",
    "messages": [{"role": "user", "content": "What is the weather in Zürich?"}],
    "tools": [
        {
            "type": "function",
            "function": {
                "name": "get_weather",
                "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
            },
        }
    ],
    "stream": True,
}


def ask():
    """Return the text and the tool calls of the answer."""
    return collected(list(CLIENT.chat(**ARGUMENTS)))


async def aask():
    """Do the same as `ask`, asynchronously."""
    return collected([part async for part in await ACLIENT.chat(**ARGUMENTS)])


def collected(parts):
    """Return what the parts of one answer add up to."""
    text = "".join(part.message.content or "" for part in parts)
    calls = [call.function for part in parts for call in part.message.tool_calls or ()]
    assert [part.done for part in parts][-1]
    return text, [(call.name, dict(call.arguments)) for call in calls]
