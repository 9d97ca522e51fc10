"""What came of a check: which laws hold, which do not, and the smallest example of each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from streamtape.errors import StreamtapeError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from streamtape.laws._laws import Law

__all__ = ["Broken", "LawsBrokenError", "LawsReport"]


@dataclass(slots=True)
class Broken:
    """A law that does not hold.

    Attributes:
        law: the law.
        run: the first run in which it does not.
        problem: what is wrong there.
        count: in how many runs it does not hold.
    """

    law: Law
    run: str
    problem: str
    count: int = 1


@dataclass(slots=True)
class LawsReport:
    """What came of a check.

    Attributes:
        path: the cassette, or None.
        runs: how many runs each law was checked on, by its name.
        broken: the laws that do not hold, by their names.
        known: the names of laws that were known not to hold, with the reasons.
        unchecked: what could not be checked, and why.
    """

    path: Path | None = None
    runs: dict[str, int] = field(default_factory=dict)
    broken: dict[str, Broken] = field(default_factory=dict)
    known: Mapping[str, str] = field(default_factory=dict)
    unchecked: list[str] = field(default_factory=list)

    @property
    def unexpected(self) -> list[Broken]:
        """The laws that do not hold, and were not known not to."""
        return [broken for name, broken in self.broken.items() if name not in self.known]

    @property
    def mended(self) -> list[str]:
        """The names of laws that hold, although they were known not to."""
        return [name for name in self.known if name not in self.broken]

    @property
    def ok(self) -> bool:
        """Whether all is as it was said to be."""
        return not self.unexpected and not self.mended

    def note(self, law: Law, run: str, problem: str | None) -> None:
        """Note what came of one law in one run."""
        self.runs[law.name] = self.runs.get(law.name, 0) + 1
        if problem is None:
            return
        if law.name in self.broken:
            self.broken[law.name].count += 1
        else:
            self.broken[law.name] = Broken(law, run, problem)

    def __str__(self) -> str:
        on = f" on {self.path}" if self.path else ""
        held = sum(name not in self.broken for name in self.runs)
        lines = [f"{held} of {len(self.runs)} laws hold{on}"]
        for broken in self.unexpected:
            lines += self._lines(broken)
        for name in self.mended:
            lines.append(f"  {name} holds now: take it out of `known`")
        for name, reason in self.known.items():
            if name in self.broken:
                lines.append(f"  {name} is known not to hold: {reason}")
        lines += [f"  not checked: {why}" for why in self.unchecked]
        return "\n".join(lines)

    def _lines(self, broken: Broken) -> list[str]:
        law, of = broken.law, self.runs[broken.law.name]
        more = f"  ({broken.count} of {of} runs)" if of > 1 else ""
        return [
            f"  {law.name}: {law.statement}",
            f"    {broken.run}: {broken.problem}{more}",
        ]


class LawsBrokenError(StreamtapeError, AssertionError):
    """A stream does not do what every stream must.

    Attributes:
        report: everything that was found.
    """

    def __init__(self, report: LawsReport) -> None:
        self.report = report
        super().__init__(str(report))
