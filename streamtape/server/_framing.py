"""How a body is framed on an HTTP/1.1 connection: a pure value, parsed in one place.

This module decides the framing of a response and nothing else; `_http` writes it.

====================  ============================================================================
``recorded``          what the recorded headers say; chunked where they say nothing
``chunked``           ``transfer-encoding: chunked``, one HTTP chunk for each chunk
``content-length``    the length in the head
``close``             neither: the body ends where the connection does
``chunked:bytes``     chunked, and the framing itself is cut too: every byte of chunk sizes, line
                      ends and data is a write of its own. Also ``chunked:size:N``, and
                      ``chunked:at:N,N`` (offsets in the framed body)
====================  ============================================================================
"""

from __future__ import annotations

import contextlib
from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias, get_args

from streamtape import splits
from streamtape.errors import UsageError
from streamtape.faults import Disconnect

if TYPE_CHECKING:
    from collections.abc import Iterable

    from streamtape.cassette import Headers, Interaction, Response
    from streamtape.faults import Fault

__all__ = [
    "Frame",
    "Framing",
    "FramingLike",
    "Kind",
    "Offsets",
    "check_fault",
    "frame_of",
    "framing_of",
    "parse",
]

Kind: TypeAlias = Literal["chunked", "content-length", "close"]
Offsets: TypeAlias = splits.Bytes | splits.Size | splits.At

_VALID = (
    "Valid are recorded, chunked, content-length, close, and, to cut the framing itself, "
    "chunked:bytes, chunked:size:N and chunked:at:N[,N...]."
)


@dataclass(frozen=True, slots=True)
class Framing:
    """How bodies are to be framed.

    Attributes:
        kind: None for what the recorded headers say.
        cut: where the framed bytes are cut, too; only of ``chunked``.
    """

    kind: Kind | None = None
    cut: Offsets | None = None

    def __str__(self) -> str:
        kind = self.kind or "recorded"
        return f"{kind}:{self.cut}" if self.cut else kind


FramingLike: TypeAlias = Framing | str


class Frame(NamedTuple):
    """How the body of one response is framed.

    Attributes:
        kind: see `Kind`.
        length: what ``content-length`` says; None where there is none.
        cut: where the framed bytes are cut, or None.
        gap: seconds between two writes there; see `playback.Gap`.
    """

    kind: Kind = "chunked"
    length: int | None = None
    cut: Offsets | None = None
    gap: float = 0.0

    def cuts(self, start: int, stop: int) -> Iterable[int]:
        """Return the offsets from `start` on, before `stop`, at which the framed body is cut.

        One at its very beginning cuts it from the head.
        """
        match self.cut:
            case splits.Bytes():
                return range(start, stop)
            case splits.Size(size):
                return range(-(-start // size) * size, stop, size)
            case splits.At(at):
                return at[bisect_left(at, start) : bisect_left(at, stop)]
        return ()


def parse(value: FramingLike) -> Framing:
    """Turn any spelling of a framing into its value (a value comes back as it is).

    Raises:
        UsageError: it is none; the message lists what is valid.
    """
    if isinstance(value, Framing):
        return value
    kind, colon, cut = value.strip().partition(":")
    if kind == "recorded" and not colon:
        return Framing()
    for known in get_args(Kind):
        if kind == known and not colon:
            return Framing(known)
    with contextlib.suppress(ValueError):
        offsets = splits.parse(cut)
        if kind == "chunked" and isinstance(offsets, Offsets):
            return Framing("chunked", offsets)
    raise UsageError(f"framing {value!r}", "not a framing", _VALID)


def framing_of(headers: Headers, http_version: str = "HTTP/1.1") -> Kind:
    """Return the framing that a response's headers speak of; chunked where they do not."""
    said = dict(headers)
    if "transfer-encoding" in said:
        return "chunked"
    if "content-length" in said and "content-encoding" not in said:
        return "content-length"
    closes = said.get("connection", "").lower() == "close" or http_version == "HTTP/1.0"
    return "close" if closes and "content-length" not in said else "chunked"


def frame_of(framing: Framing, played: Response, recorded: Interaction, gap: float = 0.0) -> Frame:
    """Return how a response is framed as it is replayed.

    Args:
        framing: what is wanted.
        played: what is replayed: the recorded response, as a fault may have altered it.
        recorded: the interaction that it was made of.
        gap: seconds between two writes where the framing itself is cut.
    """
    kind = framing.kind or framing_of(played.headers, played.http_version)
    length = _length(played, recorded) if kind == "content-length" else None
    return Frame(kind, length, framing.cut, gap)


def check_fault(framing: Framing, fault: Fault) -> None:
    """Refuse a fault that no client could see under a framing.

    Raises:
        UsageError: a disconnect, where that is how every body ends.
    """
    if framing.kind == "close" and isinstance(fault, Disconnect) and not fault.precedes_head:
        raise UsageError(
            f"fault '{fault}'",
            "with framing 'close', the end of the connection is the end of every body",
            f"Use Eof({fault.place.kind}={fault.place.value!r}) for an end that comes too early, "
            "or Reset.",
        )


def _length(played: Response, recorded: Interaction) -> int:
    """Return the length that is promised: more than there is, where the body ends too early.

    Where the recording itself ends early and no header says how long it was to be, it is one byte
    more: a client can tell that something is missing.
    """
    there = len(played.body)
    said = played.header("content-length") or ""
    promised = int(said) if said.isdecimal() else 0
    if recorded.request.method == "HEAD":
        return promised
    if played.end.kind == "complete":
        return there
    if played.header("content-encoding"):  # it counted other bytes
        promised = 0
    return max(there + 1, promised, len(recorded.response.body))
