"""Where a fault happens, and which byte of a body that is.

This module decides what a place means. It knows bodies and recorded times; it never changes any.
"""

from __future__ import annotations

import json
import math
import re
from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass, fields
from itertools import accumulate
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias
from urllib.parse import quote

from streamtape.errors import UsageError
from streamtape.formats import format_of

if TYPE_CHECKING:
    from streamtape.formats import Format
    from streamtape.sse import EventSpan
    from streamtape.timing import Timeline

__all__ = [
    "HEAD",
    "PLACES",
    "EventName",
    "Place",
    "Placed",
    "check_interaction",
    "event_at",
    "find_event",
    "number_text",
]

EventName: TypeAlias = int | str
"""The number of an event, counted from 1, or a type with an optional count: ``text_delta:3``."""

HEAD = "head"
PLACES = ("at", "before", "inside", "after", "after_seconds")
_NAME = re.compile(r"(\S+?)(?::([1-9][0-9]*))?")
_REMEDY = (
    "Give one of at=BYTE, before=, inside= or after=EVENT (a number from 1, or a type as in "
    "'text_delta:3'), after_seconds=S."
)


class Place(NamedTuple):
    """One place, as it was said."""

    kind: Literal["at", "before", "inside", "after", "after_seconds"]
    value: EventName | float

    def __str__(self) -> str:
        if isinstance(self.value, float):
            return f"{self.kind}={number_text(self.value)}"
        return f"{self.kind}={quote(str(self.value), safe=':')}"


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Placed:
    """What every fault with a place has: exactly one of the first five.

    Attributes:
        at: a byte of the body, counted from 0; the fault happens in front of it.
        before: an event; the fault happens in front of it. ``head``: in front of the response.
        inside: an event; the fault happens in its middle.
        after: an event; the fault happens behind it.
        after_seconds: seconds of the recording, counted from the head of the response: the fault
            happens behind what had come by then.
        interaction: which interaction of the cassette, counted from 1.

    Raises:
        UsageError: no place, several, or one that cannot be.
    """

    at: int | None = None
    before: EventName | None = None
    inside: EventName | None = None
    after: EventName | None = None
    after_seconds: float | None = None
    interaction: int = 1

    def __post_init__(self) -> None:
        given = [name for name in PLACES if getattr(self, name) is not None]
        if len(given) != 1:
            problem = f"{' and '.join(given)} are several places" if given else "it has no place"
            raise UsageError(f"fault {type(self).__name__}", problem, _REMEDY)
        (name,) = given
        value = getattr(self, name)
        if not _is_valid(name, value):
            problem = f"{name}={value!r} is no place"
            raise UsageError(f"fault {type(self).__name__}", problem, _REMEDY)
        if name == "after_seconds":
            object.__setattr__(self, name, float(value))
        elif isinstance(value, str) and value.isdecimal():
            object.__setattr__(self, name, int(value))
        check_interaction(self, self.interaction)

    def __repr__(self) -> str:
        given = ((item, getattr(self, item.name)) for item in fields(self))
        said = (f"{item.name}={value!r}" for item, value in given if value != item.default)
        return f"{type(self).__name__}({', '.join(said)})"

    @property
    def place(self) -> Place:
        """The one place that was given."""
        for name in PLACES:
            if (value := getattr(self, name)) is not None:
                return Place(name, value)  # type: ignore[arg-type]  # PLACES are its kinds
        raise AssertionError

    @property
    def precedes_head(self) -> bool:
        """Whether it happens before there is a response."""
        return self.before == HEAD

    def offset(self, body: bytes, timeline: Timeline, form: Format | None = None) -> int:
        """Return the byte of `body` in front of which this fault happens.

        Args:
            body: what was recorded.
            timeline: when its bytes came.
            form: its wire format; told by the bytes themselves where it is left out.

        Raises:
            UsageError: the body has no such place; the message says what it has.
        """
        kind, value = self.place
        if isinstance(value, float):
            return self._offset_in_time(value, timeline)
        if kind == "at":
            if int(value) > len(body):
                raise self._nowhere("it is behind the end", f"The body has {len(body)} bytes.")
            return int(value)
        try:
            span = find_event(body, value, form)
        except UsageError as error:
            raise self._nowhere(error.problem, error.remedy) from None
        match kind:
            case "before":
                return span.start
            case "inside":
                return (span.start + span.stop) // 2
        return span.stop

    def _offset_in_time(self, seconds: float, timeline: Timeline) -> int:
        arrivals = list(accumulate(timeline.gaps))
        lasts = ((arrivals[-1] if arrivals else 0) + timeline.end) / 1e6
        if seconds > lasts:
            remedy = f"The recording lasts {lasts:g} s behind its head."
            raise self._nowhere("it is behind the end", remedy)
        return sum(timeline.sizes[: bisect_right(arrivals, round(seconds * 1e6))])

    def _nowhere(self, problem: str, remedy: str) -> UsageError:
        return UsageError(f"fault '{self}'", problem, remedy)


