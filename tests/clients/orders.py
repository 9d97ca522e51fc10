"""One server for all tests: requests that say themselves how they are replayed.

Each request is of a test of its own (`x-streamtape-test`) and orders a split or a fault. The client
sees what it sees of a server that does so for everybody; its connections are kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from cases import PATIENCE, Reads, bytes_of, case_of, ends_of, load

from streamtape.server import GAP, ReplayServer
from streamtape.sweep import parse_over, subjects_of

if TYPE_CHECKING:
    from cases import Row
    from clients import Answer, Ask, Client

__all__ = ["check_orders"]

_OVER, _EACH = "grammar:1", 4  # of the splits, how many are ordered: every fourth
_FAULTS = {"reset": "reset:after=2", "disconnect": "disconnect:inside=3", "HTTP 529": "http:529"}


def check_orders(client: Client, ask: Ask, name: str, row: Row) -> None:
    """Order splits and faults of one server; `row` knows already what faults look like."""
    cassette = load(name)
    (subject,) = subjects_of(cassette)
    (enumerator,) = parse_over(_OVER, empty_chunks=False)
    splits = [case.split for case in enumerator.cases(subject)][::_EACH]
    reads = Reads(most=client.most_merged)
    gap = client.gap or GAP
    with ReplayServer(cassette, control=True, cors=True, gap=gap) as server:

        def ordered(test: str, **orders: Any) -> Answer:
            headers = {f"x-streamtape-{order}": str(value) for order, value in orders.items()}
            case = case_of(cassette, server.url, PATIENCE)
            return ask(case | {"headers": headers | {"x-streamtape-test": test}})

        uncut = ordered("uncut", split="whole")
        for number, split in enumerate(splits):
            answer = ordered(f"cut-{number}", split=split)
            same = all(answer[part] == uncut[part] for part in ("status", "events", "result"))
            problems = [] if same and answer["error"] is None else ["another result"]
            if client.shows_reads:
                problems += [] if bytes_of(answer) == subject.body else ["other bytes"]
                reads.add(split, subject.offsets(split), ends_of(answer))
            row.note("cuts", f"{name}, ordered {split}", problems)
        for kind, fault in _FAULTS.items():
            shown = ordered(f"fault-{kind}", fault=fault)["error"] or "no error"
            problems = [] if {shown} == row.shown[kind] else [f"it shows {shown}"]
            row.note("faults", f"{name}, ordered {fault}", problems)
    if client.shows_reads and str(reads) == "merged":
        row.problems["cuts"].append(f"{name}, ordered: {reads!r}")
