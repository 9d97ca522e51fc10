"""`streamtape check`: what is wrong with committed cassettes, for CI."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from streamtape import cassette as cassettes

if TYPE_CHECKING:
    import argparse

__all__ = ["declare"]


def declare(commands: Any) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "check",
        help="what is wrong with cassettes: format, secrets, tests that are gone",
        description="Reads every cassette (of a folder: the YAML files below folders named "
        "`cassettes`) and reports what is broken, what looks like a secret (also values of "
        "secret-looking environment variables), and what is named after a test that is gone. "
        "The exit status is 0 where nothing is wrong, 1 where something is.",
        epilog="Example: streamtape check tests/ --json",
    )
    parser.add_argument("paths", nargs="*", default=["."], help="files or folders; default: .")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    files = cassettes.cassettes_in(Path(path) for path in options.paths)
    problems = [problem for path in files for problem in cassettes.audit(path)]
    if options.json:
        listed = [dataclasses.asdict(problem) | {"path": str(problem.path)} for problem in problems]
        print(json.dumps({"checked": len(files), "problems": listed}, indent=2))
    else:
        for problem in problems:
            print(problem)
        print(f"{len(files)} cassette(s) checked, {len(problems)} problem(s)")
    return 1 if problems else 0
