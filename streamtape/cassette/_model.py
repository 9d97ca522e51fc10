"""What a recording is: frozen values, checked when they are made.

This module decides which recordings can exist. It never reads or writes files, and never matches
or plays anything. Durations are whole microseconds: the file's decimals survive exactly.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias, get_args

from streamtape import splits
from streamtape.errors import UsageError
from streamtape.formats import format_of
from streamtape.timing import Timeline

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date
    from pathlib import Path

    from streamtape.formats import Format
    from streamtape.splits import BodySplit

__all__ = [
    "END_KINDS",
    "Cassette",
    "Chunk",
    "End",
    "EndKind",
    "Headers",
    "Interaction",
    "Request",
    "Response",
    "normalize_headers",
]

Headers: TypeAlias = tuple[tuple[str, str], ...]
"""Header fields: lower-case names; fields of the same name stand together."""

EndKind: TypeAlias = Literal["complete", "truncated", "reset", "timeout", "aborted"]
END_KINDS: tuple[EndKind, ...] = get_args(EndKind)


class Chunk(NamedTuple):
    """The bytes handed over by one read.

    Attributes:
        gap: microseconds since the chunk before; the first counts from the head of the response.
        size: bytes; 0 is possible.
    """

    gap: int
    size: int


@dataclass(frozen=True, slots=True)
class End:
    """How a body ended.

    Attributes:
        kind: ``complete``; ``truncated`` (the connection closed before the body was complete);
            ``reset`` (RST); ``timeout`` (the client's own read timeout); ``aborted`` (closed by
            the client).
        after: microseconds since the last chunk.
    """

    kind: EndKind = "complete"
    after: int = 0

    def __post_init__(self) -> None:
        if self.kind not in END_KINDS:
            raise UsageError(
                f"end {self.kind!r}", "no such ending", f"Valid: {_listed(END_KINDS)}."
            )
        _not_negative("end", self.after)


@dataclass(frozen=True, slots=True)
class Request:
    """One request.

    Attributes:
        method: upper case.
        url: absolute.
        headers: see `Headers`; any iterable of pairs is accepted and normalized.
        body: the bytes that were sent.
    """

    method: str
    url: str
    headers: Headers = ()
    body: bytes = b""

    def __post_init__(self) -> None:
        object.__setattr__(self, "headers", normalize_headers(self.headers))

    def __str__(self) -> str:
        return f"{self.method} {self.url}"

    def header(self, name: str) -> str | None:
        """Return the value of the header `name` (values joined with a comma), or None."""
        return _header(self.headers, name)


@dataclass(frozen=True, slots=True)
class Response:
    """One response, its body decoded (no content-encoding), with the boundaries of its reads.

    Attributes:
        status: the status code.
        headers: see `Headers`; any iterable of pairs is accepted and normalized.
        body: all bytes that came, whatever the ending.
        chunks: how they came, or None for one chunk per event without delays (a cassette written
            by hand). The sizes add up to the body.
        head: microseconds from the request to the head of the response.
        end: how it ended.
        http_version: as httpx spells it.

    Raises:
        UsageError: sizes that do not add up, a negative duration, or a status that is none.
    """

    status: int = 200
    headers: Headers = ()
    body: bytes = b""
    chunks: tuple[Chunk, ...] | None = None
    head: int = 0
    end: End = field(default_factory=End)
    http_version: str = "HTTP/1.1"
    _sizes: tuple[int, ...] | None = field(default=None, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "headers", normalize_headers(self.headers))
        _not_negative("head", self.head)
        if not 100 <= self.status <= 999:  # noqa: PLR2004 - three digits (RFC 9110, section 15)
            raise UsageError(f"status {self.status}", "not a status code", "It has three digits.")
        if self.chunks is None:
            return
        chunks = tuple(self.chunks)
        if set(map(type, chunks)) != {Chunk}:
            chunks = tuple(Chunk(*chunk) for chunk in chunks)
        object.__setattr__(self, "chunks", chunks)
        gaps, sizes = zip(*chunks, strict=True) if chunks else ((), ())
        object.__setattr__(self, "_sizes", sizes)
        if chunks:
            _not_negative("chunk", min(gaps))
            _not_negative("chunk", min(sizes))
        total = sum(sizes)
        if total != len(self.body):
            raise UsageError(
                "chunks",
                f"they add up to {total} bytes, the body has {len(self.body)}",
                "Leave chunks out for one chunk per event.",
            )

    @property
    def chunk_sizes(self) -> tuple[int, ...]:
        """The size of every chunk, in bytes; one per event where no chunks were noted."""
        if self._sizes is not None:
            return self._sizes
        return tuple(map(len, splits.cut(self.body, self.cuts(splits.Events()))))

    @property
    def format(self) -> Format:
        """The wire format of the body, as the content type says; see `streamtape.formats`."""
        return format_of(self.header("content-type"), self.body)

    def cuts(self, split: BodySplit) -> Sequence[int]:
        """Return the byte offsets at which `split` cuts the body."""
        recorded = self.offsets if isinstance(split, splits.Recorded) else ()
        return split.offsets(self.body, recorded, self.format)

    @property
    def offsets(self) -> list[int]:
        """The byte offsets at which the recording was cut."""
        return splits.offsets_of(self.chunk_sizes)

    @property
    def timeline(self) -> Timeline:
        """The recorded times, for `streamtape.timing`."""
        sizes = self.chunk_sizes
        gaps = (0,) * len(sizes) if self.chunks is None else tuple([gap for gap, _ in self.chunks])
        return Timeline(self.head, sizes, gaps, self.end.after)

    @property
    def duration(self) -> float:
        """Seconds from the request to the end of the body."""
        timeline = self.timeline
        return (timeline.head + sum(timeline.gaps) + timeline.end) / 1e6

    def header(self, name: str) -> str | None:
        """Return the value of the header `name` (values joined with a comma), or None."""
        return _header(self.headers, name)


@dataclass(frozen=True, slots=True)
class Interaction:
    """One request with its response.

    Attributes:
        request: what was asked.
        response: what was answered.
        recorded: the day on which it was recorded, in UTC; None where that is not known (a
            cassette written by hand). Not compared.
    """

    request: Request
    response: Response
    recorded: date | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Cassette:
    """A recording: interactions in the order in which their requests were made.

    Attributes:
        interactions: any iterable is accepted and kept as a tuple.
        path: the file that it came from, or None; not compared.
    """

    interactions: tuple[Interaction, ...] = ()
    path: Path | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "interactions", tuple(self.interactions))

    # Written out, so that a subclass (the facade's) compares equal to what it was made from.
    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Cassette):
            return NotImplemented
        return self.interactions == other.interactions

    def __hash__(self) -> int:
        return hash(self.interactions)

    def __len__(self) -> int:
        return len(self.interactions)


def normalize_headers(pairs: Iterable[tuple[str, str]]) -> Headers:
    """Lower the names and put fields of one name together, where the first of them stood."""
    lowered = tuple([(name.lower(), value) for name, value in pairs])
    if len(dict(lowered)) == len(lowered):  # nearly always; half the time of grouping
        return lowered
    grouped: dict[str, list[str]] = {}
    for name, value in lowered:
        grouped.setdefault(name, []).append(value)
    return tuple((name, value) for name, values in grouped.items() for value in values)


def _header(headers: Headers, name: str) -> str | None:
    name = name.lower()
    values = [value for key, value in headers if key == name]
    return ", ".join(values) if values else None


def _not_negative(what: str, number: int) -> None:
    if number < 0:
        raise UsageError(f"{what} {number}", "it cannot be negative", "Durations are microseconds.")


def _listed(words: Iterable[str]) -> str:
    return ", ".join(words)
