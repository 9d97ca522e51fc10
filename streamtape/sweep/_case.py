"""What is swept, and one run of it: plain values.

A `Subject` is one body to be cut: an interaction's, as recorded or rewritten by a variant. A `Case`
is one split of one subject. Neither knows what came of it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, Protocol, TypeAlias

from streamtape import splits
from streamtape.formats import format_of
from streamtape.splits import OnlyInteraction
from streamtape.sweep._boundaries import Boundaries

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from streamtape.formats import Format
    from streamtape.splits import BodySplit, Split

__all__ = ["Case", "Recording", "Source", "Subject", "subjects_of"]


class _Response(Protocol):
    @property
    def body(self) -> bytes: ...
    @property
    def chunk_sizes(self) -> Iterable[int]: ...


class _Interaction(Protocol):
    @property
    def response(self) -> _Response: ...


class Recording(Protocol):
    """What a sweep needs of a cassette: its bodies, and where their reads ended."""

    @property
    def interactions(self) -> Sequence[_Interaction]:
        """The interactions, each with a `response` that has a `body` and its `chunk_sizes`.

        It may have a `format`, too: see `streamtape.formats`.
        """
        ...


Source: TypeAlias = "bytes | Recording"


class Case(NamedTuple):
    """One run: one split of one body. What `Sweep` hands out.

    Attributes:
        split: how the body is cut.
        kinds: what kind of cut it is, the one it is counted under first.
        interaction: the number of the interaction that is cut, counted from 1, or None where
            there is only one; the others are played whole.
        variant: the name of the variant that rewrites the recording; "" for the recording itself.
        recalled: whether it was known to have failed before (a saved regression).
        shrinking: whether it was made to shrink a failure, and is no part of what was asked for.
    """

    split: BodySplit
    kinds: tuple[str, ...]
    interaction: int | None = None
    variant: str = ""
    recalled: bool = False
    shrinking: bool = False

    @property
    def spec(self) -> Split:
        """The split with the interaction that it is for: what `--streamtape-split` takes."""
        if self.interaction is None:
            return self.split
        return OnlyInteraction(self.interaction, self.split)


@dataclass(frozen=True)
class Subject:
    """One body that is swept.

    Attributes:
        body: the bytes.
        recorded: the cut offsets of the recording; empty for a variant, which has none.
        interaction: the number of its interaction, counted from 1, or None for the only one.
        variant: the name of the variant, or "".
        given: its wire format; None: told by the bytes themselves.
    """

    body: bytes
    recorded: tuple[int, ...] = ()
    interaction: int | None = None
    variant: str = ""
    given: Format | None = None

    @cached_property
    def form(self) -> Format:
        """The wire format of the body."""
        return self.given or format_of(None, self.body)

    @cached_property
    def boundaries(self) -> Boundaries:
        """The kinds of place in the body; scanned once."""
        return Boundaries(self.body, self.form)

    def case(self, split: BodySplit, kinds: tuple[str, ...]) -> Case:
        """Return one case of this subject."""
        return Case(split, kinds, self.interaction, self.variant)

    def offsets(self, split: BodySplit) -> Sequence[int]:
        """Return where `split` cuts the body."""
        return split.offsets(self.body, self.recorded, self.form)

    def chunks(self, split: BodySplit) -> list[bytes]:
        """Return the body, cut."""
        return splits.cut(self.body, self.offsets(split))


def subjects_of(source: Source) -> list[Subject]:
    """Return the bodies of `source` as recorded, in order; those without a byte are left out."""
    if isinstance(source, bytes | bytearray | memoryview):
        return [Subject(bytes(source))] if source else []
    found = [
        Subject(
            each.response.body,
            tuple(splits.offsets_of(each.response.chunk_sizes)),
            number,
            given=getattr(each.response, "format", None),  # a recording of your own may not say
        )
        for number, each in enumerate(source.interactions, start=1)
        if each.response.body
    ]
    if len(source.interactions) == 1:
        return [replace(each, interaction=None) for each in found]
    return found
