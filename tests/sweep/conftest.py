"""Bodies and strategies for the tests of sweeps."""

from __future__ import annotations

import pytest
from hypothesis import strategies as st

RICH = (
    "\ufeff: hello\r\nevent: message_start\r\n"
    'data: {"type":"message_start","n":-12.5e3, "ok":true}\r\n\r\n'
    "event: content_block_delta\r\n"
    'data:{"text":"Zürich \\u00e9 \\ud83d\\ude00 </think> \\n"}\r\n\r\n'
    "data: plain text\r\ndata: [DONE]\r\n\r\n"
    "data: [DONE]\r\n\r\n"
).encode()

MESSAGE = (
    'event: message_start\ndata: {"type":"message_start","message":{"id":"msg_1","content":[]}}\n\n'
    'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,'
    '"delta":{"type":"text_delta","text":"Grüße \\"aus\\" Z\\u00fcrich \\ud83d\\ude00"}}\n\n'
    "data: [DONE]\n\n"
    'event: message_stop\ndata: {"type":"message_stop"}\n\n'
).encode()


@pytest.fixture
def rich() -> bytes:
    """A body with every kind of boundary in it."""
    return RICH


@pytest.fixture
def message() -> bytes:
    """A short stream of the Messages API, with LF line ends."""
    return MESSAGE


PIECES = (
    b"data: ",
    b"data:",
    b"event: x\n",
    b"event: message_start\n",
    b": c\n",
    b"id: 1\n",
    b"\n",
    b"\r",
    b"\r\n",
    b"\n\n",
    b"\xef\xbb\xbf",
    b'{"text":"a"}',
    b'{"a": [1, true], "text" : "\\u00e9\\\\u00e9 \\ud83d\\ude00 \\n"}',
    '{"text":"é漢😀\u2028"}'.encode(),
    b"[DONE]",
    b"plain <b> text",
    b"\xc3",
    b"\x00",
)
"""What the bodies of the laws are made of."""


@pytest.fixture(scope="session")
def bodies() -> st.SearchStrategy[bytes]:
    """Bodies with structure: pieces of event streams, in any order, broken ones too."""
    return st.lists(st.sampled_from(PIECES), max_size=16).map(b"".join)
