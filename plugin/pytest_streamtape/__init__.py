"""The pytest plugin of streamtape.

For annotations: ``from pytest_streamtape import Tape``. Everything else is the marker
``@pytest.mark.streamtape`` (or `mark`, the same with types), the fixtures `tape` and
`streamtape_config`, and the options that ``pytest --help`` lists under *streamtape*.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pytest_streamtape._marking import MarkerSettings, mark
    from streamtape import Tape

__all__ = ["MarkerSettings", "Tape", "mark"]

_HOMES = {
    "MarkerSettings": "pytest_streamtape._marking",
    "Tape": "streamtape",
    "mark": "pytest_streamtape._marking",
}


def __getattr__(name: str) -> Any:
    """Import a name when it is first used: pytest imports this package in every session."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)
