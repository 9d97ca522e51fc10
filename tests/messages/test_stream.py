"""The stream as a consumer sees it: events, texts, the final message, the end."""

from __future__ import annotations

import anyio
import pytest

from streamtape.messages import AsyncMessageStream, MessageStream

BODY = (
    b'event: message_start\ndata: {"type":"message_start","message":{"id":"msg_1","type":"message",'
    b'"role":"assistant","model":"m","content":[],"stop_reason":null,"stop_sequence":null,'
    b'"usage":{"input_tokens":1,"output_tokens":1}}}\n\n'
    b'event: content_block_start\ndata: {"type":"content_block_start","index":0,'
    b'"content_block":{"type":"text","text":""}}\n\n'
    b'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,'
    b'"delta":{"type":"text_delta","text":"Hello"}}\n\n'
    b'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,'
    b'"delta":{"type":"text_delta","text":" there"}}\n\n'
    b'event: content_block_stop\ndata: {"type":"content_block_stop","index":0}\n\n'
    b'event: message_delta\ndata: {"type":"message_delta","delta":{"stop_reason":"end_turn",'
    b'"stop_sequence":null},"usage":{"output_tokens":3}}\n\n'
    b'event: message_stop\ndata: {"type":"message_stop"}\n\n'
)
TYPES = [
    "message_start",
    "content_block_start",
    "content_block_delta",
    "text",
    "content_block_delta",
    "text",
    "content_block_stop",
    "message_delta",
    "message_stop",
]


def test_a_stream_yields_raw_and_derived_events_in_the_sdks_order() -> None:
    """Each delta comes first as it was sent, then as what it adds up to."""
    assert [event.type for event in MessageStream([BODY])] == TYPES


def test_the_final_message_is_what_the_events_add_up_to() -> None:
    """Text, stop reason and usage of the final message come from all of the events."""
    message = MessageStream[None]([BODY]).get_final_message()
    assert message.content[0].text == "Hello there"
    assert (message.stop_reason, message.usage.output_tokens) == ("end_turn", 3)


def test_text_stream_yields_the_text_as_it_comes() -> None:
    """One string for each text delta."""
    assert list(MessageStream([BODY]).text_stream) == ["Hello", " there"]


@pytest.mark.parametrize("library", ["asyncio", "trio"])
def test_the_asynchronous_stream_is_the_same(library: str) -> None:
    """Events, texts and final text do not depend on the colour."""

    async def use() -> None:
        stream: AsyncMessageStream[None] = AsyncMessageStream([BODY])
        assert [event.type async for event in stream] == TYPES
        assert await stream.get_final_text() == "Hello there"
        again: AsyncMessageStream[None] = AsyncMessageStream([BODY])
        assert [text async for text in again.text_stream] == ["Hello", " there"]

    anyio.run(use, backend=library)
