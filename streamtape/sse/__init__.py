r"""Server-sent events, sans-IO: bytes to events and back, by the WHATWG rules.

    >>> decoder = Decoder()
    >>> decoder.feed(b"event: greet" + b"ing\ndata: h\xc3")
    []
    >>> decoder.feed(b"\xa9\n\n")
    [Event(event='greeting', data='hé', id='')]

This package never reads a socket, never waits and knows nothing of messages: what the data means
is decided above it.

Source: https://html.spec.whatwg.org/multipage/server-sent-events.html, section 9.2.
"""

from streamtape.sse._decoder import Decoder
from streamtape.sse._encoder import encode
from streamtape.sse._event import Event
from streamtape.sse._spans import EventSpan, Line, lines, spans

__all__ = ["Decoder", "Event", "EventSpan", "Line", "encode", "lines", "spans"]
