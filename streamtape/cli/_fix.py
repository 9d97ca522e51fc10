"""`streamtape fix`: make the chunk index of an edited cassette fit its body again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from streamtape import cassette as cassettes

if TYPE_CHECKING:
    import argparse

__all__ = ["declare"]


def declare(commands: Any) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "fix",
        help="after an edit of a body by hand, make its chunk index fit again",
        description="Where the sizes of the chunks no longer add up to the body, the chunks that "
        "still fit keep boundaries and times, and the rest becomes one chunk per event.",
        epilog="Example: streamtape fix cassettes/hello.yaml",
    )
    parser.add_argument("cassette", help="a cassette file")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    mended = cassettes.fix(options.cassette)
    if mended:
        listed = ", ".join(str(number) for number in mended)
        print(f"{options.cassette}: mended the chunks of interaction(s) {listed}")
    else:
        print(f"{options.cassette}: nothing to fix")
    return 0
