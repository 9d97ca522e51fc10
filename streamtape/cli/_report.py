"""`streamtape report`: the pages of a run, collected."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from streamtape.cli._output import new_file
from streamtape.errors import UsageError

if TYPE_CHECKING:
    import argparse

__all__ = ["declare"]


def declare(commands: Any) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "report",
        help="collect the pages of a test run: an index, or a summary for GitHub",
        description="Collects the pages that `pytest --streamtape-html=DIR` and `streamtape show "
        "--html` wrote, and writes DIR/index.html.",
        epilog="Example: streamtape report pictures --markdown >> $GITHUB_STEP_SUMMARY",
    )
    parser.add_argument("folder", metavar="DIR", help="the folder of the pages")
    parser.add_argument(
        "--markdown", action="store_true", help="print a summary as Markdown, and write nothing"
    )
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    from streamtape import pictures  # noqa: PLC0415 - imports messages

    folder = Path(options.folder)
    entries = pictures.entries_of(folder)
    if not entries:
        remedy = f"Write some: pytest --streamtape-html={folder}"
        raise UsageError(f"{folder}", "there is no page of streamtape in it", f"{remedy}.")
    if options.markdown:
        for line in pictures.markdown(entries):
            print(line)
        return 0
    path = folder / pictures.INDEX
    new_file(str(path), force=pictures.is_page(path)).write_bytes(pictures.index(entries))
    print(f"{path}: {len(entries)} page(s)")
    return 0