def find_event(body: bytes, name: EventName, form: Format | None = None) -> EventSpan:
    """Return the event of `body`, in its wire format, that `name` names.

    Raises:
        UsageError: there is none; the message lists what there is.
    """
    form = form or format_of(None, body)
    events = form.spans(body)
    if isinstance(name, int):
        if 1 <= name <= len(events):
            return events[name - 1]
        problem = f"there is no event {name}"
    else:
        match = _NAME.fullmatch(name)
        if match is None:
            raise AssertionError  # checked where names come in
        kind, wanted = match[1], int(match[2] or 1)
        found = [span for span in events if kind in _names(body, span, form, kind)]
        if wanted <= len(found):
            return found[wanted - 1]
        problem = f"there is no event {name!r}"
    counts = Counter(kind for span in events for kind in dict.fromkeys(_names(body, span, form)))
    listed = ", ".join(f"{kind} ({count})" for kind, count in counts.items()) or "none"
    raise UsageError(f"event {name!r}", problem, f"Its events, {len(events)} in all: {listed}.")


def event_at(body: bytes, offset: int, form: Format | None = None) -> EventSpan | None:
    """Return the event that holds the byte at `offset`, or else the next one; None behind all."""
    spans = (form or format_of(None, body)).spans(body)
    return next((span for span in spans if span.stop > offset), None)


def number_text(value: float) -> str:
    """Write a number so that it reads back as itself, without a needless `.0`."""
    short = f"{value:g}"
    return short if float(short) == value else repr(value)


def check_interaction(fault: object, number: int) -> None:
    """Refuse a number that no interaction can have."""
    if number < 1:
        what = f"fault {type(fault).__name__}"
        raise UsageError(what, f"there is no interaction {number}", "They are counted from 1.")


def _names(body: bytes, span: EventSpan, form: Format, only: str | None = None) -> list[str]:
    """Return the types that an event goes by; with `only`, at least that one if it does."""
    names = [span.type]
    text = b"\n".join(form.read(body, part) for part in form.parts(body, span))
    # Parsing every event of a long stream for one name would take its time; most lack the word.
    if only is not None and only.encode() not in text:
        return names
    try:
        data = json.loads(text)
    except ValueError:
        return names
    if isinstance(data, dict):
        delta = data.get("delta")
        inner = delta.get("type") if isinstance(delta, dict) else None
        names += [each for each in (data.get("type"), inner) if isinstance(each, str)]
    return names


def _is_valid(name: str, value: object) -> bool:
    if isinstance(value, bool):
        return False
    match name:
        case "at":
            return isinstance(value, int) and value >= 0
        case "after_seconds":
            return isinstance(value, int | float) and math.isfinite(value) and value >= 0
    if isinstance(value, str) and not value.isdecimal():
        return _NAME.fullmatch(value) is not None and (value != HEAD or name == "before")
    return isinstance(value, int | str) and int(value) >= 1
