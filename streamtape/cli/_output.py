"""Where a command may write."""

from __future__ import annotations

from pathlib import Path

from streamtape.errors import UsageError

__all__ = ["new_file"]


def new_file(name: str, *, force: bool) -> Path:
    """Return the path of a file that may be written.

    Raises:
        UsageError: it is there already, and nobody said to replace it.
    """
    path = Path(name)
    if path.exists() and not force:
        raise UsageError(f"{path}", "it is there already", "Name another, or say --force.")
    return path
