"""Where a body is cut: pure values, parsed in one place.

A *split* is a rule that turns a body into cut offsets; `cut` turns offsets into chunks. This module
knows bytes and numbers; where lines and events end, the body's format says. It never knows
cassettes or time.

Every spelling of a split, wherever it is given (API, marker, command line), comes through `parse`:

==================  ====================================================================
``recorded``        the boundaries of the recording
``whole``           one chunk
``events``          one chunk per event: cut after each blank line (SSE), line (NDJSON) or frame
                    (AWS event stream)
``lines``           one chunk per line; of an AWS event stream, per part of a frame
``bytes``           one chunk per byte
``size:N``          chunks of N bytes
``at:517,1204``     cut at these byte offsets; in Python also a list of ints; an offset given twice
                    makes an empty chunk
``random:SEED``     cuts drawn with a seed; the same seed and body, the same cuts
``2/SPLIT``         the second interaction of the cassette only, counted from 1; the others whole
==================  ====================================================================
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING, TypeAlias

from streamtape.errors import UsageError
from streamtape.formats import format_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from streamtape.formats import Format

__all__ = [
    "At",
    "Bytes",
    "Events",
    "Lines",
    "OnlyInteraction",
    "Random",
    "Recorded",
    "Size",
    "Split",
    "SplitLike",
    "Whole",
    "cut",
    "for_interaction",
    "offsets_of",
    "parse",
]

Offsets: TypeAlias = "Sequence[int]"

_VALID = (
    "Valid are recorded, whole, events, lines, bytes, size:N, at:N[,N...], random:SEED, "
    "and each of these for one interaction only, as in 2/at:517."
)


@dataclass(frozen=True, slots=True)
class Recorded:
    """The boundaries of the recording."""

    def offsets(self, body: bytes, recorded: Offsets, form: Format | None = None) -> Offsets:  # noqa: ARG002, D102
        return recorded

    def __str__(self) -> str:
        return "recorded"


@dataclass(frozen=True, slots=True)
class Whole:
    """One chunk."""

    def offsets(self, body: bytes, recorded: Offsets, form: Format | None = None) -> Offsets:  # noqa: ARG002, D102
        return ()

    def __str__(self) -> str:
        return "whole"


@dataclass(frozen=True, slots=True)
class Events:
    """One chunk per event: a cut after each blank line, or where the format ends one."""

    def offsets(self, body: bytes, recorded: Offsets, form: Format | None = None) -> Offsets:  # noqa: ARG002, D102
        return _inner((form or format_of(None, body)).ends(body), body)

    def __str__(self) -> str:
        return "events"


@dataclass(frozen=True, slots=True)
class Lines:
    """One chunk per line."""

    def offsets(self, body: bytes, recorded: Offsets, form: Format | None = None) -> Offsets:  # noqa: ARG002, D102
        return _inner((form or format_of(None, body)).line_ends(body), body)

    def __str__(self) -> str:
        return "lines"


@dataclass(frozen=True, slots=True)
class Bytes:
    """One chunk per byte."""

    def offsets(self, body: bytes, recorded: Offsets, form: Format | None = None) -> Offsets:  # noqa: ARG002, D102
        return range(1, len(body))

    def __str__(self) -> str:
        return "bytes"


@dataclass(frozen=True, slots=True)
class Size:
    """Chunks of `size` bytes; the last may be shorter."""

    size: int

    def __post_init__(self) -> None:
        if self.size < 1:
            raise UsageError(f"split 'size:{self.size}'", "a chunk has at least one byte", _VALID)

    def offsets(self, body: bytes, recorded: Offsets, form: Format | None = None) -> Offsets:  # noqa: ARG002, D102
        return range(self.size, len(body), self.size)

    def __str__(self) -> str:
        return f"size:{self.size}"


@dataclass(frozen=True, slots=True)
class At:
    """Cuts at byte offsets, ascending; an offset twice, or 0, or the length: an empty chunk there.

    Offsets behind the end of a body do nothing to it (a split may be meant for a longer sibling).
    """

    at: tuple[int, ...]

    def __post_init__(self) -> None:
        if any(a < 0 for a in self.at) or any(a > b for a, b in pairwise(self.at)):
            raise UsageError(
                f"split 'at:{','.join(map(str, self.at))}'",
                "offsets are counted from 0 and go up",
                "Sort them; an offset given twice makes an empty chunk.",
            )

    def offsets(self, body: bytes, recorded: Offsets, form: Format | None = None) -> Offsets:  # noqa: ARG002, D102
        length = len(body)
        if not self.at or self.at[-1] <= length:
            return self.at
        return tuple(offset for offset in self.at if offset <= length)

    def __str__(self) -> str:
        return f"at:{','.join(map(str, self.at))}" if self.at else "whole"


@dataclass(frozen=True, slots=True)
class Random:
    """Cuts drawn with a seed, from a few large chunks to many small ones."""

    seed: int

    def offsets(self, body: bytes, recorded: Offsets, form: Format | None = None) -> Offsets:  # noqa: ARG002, D102
        length = len(body)
        if length < 2:  # noqa: PLR2004 - one byte cannot be cut
            return ()
        # Not for secrets; `random.Random` with an int seed draws the same on every platform.
        draw = random.Random(self.seed)  # noqa: S311
        # Uniform in the exponent: 3 cuts are as likely as 30 or 300, as in nature.
        count = round(2 ** draw.uniform(0, (length - 1).bit_length()))
        return sorted(draw.sample(range(1, length), min(count, length - 1)))

    def __str__(self) -> str:
        return f"random:{self.seed}"


@dataclass(frozen=True, slots=True)
class OnlyInteraction:
    """A split for one interaction of a cassette; the others are played whole.

    Attributes:
        number: which one, counted from 1 in the order of the file.
        split: how it is cut.
    """

    number: int
    split: BodySplit

    def __str__(self) -> str:
        return f"{self.number}/{self.split}"


BodySplit: TypeAlias = Recorded | Whole | Events | Lines | Bytes | Size | At | Random
Split: TypeAlias = BodySplit | OnlyInteraction
SplitLike: TypeAlias = "Split | str | Iterable[int]"

_PLAIN: dict[str, BodySplit] = {
    str(split): split for split in (Recorded(), Whole(), Events(), Lines(), Bytes())
}


def parse(value: SplitLike) -> Split:
    """Turn any spelling of a split into its value (a value comes back as it is).

    Raises:
        UsageError: it is none; the message lists what is valid.
    """
    if isinstance(value, str):
        return _parse_text(value.strip())
    if isinstance(value, BodySplit | OnlyInteraction):
        return value
    try:
        offsets = tuple(value)
    except TypeError:
        offsets = (value,)  # type: ignore[assignment]  # said below
    if not all(type(offset) is int for offset in offsets):
        raise UsageError(f"split {value!r}", "not a list of byte offsets", _VALID)
    if not isinstance(value, list | tuple | range) and len(offsets) == 1:
        raise _bare_number(str(offsets[0]))
    return At(offsets)


def for_interaction(split: Split, number: int) -> BodySplit:
    """Return what `split` means for the interaction with this `number`, counted from 1."""
    if isinstance(split, OnlyInteraction):
        return split.split if split.number == number else Whole()
    return split


def cut(body: bytes, offsets: Sequence[int]) -> list[bytes]:
    """Cut `body` at ascending `offsets`; ``b"".join(cut(body, offsets)) == body``, always.

    An empty body without offsets has no chunk; otherwise there is one chunk more than offsets.
    """
    if not body and not offsets:
        return []
    return [body[start:end] for start, end in pairwise((0, *offsets, len(body)))]


def offsets_of(sizes: Iterable[int]) -> list[int]:
    """Return the cut offsets of chunks of these `sizes`: their running sum, without the last."""
    return list(accumulate(sizes))[:-1]


def _inner(ends: Iterable[int], body: bytes) -> list[int]:
    length = len(body)
    return [end for end in ends if end < length]


def _parse_text(text: str) -> Split:
    number, slash, rest = text.partition("/")
    if slash:
        inner = _parse_text(rest)
        if not number.isdecimal() or int(number) < 1 or isinstance(inner, OnlyInteraction):
            problem = "before the slash stands the number of an interaction, from 1"
            raise UsageError(f"split {text!r}", problem, _VALID)
        return OnlyInteraction(int(number), inner)
    if text in _PLAIN:
        return _PLAIN[text]
    kind, colon, argument = text.partition(":")
    numbers = [part.strip() for part in argument.split(",")]
    if not colon or not all(part.isdecimal() and part.isascii() for part in numbers):
        raise _bare_number(text) if text.isdecimal() else _unknown(text)
    match kind, [int(part) for part in numbers]:
        case "size", [size]:
            return Size(size)
        case "random", [seed]:
            return Random(seed)
        case "at", offsets:
            return At(tuple(offsets))
    raise _unknown(text)


def _unknown(text: str) -> UsageError:
    return UsageError(f"split {text!r}", "not a split", _VALID)


def _bare_number(text: str) -> UsageError:
    return UsageError(
        f"split {text!r}",
        "a bare number could be a size or a place",
        f"Write size:{text} for chunks of {text} bytes, at:{text} for one cut at byte {text}.",
    )
