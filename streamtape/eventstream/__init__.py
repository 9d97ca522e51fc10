r"""AWS event streams, sans-IO: binary frames to values and back, checksums and all.

    >>> frame = Frame((Header(":event-type", "chunk"),), b'{"n":1}')
    >>> data = encode(frame)
    >>> len(data), data[:4].hex()
    (41, '00000029')
    >>> decoder = Decoder()
    >>> decoder.feed(data[:17]), decoder.feed(data[17:]) == [frame]
    ([], True)

What `application/vnd.amazon.eventstream` is: Amazon Bedrock streams so, and other services of AWS.
This package never reads a socket, and knows nothing of what the payloads mean.

Source: https://smithy.io/2.0/aws/amazon-eventstream.html. A frame is::

    total length, headers length, CRC-32 of these eight bytes     the prelude: 4 bytes each
    headers: name length (1 byte), name, type (1 byte), value     the value as its type says
    payload
    CRC-32 of everything before                                   4 bytes; all big-endian
"""

from streamtape.eventstream._decoder import Decoder
from streamtape.eventstream._encoder import encode, resealed
from streamtape.eventstream._frame import Frame, Header, HeaderType, HeaderValue
from streamtape.eventstream._spans import FrameSpan, HeaderSpan, frames, is_prelude, spans
from streamtape.eventstream._wrapped import unwrapped, wrapped

__all__ = [
    "Decoder",
    "Frame",
    "FrameSpan",
    "Header",
    "HeaderSpan",
    "HeaderType",
    "HeaderValue",
    "encode",
    "frames",
    "is_prelude",
    "resealed",
    "spans",
    "unwrapped",
    "wrapped",
]
