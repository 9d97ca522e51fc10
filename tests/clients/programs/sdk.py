"""The official Python SDKs.

python sdk.py sync|async anthropic|openai
"""

from __future__ import annotations

import asyncio
import sys

from lines import answer_all

KEY = "streamtape"
# What comes over the wire; the helper's own events (text, input_json, ...) follow from it.
WIRE = ("message_start", "message_delta", "message_stop")
WIRE += ("content_block_start", "content_block_delta", "content_block_stop")


def note_event(answer, event):
    """Note an event of a stream of messages."""
    if event.type in WIRE:
        answer.events.append(event.type)


def arguments(case):
    """Return what the SDK's methods take: it says `stream` itself where the method is for that."""
    return {name: value for name, value in case["body"].items() if name != "stream"}


def anthropic_sync():
    """`messages.stream`, and its final message."""
    import anthropic

    client = anthropic.Anthropic(api_key=KEY, max_retries=0)

    def ask(case, answer):
        given = {"base_url": case["url"], "timeout": case["timeout"]}
        there = client.with_options(**given, default_headers=case["headers"])
        with there.messages.stream(**arguments(case)) as stream:
            answer.status = stream.response.status_code
            for event in stream:
                note_event(answer, event)
            answer.result = stream.get_final_message().to_dict()

    return ask


def anthropic_async():
    """The same, awaited."""
    import anthropic

    client = anthropic.AsyncAnthropic(api_key=KEY, max_retries=0)

    async def ask(case, answer):
        given = {"base_url": case["url"], "timeout": case["timeout"]}
        there = client.with_options(**given, default_headers=case["headers"])
        async with there.messages.stream(**arguments(case)) as stream:
            answer.status = stream.response.status_code
            async for event in stream:
                note_event(answer, event)
            answer.result = (await stream.get_final_message()).to_dict()

    return awaited(ask)


def openai_sync():
    """`chat.completions.create(stream=True)`."""
    import openai

    client = openai.OpenAI(api_key=KEY, max_retries=0)

    def ask(case, answer):
        given = {"base_url": case["url"] + "/v1", "timeout": case["timeout"]}
        there = client.with_options(**given, default_headers=case["headers"])
        with there.chat.completions.create(**case["body"]) as stream:
            answer.status = stream.response.status_code
            for chunk in stream:
                answer.events.append(chunk.to_dict())

    return ask


def openai_async():
    """The same, awaited."""
    import openai

    client = openai.AsyncOpenAI(api_key=KEY, max_retries=0)

    async def ask(case, answer):
        given = {"base_url": case["url"] + "/v1", "timeout": case["timeout"]}
        there = client.with_options(**given, default_headers=case["headers"])
        async with await there.chat.completions.create(**case["body"]) as stream:
            answer.status = stream.response.status_code
            async for chunk in stream:
                answer.events.append(chunk.to_dict())

    return awaited(ask)


def awaited(ask):
    """Return a function that runs `ask` on one event loop, which stays."""
    runner = asyncio.Runner()
    return lambda case, answer: runner.run(ask(case, answer))


CLIENTS = {
    ("sync", "anthropic"): anthropic_sync,
    ("async", "anthropic"): anthropic_async,
    ("sync", "openai"): openai_sync,
    ("async", "openai"): openai_async,
}

if __name__ == "__main__":
    answer_all(CLIENTS[sys.argv[1], sys.argv[2]]())
