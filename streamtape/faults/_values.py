"""The faults: a closed union of frozen values.

They say what goes wrong and where; `playback` knows what that does to a replay.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias, get_args
from urllib.parse import quote

from streamtape.errors import UsageError
from streamtape.faults._place import HEAD, Placed, check_interaction, number_text

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "CORRUPT_KINDS",
    "Corrupt",
    "CorruptKind",
    "Disconnect",
    "Drop",
    "Duplicate",
    "Eof",
    "ErrorEvent",
    "Fault",
    "HttpError",
    "OfEvent",
    "Reset",
    "Stall",
    "Swap",
]

CorruptKind: TypeAlias = Literal["json", "utf8", "bom", "crlf", "crc"]
CORRUPT_KINDS: tuple[CorruptKind, ...] = get_args(CorruptKind)

# The types of the Messages API's errors (https://docs.claude.com/en/api/errors).
_ERROR_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
    500: "api_error",
    504: "timeout_error",
    529: "overloaded_error",
}
_LEAST_ERROR, _MOST_STATUS = 300, 999


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Disconnect(Placed):
    """The peer closes the connection (FIN) before the body is complete."""

    def __str__(self) -> str:
        return written("disconnect", self.interaction, self.place)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Reset(Placed):
    """The peer resets the connection (RST)."""

    def __str__(self) -> str:
        return written("reset", self.interaction, self.place)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Eof(Placed):
    """The body ends as HTTP ends one, but too early."""

    def __post_init__(self) -> None:
        Placed.__post_init__(self)
        _refuse_head(self)

    def __str__(self) -> str:
        return written("eof", self.interaction, self.place)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Stall(Placed):
    """Nothing more comes until the client's own read timeout.

    Attributes:
        seconds: how long nothing comes; then the rest does. Without an end by default.
    """

    seconds: float = math.inf

    def __post_init__(self) -> None:
        Placed.__post_init__(self)
        seconds: object = self.seconds  # whatever a text said
        if not isinstance(seconds, int | float) or not seconds > 0:
            what = f"fault Stall(seconds={self.seconds!r})"
            raise UsageError(what, "a stall takes time", "Leave seconds out for one without end.")
        object.__setattr__(self, "seconds", float(self.seconds))

    def __str__(self) -> str:
        lasting = () if self.seconds == math.inf else (f"seconds={number_text(self.seconds)}",)
        return written("stall", self.interaction, self.place, *lasting)


@dataclass(frozen=True, slots=True, repr=False)
class ErrorEvent(Placed):
    """The server sends an ``event: error`` in the stream, and ends it.

    It stands between events: a place within an event means the end of that event.

    Attributes:
        type: the type of the error, as ``overloaded_error``.
    """

    type: str = "overloaded_error"

    def __post_init__(self) -> None:
        Placed.__post_init__(self)
        _refuse_head(self)
        if not self.type:
            remedy = "As in ErrorEvent('overloaded_error', after=3)."
            raise UsageError("fault ErrorEvent('')", "the error has no type", remedy)

    @property
    def data(self) -> str:
        """The data of the event, as JSON."""
        return _error_json(self.type)

    def __str__(self) -> str:
        return written("error", self.interaction, quote(self.type), self.place)


@dataclass(frozen=True, slots=True, repr=False)
class OfEvent(Placed):
    """A fault of one event: the one that holds the byte, or is named by ``inside``.

    ``before`` and ``after`` mean its neighbours: the event in front of the named one, the one
    behind it.
    """

    def __post_init__(self) -> None:
        Placed.__post_init__(self)
        _refuse_head(self)


@dataclass(frozen=True, slots=True, repr=False)
class Corrupt(OfEvent):
    """One event comes damaged.

    Attributes:
        kind: ``json``: the last byte of its data is missing; ``utf8``: its data holds a byte that
            is no UTF-8, within the last string; ``bom``: a byte order mark stands in front of it;
            ``crlf``: its lines end in CRLF; ``crc``: the last byte of its checksum is another (of
            an AWS event stream, the one format that has them).
    """

    kind: CorruptKind = "json"

    def __post_init__(self) -> None:
        OfEvent.__post_init__(self)
        if self.kind not in CORRUPT_KINDS:
            valid = f"Valid are {', '.join(CORRUPT_KINDS)}."
            raise UsageError(f"fault Corrupt({self.kind!r})", "no such kind of damage", valid)

    def __str__(self) -> str:
        return written("corrupt", self.interaction, self.kind, self.place)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Drop(OfEvent):
    """One event is missing."""

    def __str__(self) -> str:
        return written("drop", self.interaction, self.place)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Duplicate(OfEvent):
    """One event comes twice."""

    def __str__(self) -> str:
        return written("duplicate", self.interaction, self.place)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Swap(OfEvent):
    """One event and the one behind it change places."""

    def __str__(self) -> str:
        return written("swap", self.interaction, self.place)


@dataclass(frozen=True, slots=True)
class HttpError:
    """An HTTP error comes in place of the stream.

    Attributes:
        status: 300 or more.
        headers: pairs of name and value; a mapping is accepted.
        body: bytes, or text; by default the JSON that the Messages API sends with this status.
        interaction: which interaction of the cassette, counted from 1.

    Raises:
        UsageError: a status that is no error.
    """

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    interaction: int = 1

    def __init__(
        self,
        status: int,
        headers: Mapping[str, str] | Iterable[tuple[str, str]] = (),
        body: bytes | str | None = None,
        *,
        interaction: int = 1,
    ) -> None:
        if not _LEAST_ERROR <= status <= _MOST_STATUS:
            raise UsageError(f"fault HttpError({status})", "not an error", "It is 300 to 999.")
        check_interaction(self, interaction)
        pairs = headers.items() if isinstance(headers, Mapping) else headers
        if body is None:
            body = default_body(status)
        body = body.encode() if isinstance(body, str) else body
        given = (status, tuple((name.lower(), value) for name, value in pairs), body, interaction)
        for name, value in zip(("status", "headers", "body", "interaction"), given, strict=True):
            object.__setattr__(self, name, value)

    @classmethod
    def overloaded(cls, **headers: str) -> HttpError:
        """Return the 529 of an overloaded API."""
        return cls(529, _dashed(headers))

    @classmethod
    def rate_limited(cls, retry_after: float | None = None, **headers: str) -> HttpError:
        """Return the 429 of a rate limit.

        Args:
            retry_after: seconds, for the header ``retry-after``.
            headers: more of them; an underscore stands for a dash.
        """
        after = {} if retry_after is None else {"retry-after": f"{retry_after:g}"}
        return cls(429, after | _dashed(headers))

    def __str__(self) -> str:
        # A header named body is told from the body by its quoting.
        names = ["%62ody" if name == "body" else quote(name) for name, _ in self.headers]
        arguments = [
            f"{name}={quote(value)}" for name, (_, value) in zip(names, self.headers, strict=True)
        ]
        if self.body != default_body(self.status):
            arguments.append(f"body={quote(self.body)}")
        return written("http", self.interaction, self.status, *arguments)


Fault: TypeAlias = (
    Disconnect | Reset | Eof | Stall | HttpError | ErrorEvent | Corrupt | Drop | Duplicate | Swap
)


def default_body(status: int) -> bytes:
    """Return the JSON that the Messages API sends with an error of this status."""
    return _error_json(_ERROR_TYPES.get(status, "api_error")).encode()


def written(name: str, interaction: int, *arguments: object) -> str:
    """Write a fault as text: ``2/disconnect:after=3``."""
    where = "" if interaction == 1 else f"{interaction}/"
    return f"{where}{name}:{','.join(map(str, arguments))}"


def _error_json(kind: str) -> str:
    message = kind.removesuffix("_error").replace("_", " ").capitalize()
    error = {"type": "error", "error": {"type": kind, "message": message}}
    return json.dumps(error, separators=(",", ":"))


def _dashed(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.replace("_", "-"): value for name, value in headers.items()}


def _refuse_head(fault: Placed) -> None:
    if fault.precedes_head:
        what = f"fault {type(fault).__name__}(before={HEAD!r})"
        problem = "there is no stream before the head of the response"
        raise UsageError(what, problem, "Disconnect, Reset, Stall and HttpError can be there.")
