"""What a test asks for, merged from everywhere it can be said.

Weakest first: the `streamtape_config` fixture; markers of the module, class and function; the
command line. One exception: a mode ``none`` that a marker or the command line states is a lock, and
the other cannot undo it: CI that says ``--streamtape-mode=none`` never records, and a cassette that
was written by hand and marked ``mode="none"`` is never rewritten.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from streamtape import TapeOptions

__all__ = ["MARKER", "Asked", "asked_for", "check_command_line"]

MARKER = "streamtape"
_COMMAND_LINE = ("mode", "split", "timing", "block_network", "allowed_hosts")


class Asked(NamedTuple):
    """What one test asks for.

    Attributes:
        cassette: the name that its marker gives, or None.
        options: everything else.
    """

    cassette: str | None
    options: TapeOptions


def asked_for(item: pytest.Item, defaults: Mapping[str, Any]) -> Asked:
    """Merge and check the options of a test.

    Raises:
        pytest.UsageError: an unknown option, or a value that is none.
    """
    import streamtape  # noqa: PLC0415 - for tests that use it

    cassette, marked = _marked(item)
    given = {name: item.config.getoption(f"streamtape_{name}") for name in _COMMAND_LINE}
    given = {name: value for name, value in given.items() if value is not None}
    merged = {**defaults, **marked, **given}
    if "none" in (marked.get("mode"), given.get("mode")):
        merged["mode"] = "none"
    try:
        return Asked(cassette, streamtape.TapeOptions.of(merged))
    except streamtape.UsageError as error:
        raise pytest.UsageError(f"streamtape: {item.nodeid}: {error}") from None


def check_command_line(config: pytest.Config) -> None:
    """Refuse a bad option before any test runs; costs nothing where none is given.

    Raises:
        pytest.UsageError: see above.
    """
    given = {name: config.getoption(f"streamtape_{name}") for name in _COMMAND_LINE}
    given = {name: value for name, value in given.items() if value is not None}
    if not given:
        return
    import streamtape  # noqa: PLC0415 - see above

    for name, value in given.items():
        try:
            streamtape.TapeOptions.of({name: value})
        except streamtape.UsageError as error:
            raise pytest.UsageError(f"--streamtape-{name}: {error}") from None


def _marked(item: pytest.Item) -> tuple[str | None, dict[str, Any]]:
    """Merge the markers of a test, the closest one last."""
    cassette: str | None = None
    options: dict[str, Any] = {}
    for marker in reversed(list(item.iter_markers(MARKER))):
        if len(marker.args) > 1:
            problem = f"one cassette a marker, not {len(marker.args)}"
            raise pytest.UsageError(f"streamtape: {item.nodeid}: {problem}")
        kwargs = dict(marker.kwargs)
        named = marker.args[0] if marker.args else kwargs.pop("cassette", None)
        if named is not None:
            cassette = str(named)
        options |= kwargs
    return cassette, options
