"""What one run of a command came to, and how two of them differ. Pure values.

It decides what counts: standard output byte for byte, the exit status, and whether the command
asked for what the cassette does not have. Standard error is shown and not compared: warnings and
times go there.
"""

from __future__ import annotations

import signal
from dataclasses import dataclass
from typing import TYPE_CHECKING

from streamtape import sweep as sweeps

if TYPE_CHECKING:
    from streamtape.sweep import Result

__all__ = ["Outcome", "difference"]

_MOST_LINES = 5  # of standard error


@dataclass(frozen=True, slots=True)
class Outcome:
    """One run of a command.

    Attributes:
        status: its exit status; the negative number of a signal that killed it.
        output: what it wrote to standard output.
        errors: what it wrote to standard error.
        trouble: why it was killed, or None: it did not end in time, or printed without end.
        misses: what is said of each request that the cassette had no answer to.
        played: the numbers of the interactions that it asked for, counted from 1.
    """

    status: int = 0
    output: bytes = b""
    errors: bytes = b""
    trouble: BaseException | str | None = None
    misses: tuple[str, ...] = ()
    played: frozenset[int] = frozenset()

    @property
    def said(self) -> str:
        """The end of standard error, as indented lines, or ""."""
        lines = self.errors.decode("utf-8", "backslashreplace").splitlines()
        told = [line.rstrip() for line in lines if line.strip()]
        return "".join(f"\n  {line}" for line in told[-_MOST_LINES:])


def difference(outcome: Outcome, expected: Outcome) -> Result:
    """Say in what a run differs from the unsplit one, the most telling first; None: in nothing."""
    if outcome.trouble is not None:
        return outcome.trouble
    if outcome.status != expected.status:
        return f"{_status(outcome.status)}, not {expected.status}{outcome.said}"
    if outcome.misses:
        return f"{outcome.misses[0]}{outcome.said}"
    if outcome.output != expected.output:
        try:
            texts = outcome.output.decode(), expected.output.decode()
        except UnicodeDecodeError:
            return f"its output {sweeps.difference(outcome.output, expected.output)}{outcome.said}"
        return f"its output {sweeps.difference(*texts)}{outcome.said}"
    return None


def _status(status: int) -> str:
    if status >= 0:
        return f"exit status {status}"
    try:
        return f"killed by {signal.Signals(-status).name}"
    except ValueError:
        return f"killed by signal {-status}"
