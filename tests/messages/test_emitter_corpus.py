"""What the 84 streams are emitted as: as the TypeScript helper does, but for listed deviations."""

from __future__ import annotations

import contextlib
import hashlib
import json
from typing import TYPE_CHECKING, Any

import anyio
import anyio.lowlevel
import pytest

from streamtape import messages
from streamtape.messages import AnthropicError
from streamtape.messages._emitter import EVENT_NAMES
from streamtape.messages._record import plain

if TYPE_CHECKING:
    from types import SimpleNamespace

# E5: an unfinished number counts, as in the Python SDK.
GROWING_NUMBERS = {
    "tool_nested_awkward",
    "tool_char_by_char",
    "tool_numbers",
    "tool_toolset_name",
}

# Lone surrogates have no UTF-8; a null that was sent, or set, is not there in JavaScript.
UNLIKE_SNAPSHOTS = GROWING_NUMBERS | {
    "text_split_surrogates",
    "stop_details_null",
    "compaction_classic",
}

# What follows the emissions that are the same, here and there, as names.
ENDINGS: dict[str, tuple[list[str], list[str]]] = {
    # D3: an incomplete stream is an error
    "trunc_after_deltas": (["error", "end"], ["end"]),
    "trunc_mid_event": (["error", "end"], ["end"]),
    "trunc_mid_utf8": (["error", "end"], ["end"]),
    "trunc_in_tool_input": (["error", "end"], ["end"]),
    # D3: a stop reason makes it complete
    "trunc_after_message_delta": (["finalMessage", "end"], ["end"]),
    "trunc_no_final_blank_line": (["finalMessage", "end"], ["end"]),
    "trunc_one_newline": (["finalMessage", "end"], ["end"]),
    # D8: an error without a name is an error
    "error_json_without_name": (["error", "end"], ["streamEvent", "end"]),
    # E5: a message that does not parse is a message
    "structured_order_refusal": (["message", "error", "end"], ["error", "end"]),
    # D5: the helper emits the delta before it fails
    "order_delta_without_start": (["error", "end"], ["streamEvent", "error", "end"]),
}


def camel(name: str) -> str:
    """Return the TypeScript name of an event."""
    first, *rest = name.split("_")
    return first + "".join(part.title() for part in rest)


def without_nulls(value: Any) -> Any:
    """Drop what JavaScript leaves undefined, and the SDK's Python side sets to null."""
    if isinstance(value, dict):
        return {
            key: without_nulls(item)
            for key, item in value.items()
            if not (item is None and key in {"stop_details", "encrypted_content"})
            and key != "parsed_output"
        }
    return [without_nulls(item) for item in value] if isinstance(value, list) else value


def emission(lab: SimpleNamespace, name: str, arguments: tuple[Any, ...]) -> list[Any]:
    """Write one emission as the corpus does."""
    if name in {"error", "abort"}:
        return [name]
    if name == "stream_event":
        event, message = arguments
        text = json.dumps(
            {k: v for k, v in message.to_dict().items() if (k, v) != ("stop_details", None)},
            sort_keys=True,
            separators=(",", ":"),
            ensure_ascii=False,
        )
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")
        digest = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
        snapshot = {"$snapshot": {"chars": len(text), "sha256": digest}}
        return ["streamEvent", lab.shorten(event.to_dict()), snapshot]
    key = "snapshot" if name == "input_json" else ""
    return [camel(name), *(without_nulls(lab.shorten(plain(item), key)) for item in arguments)]


def doubles(value: Any) -> Any:
    """Read numbers as JavaScript does, which knows no others."""
    return json.loads(json.dumps(value), parse_int=float)


def same(name: str, ours: list[Any], theirs: list[Any]) -> bool:
    """Whether two emissions are the same, as far as the corpus says."""
    if ours[0] == "error":
        return bool(theirs[0] == "error")
    if ours[0] == "inputJson" and name in GROWING_NUMBERS:
        return bool(ours[:2] == theirs[:2])
    # A snapshot is given for small messages only.
    if ours[0] == "streamEvent" and (len(theirs) == 2 or name in UNLIKE_SNAPSHOTS):
        return bool(ours[:2] == theirs[:2])
    if ours[0] == "streamEvent":
        return ours == theirs
    return bool(doubles(ours) == doubles(without_nulls(theirs)))


def emitted_sync(lab: SimpleNamespace, name: str, body: bytes) -> list[list[Any]]:
    """Listen to everything that a stream emits, synchronously."""
    stream = lab.classes(name)[0]([body], lab.wanted(name))
    got: list[list[Any]] = []
    for event in EVENT_NAMES:
        stream.on(event, lambda *args, event=event: got.append(emission(lab, event, args)))
    with contextlib.suppress(AnthropicError):
        stream.done()
    return got


async def emitted_async(lab: SimpleNamespace, name: str, body: bytes) -> list[list[Any]]:
    """Listen to everything that a stream emits, with asynchronous listeners."""
    stream = lab.classes(name)[1]([body], lab.wanted(name))
    got: list[list[Any]] = []
    for event in EVENT_NAMES:

        async def listen(*args: Any, event: str = event) -> None:
            await anyio.lowlevel.checkpoint()
            got.append(emission(lab, event, args))

        stream.on(event, listen)
    with contextlib.suppress(AnthropicError):
        await stream.done()
    return got


def test_emissions_are_those_of_the_typescript_helper(
    lab: SimpleNamespace, name: str, body: bytes
) -> None:
    """Every emission, its arguments and its place, from connect to end."""
    if name in lab.BIG:
        pytest.skip("no transcript of the SDK")
    got = emitted_sync(lab, name, body)
    expected = json.loads((lab.CORPUS / "expected_ts" / f"{name}.json").read_bytes())["events"]
    if name == "order_interleaved_blocks":  # D5: the helper looks at the last block
        texts = [emission for emission in got if emission[0] in {"text", "contentBlock"}]
        assert texts == [
            ["text", "a", "a"],
            ["text", "x", "x"],
            ["text", "b", "ab"],
            ["text", "y", "xy"],
            ["contentBlock", {"type": "text", "text": "ab"}],
            ["contentBlock", {"type": "text", "text": "xy"}],
        ]
        assert [emission[0] for emission in got] == [emission[0] for emission in expected]
        return
    if name == "order_two_message_starts":  # E4: the helper fails at the second one
        assert all(same(name, *pair) for pair in zip(got[:7], expected[:7], strict=True))
        assert [emission[0] for emission in got[-3:]] == ["message", "finalMessage", "end"]
        return
    ours, theirs = ENDINGS.get(name, ([], []))
    cut, sdk_cut = len(got) - len(ours), len(expected) - len(theirs)
    assert [emission[0] for emission in got[cut:]] == ours
    assert [emission[0] for emission in expected[sdk_cut:]] == theirs
    different = [
        pair for pair in zip(got[:cut], expected[:sdk_cut], strict=True) if not same(name, *pair)
    ]
    assert different == []


def test_asynchronous_listeners_get_the_same(lab: SimpleNamespace, name: str, body: bytes) -> None:
    """Each listener is awaited before the next event: colour changes nothing."""
    if name in lab.BIG:
        pytest.skip("the other test has none of it either")
    assert anyio.run(emitted_async, lab, name, body) == emitted_sync(lab, name, body)


def test_the_emitter_knows_fourteen_events() -> None:
    """The names are those of section 2.2 of the reference, in snake_case."""
    assert len(EVENT_NAMES) == 14
    assert messages.MessageStream([]).on("text", print).off("text", print).state == "open"
