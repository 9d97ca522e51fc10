"""Production code of a user: asks a model for the weather, with a tool."""

import json

import openai

CLIENT, ACLIENT = openai.OpenAI(), openai.AsyncOpenAI()
ARGUMENTS = {
    "model": "gpt-5-mini",
    "messages": [{"role": "user", "content": "What is the weather in Zürich?"}],
    "tools": [
        {
            "type": "function",
            "function": {"name": "get_weather", "parameters": {"type": "object"}},
        }
    ],
    "stream": True,
}


def ask():
    """Return the text and the tool calls of the answer."""
    collected = Collected()
    for chunk in CLIENT.chat.completions.create(**ARGUMENTS):
        collected.add(chunk)
    return collected.result()


async def aask():
    """Do the same as `ask`, asynchronously."""
    collected = Collected()
    async for chunk in await ACLIENT.chat.completions.create(**ARGUMENTS):
        collected.add(chunk)
    return collected.result()


class Collected:
    """What the chunks of one answer add up to."""

    def __init__(self):
        self.text, self.name, self.arguments = "", "", ""

    def add(self, chunk):
        """Add one chunk."""
        for choice in chunk.choices:
            self.text += choice.delta.content or ""
            for call in choice.delta.tool_calls or ():
                self.name += call.function.name or ""
                self.arguments += call.function.arguments or ""

    def result(self):
        """Return the text and the calls."""
        return self.text, [(self.name, json.loads(self.arguments))]
