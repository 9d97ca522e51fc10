"""`streamtape check`: what is wrong with committed cassettes, for CI."""

from __future__ import annotations

import argparse
import dataclasses
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

from streamtape import cassette as cassettes
from streamtape.clock import today

__all__ = ["declare"]

_MOST_DAYS = 36_500


def declare(commands: Any) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "check",
        help="what is wrong with cassettes: format, secrets, age, tests that are gone",
        description="Reads every cassette (of a folder: the YAML files below folders named "
        "`cassettes`) and reports what is broken, what looks like a secret (also values of "
        "secret-looking environment variables), what is named after a test that is gone, and, if "
        "asked, what was recorded long ago. (Which cassettes no test uses, only a run can tell: "
        "pytest --streamtape-unused.) "
        "The exit status is 0 where nothing is wrong, 1 where something is.",
        epilog="Example: streamtape check tests/ --json",
    )
    parser.add_argument("paths", nargs="*", default=["."], help="files or folders; default: .")
    parser.add_argument(
        "--stale-after",
        type=_days,
        metavar="DAYS",
        help="also report what was recorded more than so many days ago",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    files = cassettes.cassettes_in(Path(path) for path in options.paths)
    days: int | None = options.stale_after
    before = None if days is None else today() - timedelta(days=days)
    problems = [problem for path in files for problem in cassettes.audit(path, stale_before=before)]
    if options.json:
        listed = [dataclasses.asdict(problem) | {"path": str(problem.path)} for problem in problems]
        print(json.dumps({"checked": len(files), "problems": listed}, indent=2))
    else:
        for problem in problems:
            print(problem)
        print(f"{len(files)} cassette(s) checked, {len(problems)} problem(s)")
    return 1 if problems else 0


def _days(text: str) -> int:
    if not text.isdecimal() or int(text) > _MOST_DAYS:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of days: 0 to {_MOST_DAYS}")
    return int(text)
