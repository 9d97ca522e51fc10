"""What a frame is: typed headers and a payload.

This module decides which values a header can have. It knows no bytes: `_layout` does.
"""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias
from uuid import UUID

__all__ = ["HEADER_TYPES", "Frame", "Header", "HeaderType", "HeaderValue"]

HeaderType: TypeAlias = Literal[
    "true", "false", "byte", "short", "int", "long", "bytes", "string", "timestamp", "uuid"
]
"""The types, in the order of their numbers on the wire."""

HEADER_TYPES: tuple[HeaderType, ...] = (
    "true",
    "false",
    "byte",
    "short",
    "int",
    "long",
    "bytes",
    "string",
    "timestamp",
    "uuid",
)

HeaderValue: TypeAlias = bool | int | bytes | str | UUID


class Header(NamedTuple):
    """One header.

    Attributes:
        name: 1 to 255 bytes of UTF-8; those of the protocol begin with a colon.
        value: as its type says: a bool, an int (for a timestamp: milliseconds since 1970), bytes,
            a str or a UUID.
        type: how it is written; `string` is by far the commonest.
    """

    name: str
    value: HeaderValue
    type: HeaderType = "string"


class Frame(NamedTuple):
    """One message of an event stream.

    Attributes:
        headers: in the order of the wire.
        payload: the bytes behind them; mostly JSON.
    """

    headers: tuple[Header, ...] = ()
    payload: bytes = b""

    def header(self, name: str) -> HeaderValue | None:
        """Return the value of the first header `name`, or None."""
        return next((each.value for each in self.headers if each.name == name), None)

    @property
    def type(self) -> str:
        """What it is called: its event type, or that of its exception or error; else `message`."""
        return type_of(self.headers)


# In the order in which they say more.
_NAMING = (":event-type", ":exception-type", ":error-code")


def type_of(headers: tuple[Header, ...]) -> str:
    """Return what a frame with these headers is called."""
    values = {each.name: each.value for each in headers if isinstance(each.value, str)}
    return next((values[name] for name in _NAMING if values.get(name)), "message")
