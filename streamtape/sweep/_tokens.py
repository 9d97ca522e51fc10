"""What in a body has an inside, and how its surroundings are called: the grammar of its format.

This module chooses the grammar. A grammar decides what a cut can go through: it yields each such
thing once, with the offsets at which a cut would hit it; it never counts, never keeps, and never
judges.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from streamtape.sweep import _tokens_eventstream, _tokens_ndjson, _tokens_sse
from streamtape.sweep._tokens_text import Token

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streamtape.formats import Format
    from streamtape.sse import Line

__all__ = ["Token", "region", "tokens"]


class _Grammar(Protocol):
    def tokens(self, body: bytes, start: int, stop: int, /) -> Iterator[Token]: ...
    def region(self, body: bytes, line: Line, /) -> str: ...


_GRAMMARS: dict[str, _Grammar] = {
    "sse": _tokens_sse,
    "ndjson": _tokens_ndjson,
    "eventstream": _tokens_eventstream,
}


def tokens(body: bytes, form: Format, start: int = 0, stop: int | None = None) -> Iterator[Token]:
    """Yield what can be cut through, for the lines that lie between two offsets.

    Every kind of `BOUNDARIES` comes from here. One place may belong to several tokens.
    """
    return _GRAMMARS[form.name].tokens(body, start, len(body) if stop is None else stop)


def region(body: bytes, form: Format, line: Line) -> str:
    """Say which part of an event a line is ("the data"); "" where that is all of it."""
    return _GRAMMARS[form.name].region(body, line)
