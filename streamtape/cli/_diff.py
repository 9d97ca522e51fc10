"""`streamtape diff`: how two recordings differ in what they mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from streamtape import cassette as cassettes
from streamtape.report import differences

if TYPE_CHECKING:
    import argparse

__all__ = ["declare"]


def declare(commands: Any) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "diff",
        help="how two cassettes differ: what was asked and said, chunks, times, endings",
        description="Compares interaction by interaction: what was asked, what the model said "
        "(deltas of one text as one), how it was cut, when it came and how it ended. The exit "
        "status is 0 where there is no difference, 1 where there is one.",
        epilog="Example: streamtape diff old.yaml cassettes/hello.yaml",
    )
    parser.add_argument("one", help="a cassette file")
    parser.add_argument("other", help="another one")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    found = False
    for line in differences(cassettes.load(options.one), cassettes.load(options.other)):
        print(line)
        found = True
    return 1 if found else 0
