"""What must hold of a client: the same under every cut, and under every fault what it is known for.

A *cut* passes where a client that parses makes of the body what it makes of the uncut one, and
where one that shows its reads has got the same bytes, in the reads that were asked for. A *fault*
passes where a client shows the same as before a server that really breaks (plain.py), after exactly
the bytes or events in front of it.
"""

from __future__ import annotations

import base64
import json
import math
from dataclasses import dataclass, field
from functools import cache
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any

from plain import PlainServer

from streamtape import cassette as cassettes
from streamtape import faults, splits, timing
from streamtape.playback import Head, Send, Wait, plan
from streamtape.server import ReplayServer
from streamtape.sse import Decoder
from streamtape.sweep import parse_over, subjects_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clients import Answer, Ask, Client

    from streamtape.cassette import Cassette
    from streamtape.faults import Fault
    from streamtape.playback import Step

__all__ = ["FAULTS", "Row", "check_cuts", "check_faults"]

CASSETTES = Path(__file__).resolve().parent / "cassettes"
PATIENCE, STALLED = 30.0, 0.3  # seconds for one read

# What goes wrong, by the name that outcomes.json and the docs have for it. {} is an event of text.
FAULTS = {
    "disconnect before the head": ("disconnect:before=head",),
    "disconnect": ("disconnect:at=0", "disconnect:inside={}", "disconnect:after=2"),
    "reset before the head": ("reset:before=head",),
    "reset": ("reset:at=0", "reset:inside={}", "reset:after=2"),
    "stall before the head": ("stall:before=head",),
    "stall": ("stall:at=0", "stall:inside={}", "stall:after=2"),
    "short stall": ("stall:after=2,seconds=0.05",),
    "early end": ("eof:inside={}", "eof:after=2"),
    "early end, empty": ("eof:at=0",),
    "error event": ("error:overloaded_error,after={}",),
    "bad JSON": ("corrupt:json,inside={}",),
    "bad UTF-8": ("corrupt:utf8,inside={}",),
    "a BOM inside": ("corrupt:bom,inside={}",),
    "CRLF in one event": ("corrupt:crlf,inside={}",),
    "event dropped": ("drop:inside={}",),
    "event doubled": ("duplicate:inside={}",),
    "events swapped": ("swap:inside={}",),
    "HTTP 429": ("http:429,retry-after=0",),
    "HTTP 500": ("http:500",),
    "HTTP 529": ("http:529",),
}
_AT_EVERY_EVENT = {
    "disconnect": faults.Disconnect,
    "reset": faults.Reset,
    "early end": faults.Eof,
}
_TEXT_EVENT = {"anthropic": 4, "openai": 2}


@dataclass
class Row:
    """What came of one client.

    Attributes:
        passed: cases in which all was as it must be, by what they were about.
        problems: what was wrong in the others, in the same way: a sentence for each case.
        merged: cuts of which the client saw two chunks as one.
        outcomes: what it showed of each fault: the names of its errors, or `no error`.
        seconds: how long it took.
    """

    passed: dict[str, int] = field(default_factory=lambda: {"cuts": 0, "faults": 0})
    problems: dict[str, list[str]] = field(default_factory=lambda: {"cuts": [], "faults": []})
    merged: int = 0
    outcomes: dict[str, set[str]] = field(default_factory=dict)
    seconds: float = 0.0

    def note(self, about: str, case: str, problems: list[str]) -> None:
        """Count one case."""
        if problems:
            self.problems[about].append(f"{case}: {'; '.join(problems)}")
        else:
            self.passed[about] += 1


def check_cuts(client: Client, ask: Ask, name: str, over: str, row: Row) -> None:
    """Ask for a cassette under every split that `over` stands for; note what came."""
    cassette = load(name)
    (subject,) = subjects_of(cassette)
    uncut, problems = replayed(ask, cassette, splits.Whole())
    if not client.shows_reads:
        problems += _other_events(uncut, name, subject.body)
    row.note("cuts", f"{name}, uncut", problems)
    for enumerator in parse_over(over, empty_chunks=False):
        for case in enumerator.cases(subject):
            answer, problems = replayed(ask, cassette, case.split)
            if client.shows_reads:
                merged = ends_of(answer) != list(subject.offsets(case.split))
                row.merged += merged
                if bytes_of(answer) != subject.body:
                    problems.append("other bytes")
                elif merged and not client.most_merged:
                    problems.append(f"the reads end at {ends_of(answer)}")
            elif (answer["events"], answer["result"]) != (uncut["events"], uncut["result"]):
                problems.append(f"another result: {_brief(answer['result'])}")
            row.note("cuts", f"{name}, {case.split}", problems)


def replayed(ask: Ask, cassette: Cassette, split: splits.Split) -> tuple[Answer, list[str]]:
    """Ask for a cassette under one split; return the answer, and what went wrong."""
    with ReplayServer(cassette, split=split, cors=True) as server:
        answer = ask(case_of(cassette, server.url, PATIENCE))
    problems = [f"it raised {answer['error']}"] if answer["error"] else []
    ends = [playback.end for playback in server.playbacks]
    if ends != ["complete"]:
        problems.append(f"the server says {ends}")
    return answer, problems


