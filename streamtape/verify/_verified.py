"""What came of verifying one interaction, and how it is said.

This module decides what counts: aged, the same, not to be told, not asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from streamtape.verify._compare import compare_answers, why_unverified

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streamtape.cassette import Interaction

__all__ = ["Outcome", "Verified", "verified"]

Outcome: TypeAlias = Literal["same", "aged", "unverified", "not asked"]


@dataclass(frozen=True, slots=True)
class Verified:
    """What came of verifying one interaction.

    Attributes:
        number: which interaction of the cassette, counted from 1.
        request: its method and URL.
        outcome: ``same``; ``aged``; ``unverified``: the service gave no answer that tells;
            ``not asked``.
        differences: one line for each thing that has aged.
        notes: one line for each thing that may depend on what was said this time.
        reason: why it is unverified, or was not asked; else "".
    """

    number: int
    request: str
    outcome: Outcome
    differences: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    reason: str = ""

    def lines(self) -> Iterator[str]:
        """Yield what to print."""
        told = {"same": "as recorded", "aged": "AGED"}.get(self.outcome, self.outcome)
        yield f"{self.number}. {self.request}: {told}{f', {self.reason}' if self.reason else ''}"
        yield from (f"   {line}" for line in self.differences)
        yield from (f"   ({line})" for line in self.notes)


def verified(number: int, recorded: Interaction, live: Interaction | None) -> Verified:
    """Return what came of one interaction.

    Args:
        number: which one, counted from 1.
        recorded: as the cassette has it.
        live: the same, asked anew; None where no response came.
    """
    request = str(recorded.request)
    if live is None:
        return Verified(number, request, "unverified", reason="no response came")
    reason = why_unverified(recorded.response, live.response)
    if reason:
        return Verified(number, request, "unverified", reason=reason)
    drift = compare_answers(recorded.response, live.response)
    outcome: Outcome = "aged" if drift.differences else "same"
    return Verified(number, request, outcome, drift.differences, drift.notes)
