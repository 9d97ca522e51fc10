"""The marker with types: what pytest's own `mark` cannot have.

`mark(...)` is `pytest.mark.streamtape(...)`, and nothing else: the plugin sees no difference.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

import pytest

from streamtape import TapeSettings

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable

    from streamtape.playback import Mode
    from streamtape.sweep import Over, Variant

__all__ = ["MarkerSettings", "mark"]


class MarkerSettings(TapeSettings, total=False):
    """The options of the marker: those of `streamtape.TapeSettings`, the mode, and sweeps.

    Attributes:
        mode: what is replayed and what is recorded; see docs/reference/modes.md.
        sweep: which splits, faults or aborts the test is run under, one after the other.
        variants: which rewritten copies of the recording are swept as well.
        isolate: whether function-scoped fixtures are made anew for every run.
        timeout: seconds after which one run is stopped; None for no limit.
        shards: into how many items the sweep is divided, for pytest-xdist to spread.
    """

    mode: Mode
    sweep: Over
    variants: str | Variant | Iterable[str | Variant] | None
    isolate: bool
    timeout: float | None
    shards: int


def mark(
    cassette: str | os.PathLike[str] | None = None, **options: Unpack[MarkerSettings]
) -> pytest.MarkDecorator:
    """Return ``pytest.mark.streamtape``, with options that editors complete.

    ::

        @pytest_streamtape.mark("weather.yaml", sweep="cuts")
        def test_weather(): ...

    Args:
        cassette: a name, taken from ``cassettes/<module>/``, or a path; by default the test's own.
        options: see `MarkerSettings`.
    """
    named = () if cassette is None else (str(cassette),)
    return pytest.mark.streamtape(*named, **options)
