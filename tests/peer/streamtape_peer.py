"""Puts streamtape's classes where the official SDK's tests look for the SDK's own.

A pytest plugin (`-p streamtape_peer`), loaded before the test modules are imported. It replaces
names in the installed SDK, in every module that bound them (reference, section 8.3): the four
managers and streams, `accumulate_event`, `TRACKS_TOOL_INPUT`, the event classes that tests use with
`isinstance`, and the decoder below the raw `Stream`. The tests themselves are not touched.
"""

from __future__ import annotations

import collections
import importlib
from typing import TYPE_CHECKING, Any

import anthropic
from anthropic import _streaming as sdk_streaming
from anthropic._models import construct_type_unchecked
from anthropic.types import content_block
from anthropic.types.beta import beta_content_block
from anthropic.types.beta.parsed_beta_message import ParsedBetaMessage
from anthropic.types.parsed_message import ParsedMessage

from streamtape import messages
from streamtape.messages._dialect import BETA, STABLE
from streamtape.sse import Decoder

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

USES: collections.Counter[str] = collections.Counter()

HELPERS = ("anthropic.lib.streaming", "anthropic")
STABLE_MODULES = (
    "anthropic.lib.streaming._messages",
    "anthropic.resources.messages.messages",
    *HELPERS,
)
BETA_MODULES = (
    "anthropic.lib.streaming._beta_messages",
    "anthropic.resources.beta.messages.messages",
    *HELPERS,
)


def _given(output_format: Any) -> Any:
    """Translate the SDK's ways of saying that no type was asked for."""
    return output_format if isinstance(output_format, type) else None


def _counted(base: type[Any]) -> type[Any]:
    """Return a manager that counts its uses and takes the SDK's arguments."""

    def __init__(self: Any, api_request: Any, *, output_format: Any = None) -> None:  # noqa: N807 - it becomes the constructor
        USES[base.__name__] += 1
        base.__init__(self, api_request, output_format=_given(output_format))

    return type(base.__name__, (base,), {"__init__": __init__, "__module__": __name__})


def _accumulate(
    *,
    event: Any,
    current_snapshot: Any,
    json_bufs: dict[int, bytes],
    request_headers: Any = None,
    output_format: Any = None,
) -> Any:
    """Apply one event to a snapshot with streamtape's accumulator; give the SDK's class back."""
    USES["accumulate_event"] += 1
    beta = request_headers is not None
    accumulator = messages.Accumulator(BETA if beta else STABLE)
    if beta and "fine-grained-tool-streaming-2025-05-14" in request_headers.get(
        "anthropic-beta", ""
    ):
        accumulator.json_mode = "trailing-strings"
    if current_snapshot is not None:
        start = {"type": "message_start", "message": current_snapshot.to_dict()}
        accumulator.push(start)
    for index, text in json_bufs.items():
        delta = {"type": "input_json_delta", "partial_json": text.decode()}
        accumulator.push({"type": "content_block_delta", "index": index, "delta": delta})
    raw = event if isinstance(event, dict) else event.to_dict()
    accumulator.push(raw)
    delta = raw.get("delta", {})
    if delta.get("type") == "input_json_delta":
        buffered = json_bufs.get(raw["index"], b"")
        json_bufs[raw["index"]] = buffered + delta["partial_json"].encode()
    assert accumulator.message is not None
    parsed = ParsedBetaMessage if beta else ParsedMessage
    return construct_type_unchecked(value=accumulator.message.to_dict(), type_=parsed)


class PeerDecoder:
    """The SDK's decoder interface over streamtape's decoder."""

    def iter_bytes(self, chunks: Iterator[bytes]) -> Iterator[Any]:
        """Decode chunks."""
        USES["Decoder"] += 1
        decoder = Decoder()
        for chunk in chunks:
            yield from map(self._event, decoder.feed(chunk))

    async def aiter_bytes(self, chunks: AsyncIterator[bytes]) -> AsyncIterator[Any]:
        """Decode chunks that are awaited."""
        USES["Decoder"] += 1
        decoder = Decoder()
        async for chunk in chunks:
            for event in decoder.feed(chunk):
                yield self._event(event)

    @staticmethod
    def _event(event: Any) -> Any:
        # The SDK says None where the standard says `message`.
        name = None if event.event == "message" else event.event
        return sdk_streaming.ServerSentEvent(event=name, data=event.data, id=event.id or None)


def _tracked(union: Any, tags: frozenset[str]) -> tuple[type[Any], ...]:
    """Return the SDK's classes for the kinds of block whose input streamtape puts together."""
    members = union.__args__[0].__args__
    return tuple(m for m in members if m.model_fields["type"].annotation.__args__[0] in tags)


def _replace(modules: tuple[str, ...], names: dict[str, Any]) -> None:
    for module_name in modules:
        module = importlib.import_module(module_name)
        for name, value in names.items():
            if hasattr(module, name):
                setattr(module, name, value)


def install() -> None:
    """Replace everything."""
    managers = ("MessageStreamManager", "AsyncMessageStreamManager")
    streams = ("MessageStream", "AsyncMessageStream")
    stable: dict[str, Any] = {name: _counted(getattr(messages, name)) for name in managers}
    stable |= {name: getattr(messages, name) for name in streams}
    stable |= {
        "accumulate_event": _accumulate,
        "TRACKS_TOOL_INPUT": _tracked(content_block.ContentBlock, STABLE.tools),
        "InputJsonEvent": messages.InputJsonEvent,
    }
    _replace(STABLE_MODULES, stable)
    beta_names = ("BetaMessageStreamManager", "BetaAsyncMessageStreamManager")
    beta: dict[str, Any] = {name: _counted(getattr(messages, name)) for name in beta_names}
    beta |= {
        name: getattr(messages, name) for name in ("BetaMessageStream", "BetaAsyncMessageStream")
    }
    beta |= {
        "accumulate_event": _accumulate,
        "TRACKS_TOOL_INPUT": _tracked(beta_content_block.BetaContentBlock, BETA.tools),
        "BetaInputJsonEvent": messages.InputJsonEvent,
        "BetaCompactionEvent": messages.CompactionEvent,
    }
    _replace((*BETA_MODULES, "anthropic.lib.streaming._beta_types"), beta)
    _replace(("anthropic._streaming", "anthropic._base_client"), {"SSEDecoder": PeerDecoder})


install()
assert anthropic.__version__ == "2.11.0"


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say how often the substitutes were used: a run that used none proves nothing."""
    for name, count in sorted(USES.items()):
        terminalreporter.write_line(f"streamtape's {name}: {count} uses")
