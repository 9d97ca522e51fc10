"""What differs between a recorded answer and a live one, as lines; nothing decides here."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Drift"]


@dataclass(frozen=True, slots=True)
class Drift:
    """How a live answer differs from the recorded one.

    Attributes:
        differences: what has aged: the recording no longer shows what the service sends.
        notes: what may depend on what was said this time.
    """

    differences: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def __or__(self, other: Drift) -> Drift:
        """Return both together."""
        return Drift(self.differences + other.differences, self.notes + other.notes)
