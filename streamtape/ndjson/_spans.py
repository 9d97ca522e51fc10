"""Where the lines of a whole body stand, in bytes.

By the decoder's rules, but with the whole body at hand: a line is one that is not blank, whether it
is JSON or not. A last line counts only if it has ended, or is a whole value.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["LineSpan", "spans"]

# Atomic groups: without them the CR and the LF of one CRLF would pass for two line ends.
_LINE = re.compile(rb"(?>([^\r\n]*))(?>(\r\n|\n|\r)|\Z)")


class LineSpan(NamedTuple):
    """The places of one line that is not blank. All are byte offsets into the body.

    Attributes:
        start: its first byte.
        stop: behind its last byte: where its line end begins.
        next: behind its line end; equal to `stop` where the body ends without one.
    """

    start: int
    stop: int
    next: int


def spans(body: bytes) -> list[LineSpan]:
    """Return the places of the lines of `body` that are not blank, in order."""
    return list(_spans(body))


def _spans(body: bytes) -> Iterator[LineSpan]:
    position = 0
    while position < len(body):
        match = _LINE.match(body, position)
        if match is None:
            raise AssertionError  # the pattern matches everywhere
        start, stop, position = match.start(), match.end(1), match.end()
        if not body[start:stop].strip():
            continue
        if position > stop or _is_json(body[start:stop]):
            yield LineSpan(start, stop, position)


def _is_json(text: bytes) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True
