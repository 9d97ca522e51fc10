"""What is wanted of a replay: of all by a session, or of one by its own request.

This module decides whether a cassette can give it, and says why it has no answer. It chooses no
interaction and plays nothing.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from streamtape import splits
from streamtape.errors import UsageError
from streamtape.playback._fault import check_fault

if TYPE_CHECKING:
    from streamtape.cassette import Interaction, Matching, Request
    from streamtape.faults import Fault, Faults
    from streamtape.playback._modes import Then
    from streamtape.splits import Split
    from streamtape.timing import Timing

__all__ = ["Wanted", "check_faults", "check_split", "explained"]


class Wanted(NamedTuple):
    """What one request wants of its own replay; None for what the session says.

    Attributes:
        split: how its body is cut.
        timing: when the bytes come.
        fault: what goes wrong, with the interaction that answers, whichever number it names.
        then: whether that interaction answers again: with ``replay``, every fault is followed by
            a replay without it, so that a retry that repeats its wishes gets through.
        matching: which recorded request answers it.
    """

    split: Split | None = None
    timing: Timing | None = None
    fault: Fault | None = None
    then: Then | None = None
    matching: Matching | None = None

    def of(self, number: int, interactions: tuple[Interaction, ...]) -> Wanted:
        """Return what is wanted of the interaction with this number, counted from 1.

        Raises:
            UsageError: it cannot be cut there, or has no place for the fault.
        """
        interaction = interactions[number - 1]
        if self.split is not None:
            check_split(self.split, interactions)
            check_split(splits.for_interaction(self.split, number), (interaction,))
        if self.fault is None:
            return self
        fault = replace(self.fault, interaction=number)
        check_fault(fault, interaction.response)
        return self._replace(fault=fault)


def check_faults(faults: Faults, then: Then, interactions: tuple[Interaction, ...]) -> None:
    """Refuse faults that the cassette has no place for."""
    seen = set[int]()
    for fault in faults if interactions else ():
        number = fault.interaction
        if number > len(interactions):
            remedy = f"The cassette has {len(interactions)}."
            raise UsageError(f"fault '{fault}'", f"there is no interaction {number}", remedy)
        if number in seen and then == "next":
            problem = f"interaction {number} has a fault before it, and is not replayed again"
            raise UsageError(f"fault '{fault}'", problem, "Say then='replay'.")
        check_fault(fault, interactions[number - 1].response)
        seen.add(number)


def check_split(split: Split, interactions: tuple[Interaction, ...]) -> None:
    """Refuse cuts that no body of the cassette is long enough for, and interactions it has not."""
    if not interactions:
        return
    targets, inner = interactions, split
    if isinstance(split, splits.OnlyInteraction):
        if split.number > len(interactions):
            remedy = f"The cassette has {len(interactions)}."
            raise UsageError(f"split '{split}'", f"there is no interaction {split.number}", remedy)
        targets, inner = interactions[split.number - 1 : split.number], split.split
    longest = max(len(interaction.response.body) for interaction in targets)
    if isinstance(inner, splits.At) and inner.at and inner.at[-1] > longest:
        remedy = f"The longest body that it is meant for has {longest} bytes."
        raise UsageError(f"split '{split}'", "it cuts behind the end", remedy)


def explained(
    request: Request,
    matching: Matching,
    recorded: list[Request],
    unused: list[Request],
    *,
    faulted: bool,
) -> list[str]:
    """Say why no recorded request answers this one, as lines.

    Args:
        request: the live one.
        matching: the rules.
        recorded: all of the cassette.
        unused: those that nobody has asked for: the nearest is one of them, if there are any.
        faulted: whether there has been a fault, so that this may be a retry.
    """
    if times := sum(matching.matches(request, each) for each in recorded):
        details = [f"it was recorded {times} time(s), and each of them has been replayed"]
        if faulted:
            details.append("with a fault: then='replay' answers a retry with the same again")
        return details
    if nearest := matching.nearest(request, unused or recorded):
        return matching.explain(request, nearest)
    return ["the cassette is empty"]
