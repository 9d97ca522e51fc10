"""What a live stream does, noted as it happens, and the interaction that it becomes.

This module decides what is kept of a session. It never reads a clock: times are handed in, in
seconds on any monotonic scale.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from streamtape.cassette import Chunk, End, EndKind, Interaction, Request, Response

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    Timed: TypeAlias = tuple[float, bytes]
    Decode: TypeAlias = Callable[[Sequence[Timed]], Sequence[Timed]]

__all__ = ["Recording"]

_ENCODED_ONLY = frozenset({"content-encoding", "content-length"})
_LEAST_TAIL = 1000  # microseconds; a complete body that ends sooner ends "at once"


class Recording:
    """One interaction being recorded.

    Args:
        request: what was sent.
        started: when.
    """

    def __init__(self, request: Request, started: float) -> None:
        self.request = request
        self._started = started
        self._status = 0
        self._headers: list[tuple[str, str]] = []
        self._http_version = "HTTP/1.1"
        self._head_at = started
        self._chunks: list[Timed] = []
        self._end: tuple[EndKind, float] | None = None

    @property
    def status(self) -> int:
        """The status code of the response; 0 before there is one."""
        return self._status

    @property
    def has_head(self) -> bool:
        """Whether a response has begun; without one, there is nothing to replay."""
        return self._status != 0

    @property
    def ended(self) -> bool:
        """Whether the ending has been noted."""
        return self._end is not None

    def head(
        self, status: int, headers: Iterable[tuple[str, str]], http_version: str, at: float
    ) -> None:
        """Note the head of the response."""
        self._status, self._http_version, self._head_at = status, http_version, at
        self._headers = list(headers)

    def chunk(self, data: bytes, at: float) -> None:
        """Note one chunk, as the client got it."""
        self._chunks.append((at, data))

    def finish(self, kind: EndKind, at: float) -> None:
        """Note the ending; only the first counts."""
        if self._end is None:
            self._end = (kind, at)

    def decode(self, decode: Decode) -> None:
        """Replace the chunks by their decoded form, and drop the headers that told of the encoding.

        Boundaries are those of the decoded chunks: what a client's `iter_bytes` hands out.
        """
        self._chunks = list(decode(self._chunks))
        self._headers = [
            (name, v) for name, v in self._headers if name.lower() not in _ENCODED_ONLY
        ]

    def interaction(self) -> Interaction:
        """Return what was recorded; a response that nobody finished counts as aborted."""
        last = self._chunks[-1][0] if self._chunks else self._head_at
        kind, at = self._end or ("aborted", last)
        after = _microseconds(last, at)
        if kind == "complete" and after < _LEAST_TAIL:
            after = 0
        before = (self._head_at, *(at for at, _ in self._chunks))
        return Interaction(
            self.request,
            Response(
                status=self._status,
                headers=tuple(self._headers),
                body=b"".join(data for _, data in self._chunks),
                chunks=tuple(
                    Chunk(_microseconds(previous, at), len(data))
                    for previous, (at, data) in zip(before, self._chunks, strict=False)
                ),
                head=_microseconds(self._started, self._head_at),
                end=End(kind, after),
                http_version=self._http_version,
            ),
        )


def _microseconds(start: float, end: float) -> int:
    # Both ends are rounded, not their difference: rounded gaps would drift over a long stream.
    return max(0, round(end * 1e6) - round(start * 1e6))
