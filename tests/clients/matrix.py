"""Every client under every cut and fault, in two lanes, and a table. run.py makes what it needs."""

from __future__ import annotations

import argparse
import json
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from breaks import check_faults
from cases import Reads, Row
from clients import CLIENTS, running
from cuts import check_cuts, check_framings
from orders import check_orders

from streamtape import UsageError
from streamtape.sweep import parse_over

if TYPE_CHECKING:
    from collections.abc import Iterable

OUTCOMES = Path(__file__).resolve().parent / "outcomes.json"
LANES = 2
MOST_SHOWN = 5  # problems of a row
WIDTH = max(map(len, CLIENTS))


class Scope(NamedTuple):
    """How much is run of each client.

    Attributes:
        cuts: the splits of both cassettes.
        framings: those of one, for each other way in which its body can come.
        long: whether faults happen at every boundary of events.
    """

    cuts: str = "grammar"
    framings: str = "grammar:1"
    long: bool = False


def run_client(name: str, scope: Scope) -> Row:
    """Run one client through everything."""
    client, row, start = CLIENTS[name], Row(), time.monotonic()
    with running(client) as ask:
        for cassette in client.cassettes:
            check_cuts(client, ask, cassette, scope.cuts, row)
            check_faults(client, ask, cassette, row, long=scope.long)
        check_orders(client, ask, client.cassettes[0], row)
        if client.shows_reads:
            check_framings(client, ask, client.cassettes[0], scope.framings, row)
    row.seconds = time.monotonic() - start
    return row


def compare(name: str, row: Row, known: dict[str, Any]) -> None:
    """Note where a client has shown something else than outcomes.json says."""
    for about, outcomes in row.outcome().items():
        expected = known.get(name, {}).get(about, {})
        for kind, shown in outcomes.items():
            if shown != expected.get(kind):
                counts = f" ({row.reads[kind]!r})" if about == "reads" else ""
                problem = f"{kind}: {shown}{counts}; outcomes.json says {expected.get(kind)}"
                row.problems["cuts" if about == "reads" else "faults"].append(problem)


def write(rows: dict[str, Row], known: dict[str, Any]) -> None:
    """Make what was measured what is expected."""
    known |= {name: row.outcome() for name, row in rows.items()}
    ordered = {name: known[name] for name in CLIENTS if name in known}
    OUTCOMES.write_text(json.dumps(ordered, indent=1, ensure_ascii=False) + "\n", "utf-8")


def table(rows: dict[str, Row]) -> Iterable[str]:
    """Yield the lines of the table, with some of what was wrong."""
    kinds = max((row.reads for row in rows.values()), key=len)
    names = "  ".join(f"{kind:>15}" for kind in kinds)
    yield f"{'client':{WIDTH}}   cuts  {names}  faults  failed  seconds"
    for name, row in rows.items():
        reads = "  ".join(f"{seen(row.reads.get(kind)):>15}" for kind in kinds)
        failed = sum(map(len, row.problems.values()))
        counts = f"{row.passed['faults']:6}  {failed:6}  {row.seconds:7.1f}"
        yield f"{name:{WIDTH}}  {row.passed['cuts']:5}  {reads}  {counts}"
        for problems in row.problems.values():
            yield from (f"    {problem}" for problem in problems[:MOST_SHOWN])
            if len(problems) > MOST_SHOWN:
                yield f"    and {len(problems) - MOST_SHOWN} more"


def seen(reads: Reads | None) -> str:
    """Say what a client saw of the boundaries."""
    if reads is None:
        return "-"
    return f"{reads}, {reads.merged} not" if str(reads) == "nearly" else str(reads)


def main() -> int:
    """Run the clients that were asked for; return the exit status."""
    parser = argparse.ArgumentParser(prog="run.py", description=__doc__)
    parser.add_argument(
        "--only", metavar="NAME", action="append", help="clients with this in their name; repeat it"
    )
    parser.add_argument("--over", default=Scope().cuts, help="which splits (default: %(default)s)")
    parser.add_argument("--long", action="store_true", help="every cut; more faults")
    parser.add_argument("--write", action="store_true", help="expect what is shown from now on")
    options = parser.parse_args()
    wanted = options.only or [""]
    names = [name for name in CLIENTS if any(part in name for part in wanted)]
    if not names:
        parser.error(f"no client is called {' or '.join(wanted)}: {', '.join(CLIENTS)}")
    try:
        parse_over(options.over)
    except UsageError as error:
        parser.error(str(error))
    scope = Scope("cuts", "grammar", long=True) if options.long else Scope(options.over)
    with ProcessPoolExecutor(LANES) as lanes:
        # The slowest are the last of the table: they begin first.
        under_way = {name: lanes.submit(run_client, name, scope) for name in reversed(names)}
        rows = {name: under_way[name].result() for name in names}
    known = json.loads(OUTCOMES.read_text("utf-8")) if OUTCOMES.exists() else {}
    if options.write:
        write(rows, known)
    for name, row in rows.items():
        compare(name, row, known)
    print(*table(rows), sep="\n")
    passed = sum(sum(row.passed.values()) for row in rows.values())
    failed = sum(len(each) for row in rows.values() for each in row.problems.values())
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
