"""Every error that streamtape raises: one tree, facts in, a sentence out.

::

    BaseException
    ├── CassetteMiss                     the test asked for what the cassette does not have
    ├── CaseTimeout                      a run of a sweep hangs or spins
    └── Exception
        └── StreamtapeError
            ├── UsageError               your call: an option or argument that cannot be
            ├── CassetteError            your file: always names it
            │   ├── CassetteNotFoundError
            │   ├── CassetteFormatError  (file, line, field, remedy)
            │   ├── ExpectationMissingError
            │   ├── CassetteWriteError
            │   └── CassetteAgedError    the live service answers otherwise
            ├── UnplayedError            your test: it left undone what the cassette holds
            ├── NetworkBlockedError      your test: it wants to leave the machine
            ├── UpstreamError            the network: nobody answers where a proxy forwards to
            ├── PlaybackError            your test: a stream did not go as it was to
            ├── TranscriptError          your test: a stream did not emit what it was to
            └── StreamError              the peer's bytes
                ├── EventTooLargeError
                ├── InvalidFrameError    of an AWS event stream: a checksum, a length, a header
                └── InvalidLineError     of newline-delimited JSON: not JSON

Which branch an error hangs on answers *whose fault it is*. A constructor takes facts, keeps them
as attributes and writes the sentence; nobody passes a message. This module knows no other.
(`streamtape.messages` adds the errors of a model API's client, with the official SDK's names, under
`StreamtapeError`.)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = [
    "CaseTimeout",
    "CassetteAgedError",
    "CassetteError",
    "CassetteFormatError",
    "CassetteMiss",
    "CassetteNotFoundError",
    "CassetteWriteError",
    "EventTooLargeError",
    "ExpectationMissingError",
    "InvalidFrameError",
    "InvalidLineError",
    "NetworkBlockedError",
    "PlaybackError",
    "StreamError",
    "StreamtapeError",
    "TranscriptError",
    "UnplayedError",
    "UpstreamError",
    "UsageError",
]


class StreamtapeError(Exception):
    """Root of all errors of streamtape, but for `CassetteMiss`."""


class UsageError(StreamtapeError, ValueError):
    """A call that cannot be carried out as it is written.

    Attributes:
        what: the thing that was given, as text (``split 'sometimes'``).
        problem: why it cannot be.
        remedy: what would be valid.
    """

    what: str
    problem: str
    remedy: str

    def __init__(self, what: str, problem: str, remedy: str) -> None:
        self.what, self.problem, self.remedy = what, problem, remedy
        super().__init__(f"{what}: {problem}. {remedy}")

    def __reduce__(self) -> tuple[type[UsageError], tuple[str, str, str]]:
        return type(self), (self.what, self.problem, self.remedy)


class CassetteError(StreamtapeError):
    """Something is the matter with a cassette file. `path` names it."""

    path: Path


class CassetteNotFoundError(CassetteError, FileNotFoundError):
    """There is no cassette where one is to be replayed.

    Attributes:
        path: where it was looked for.
        remedy: the command that records it.
    """

    path: Path
    remedy: str

    def __init__(self, path: Path, remedy: str) -> None:
        self.path, self.remedy = path, remedy
        super().__init__(f"no cassette at {path}. {remedy}")

    # FileNotFoundError is an OSError, whose own `__str__` expects an errno.
    def __str__(self) -> str:
        return f"no cassette at {self.path}. {self.remedy}"

    def __reduce__(self) -> tuple[type[CassetteNotFoundError], tuple[Path, str]]:
        return type(self), (self.path, self.remedy)


class CassetteFormatError(CassetteError):
    """A cassette file that cannot be read as one. It is left as it is.

    Attributes:
        path: the file.
        line: 1-based line of the trouble, or None where there is none (an empty file).
        field: dotted path of the field (``interactions[0].response.chunks``), or "".
        problem: what is wrong.
        remedy: what to do about it.
    """

    path: Path
    line: int | None
    field: str
    problem: str
    remedy: str

    def __init__(
        self, path: Path, problem: str, remedy: str, *, line: int | None = None, field: str = ""
    ) -> None:
        self.path, self.line, self.field = path, line, field
        self.problem, self.remedy = problem, remedy
        place = str(path) if line is None else f"{path}:{line}"
        subject = f"{field}: {problem}" if field else problem
        super().__init__(f"{place}: {subject}. {remedy}")

    def __reduce__(self) -> tuple[object, ...]:
        state = {"line": self.line, "field": self.field, "args": self.args}
        return type(self), (self.path, self.problem, self.remedy), state


class CassetteWriteError(CassetteError):
    """A recording could not be written. What stood on disk before still stands there.

    Attributes:
        path: the cassette.
        reason: what the operating system said.
        remedy: what to do about it.
    """

    path: Path
    reason: str
    remedy: str

    def __init__(self, path: Path, reason: str, remedy: str) -> None:
        self.path, self.reason, self.remedy = path, reason, remedy
        super().__init__(f"{path}: the recording was not saved: {reason}. {remedy}")

    def __reduce__(self) -> tuple[type[CassetteWriteError], tuple[Path, str, str]]:
        return type(self), (self.path, self.reason, self.remedy)


class ExpectationMissingError(CassetteError, AssertionError):
    """Nothing is expected yet of a stream that is compared with what is expected.

    Attributes:
        path: the file in which it would stand.
        name: the name of the entry.
        remedy: the command that writes it.
    """

    def __init__(self, path: Path, name: str, remedy: str) -> None:
        self.path: Path = path
        self.name: str = name
        self.remedy: str = remedy
        super().__init__(f"{path} has no entry {name!r}. {remedy}")

    def __reduce__(self) -> tuple[type[ExpectationMissingError], tuple[Path, str, str]]:
        return type(self), (self.path, self.name, self.remedy)


class CassetteAgedError(CassetteError, AssertionError):
    """The live service no longer answers as the cassette says, or could not be asked.

    Attributes:
        path: the cassette. It is left as it is.
        lines: what came of each interaction.
        remedy: the command that records it again.
    """

    path: Path
    lines: list[str]
    remedy: str

    def __init__(self, path: Path, lines: Sequence[str], remedy: str) -> None:
        self.path, self.lines, self.remedy = path, list(lines), remedy
        text = "".join(f"\n  {line}" for line in self.lines)
        super().__init__(f"{path}: the live service does not answer as recorded:{text}\n{remedy}")

    def __reduce__(self) -> tuple[type[CassetteAgedError], tuple[Path, list[str], str]]:
        return type(self), (self.path, self.lines, self.remedy)


class UnplayedError(StreamtapeError, AssertionError):
    """The test passed without replaying what its cassette holds.

    Attributes:
        path: the cassette, or None for one in memory.
        unplayed: one line for each interaction that nobody asked for.
    """

    path: Path | None
    unplayed: list[str]

    def __init__(self, path: Path | None, unplayed: Sequence[str]) -> None:
        self.path, self.unplayed = path, list(unplayed)
        lines = "".join(f"\n  {line}" for line in self.unplayed)
        super().__init__(
            f"{path or 'the cassette'}: {len(self.unplayed)} interaction(s) never requested:{lines}"
            "\nRe-record, or remove them from the file."
        )

    def __reduce__(self) -> tuple[type[UnplayedError], tuple[Path | None, list[str]]]:
        return type(self), (self.path, self.unplayed)


class PlaybackError(StreamtapeError, AssertionError):
    """A stream was not read, closed or stepped through as the test says.

    Attributes:
        path: the cassette.
        problem: what is not as it was to be.
        playbacks: one line for each stream that it is about.
    """

    path: Path
    problem: str
    playbacks: list[str]

    def __init__(self, path: Path, problem: str, playbacks: Sequence[str]) -> None:
        self.path, self.problem, self.playbacks = path, problem, list(playbacks)
        lines = "".join(f"\n  {line}" for line in self.playbacks) or "\n  (nothing was replayed)"
        super().__init__(f"{path}: {problem}:{lines}")

    def __reduce__(self) -> tuple[type[PlaybackError], tuple[Path, str, list[str]]]:
        return type(self), (self.path, self.problem, self.playbacks)


class TranscriptError(StreamtapeError, AssertionError):
    """A stream did not emit what the test expects.

    Attributes:
        problem: the first difference.
        lines: the events around it, and what was expected of them.
    """

    def __init__(self, problem: str, lines: Sequence[str]) -> None:
        self.problem: str = problem
        self.lines: list[str] = list(lines)
        shown = "".join(f"\n  {line}".rstrip() for line in self.lines)
        super().__init__(f"{problem}{shown and f'{chr(10)}{shown}'}")

    def __reduce__(self) -> tuple[type[TranscriptError], tuple[str, list[str]]]:
        return type(self), (self.problem, self.lines)


class NetworkBlockedError(StreamtapeError, ConnectionError):
    """Something wanted to leave the machine while the network guard stood.

    A `ConnectionError`, so that what can do without a network (telemetry) does: the requests that
    a cassette is for are answered or missed long before a socket is opened.

    Attributes:
        host: the name or address, as it was asked for.
        port: the port, or None where only a name was looked up.
    """

    host: str
    port: int | None

    def __init__(self, host: str, port: int | None = None) -> None:
        self.host, self.port = host, port
        super().__init__(host, port)

    # A ConnectionError is an OSError, whose own `__str__` expects an errno.
    def __str__(self) -> str:
        where = self.host if self.port is None else f"{self.host}:{self.port}"
        return (
            f"streamtape lets nothing out to {where} while a cassette is replayed. "
            f"To let it pass: allowed_hosts=[{self.host!r}]"
        )

    def __reduce__(self) -> tuple[type[NetworkBlockedError], tuple[str, int | None]]:
        return type(self), (self.host, self.port)


class UpstreamError(StreamtapeError, ConnectionError):
    """A request that the recording proxy forwarded, and that nobody answered.

    Attributes:
        request: the request's method and URL.
        reason: what the network said.
    """

    request: str
    reason: str

    def __init__(self, request: str, reason: str) -> None:
        self.request, self.reason = request, reason
        super().__init__(request, reason)

    # A ConnectionError is an OSError, whose own `__str__` expects an errno.
    def __str__(self) -> str:
        return (
            f"{self.request} was not answered: {self.reason}. "
            "Check the address, the network and the server's certificate."
        )

    def __reduce__(self) -> tuple[type[UpstreamError], tuple[str, str]]:
        return type(self), (self.request, self.reason)


class StreamError(StreamtapeError):
    """The bytes of a stream cannot be taken as they are."""


class EventTooLargeError(StreamError):
    """One event of a stream is larger than its reader allows.

    Attributes:
        limit: the greatest size allowed, in bytes.
        size: bytes of the event when it was given up; the whole may be larger.
    """

    limit: int
    size: int

    def __init__(self, limit: int, size: int) -> None:
        self.limit, self.size = limit, size
        super().__init__(
            f"an event of at least {size} bytes is over the limit of {limit} bytes. "
            "Raise max_event_size if the stream is to be trusted."
        )

    def __reduce__(self) -> tuple[type[EventTooLargeError], tuple[int, int]]:
        return type(self), (self.limit, self.size)


class InvalidFrameError(StreamError, ValueError):
    """A frame of an AWS event stream is broken, and with it all that comes behind.

    Attributes:
        number: which frame of the stream, counted from 1.
        offset: the byte of the stream at which it begins, counted from 0.
        problem: what is wrong with it: a checksum, with what it says and what it should.
    """

    def __init__(self, number: int, offset: int, problem: str) -> None:
        self.number: int = number
        self.offset: int = offset
        self.problem: str = problem
        super().__init__(f"frame {number}, at byte {offset} of the event stream: {problem}.")

    def __reduce__(self) -> tuple[type[InvalidFrameError], tuple[int, int, str]]:
        return type(self), (self.number, self.offset, self.problem)


class InvalidLineError(StreamError, ValueError):
    """A line of newline-delimited JSON is no JSON.

    Attributes:
        number: which line of the stream, counted from 1; blank lines count.
        problem: what the JSON parser says.
        line: how the line begins.
    """

    def __init__(self, number: int, problem: str, line: str) -> None:
        self.number: int = number
        self.problem: str = problem
        self.line: str = line
        super().__init__(f"line {number} is no JSON: {problem}: {line}")

    def __reduce__(self) -> tuple[type[InvalidLineError], tuple[int, str, str]]:
        return type(self), (self.number, self.problem, self.line)


class CassetteMiss(BaseException):
    """A request that the cassette does not answer.

    Not an `Exception`, on purpose: clients turn exceptions of their transport into "Connection
    error." after retries (measured through `anthropic` 2.11: 3 calls and 1.25 s for an Exception,
    1 call and 1 ms for this). See docs/decisions/0001-cassette-miss-is-a-base-exception.md.

    Attributes:
        request: the request's method and URL.
        path: the cassette, or None for one in memory.
        details: lines that explain: the nearest recorded interaction and how it differs.
        remedy: the command that records it.
    """

    request: str
    path: Path | None
    details: list[str]
    remedy: str

    def __init__(
        self, request: str, path: Path | None, details: Sequence[str], remedy: str
    ) -> None:
        self.request, self.path, self.details, self.remedy = request, path, list(details), remedy
        where = f"{path}" if path else "the cassette"
        lines = "".join(f"\n  {line}" for line in self.details)
        super().__init__(f"{where} has no answer to {request}{lines}\n{remedy}")

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.request, self.path, self.details, self.remedy)


class CaseTimeout(BaseException):
    """A run of a sweep did not end in time.

    Not an `Exception`, so that the client that hangs cannot take it for an error to be retried.

    Attributes:
        seconds: the limit.
        place: where it was stopped, as ``file:line``, or "" where that is not known.
    """

    seconds: float
    place: str

    def __init__(self, seconds: float, place: str = "") -> None:
        self.seconds, self.place = seconds, place
        where = f" It was stopped at {place}." if place else ""
        super().__init__(f"no result within {seconds:g} s.{where}")

    def __reduce__(self) -> tuple[type[CaseTimeout], tuple[float, str]]:
        return type(self), (self.seconds, self.place)
