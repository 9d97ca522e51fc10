"""Names of events in a transcript: ``7`` is the seventh, ``text:3`` the third of that type.

The same words as for faults and aborts (`streamtape.faults`), of what was emitted instead of bytes.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from streamtape.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from streamtape.transcripts._event import EventName

__all__ = ["Countdown", "find"]

_NAME = re.compile(r"(\S+?)(?::([1-9][0-9]*))?")


class Countdown:
    """Tells when the event of a name has come.

    Args:
        name: the number of an event, counted from 1, or a type with an optional count.

    Raises:
        UsageError: it is no name.
    """

    def __init__(self, name: EventName) -> None:
        found = _NAME.fullmatch(str(name))
        if isinstance(name, bool) or found is None or name in (0, "0"):
            remedy = "Give a number from 1, or a type as in 'text:3'."
            raise UsageError(f"event {name!r}", "no name of an event", remedy)
        is_number = found[1].lstrip("-").isdecimal()
        self._kind = "" if is_number else found[1]
        self._left = int(found[1] if is_number else found[2] or 1)

    def has_come(self, names: Iterable[str]) -> bool:
        """Take the next event; return whether it is the one."""
        if self._kind and self._kind not in names:
            return False
        self._left -= 1
        return self._left == 0


def find(name: EventName, events: Iterable[tuple[str, ...]]) -> int:
    """Return the number of an event, counted from 1.

    Raises:
        UsageError: there is no such event; says which there are.
    """
    countdown, seen = Countdown(name), Counter[str]()
    for number, names in enumerate(events, 1):
        if countdown.has_come(names):
            return number
        seen.update(names)
    there = ", ".join(f"{kind} ({count})" for kind, count in seen.items()) or "none at all"
    raise UsageError(f"event {name!r}", "the transcript has no such event", f"It has: {there}.")