def check_faults(client: Client, ask: Ask, name: str, row: Row, *, long: bool) -> None:
    """Ask for a cassette under every fault; note what the client showed."""
    for kind, fault in faults_of(name, long=long):
        served, real = _under(fault, ask, name)
        problems = _differences(served, real) + _amount(client, served, name, fault)
        row.note("faults", f"{name}, {fault}", problems)
        row.outcomes.setdefault(kind, set()).add(served["error"] or "no error")


def faults_of(name: str, *, long: bool) -> Iterator[tuple[str, Fault]]:
    """Yield every fault with its name; the long form has some at every boundary of events."""
    for kind, texts in FAULTS.items():
        for text in texts:
            yield kind, faults.parse(text.format(_TEXT_EVENT[name]))
    if long:
        body = load(name).interactions[0].response.body
        for kind, make in _AT_EVERY_EVENT.items():
            for fault in faults.at_every_event(body, make)[1:]:
                yield kind, fault


def _under(fault: Fault, ask: Ask, name: str) -> tuple[Answer, Answer]:
    """Ask a ReplayServer with a fault, and a server that really breaks like that."""
    cassette = load(name)
    timeout = STALLED if _is_endless(fault) else PATIENCE
    with ReplayServer(cassette, fault=fault, cors=True) as server:
        served = ask(case_of(cassette, server.url, timeout))
    with PlainServer(lambda: steps_of(name, fault)) as plain:
        return served, ask(case_of(cassette, plain.url, timeout))


def _differences(served: Answer, real: Answer) -> list[str]:
    served, real = served | {"bytes": bytes_of(served)}, real | {"bytes": bytes_of(real)}
    return [
        f"{what} is {_brief(served[what])}, where a server really breaks {_brief(real[what])}"
        for what in ("status", "error", "causes", "events", "result", "bytes")
        if served[what] != real[what]
    ]


def _amount(client: Client, answer: Answer, name: str, fault: Fault) -> list[str]:
    """Say what is wrong with how much a client saw in front of a fault."""
    steps = steps_of(name, fault)
    body = b"".join(step.data for step in steps if isinstance(step, Send))
    if client.shows_reads:
        status = next((step.status for step in steps if isinstance(step, Head)), None)
        problems = [f"the status is {answer['status']}"] if answer["status"] != status else []
        if bytes_of(answer) != body:
            problems.append(f"{len(bytes_of(answer))} bytes came of {len(body)}")
        return problems
    breaks = isinstance(fault, faults.Disconnect | faults.Reset) or _is_endless(fault)
    return _other_events(answer, name, body) if breaks else []


def steps_of(name: str, fault: Fault) -> list[Step]:
    """Return what a server does under a fault, up to a wait without end."""
    response = load(name).interactions[0].response
    steps: list[Step] = []
    for step in plan(response, splits.Recorded(), timing.Instant(), fault):
        steps.append(step)
        if step == Wait(math.inf):
            break
    return steps


def _is_endless(fault: Fault) -> bool:
    return isinstance(fault, faults.Stall) and fault.seconds == math.inf


@cache
def load(name: str) -> Cassette:
    """Return one of the two cassettes."""
    return cassettes.load(CASSETTES / f"{name}.yaml")


def case_of(cassette: Cassette, url: str, timeout: float) -> dict[str, Any]:
    """Return what a client is told: the recorded request, to another address."""
    request = cassette.interactions[0].request
    path = "/" + request.url.split("/", 3)[3]
    body = json.loads(request.body)
    return {"url": url, "path": path, "body": body, "headers": {}, "timeout": timeout}


def _other_events(answer: Answer, name: str, body: bytes) -> list[str]:
    """Say where an SDK has not handed out the events of a body."""
    events = Decoder().feed(body)
    if name == "openai":
        expected = sum(event.data != "[DONE]" for event in events)
    else:  # the SDKs keep pings to themselves
        expected = sum(event.event != "ping" for event in events)
    came = len(answer["events"])
    return [] if came == expected else [f"{came} events came of {expected}"]


def _reads_of(answer: Answer) -> list[bytes]:
    return [base64.b64decode(read) for read in answer["reads"]]


def bytes_of(answer: Answer) -> bytes:
    """Return all that was read."""
    return b"".join(_reads_of(answer))


def ends_of(answer: Answer) -> list[int]:
    """Return where the reads ended, but for the last."""
    return list(accumulate(len(read) for read in _reads_of(answer) if read))[:-1]


def _brief(value: object) -> str:
    if isinstance(value, bytes) or (isinstance(value, list) and len(value) > _MOST_LISTED):
        return f"{len(value)} of them"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]}..."


_MOST_SHOWN = 120  # characters of a value
_MOST_LISTED = 8
