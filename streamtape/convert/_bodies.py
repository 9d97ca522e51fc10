"""Bodies as streamtape keeps them: decoded, and one chunk where they are no event stream."""

from __future__ import annotations

import importlib
import zlib
from typing import TYPE_CHECKING

from streamtape.cassette import Chunk, Response
from streamtape.formats import SSE, format_of

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["response"]


def response(
    status: int, headers: Iterable[tuple[str, str]], body: bytes, *, http_version: str = "HTTP/1.1"
) -> Response:
    """Build a response of which only the whole body is known."""
    fields = [(name.lower(), value) for name, value in headers]
    encoding = next((value for name, value in fields if name == "content-encoding"), "")
    fields = [(n, v) for n, v in fields if n not in ("content-encoding", "transfer-encoding")]
    if encoding:
        body = _decoded(body, encoding)
        fields = [(name, value) for name, value in fields if name != "content-length"]
    kind = next((value for name, value in fields if name == "content-type"), "")
    streams = kind.startswith("text/event-stream") or format_of(kind or "text/plain") is not SSE
    chunks = None if streams else (Chunk(0, len(body)),) if body else ()
    return Response(status, tuple(fields), body, chunks, http_version=http_version)


def _decoded(body: bytes, encodings: str) -> bytes:
    for encoding in reversed([part.strip().lower() for part in encodings.split(",")]):
        body = _decode(body, encoding)
    return body


def _decode(body: bytes, encoding: str) -> bytes:
    """Undo one encoding; a body that is not encoded, although it says so, was decoded before."""
    if encoding in ("gzip", "x-gzip", "deflate"):
        for window in (47, -15):
            try:
                return zlib.decompress(body, window)
            except zlib.error:
                continue
        return body
    if encoding == "br":
        return _with("brotli", body)
    if encoding == "zstd":
        return _with("zstandard", body)
    return body


def _with(library: str, body: bytes) -> bytes:
    try:
        module = importlib.import_module(library)
    except ModuleNotFoundError:
        raise ValueError(f"its bodies need the package {library}: pip install {library}") from None
    if library == "brotli":
        decoded: bytes = module.decompress(body)
    else:
        decoded = module.ZstdDecompressor().decompressobj().decompress(body)
    return decoded
