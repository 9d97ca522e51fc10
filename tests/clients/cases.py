"""What a client is asked, how its answer is read, and what came of all: values only."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from streamtape import cassette as cassettes
from streamtape.cassette import Cassette
from streamtape.sse import Decoder

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from clients import Answer

    from streamtape.splits import BodySplit

__all__ = [
    "PATIENCE",
    "Reads",
    "Row",
    "Way",
    "brief",
    "bytes_of",
    "case_of",
    "ends_of",
    "load",
    "other_events",
    "ways",
]

PATIENCE = 30.0  # seconds for one read of a client
CASSETTES = Path(__file__).resolve().parent / "cassettes"
_MOST_SHOWN = 120  # characters of a value


@dataclass
class Reads:
    """How often a client saw the boundaries that were asked for.

    Attributes:
        cuts: splits that were asked for.
        merged: those of which it saw two chunks as one.
        most: the share of cuts that may be, where nobody can tell when the client has read.
        first: the first that was, with the ends of the reads that it saw instead.
    """

    cuts: int = 0
    merged: int = 0
    most: float = 0.0
    first: str = ""

    def add(self, split: BodySplit, asked: Sequence[int], seen: Sequence[int]) -> None:
        """Count one split: the ends of the reads that were asked for, and of those that came."""
        self.cuts += 1
        if list(asked) != list(seen):
            self.merged += 1
            self.first = self.first or f"{split}, reads end at {list(seen)}"

    def __str__(self) -> str:
        if self.merged > self.most * self.cuts:
            return "merged"
        return "nearly" if self.most else "exact"


@dataclass
class Row:
    """What came of one client.

    Attributes:
        passed: how many cases were as they must be, by what they were about.
        problems: what was wrong in the others, in the same way.
        reads: what it saw of boundaries, by how the bodies came.
        shown: what it showed of each fault: the names of its errors, or `no error`.
        seconds: how long it took.
    """

    passed: dict[str, int] = field(default_factory=lambda: {"cuts": 0, "faults": 0})
    problems: dict[str, list[str]] = field(default_factory=lambda: {"cuts": [], "faults": []})
    reads: dict[str, Reads] = field(default_factory=dict)
    shown: dict[str, set[str]] = field(default_factory=dict)
    seconds: float = 0.0

    def note(self, about: str, case: str, problems: Collection[str]) -> None:
        """Count one case, and say what was wrong."""
        if problems:
            self.problems[about].append(f"{case}: {'; '.join(problems)}")
        else:
            self.passed[about] += 1

    def outcome(self) -> dict[str, Any]:
        """Return what outcomes.json has of a client."""
        reads = {kind: str(reads) for kind, reads in self.reads.items()}
        faults = {kind: ", ".join(sorted(shown)) for kind, shown in self.shown.items()}
        return ({"reads": reads} if reads else {}) | {"faults": faults}


@cache
def load(name: str) -> Cassette:
    """Return one of the two cassettes."""
    return cassettes.load(CASSETTES / f"{name}.yaml")


class Way(NamedTuple):
    """How bodies come.

    Attributes:
        name: for outcomes.json and the docs.
        cassette: what is served.
        framing: the header of its response that says how the body is framed.
        gap: seconds between two writes.
    """

    name: str
    cassette: Cassette
    framing: tuple[str, str]
    gap: float


def ways(name: str, gap: float) -> Iterator[Way]:
    """Yield the ways in which a body comes: chunked first, as most model APIs send it."""
    recorded = load(name)
    (interaction,) = recorded.interactions
    length = str(len(interaction.response.body))
    for kind, framing in (
        ("chunked", ("transfer-encoding", "chunked")),
        ("content-length", ("content-length", length)),
        ("until it closes", ("connection", "close")),
    ):
        headers = (("content-type", "text/event-stream"), framing)
        response = replace(interaction.response, headers=headers)
        framed = Cassette([replace(interaction, response=response)])
        yield Way(kind, framed, framing, gap)
    yield Way("chunked, no gap", recorded, ("transfer-encoding", "chunked"), 0.0)


def case_of(cassette: Cassette, url: str, timeout: float) -> dict[str, Any]:
    """Return what a client is told: the recorded request, to another address."""
    request = cassette.interactions[0].request
    path = "/" + request.url.split("/", 3)[3]
    body = json.loads(request.body)
    return {"url": url, "path": path, "body": body, "headers": {}, "timeout": timeout}


def bytes_of(answer: Answer) -> bytes:
    """Return all that was read."""
    return b"".join(_reads_of(answer))


def ends_of(answer: Answer) -> list[int]:
    """Return where the reads ended, but for the last."""
    return list(accumulate(len(read) for read in _reads_of(answer) if read))[:-1]


def _reads_of(answer: Answer) -> list[bytes]:
    return [base64.b64decode(read) for read in answer["reads"]]


def other_events(answer: Answer, name: str, body: bytes) -> list[str]:
    """Say so where an SDK has not handed out just the events of a body."""
    events = Decoder().feed(body)
    if name == "openai":
        expected = sum(event.data != "[DONE]" for event in events)
    else:  # the SDKs keep pings to themselves
        expected = sum(event.event != "ping" for event in events)
    came = len(answer["events"])
    return [] if came == expected else [f"{came} events came of {expected}"]


def brief(value: object) -> str:
    """Return a value as text of bounded length."""
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]}..."
