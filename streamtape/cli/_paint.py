"""Lines in styles onto standard output: in colour on a terminal, plain elsewhere.

It decides which: colour needs a terminal, and is left out where `NO_COLOR` is set (rich sees to it,
and to what the terminal can show). `rich` is imported only where there is a terminal to paint on.
"""

from __future__ import annotations

import os
import shutil
import sys
from typing import TYPE_CHECKING

from streamtape.pictures import GLYPHS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from streamtape.pictures import Glyphs, Line

__all__ = ["glyphs", "paint", "width"]

_PLAIN_WIDTH = 100  # columns, where there is no terminal
_WIDEST = 160  # a lane that is wider is harder to follow with the eye

# Okabe and Ito's colours: told apart in any colour vision, and legible on black and on white.
_STYLES = {
    "title": "bold",
    "soft": "dim",
    "wrong": "bold #D55E00",
    "error": "bold #D55E00",
    "good": "#009E73",
    "message": "#0072B2",
    "block": "#009E73",
    "text": "#56B4E9",
    "thinking": "#CC79A7",
    "json": "#E69F00",
}


def width() -> int:
    """Return how many columns there are; in a file or a pipe always the same, for comparisons."""
    if not sys.stdout.isatty():
        return _PLAIN_WIDTH
    return min(shutil.get_terminal_size((_PLAIN_WIDTH, 24)).columns, _WIDEST)


def glyphs() -> Glyphs:
    """Return what standard output can show."""
    found = GLYPHS["unicode"]
    try:
        "".join(found).encode(sys.stdout.encoding or "ascii")
    except UnicodeEncodeError:
        return GLYPHS["ascii"]
    return found


def paint(lines: Iterable[Line]) -> None:
    """Print lines."""
    if sys.stdout.isatty() and os.environ.get("TERM") != "dumb":
        _in_colour(lines)
        return
    for line in lines:
        print("".join(piece.text for piece in line).rstrip())


def _in_colour(lines: Iterable[Line]) -> None:
    from rich.console import Console  # noqa: PLC0415 - 40 ms, for terminals
    from rich.text import Text  # noqa: PLC0415 - see above

    console = Console(highlight=False, soft_wrap=True)
    for line in lines:
        text = Text()
        for piece in line:
            text.append(piece.text, _STYLES.get(piece.style, ""))
        console.print(text)
