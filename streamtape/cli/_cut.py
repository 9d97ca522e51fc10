"""`streamtape cut`: keep some interactions, or some events of one."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from streamtape import cassette as cassettes
from streamtape.cli._output import new_file
from streamtape.errors import UsageError

if TYPE_CHECKING:
    import argparse

__all__ = ["declare"]


def declare(commands: Any) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "cut",
        help="keep some interactions of a cassette, or some events of one",
        description="Writes a cassette with what is named, and its chunks and times where they "
        "still are. Numbers count from 1: `2`, `1,3-5`, `4-` (to the end).",
        epilog="Example: streamtape cut hello.yaml -o short.yaml --interactions 2 --events 1-12",
    )
    parser.add_argument("cassette", help="a cassette file")
    parser.add_argument("-o", "--output", required=True, metavar="FILE", help="the new cassette")
    parser.add_argument("--interactions", metavar="NUMBERS", help="those to keep; default: all")
    parser.add_argument(
        "--events", metavar="NUMBERS", help="events to keep, of every interaction that is kept"
    )
    parser.add_argument("--force", action="store_true", help="replace FILE where it is there")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    path = new_file(options.output, force=options.force)
    cassette = cassettes.load(options.cassette)
    if options.interactions:
        numbers = _numbers(options.interactions, len(cassette))
        cassette = cassettes.keep_interactions(cassette, numbers)
    if options.events:
        cut = (_with_events(item, options.events) for item in cassette.interactions)
        cassette = cassettes.Cassette(tuple(cut))
    cassettes.save(cassette, path)
    print(f"{path}: {len(cassette)} interaction(s)")
    return 0


def _with_events(interaction: cassettes.Interaction, text: str) -> cassettes.Interaction:
    last = len(dataclasses.replace(interaction.response, chunks=None).chunk_sizes)
    response = cassettes.keep_events(interaction.response, _numbers(text, last))
    return dataclasses.replace(interaction, response=response)


def _numbers(text: str, last: int) -> set[int]:
    numbers: set[int] = set()
    for part in text.split(","):
        first, dash, end = part.strip().partition("-")
        if not first.isdecimal() or (end and not end.isdecimal()):
            raise UsageError(f"numbers {text!r}", f"{part!r} is none", "Valid: 2, or 1,3-5, or 4-.")
        numbers.update(range(int(first), int(end or (last if dash else first)) + 1))
    return numbers
