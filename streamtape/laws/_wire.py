"""What the bytes of a recording say, worked out by the plainest rules.

No stream and no accumulator is asked, streamtape's least of all: what the laws compare with must
not share a mistake with what they check.
"""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

from streamtape.sse import Decoder

__all__ = ["RAW", "Told", "difference", "wire_events"]

RAW = frozenset(
    {
        "message_start",
        "content_block_start",
        "content_block_delta",
        "content_block_stop",
        "message_delta",
        "message_stop",
    }
)
"""The types of the events that a message is made of."""

# What a delta adds, by its type: the field of the delta, which is that of the block, too.
_TEXTS = {"text_delta": "text", "thinking_delta": "thinking"}


def wire_events(body: bytes) -> list[dict[str, Any] | None]:
    """Return the JSON of every event of a body; None for one that no message is made of."""
    found: list[dict[str, Any] | None] = []
    for event in Decoder().feed(body):
        try:
            data = json.loads(event.data)
        except ValueError:
            data = None
        is_raw = isinstance(data, dict) and data.get("type") in RAW
        found.append(data if is_raw else None)
    return found


class Told:
    """The message that has been told by now.

    Attributes:
        message: its fields but for the content, or None before it began.
        blocks: its blocks by their index.
        open: the indexes of blocks that have begun and not ended.
    """

    def __init__(self) -> None:
        self.message: dict[str, Any] | None = None
        self.blocks: dict[int, dict[str, Any]] = {}
        self.open: set[int] = set()
        self._json: dict[int, str] = {}

    def add(self, event: dict[str, Any]) -> str | None:
        """Take the next raw event.

        Returns:
            What is wrong with its place in the stream, or None.
        """
        kind, index = event["type"], event.get("index")
        match kind:
            case "message_start":
                if self.message is not None:
                    return "a second message_start"
                self.message = deepcopy(event["message"])
            case _ if self.message is None:
                return f"{kind} before message_start"
            case "message_delta":
                self._end_message(self.message, event)
            case "message_stop":
                return f"message_stop with block {min(self.open)} open" if self.open else None
            case "content_block_start" if index in self.open:
                return f"block {index} is begun twice"
            case "content_block_delta" | "content_block_stop" if index not in self.open:
                return f"{kind} for block {index}, which is not open"
            case _:
                self._block(kind, event["index"], event)
        return None

    def _block(self, kind: str, index: int, event: dict[str, Any]) -> None:
        if kind == "content_block_start":
            self._begin(index, event["content_block"])
        elif kind == "content_block_delta":
            self._extend(index, event["delta"])
        else:
            self._finish(index)

    def _begin(self, index: int, block: dict[str, Any]) -> None:
        self.open.add(index)
        self.blocks[index] = deepcopy(block)
        self._json[index] = ""

    def _extend(self, index: int, delta: dict[str, Any]) -> None:
        block, kind = self.blocks[index], delta.get("type")
        if kind in _TEXTS:
            name = _TEXTS[kind]
            block[name] = block.get(name, "") + delta[name]
        elif kind == "signature_delta":
            block["signature"] = delta["signature"]
        elif kind == "citations_delta":
            block["citations"] = [*(block.get("citations") or ()), delta["citation"]]
        elif kind == "input_json_delta":
            self._json[index] += delta["partial_json"]

    def _finish(self, index: int) -> None:
        self.open.discard(index)
        if self._json[index]:
            self.blocks[index]["input"] = json.loads(self._json[index])

    @staticmethod
    def _end_message(message: dict[str, Any], event: dict[str, Any]) -> None:
        message.update(event.get("delta") or {})
        usage = {key: value for key, value in event["usage"].items() if value is not None}
        message["usage"] = {**message.get("usage", {}), **usage}

    def text(self, index: int) -> str:
        """Return the text, the thinking or the JSON that a block has by now."""
        block = self.blocks.get(index, {})
        text = block.get("text") or block.get("thinking") or self._json.get(index) or ""
        return str(text)

    def whole(self) -> dict[str, Any]:
        """Return the message with its content."""
        content = [self.blocks[index] for index in sorted(self.blocks)]
        return {**(self.message or {}), "content": content}


def difference(expected: Any, found: Any, where: str = "") -> str | None:
    """Say where `found` lacks something of `expected`, or None.

    What is there besides is no difference, and neither is a field that is null on one side and
    missing on the other: every implementation has fields of its own.
    """
    if isinstance(expected, dict) and isinstance(found, dict):
        for key, value in expected.items():
            if value is None and found.get(key) is None:
                continue
            if told := difference(value, found.get(key), f"{where}.{key}" if where else str(key)):
                return told
        return None
    if isinstance(expected, list) and isinstance(found, list):
        for at, (one, other) in enumerate(zip(expected, found, strict=False)):
            if told := difference(one, other, f"{where}[{at}]"):
                return told
        if len(expected) != len(found):
            return f"{where} has {len(found)} items, not {len(expected)}"
        return None
    return None if expected == found else f"{where} is {found!r}, not {expected!r}"
