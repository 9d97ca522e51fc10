"""Under every fault, what the client is known for.

It shows the same as before a server on plain sockets that really breaks like that (plain.py), after
exactly the bytes or events in front of the fault.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from cases import PATIENCE, brief, bytes_of, case_of, load, other_events, ways
from plain import PlainServer

from streamtape import faults, splits, timing
from streamtape.playback import Head, Send, Wait, plan
from streamtape.server import GAP, ReplayServer
from streamtape.sse import spans

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cases import Row, Way
    from clients import Answer, Ask, Client

    from streamtape.cassette import Cassette
    from streamtape.faults import Fault
    from streamtape.playback import Step

__all__ = ["check_faults"]

_STALLED = 0.3  # seconds for one read of a client that is to find that nothing comes

# What goes wrong, by the name that outcomes.json and the docs have for it. {} is an event of text.
_CHUNKED = {
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
_UNFRAMED = {
    "content-length": {
        "disconnect, content-length": ("disconnect:at=0", "disconnect:inside={}"),
        "reset, content-length": ("reset:at=0", "reset:inside={}"),
    },
    # (A FIN is the end of such a body: no client can tell.)
    "until it closes": {"reset, until it closes": ("reset:at=0", "reset:inside={}")},
}
_TEXT_EVENT = {"anthropic": 4, "openai": 2}
_AT_EVERY_EVENT = {
    "disconnect": faults.Disconnect,
    "reset": faults.Reset,
    "early end": faults.Eof,
}


def check_faults(client: Client, ask: Ask, name: str, row: Row, *, long: bool) -> None:
    """Ask for a cassette under every fault; note what the client showed."""
    unframed = _UNFRAMED if client.shows_reads else {}
    for way in ways(name, client.gap or GAP):
        kinds = _CHUNKED if way.name == "chunked" else unframed.get(way.name, {})
        for kind, fault in _faults_of(name, kinds, long=long and kinds is _CHUNKED):
            served, real = _under(fault, ask, way)
            problems = _differences(served, real)
            if kinds is _CHUNKED:
                problems += _amount(client, served, name, _steps_of(way.cassette, fault), fault)
            row.note("faults", f"{name}, {fault}, {way.name}", problems)
            row.shown.setdefault(kind, set()).add(served["error"] or "no error")


def _faults_of(
    name: str, kinds: Mapping[str, tuple[str, ...]], *, long: bool
) -> Iterator[tuple[str, Fault]]:
    """Yield every fault with its name; the long form has some at every boundary of events."""
    for kind, texts in kinds.items():
        for text in texts:
            yield kind, faults.parse(text.format(_TEXT_EVENT[name]))
    if long:
        body = load(name).interactions[0].response.body
        for kind, make in _AT_EVERY_EVENT.items():
            # Who has read the last event need not see what comes behind it.
            for number in range(1, len(spans(body))):
                yield kind, make(after=number)


def _under(fault: Fault, ask: Ask, way: Way) -> tuple[Answer, Answer]:
    """Ask a ReplayServer with a fault, and a server that really breaks like that."""
    timeout = _STALLED if _is_endless(fault) else PATIENCE
    with ReplayServer(way.cassette, fault=fault, gap=way.gap, cors=True) as server:
        served = ask(case_of(way.cassette, server.url, timeout))
    with PlainServer(_steps_of(way.cassette, fault), way.framing) as plain:
        return served, ask(case_of(way.cassette, plain.url, timeout))


def _differences(served: Answer, real: Answer) -> list[str]:
    served, real = served | {"bytes": bytes_of(served)}, real | {"bytes": bytes_of(real)}
    return [
        f"{what} is {brief(served[what])}, where a server really breaks {brief(real[what])}"
        for what in ("status", "error", "causes", "events", "result", "bytes")
        if served[what] != real[what]
    ]


def _amount(
    client: Client, answer: Answer, name: str, steps: list[Step], fault: Fault
) -> list[str]:
    """Say what is wrong with how much a client saw in front of a fault."""
    body = b"".join(step.data for step in steps if isinstance(step, Send))
    if client.shows_reads:
        status = next((step.status for step in steps if isinstance(step, Head)), None)
        problems = [f"the status is {answer['status']}"] if answer["status"] != status else []
        if bytes_of(answer) != body:
            problems.append(f"{len(bytes_of(answer))} bytes came of {len(body)}")
        return problems
    breaks = isinstance(fault, faults.Disconnect | faults.Reset) or _is_endless(fault)
    return other_events(answer, name, body) if breaks else []


def _steps_of(cassette: Cassette, fault: Fault) -> list[Step]:
    """Return what a server does under a fault, up to a wait without end."""
    response = cassette.interactions[0].response
    steps: list[Step] = []
    for step in plan(response, splits.Recorded(), timing.Instant(), fault):
        steps.append(step)
        if step == Wait(math.inf):
            break
    return steps


def _is_endless(fault: Fault) -> bool:
    return isinstance(fault, faults.Stall) and fault.seconds == math.inf
