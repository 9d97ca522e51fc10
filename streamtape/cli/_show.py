"""`streamtape show`: what a cassette holds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from streamtape import cassette as cassettes
from streamtape.report import show

if TYPE_CHECKING:
    import argparse

__all__ = ["declare"]


def declare(commands: Any) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "show",
        help="what a cassette holds: requests, chunks, events, times, endings",
        epilog="Example: streamtape show cassettes/hello.yaml",
    )
    parser.add_argument("cassette", help="a cassette file")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    for line in show(cassettes.load(options.cassette)):
        print(line)
    return 0
