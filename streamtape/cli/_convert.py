"""`streamtape convert`: recordings of other tools, as cassettes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from streamtape import cassette as cassettes
from streamtape.cli._output import new_file
from streamtape.errors import UsageError

if TYPE_CHECKING:
    import argparse

__all__ = ["declare"]

_FORMATS = ("vcr", "cassetter", "har", "aimock", "sse", "chunks")


def declare(commands: Any) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "convert",
        help="make cassettes of vcrpy, cassetter, HAR, aimock, .sse and .chunks.txt files",
        description="Reads cassettes of vcrpy and pytest-recording (YAML, JSON) and cassetter, "
        "HTTP archives, aimock fixtures, raw event streams and the AI SDK's .chunks.txt. What "
        "comes out is redacted. Chunk boundaries and times that the other tool did not keep are "
        "one chunk per event, without delays.",
        epilog="Example: streamtape convert tests/cassettes/test_chat.yaml -o cassettes/chat.yaml",
    )
    parser.add_argument("files", nargs="+", metavar="FILE", help="recordings of another tool")
    parser.add_argument(
        "-o", "--output", required=True, metavar="PATH", help="a cassette; a folder for several"
    )
    parser.add_argument("--from", dest="form", choices=_FORMATS, help="default: as it looks")
    parser.add_argument("--url", help="of the requests, where the file does not tell")
    parser.add_argument("--force", action="store_true", help="replace what is there")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    from streamtape.convert import convert  # noqa: PLC0415 - for those who convert

    folder = Path(options.output)
    into_folder = folder.is_dir() or len(options.files) > 1
    if into_folder and folder.is_file():
        raise UsageError(f"{folder}", "several files need a folder", "Name a folder with -o.")
    for name in options.files:
        source = Path(name)
        stem = source.name.removesuffix(".chunks.txt").removesuffix(source.suffix)
        path = folder / f"{stem}.yaml" if into_folder else folder
        cassette = convert(source, options.form, url=options.url)
        cassettes.save(cassette, new_file(str(path), force=options.force))
        print(f"{source} -> {path}: {len(cassette)} interaction(s)")
    return 0
