"""What a use of a cassette may do, by name. This module decides what the names are, and no more."""

from __future__ import annotations

from typing import Literal, TypeAlias, get_args

from streamtape.errors import UsageError

__all__ = ["MODES", "Mode", "Then", "parse_mode", "parse_then"]

Mode: TypeAlias = Literal["none", "once", "new_episodes", "all", "rewrite", "verify"]
MODES: tuple[Mode, ...] = get_args(Mode)

Then: TypeAlias = Literal["next", "replay"]
"""What a request gets that comes again after a fault: the next interaction that answers it, or the
same one again, without the fault."""


def parse_mode(value: str) -> Mode:
    """Return `value` as a mode.

    Raises:
        UsageError: it is none; the message lists what is valid.
    """
    for mode in MODES:
        if value == mode:
            return mode
    raise UsageError(f"mode {value!r}", "not a mode", f"Valid are {', '.join(MODES)}.")


def parse_then(value: str) -> Then:
    """Return `value` as what follows a fault.

    Raises:
        UsageError: it is neither.
    """
    for then in get_args(Then):
        if value == then:
            return then  # type: ignore[no-any-return]  # get_args forgets what it was given
    raise UsageError(f"then={value!r}", "not a choice", "Valid are next and replay.")
