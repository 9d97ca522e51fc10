"""`streamtape show`: what a cassette holds."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from streamtape import cassette as cassettes
from streamtape.cli._output import new_file
from streamtape.errors import UsageError
from streamtape.report import show

if TYPE_CHECKING:
    import argparse

    from streamtape.pictures import Picture

__all__ = ["declare"]


def declare(commands: Any) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "show",
        help="what a cassette holds, as a timeline: requests, reads, events, text, endings",
        description="Draws every stream of a cassette as a timeline, in the terminal, or as a page "
        "for a browser that needs nothing but itself.",
        epilog="Example: streamtape show cassettes/hello.yaml --html hello.html",
    )
    parser.add_argument("cassette", help="a cassette file")
    parser.add_argument("--html", metavar="FILE", help="write a page instead; open it in a browser")
    parser.add_argument(
        "--chunks", action="store_true", help="list every chunk instead, with its time and bytes"
    )
    parser.add_argument("--split", help="show where this split cuts: at:517")
    parser.add_argument("--variant", help="show this rewritten copy of the recording: crlf")
    parser.add_argument("--fault", help="show what this fault does: disconnect:after=text_delta:5")
    parser.add_argument(
        "--force", action="store_true", help="replace FILE, also where it is no such page"
    )
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    cassette = cassettes.load(options.cassette)
    if options.chunks:
        _check_chunks(options)
        for line in show(cassette):
            print(line)
        return 0
    drawn = _pictures(cassette, options)
    if options.html:
        _write(drawn, options)
    else:
        _print(drawn)
    return 0


def _check_chunks(options: argparse.Namespace) -> None:
    for name in ("html", "split", "variant", "fault"):
        if getattr(options, name):
            raise UsageError("--chunks", f"--{name} is about a timeline", "Drop one.")


def _pictures(cassette: cassettes.Cassette, options: argparse.Namespace) -> list[Picture]:
    from streamtape import faults, pictures, splits, sweep  # noqa: PLC0415 - for timelines

    if options.variant:
        cassette = sweep.variant_of(cassette, options.variant)
    split = splits.parse(options.split) if options.split else None
    return pictures.pictures_of(cassette, split=split, faults=faults.parse_all(options.fault))


def _print(drawn: list[Picture]) -> None:
    from streamtape.cli._paint import glyphs, paint, width  # noqa: PLC0415 - see `_pictures`
    from streamtape.pictures import timeline  # noqa: PLC0415 - see `_pictures`

    for number, picture in enumerate(drawn):
        if number:
            print()
        paint(timeline(picture, width=width(), glyphs=glyphs()))


def _write(drawn: list[Picture], options: argparse.Namespace) -> None:
    from streamtape import pictures  # noqa: PLC0415 - see `_pictures`

    path = Path(options.html)
    path = new_file(options.html, force=options.force or pictures.is_page(path))
    source = str(options.cassette)
    try:
        path.write_bytes(pictures.page(drawn, title=Path(source).name, source=source))
    except OSError as error:
        raise UsageError(f"--html {path}", f"{error.strerror}", "Name another file.") from None
    print(f"{path}: {len(drawn)} stream(s)")
