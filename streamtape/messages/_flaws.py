"""What is unfinished or doubtful about a message that is otherwise taken as whole.

A tool's input that `max_tokens` cut may look complete (`{"path": "/x"` reads as a path): these
facts tell it from one that is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pydantic_core import from_json

from streamtape.messages._buffers import whole

__all__ = ["Flaw", "json_flaw"]

FlawKind = Literal["unstopped", "unterminated", "trailing"]


@dataclass(frozen=True, slots=True)
class Flaw:
    """One doubt about one block.

    Attributes:
        index: the index of the block.
        kind: ``unstopped`` (no `content_block_stop` came), ``unterminated`` (the tool's input ends
            in the middle of its JSON) or ``trailing`` (what follows its JSON was ignored).
    """

    index: int
    kind: FlawKind


def json_flaw(text: str) -> FlawKind | None:
    """Return what is doubtful about the JSON text of a tool's input; an empty one is fine."""
    if not text:
        return None
    try:
        from_json(whole(text))
    except ValueError as error:
        return "trailing" if "trailing" in str(error) else "unterminated"
    return None
