"""Messages that stream: the official SDK's stream, correct where it is wrong, and an emitter.

    >>> chunks = [b'event: message_start\\ndata: {"type":"message_start","message":{"role":"assis',
    ...           b'tant"}}\\n\\nevent: message_stop\\ndata: {"type":"message_stop"}\\n\\n']
    >>> [event.type for event in MessageStream(chunks)]
    ['message_start', 'message_stop']

A stream is made of a response of httpx or httpx2, or of any iterable of bytes. Below it, sans-IO:
`Accumulator` (raw events in, emitted events out). Nothing here imports httpx.
"""

from streamtape.messages._accumulate import Accumulator
from streamtape.messages._async import AsyncMessageStream, BetaAsyncMessageStream
from streamtape.messages._sync import BetaMessageStream, MessageStream

__all__ = [
    "Accumulator",
    "AsyncMessageStream",
    "BetaAsyncMessageStream",
    "BetaMessageStream",
    "MessageStream",
]
