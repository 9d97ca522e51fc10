"""The options of one use of a cassette, in the spellings that users write, with their types.

This module decides nothing: `TapeOptions.of` reads these spellings, and a test compares the two.
Editors complete the names, type checkers check the values.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TypedDict

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterable

    from streamtape.cassette import Request
    from streamtape.clock import Clock
    from streamtape.faults import FaultsLike
    from streamtape.playback import Abort, Then
    from streamtape.splits import SplitLike
    from streamtape.timing import TimingLike

    FieldRule = str | tuple[str, str | Callable[[str, str, Request], str | None] | None]
    Pattern = str | bytes | re.Pattern[str] | re.Pattern[bytes]
    BodyRule = Pattern | Callable[[bytes], bytes]

__all__ = ["TapeSettings"]


class TapeSettings(TypedDict, total=False):
    """The options of `use_cassette` (but for ``mode``), of the marker and of `streamtape_config`.

    Attributes:
        split: where the body is cut; see `streamtape.splits`.
        timing: when its bytes come; see `streamtape.timing`.
        fault: what goes wrong; see `streamtape.faults`.
        then: what a retry gets after a fault: the ``next`` interaction that answers it, or
            ``replay``, the same again.
        abort: after which event the test is told to abort: its number from 0, ``2/5`` for the
            second interaction.
        match_on: names of the matchers that must agree; by default method, uri and body.
        ignore: paths of what does not count in a JSON body: ``messages[*].id``.
        allow_playback_repeats: whether a used interaction may answer again.
        filter_headers: what becomes of header fields in a recording; see
            `streamtape.cassette.Filters.of`, also for the five that follow.
        filter_query_parameters: the same, for the query of the URL.
        before_record_request: a function (or several), from a request to a request or None.
        before_record_response: a function (or several), from a response to a response or None.
        redact: patterns, and functions from the bytes of a body to bytes.
        ignore_hosts: hosts whose requests go to the network, unrecorded, in every mode.
        block_network: whether replaying lets nothing out of the machine.
        allowed_hosts: where to it may go all the same; text with commas, or a list.
        unplayed: what it means when an interaction is never asked for.
        unread: what it means when a response is left before its last byte; by default as
            ``unplayed``.
        leaks: what it means when a response is never closed.
        record_on_exception: whether a recording is saved where the test failed.
        update: whether `Tape.expected` writes what it is compared with, instead of comparing it.
        clock: what waits and tells the time; under ``virtual``, waiting takes none.
    """

    split: SplitLike
    timing: TimingLike
    fault: FaultsLike
    then: Then
    abort: Abort | int | str | None
    match_on: str | Iterable[str]
    ignore: str | Iterable[str]
    allow_playback_repeats: bool
    filter_headers: Iterable[FieldRule]
    filter_query_parameters: Iterable[FieldRule]
    before_record_request: Any
    before_record_response: Any
    redact: Pattern | Iterable[BodyRule]
    ignore_hosts: str | Iterable[str]
    block_network: bool
    allowed_hosts: str | Iterable[str]
    unplayed: Literal["ignore", "fail"]
    unread: Literal["ignore", "fail"]
    leaks: Literal["ignore", "fail"]
    record_on_exception: bool
    update: bool
    clock: Clock | Literal["real", "virtual"] | None
