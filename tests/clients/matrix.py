"""Every client under every cut and fault, in two lanes, and a table. run.py makes what it needs."""

from __future__ import annotations

import argparse
import json
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from checks import Row, check_cuts, check_faults
from clients import CLIENTS, running

OUTCOMES = Path(__file__).resolve().parent / "outcomes.json"
LANES = 2
MOST_SHOWN = 5  # problems of a row
WIDTH = max(map(len, CLIENTS))
HEAD = f"{'client':{WIDTH}}  {'cuts':>6}  {'reads':>12}  {'faults':>6}  {'failed':>6}  seconds"


def run_client(name: str, over: str, long: bool) -> Row:
    """Run one client through everything."""
    client, row, start = CLIENTS[name], Row(), time.monotonic()
    with running(client) as ask:
        for cassette in client.cassettes:
            check_cuts(client, ask, cassette, over, row)
            check_faults(client, ask, cassette, row, long=long)
    if row.merged > client.most_merged * row.passed["cuts"]:
        row.problems["cuts"].append(f"{row.merged} cuts were not seen")
    row.seconds = time.monotonic() - start
    return row


def compare(rows: dict[str, Row]) -> None:
    """Note where a client showed something else than outcomes.json says."""
    known = json.loads(OUTCOMES.read_text("utf-8"))
    for name, row in rows.items():
        for kind, shown in row.outcomes.items():
            expected = known.get(name, {}).get(kind)
            if sorted(shown) != expected:
                problem = f"it shows {', '.join(sorted(shown))}; outcomes.json says {expected}"
                row.problems["faults"].append(f"{kind}: {problem}")


def write(rows: dict[str, Row]) -> None:
    """Make what was measured what is expected."""
    known = json.loads(OUTCOMES.read_text("utf-8")) if OUTCOMES.exists() else {}
    known |= {
        name: {kind: sorted(shown) for kind, shown in row.outcomes.items()}
        for name, row in rows.items()
    }
    ordered = {name: known[name] for name in CLIENTS if name in known}
    OUTCOMES.write_text(json.dumps(ordered, indent=1, ensure_ascii=False) + "\n", "utf-8")


def show(name: str, row: Row) -> None:
    """Print one row, and some of what was wrong."""
    reads = f"{row.merged} merged" if row.merged else "exact"
    reads = reads if CLIENTS[name].shows_reads else "-"
    cuts, faults = row.passed["cuts"], row.passed["faults"]
    failed = sum(map(len, row.problems.values()))
    counts = f"{cuts:6}  {reads:>12}  {faults:6}  {failed:6}  {row.seconds:7.1f}"
    print(f"{name:{WIDTH}}  {counts}")
    for problems in row.problems.values():
        for problem in problems[:MOST_SHOWN]:
            print(f"    {problem}")
        if len(problems) > MOST_SHOWN:
            print(f"    and {len(problems) - MOST_SHOWN} more")


def main() -> int:
    """Run the clients that were asked for; return the exit status."""
    parser = argparse.ArgumentParser(prog="run.py", description=__doc__)
    parser.add_argument(
        "--only", metavar="NAME", action="append", help="clients with this in their name; repeat it"
    )
    parser.add_argument("--over", default="grammar", help="which splits (default: grammar)")
    parser.add_argument("--long", action="store_true", help="every cut; more faults")
    parser.add_argument("--write", action="store_true", help="expect what is shown from now on")
    options = parser.parse_args()
    wanted = options.only or [""]
    names = [name for name in CLIENTS if any(part in name for part in wanted)]
    if not names:
        parser.error(f"no client is called {' or '.join(wanted)}: {', '.join(CLIENTS)}")
    over = "cuts" if options.long else options.over
    with ProcessPoolExecutor(LANES) as lanes:
        done = lanes.map(run_client, names, [over] * len(names), [options.long] * len(names))
        rows = dict(zip(names, done, strict=True))
    if options.write:
        write(rows)
    compare(rows)
    print(HEAD)
    for name, row in rows.items():
        show(name, row)
    passed = sum(sum(row.passed.values()) for row in rows.values())
    failed = sum(len(each) for row in rows.values() for each in row.problems.values())
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
