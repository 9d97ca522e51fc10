"""Which splits a sweep tries: enumerators, and the one place where their names are parsed.

An enumerator is lazy and knows its length: it may be counted without being run, and holds nothing
that grows with the number of its cases. Every spelling comes through `parse`:

====================  ==========================================================================
``cuts``              every single cut; also ``whole`` and ``bytes``
``grammar``           cuts aimed at the structure of the body, and the special splits
``grammar:N``         the same, but of those that look alike only the first N and the last
``pairs:WINDOW``      every two cuts at most WINDOW bytes apart (16)
``sizes``             chunks of 1 to 16 bytes, and of each prime number up to 1021
``random:N[:SEED]``   N random splits (100), with the seeds SEED (0), SEED + 1, ...
any split             that one: ``bytes``, ``whole``, ``recorded``, ``size:7``, ``at:517``, ...
====================  ==========================================================================
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import islice, pairwise
from typing import TYPE_CHECKING, Protocol, TypeAlias

from streamtape import splits
from streamtape.errors import UsageError
from streamtape.splits import At, Bytes, OnlyInteraction, Random, Recorded, Size, Whole
from streamtape.sweep._kinds import KINDS, WHOLE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from streamtape.splits import BodySplit
    from streamtape.sweep._case import Case, Subject

__all__ = ["Cuts", "Enumerator", "Grammar", "One", "Over", "Pairs", "Randoms", "Sizes", "parse"]

_VALID = (
    "Valid are cuts, grammar[:N], pairs:WINDOW, sizes, random:N[:SEED], and every split "
    "(recorded, whole, events, lines, bytes, size:N, at:N[,N...])."
)
_PRIMES_TO = 1021
_SMALL_SIZES = 16
_SIZES = tuple(
    size
    for size in range(1, _PRIMES_TO + 1)
    if size <= _SMALL_SIZES or all(size % divisor for divisor in range(2, int(size**0.5) + 1))
)
_DEFAULT_WINDOW = 16
_DEFAULT_RANDOMS = 100


class Enumerator(Protocol):
    """A rule that makes the cases of a subject. `str()` of it is its name."""

    def count(self, subject: Subject) -> int:
        """Return how many cases there are."""
        ...

    def cases(self, subject: Subject) -> Iterator[Case]:
        """Yield the cases, always in the same order."""
        ...


Over: TypeAlias = "str | splits.Split | Enumerator | Iterable[str | splits.Split | Enumerator]"


@dataclass(frozen=True, slots=True)
class Cuts:
    """Every single cut."""

    def count(self, subject: Subject) -> int:
        return max(len(subject.body) - 1, 0)

    def cases(self, subject: Subject) -> Iterator[Case]:
        kinds = subject.boundaries.kinds
        for offset in range(1, len(subject.body)):
            yield subject.case(At((offset,)), kinds(offset))

    def __str__(self) -> str:
        return "cuts"


@dataclass(frozen=True, slots=True)
class Pairs:
    """Every two cuts at most `window` bytes apart."""

    window: int = _DEFAULT_WINDOW

    def count(self, subject: Subject) -> int:
        places = max(len(subject.body) - 1, 0)
        near = min(self.window, max(places - 1, 0))
        # Each distance d has one pair for each of the `places - d` left cuts.
        return near * places - near * (near + 1) // 2

    def cases(self, subject: Subject) -> Iterator[Case]:
        length, kinds = len(subject.body), ("pairs",)
        for first in range(1, length):
            for second in range(first + 1, min(first + self.window + 1, length)):
                yield subject.case(At((first, second)), kinds)

    def __str__(self) -> str:
        return f"pairs:{self.window}"


@dataclass(frozen=True, slots=True)
class Sizes:
    """Chunks of equal size: 1 to 16 bytes, and each prime number up to 1021."""

    def count(self, subject: Subject) -> int:
        return sum(1 for size in _SIZES if size < len(subject.body))

    def cases(self, subject: Subject) -> Iterator[Case]:
        for size in _SIZES:
            if size < len(subject.body):
                yield subject.case(Size(size), ("sizes",))

    def __str__(self) -> str:
        return "sizes"


@dataclass(frozen=True, slots=True)
class Randoms:
    """`number` random splits, with the seeds `seed`, `seed + 1`, ..."""

    number: int = _DEFAULT_RANDOMS
    seed: int = 0

    def count(self, subject: Subject) -> int:  # noqa: ARG002
        return self.number

    def cases(self, subject: Subject) -> Iterator[Case]:
        for seed in range(self.seed, self.seed + self.number):
            yield subject.case(Random(seed), ("random",))

    def __str__(self) -> str:
        return f"random:{self.number}:{self.seed}" if self.seed else f"random:{self.number}"


@dataclass(frozen=True, slots=True)
class One:
    """One split, for every subject or (as in ``2/at:517``) for one interaction only."""

    split: splits.Split

    def count(self, subject: Subject) -> int:
        if isinstance(self.split, OnlyInteraction):
            return int(self.split.number == (subject.interaction or 1))
        # A variant was never recorded; its other splits are the recording's.
        return int(not (isinstance(self.split, Recorded) and subject.variant))

    def cases(self, subject: Subject) -> Iterator[Case]:
        if self.count(subject):
            split = splits.for_interaction(self.split, subject.interaction or 1)
            yield subject.case(split, _kinds_of(split, subject))

    def __str__(self) -> str:
        return str(self.split)


@dataclass(frozen=True, slots=True)
class Grammar:
    """Cuts aimed at the structure of the body.

    Every place where a boundary of some kind lies, once, and the splits that no single cut shows:
    the whole body, empty chunks, several events in one chunk, two cuts in one line, an event's
    end together with half a character.

    Attributes:
        singles: whether to make the single cuts too (not, where `cuts` runs as well).
        empty_chunks: whether to make empty chunks too.
        most: how many to make of those that look alike (the same byte of field names of the same
            length, say), the last one not counted; None for all.
    """

    singles: bool = True
    empty_chunks: bool = True
    most: int | None = None

    def count(self, subject: Subject) -> int:
        singles = len(self._single(subject)) if self.singles else 0
        return singles + sum(1 for _ in self._special(subject))

    def cases(self, subject: Subject) -> Iterator[Case]:
        boundaries = subject.boundaries
        for offsets in self._special(subject):
            yield subject.case(At(offsets) if offsets else Whole(), boundaries.classify(offsets))
        if self.singles:
            for offset in self._single(subject):
                yield subject.case(At((offset,)), boundaries.kinds(offset))

    def _single(self, subject: Subject) -> list[int]:
        """Return the offsets of the single cuts."""
        if self.most is None:
            return subject.boundaries.aimed
        return subject.boundaries.representatives(self.most)

    def _special(self, subject: Subject) -> Iterator[tuple[int, ...]]:
        """Yield the offsets of the splits that are no single cut."""
        if self.singles:  # else `cuts` has brought it
            yield ()
        if self.empty_chunks:
            yield from ((0,), (len(subject.body),))
            yield from islice(_empty_after_cr(subject), self.most)
            yield from islice(_empty_between_events(subject), self.most)
        for make in (_several_events, _two_cuts, _half_characters):
            yield from islice(make(subject), self.most)

    def __str__(self) -> str:
        return "grammar" if self.most is None else f"grammar:{self.most}"


def _empty_after_cr(subject: Subject) -> Iterator[tuple[int, ...]]:
    """After each CR, where a decoder waits for an LF."""
    for line in subject.boundaries.lines:
        after = line.stop + 1
        if (
            line.next > line.stop
            and subject.body[line.stop : after] == b"\r"
            and after < len(subject.body)
        ):
            yield (after, after)


def _empty_between_events(subject: Subject) -> Iterator[tuple[int, ...]]:
    """Behind each event, but for those that end in CR: they have had one."""
    for event in subject.boundaries.events:
        if event.stop < len(subject.body) and subject.body[event.stop - 1 : event.stop] != b"\r":
            yield (event.stop, event.stop)


def _several_events(subject: Subject) -> Iterator[tuple[int, ...]]:
    """Two and three events a chunk; all of them, that is `whole`."""
    stops = [event.stop for event in subject.boundaries.events]
    for step in (2, 3):
        offsets = tuple(stop for stop in stops[step - 1 :: step] if stop < len(subject.body))
        if len(offsets) > 1:
            yield offsets


def _two_cuts(subject: Subject) -> Iterator[tuple[int, ...]]:
    """Each line in three: its head, a middle that neither begins nor ends it, its tail."""
    for line in subject.boundaries.lines:
        third = (line.stop - line.start) // 3
        if third:
            yield (line.start + third, line.start + 2 * third)


def _half_characters(subject: Subject) -> Iterator[tuple[int, ...]]:
    """A chunk with one event and the next one up to the middle of its first character."""
    halves = iter(subject.boundaries.of_kind("utf8"))
    half = next(halves, None)
    events = subject.boundaries.events
    for before, event in pairwise(events):
        while half is not None and half < event.start:
            half = next(halves, None)
        if half is not None and half < event.stop and before.start > 0:
            yield (before.start, half)


def parse(over: Over, *, empty_chunks: bool = True) -> tuple[Enumerator, ...]:
    """Turn any spelling of what to sweep over into enumerators; none comes twice.

    Args:
        over: one spelling, or a list of them.
        empty_chunks: whether `grammar` makes empty chunks: of no use where a transport drops them.

    Raises:
        UsageError: it is none, or nothing; the message lists what is valid.
    """
    if isinstance(over, str) or not _is_several(over):
        over = (over,)  # type: ignore[assignment]  # one spelling, as a list of one
    found: dict[str, Enumerator] = {}
    for each in over:  # type: ignore[union-attr]  # made iterable above
        for enumerator in _parse_one(each):
            found.setdefault(str(enumerator), enumerator)
    if not found:
        raise UsageError("an empty list of sweeps", "nothing would be run", _VALID)
    return tuple(
        replace(each, singles=each.singles and "cuts" not in found, empty_chunks=empty_chunks)
        if isinstance(each, Grammar)
        else each
        for each in found.values()
    )


def _is_several(over: object) -> bool:
    return isinstance(over, list | tuple | set | frozenset)


def _parse_one(value: object) -> list[Enumerator]:
    if not isinstance(value, str):
        if hasattr(value, "cases"):
            return [value]  # type: ignore[list-item]  # an enumerator of the caller's own
        return [One(splits.parse(value))]  # type: ignore[arg-type]  # refused there if it is none
    name, *arguments = value.strip().split(":")
    if not all(argument.isascii() and argument.isdecimal() for argument in arguments):
        return [_named(value)]
    match name, [int(argument) for argument in arguments]:
        case "cuts", []:
            return [One(Whole()), Cuts(), One(Bytes())]
        case "grammar", [*most] if len(most) <= 1 and all(most):
            return [Grammar(most=most[0] if most else None)]
        case "sizes", []:
            return [Sizes()]
        case "pairs", [*window] if len(window) <= 1 and all(window):
            return [Pairs(*window)]
        case "random", [*numbers] if len(numbers) <= 2 and all(numbers[:1]):  # noqa: PLR2004
            return [Randoms(*numbers)]
        case "random", _:  # not the split with that seed: here the number says how many
            raise UsageError(f"sweep {value!r}", "not a sweep", _VALID)
    return [_named(value)]


def _named(text: str) -> One:
    try:
        return One(splits.parse(text))
    except UsageError as error:
        problem = error.problem.replace("not a split", "not a sweep")
        raise UsageError(f"sweep {text!r}", problem, _VALID) from None


def _kinds_of(split: BodySplit, subject: Subject) -> tuple[str, ...]:
    """Name a split given by its spelling: its own kind, or what its offsets show."""
    if isinstance(split, At):
        return subject.boundaries.classify(split.offsets(subject.body, ()))
    if isinstance(split, Size):
        return ("sizes",)
    if isinstance(split, Random):
        return ("random",)
    name = WHOLE if isinstance(split, Whole) else str(split)
    return (name,) if name in KINDS else ("named",)
