"""An agent that streams: it asks, runs the tools that the model calls for, and asks again."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import anthropic

WEATHER = {
    "name": "get_weather",
    "description": "The weather in a city.",
    "input_schema": {
        "type": "object",
        "properties": {"city": {"type": "string"}, "unit": {"type": "string"}},
        "required": ["city"],
    },
}


@dataclass
class Run:
    """What one run of the agent did."""

    text: str = ""
    calls: list[tuple[str, object]] = field(default_factory=list)
    turns: int = 0


class Agent:
    """Asks a model until it calls for no more tools."""

    def __init__(
        self,
        tools: dict[str, Callable[..., Awaitable[str]]],
        on_text: Callable[[str], None] = lambda text: None,
        max_turns: int = 5,
    ) -> None:
        self._client = anthropic.AsyncAnthropic(timeout=60)
        self._tools = tools
        self._on_text = on_text
        self._max_turns = max_turns

    async def run(self, question: str) -> Run:
        """Run to the end."""
        run = Run()
        messages = [{"role": "user", "content": question}]
        while run.turns < self._max_turns:
            message = await self._turn(messages, run)
            calls = [block for block in message.content if block.type == "tool_use"]
            if not calls:
                return run
            messages.append({"role": "assistant", "content": message.content})
            results = await asyncio.gather(*[self._call(call, run) for call in calls])
            messages.append({"role": "user", "content": results})
        raise RuntimeError(f"no end after {run.turns} turns")

    async def _turn(self, messages: list, run: Run) -> anthropic.types.Message:
        run.turns += 1
        async with self._client.messages.stream(
            model="claude-haiku-5-5", max_tokens=500, messages=messages, tools=[WEATHER]
        ) as stream:
            async for text in stream.text_stream:
                run.text += text
                self._on_text(text)
            return await stream.get_final_message()

    async def _call(self, call: anthropic.types.ToolUseBlock, run: Run) -> dict:
        run.calls.append((call.name, call.input))
        result = await self._tools[call.name](**call.input)
        return {"type": "tool_result", "tool_use_id": call.id, "content": result}
