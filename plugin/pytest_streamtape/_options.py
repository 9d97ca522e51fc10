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

__all__ = [
    "MARKER",
    "SHARD_FIXTURE",
    "Asked",
    "SweepOptions",
    "asked_for",
    "cassette_of",
    "check_command_line",
    "shard_of",
    "sweep_of",
]

MARKER = "streamtape"
_COMMAND_LINE = (
    "mode",
    "split",
    "timing",
    "fault",
    "abort",
    "block_network",
    "allowed_hosts",
    "update",
)


_SWEEPING = ("sweep", "variants", "isolate", "timeout", "shards")
SHARD_FIXTURE = "_streamtape_shard"
DEFAULT_TIMEOUT = 30.0  # seconds of one run; a test that hangs is a finding, not the end of the day


class SweepOptions(NamedTuple):
    """How one test is swept.

    Attributes:
        over: which splits; see `streamtape.sweep`.
        variants: which rewritten copies of the recording are swept as well, or None.
        isolate: whether function-scoped fixtures are made anew for every run.
        timeout: seconds after which a run is stopped, or None.
        shard: which part of the sweep this is, counted from 0, and how many there are.
        save: whether the smallest failure is kept beside the cassette.
    """

    over: Any
    variants: Any
    isolate: bool
    timeout: float | None
    shard: tuple[int, int]
    save: bool


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
    given = _given(item.config)
    merged = {**defaults, **marked, **given}
    if "none" in (marked.get("mode"), given.get("mode")):
        merged["mode"] = "none"
    sweeping = {name: value for name, value in merged.items() if name in _SWEEPING}
    merged = {name: value for name, value in merged.items() if name not in _SWEEPING}
    if misplaced := [name for name in _SWEEPING if name in defaults]:
        problem = f"{', '.join(misplaced)} belongs on a marker, not into streamtape_config"
        raise pytest.UsageError(f"streamtape: {item.nodeid}: {problem}")
    try:
        _check_sweep(sweeping)
        return Asked(cassette, streamtape.TapeOptions.of(merged))
    except streamtape.UsageError as error:
        raise pytest.UsageError(f"streamtape: {item.nodeid}: {error}") from None


def _check_sweep(given: Mapping[str, Any]) -> None:
    """Refuse what a sweep cannot take.

    Raises:
        UsageError: see above.
    """
    import streamtape  # noqa: PLC0415 - for tests that use it

    if given.get("sweep") is None:
        return
    if not streamtape.sweep.is_trouble(given["sweep"]):
        streamtape.sweep.parse_over(given["sweep"])
    streamtape.sweep.variants(given.get("variants"))
    if not _is_timeout(timeout := given.get("timeout")):
        remedy = "Give seconds, more than 0, or None for no limit."
        raise streamtape.UsageError(f"timeout={timeout!r}", "not a time", remedy)


def _is_timeout(value: object) -> bool:
    if value is None or isinstance(value, bool):
        return value is None
    return isinstance(value, int | float) and value > 0


def sweep_of(item: pytest.Item) -> SweepOptions | None:
    """Return how a test is to be swept, or None where it is to be run once.

    Only markers ask for a sweep. A split or variant on the command line runs just that, and a test
    that may record is run once.
    """
    try:
        _, marked = _marked(item)
    except pytest.UsageError:
        return None  # the set-up of the test will say so
    over = marked.get("sweep")
    if not _is_timeout(marked.get("timeout")):
        return None  # so will it of this
    config = item.config
    given = _given(config)
    records = given.get("mode", marked.get("mode", "none")) != "none"
    just_one = {"split", "fault", "abort", "update"} & set(given)
    just_one = just_one or config.getoption("streamtape_variant")
    if over is None or just_one or records:
        return None
    return SweepOptions(
        over,
        marked.get("variants"),
        marked.get("isolate", True),
        marked.get("timeout", DEFAULT_TIMEOUT),
        shard_of(item) or (0, 1),
        config.getoption("streamtape_save_failures"),
    )


def cassette_of(item: pytest.Item) -> str | None:
    """Return the name of the cassette that a test's marker gives, or None."""
    return _marked(item)[0]


def shard_of(item: pytest.Item) -> tuple[int, int] | None:
    """Return which shard of a sweep an item is: its number from 0, and of how many."""
    callspec = getattr(item, "callspec", None)
    return callspec.params.get(SHARD_FIXTURE) if callspec else None


def _given(config: pytest.Config) -> dict[str, Any]:
    """Return what the command line says, of the options that a marker has too."""
    given = {name: config.getoption(f"streamtape_{name}") for name in _COMMAND_LINE}
    return {name: value for name, value in given.items() if value is not None}


def check_command_line(config: pytest.Config) -> None:
    """Refuse a bad option before any test runs; costs nothing where none is given.

    Raises:
        pytest.UsageError: see above.
    """
    given = _given(config)
    variant = config.getoption("streamtape_variant")
    if not given and variant is None:
        return
    import streamtape  # noqa: PLC0415 - see above

    try:
        streamtape.sweep.variants(variant)
    except streamtape.UsageError as error:
        raise pytest.UsageError(f"--streamtape-variant: {error}") from None
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
