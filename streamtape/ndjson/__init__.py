r"""Newline-delimited JSON, sans-IO: bytes to lines and values, and back.

    >>> decoder = Decoder()
    >>> decoder.feed(b'{"n":1}\n{"n"')
    [{'n': 1}]
    >>> decoder.feed(b':2}'), decoder.close()
    ([], [{'n': 2}])

What `application/x-ndjson` and `application/jsonl` are: Ollama streams so. This package never reads
a socket, and knows nothing of what the values mean.

Source: https://github.com/ndjson/ndjson-spec: a value a line, LF or CR LF behind each. A CR alone
is taken for a line end too: JSON has no raw one in a string. U+2028 and its like are text.
"""

from streamtape.ndjson._decoder import Decoder, LineDecoder
from streamtape.ndjson._encoder import encode
from streamtape.ndjson._spans import LineSpan, spans

__all__ = ["Decoder", "LineDecoder", "LineSpan", "encode", "spans"]
