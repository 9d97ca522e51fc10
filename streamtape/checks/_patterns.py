"""What one event may be expected to be, and how often.

It decides which events a pattern takes, and how patterns are written. Finding out whether a whole
sequence fits is `_align`'s.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import EllipsisType
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from streamtape.checks._matching import ANY, including, mismatch, shown
from streamtape.errors import UsageError
from streamtape.transcripts import DERIVED

if TYPE_CHECKING:
    from collections.abc import Iterable

    from streamtape.checks._view import View

__all__ = [
    "Element",
    "Expected",
    "Pattern",
    "elements_of",
    "error",
    "event",
    "input_json",
    "pattern_of",
    "repeated",
    "text",
    "thinking",
    "tool_use",
]


@dataclass(frozen=True)
class Pattern:
    """What one event may be.

    Attributes:
        names: what it is called; any of these. Nothing: anything.
        fields: what is expected of its fields; others do not count.
        text: how it was written.
    """

    names: tuple[str, ...]
    fields: Any
    text: str

    def is_called(self, view: View) -> bool:
        """Whether the event has one of the names."""
        return not self.names or any(name in self.names for name in view.names)

    def mismatch(self, view: View) -> str | None:
        """Return how the fields of an event differ first, or None."""
        return None if self.fields is None else mismatch(self.fields, view.fields)

    def takes(self, view: View) -> bool:
        """Whether the event is as expected."""
        return self.is_called(view) and self.mismatch(view) is None

    def __repr__(self) -> str:
        return self.text


class _ToolPattern(Pattern):
    """The end of a tool's block."""

    def mismatch(self, view: View) -> str | None:
        tool = view.tool or {}
        found = (mismatch(value, tool.get(part), part) for part, value in self.fields.items())
        return next((each for each in found if each is not None), None)


class _ErrorPattern(Pattern):
    """The error that a stream ends with."""

    def mismatch(self, view: View) -> str | None:
        kind, message = self.fields
        if view.error is None:
            return "it is an event, and nothing was raised"
        names = [cls.__name__ for cls in type(view.error).__mro__]
        if not (kind in names if isinstance(kind, str) else isinstance(view.error, kind)):
            return f"it is {names[0]}: {view.error}"
        if message is not None and message != str(view.error):
            return f"its text is {shown(str(view.error))} instead of {shown(message)}"
        return None


class Repeated(NamedTuple):
    """A pattern, and how often it is to take an event in a row; see `repeated`."""

    pattern: Pattern
    least: int
    most: int | None
    text: str


Expected: TypeAlias = EllipsisType | str | Pattern | Repeated | Mapping[str, Any] | object
"""How one member of a sequence of patterns may be written."""


class Element(NamedTuple):
    """One step through a sequence of patterns.

    Attributes:
        pattern: what it takes.
        number: which pattern of the sequence it is of, counted from 0.
        loops: whether it takes any number of events, none too.
        optional: whether it may take none.
        text: how the pattern was written.
    """

    pattern: Pattern
    number: int
    loops: bool
    optional: bool
    text: str


def event(kind: str, **fields: Any) -> Pattern:
    """Expect an event of a type, with at least these fields.

    ::

        event("content_block_start", index=0, content_block={"type": "text", "text": ""})
    """
    said = "".join(f", {name}={shown(value)}" for name, value in fields.items())
    return Pattern((kind,), including(fields) if fields else None, f"event({shown(kind)}{said})")


def text(value: Any = ANY) -> Pattern:
    """Expect a piece of text: as `text` events have it, or text deltas of a raw stream."""
    return _piece("text", value)


def thinking(value: Any = ANY) -> Pattern:
    """Expect a piece of thinking."""
    return _piece("thinking", value)


def input_json(value: Any = ANY) -> Pattern:
    """Expect a piece of the JSON text of a tool's input."""
    return _piece("input_json", value)


def tool_use(name: Any = ANY, input: Any = ANY, *, id: Any = ANY) -> Pattern:  # noqa: A002 - the API's names
    """Expect the end of a block that calls a tool; its input is whole by then.

    Args:
        name: of the tool.
        input: all of the tool's input; `including(...)` for a part of it.
        id: of the call.
    """
    given = [f"{part}={shown(value)}" for part, value in (("id", id),) if value is not ANY]
    said = ", ".join([shown(name), *([shown(input)] if input is not ANY else []), *given])
    block = {"name": name, "input": input, "id": id}
    block = {part: value for part, value in block.items() if value is not ANY}
    return _ToolPattern(("tool_use",), block, f"tool_use({said})")


