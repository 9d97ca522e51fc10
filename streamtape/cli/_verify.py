"""`streamtape verify`: is it still what the live service answers?"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import sys
from collections import Counter
from typing import TYPE_CHECKING, Any

from streamtape import cassette as cassettes
from streamtape.errors import StreamtapeError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streamtape.verify import Verified

__all__ = ["declare"]

_TIMEOUT = 60.0
_TOLD_NOTHING = 2
_STOPPED = 130  # as shells call what Ctrl-C ended


def declare(commands: Any) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "verify",
        help="ask the live service again: has the recording aged?",
        description="Sends every recorded request anew to the host that it was recorded from, "
        "and compares status, content type, the order of events and the shapes of their JSON; "
        "never what is said. The cassette is left as it is. Keys come from the environment "
        "(ANTHROPIC_API_KEY, OPENAI_API_KEY, ...) and go to the host of their API only. A live "
        "request costs what it costs. The exit status is 0 where everything is as recorded, 1 "
        "where something has aged, 2 where nothing has but something could not be told: no key, "
        "no answer.",
        epilog="Example: streamtape verify tests/cassettes/test_chat/test_answer.yaml",
    )
    parser.add_argument("cassettes", nargs="+", metavar="CASSETTE", help="cassette files")
    parser.add_argument(
        "--upstream",
        metavar="URL",
        help="ask this base URL instead; it gets the key of the API that was recorded",
    )
    parser.add_argument(
        "--header",
        action="append",
        default=[],
        type=_header,
        metavar="'NAME: VALUE'",
        help="send it along, in the place of a recorded one or of a key; repeatable",
    )
    parser.add_argument(
        "--timeout",
        type=float,
        default=_TIMEOUT,
        metavar="S",
        help=f"seconds to wait for a connection, and for each read; default {_TIMEOUT:g}",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    counts: Counter[str] = Counter()
    listed: list[dict[str, Any]] = []
    is_all_told = True
    for name in options.cassettes:
        try:
            for report in _ask(options, name):
                counts[report.outcome] += 1
                listed.append({"path": name, **dataclasses.asdict(report)})
                if not options.json:
                    _print(name, report)
        except KeyboardInterrupt:
            return _STOPPED
        except StreamtapeError as error:
            print(f"streamtape: {name}: {error}", file=sys.stderr)
            is_all_told = False
    asked = counts.total() - counts["not asked"]
    if options.json:
        print(json.dumps({"asked": asked, "counts": counts, "interactions": listed}, indent=2))
    else:
        told = ", ".join(f"{number} {outcome}" for outcome, number in sorted(counts.items()))
        print(f"{asked} interaction(s) asked again: {told or 'none'}")
    if counts["aged"]:
        return 1
    return 0 if is_all_told and not counts["unverified"] else _TOLD_NOTHING


def _ask(options: argparse.Namespace, name: str) -> Iterator[Verified]:
    from streamtape.verify import ask_again  # noqa: PLC0415 - for those who verify

    return ask_again(
        cassettes.load(name),
        os.environ,
        upstream=options.upstream,
        headers=tuple(options.header),
        timeout=options.timeout,
    )


def _print(name: str, report: Verified) -> None:
    first, *others = report.lines()
    print(f"{name}: {first}")
    for line in others:
        print(line)


def _header(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    if not colon or not name.strip():
        raise argparse.ArgumentTypeError(f"{text!r} is no header: 'name: value'")
    return name.strip().lower(), value.strip()
