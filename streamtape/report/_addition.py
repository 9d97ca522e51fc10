"""What one event adds to a text that grows, whichever API it is of.

It knows the shapes of deltas and nothing else; what is done with them is the caller's.
"""

from __future__ import annotations

from typing import Any, NamedTuple

__all__ = ["Addition", "addition"]

# Members of a delta whose texts add up; every other member is compared event by event.
_ADDS_UP = ("text", "thinking", "partial_json", "content", "signature")


class Addition(NamedTuple):
    """A piece of a text.

    Attributes:
        name: which text: ``text of 0``.
        text: what it grows by.
    """

    name: str
    text: str


def addition(value: Any) -> Addition | None:
    """Return what an event whose JSON is `value` adds to a text, or None.

    Known are the deltas of the Messages API, of chat completions, of the Responses API, of
    Bedrock's Converse API, and Ollama's messages.
    """
    if not isinstance(value, dict):
        return None
    choices = value.get("choices")
    holder = choices[0] if isinstance(choices, list) and len(choices) == 1 else value
    delta = holder.get("delta") if isinstance(holder, dict) else None
    if isinstance(delta, str):  # of the Responses API
        return Addition(f"{value.get('type')}", delta)
    if isinstance(delta, dict):
        texts = [name for name in delta if name in _ADDS_UP and isinstance(delta[name], str)]
        if len(texts) == 1 and set(delta) <= {"type", *texts}:
            index = holder.get("index", holder.get("contentBlockIndex", 0))
            return Addition(f"{texts[0]} of {index}", delta[texts[0]])
    message = value.get("message")
    keys = message.keys() if isinstance(message, dict) else ()
    if message and value.get("done") is False and {*keys} == {"role", "content"}:  # of Ollama
        return Addition("content", f"{message['content']}")
    return None