def error(kind: type[BaseException] | str = Exception, message: Any = None) -> Pattern:
    """Expect that the stream ends with an error, here.

    Args:
        kind: its class, or the name of that.
        message: its text, or an object that is equal to it.
    """
    name = kind if isinstance(kind, str) else kind.__name__
    said = name if message is None else f"{name}, {shown(message)}"
    return _ErrorPattern(("error",), (kind, message), f"error({said})")


def repeated(pattern: Expected, at_least: int = 0, at_most: int | None = None) -> Repeated:
    """Expect a pattern several times in a row: any number of times, or so many."""
    inner = pattern_of(pattern)
    said = "".join(
        f", {name}={value}"
        for name, value in (("at_least", at_least or None), ("at_most", at_most))
        if value is not None
    )
    return Repeated(inner, at_least, at_most, f"repeated({inner!r}{said})")


def _piece(kind: str, value: Any) -> Pattern:
    said = f"{kind}({shown(value)})"
    fields = None if value is ANY else including({DERIVED[kind][1]: value})
    return Pattern((kind,), fields, said)


def pattern_of(given: Expected) -> Pattern:
    """Return what was given for one event as a pattern.

    Raises:
        UsageError: it stands for several.
    """
    repeated_ = _repeated(given)
    if repeated_ is None or (repeated_.least, repeated_.most) != (1, 1):
        raise UsageError(f"pattern {given!r}", "it stands for several events", "Give one.")
    return repeated_.pattern


def elements_of(patterns: Iterable[Expected]) -> list[Element]:
    """Return the steps through a sequence of patterns.

    Raises:
        UsageError: one is none.
    """
    elements: list[Element] = []
    for number, given in enumerate(patterns):
        found = _repeated(given)
        if found is None:
            elements.append(Element(_ANYTHING, number, loops=True, optional=True, text="..."))
            continue
        pattern, least, most, said = found
        elements += [Element(pattern, number, False, False, said)] * least
        if most is None:
            elements.append(Element(pattern, number, loops=True, optional=True, text=said))
        else:
            elements += [Element(pattern, number, False, True, said)] * (most - least)
    return elements


_ANYTHING = Pattern((), None, "...")
_TEXT = re.compile(r"(?P<name>[\w.\-]+)(?P<times>[*+?]|\{(?P<least>\d+)(?:,(?P<most>\d*))?\})?")
_TIMES = {"": (1, 1), "*": (0, None), "+": (1, None), "?": (0, 1)}
_REMEDY = (
    "Give ..., a type as in 'text', 'text*', 'text+', 'text?' or 'text{3}', or a pattern as "
    "text('Hel'), event('message_delta', delta=ANY)."
)


def _repeated(given: Expected) -> Repeated | None:
    """Return a pattern with how often; None for ``...``."""
    if given is ...:
        return None
    if isinstance(given, Repeated):
        return given
    if isinstance(given, Pattern):
        return Repeated(given, 1, 1, given.text)
    if isinstance(given, str):
        found = _TEXT.fullmatch(given)
        if found is None:
            raise UsageError(f"pattern {given!r}", "it cannot be read", _REMEDY)
        pattern = Pattern((found["name"],), None, shown(given))
        if found["least"] is None:
            return Repeated(pattern, *_TIMES[found["times"] or ""], shown(given))
        least, most = int(found["least"]), found["most"]
        return Repeated(
            pattern,
            least,
            least if most is None else int(most) if most else None,
            shown(given),
        )
    if isinstance(given, Mapping):
        said = shown(dict(given))
        return Repeated(Pattern((), including(dict(given)), said), 1, 1, said)
    if isinstance(given, type) or callable(given) or given is None:
        raise UsageError(f"pattern {given!r}", "it is none", _REMEDY)
    # Whatever is left decides for itself what it is equal to.
    return Repeated(Pattern((), given, repr(given)), 1, 1, repr(given))
