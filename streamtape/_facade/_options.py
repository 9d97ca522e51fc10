"""What can be said about one use of a cassette: one vocabulary for the API and the plugin."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from streamtape import faults, splits
from streamtape import timing as timings
from streamtape.cassette import Filters, Matching
from streamtape.clock import Clock, RealClock, VirtualClock
from streamtape.errors import UsageError
from streamtape.playback import Abort, Mode, Then, parse_abort, parse_mode, parse_then

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["TapeOptions"]


@dataclass(frozen=True, kw_only=True)
class TapeOptions:
    """Everything that can be said about one use of a cassette, parsed and checked.

    The names are those of `use_cassette`, of the marker and of the `streamtape_config` fixture.
    """

    mode: Mode = "none"
    split: splits.Split = field(default_factory=splits.Recorded)
    timing: timings.Timing = field(default_factory=timings.Instant)
    faults: faults.Faults = ()
    then: Then = "next"
    abort: Abort | None = None
    matching: Matching = field(default_factory=Matching)
    filters: Filters = field(default_factory=Filters)
    allow_playback_repeats: bool = False
    block_network: bool = False
    allowed_hosts: tuple[str, ...] = ()
    unplayed: str = "ignore"
    unread: str | None = None  # as `unplayed`
    leaks: str = "ignore"
    record_on_exception: bool = False
    update: bool = False
    clock: Callable[[], Clock] = RealClock

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> TapeOptions:
        """Parse options in any of their spellings.

        Raises:
            UsageError: an unknown name or a value that is none.
        """
        parsed: dict[str, Any] = {}
        parts: dict[str, dict[str, Any]] = {name: {} for name in _MAKERS}
        for name, value in given.items():
            if name in _PARSERS:
                target, parse = _PARSERS[name]
                parsed[target] = parse(value)
            elif name in _PARTS:
                whole, argument = _PARTS[name]
                parts[whole][argument] = value
            else:
                raise _unknown(name, value)
        made = {name: _MAKERS[name](**given) for name, given in parts.items() if given}
        return cls(**parsed, **made)


def _unknown(name: str, value: object) -> UsageError:
    valid = [*_PARSERS, *_PARTS]
    close = difflib.get_close_matches(name, valid, 1)
    hint = f"Did you mean {close[0]}? " if close else ""
    remedy = f"{hint}Valid are {', '.join(valid)}."
    return UsageError(f"option {name}={value!r}", "no such option", remedy)


def _parse_choice(name: str, value: str) -> str:
    if value not in ("ignore", "fail"):
        raise UsageError(f"{name}={value!r}", "not a choice", "Valid are ignore and fail.")
    return value


def _parse_hosts(value: Any) -> tuple[str, ...]:
    hosts = value.split(",") if isinstance(value, str) else value
    return tuple(host.strip() for host in hosts if host.strip())


def _parse_clock(value: Clock | str | None) -> Callable[[], Clock]:
    """Return what makes the clock of a use: each use of "virtual" has one of its own."""
    match value:
        case None | "real":
            return RealClock
        case "virtual":
            return VirtualClock
    if isinstance(value, str) or not hasattr(value, "asleep"):
        raise UsageError(f"clock={value!r}", "not a clock", "Valid are real, virtual and a Clock.")
    return lambda: value


_PARSERS: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "mode": ("mode", parse_mode),
    "split": ("split", splits.parse),
    "timing": ("timing", timings.parse),
    "fault": ("faults", faults.parse_all),
    "then": ("then", parse_then),
    "abort": ("abort", parse_abort),
    "unplayed": ("unplayed", lambda value: _parse_choice("unplayed", value)),
    "unread": ("unread", lambda value: _parse_choice("unread", value)),
    "leaks": ("leaks", lambda value: _parse_choice("leaks", value)),
    "record_on_exception": ("record_on_exception", bool),
    "update": ("update", bool),
    "allow_playback_repeats": ("allow_playback_repeats", bool),
    "block_network": ("block_network", bool),
    "allowed_hosts": ("allowed_hosts", _parse_hosts),
    "clock": ("clock", _parse_clock),
}
# Options that are arguments of a value made from several.
_PARTS: dict[str, tuple[str, str]] = {
    "match_on": ("matching", "on"),
    "ignore": ("matching", "ignore"),
    "filter_headers": ("filters", "filter_headers"),
    "filter_query_parameters": ("filters", "filter_query_parameters"),
    "before_record_request": ("filters", "before_record_request"),
    "before_record_response": ("filters", "before_record_response"),
    "redact": ("filters", "redact"),
    "ignore_hosts": ("filters", "ignore_hosts"),
}
_MAKERS: dict[str, Callable[..., Any]] = {"matching": Matching, "filters": Filters.of}
