"""The pytest plugin of streamtape.

For annotations: ``from pytest_streamtape import Tape``. Everything else is the marker
``@pytest.mark.streamtape``, the fixtures `tape` and `streamtape_config`, and the options that
``pytest --help`` lists under *streamtape*.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from streamtape import Tape

__all__ = ["Tape"]


def __getattr__(name: str) -> Any:
    """Import `Tape` when it is first used: pytest imports this package in every session."""
    if name == "Tape":
        import streamtape  # noqa: PLC0415 - see above

        return streamtape.Tape
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
