"""Assertions about what a stream emitted, for any test framework.

    >>> from streamtape.checks import assert_events, text, tool_use
    >>> assert_events(t, ["message_start", ..., text("Hel"), "text*", ..., "message_stop"])

A pattern is ``...`` (any events), a type with how often (``"text"``, ``"text*"``, ``"text+"``,
``"text?"``, ``"text{3}"``), one of the functions here, a mapping of fields, or any object with an
``==`` of its own. Everything here takes transcripts (`streamtape.transcript`).
"""

from streamtape.checks._assertions import (
    assert_aborted,
    assert_events,
    assert_no_events_after_abort,
    assert_streamed,
)
from streamtape.checks._laws import Law, after, balanced_blocks, before, exactly_once
from streamtape.checks._matching import ANY, including, mismatch
from streamtape.checks._patterns import (
    Pattern,
    error,
    event,
    input_json,
    repeated,
    text,
    thinking,
    tool_use,
)

__all__ = [
    "ANY",
    "Law",
    "Pattern",
    "after",
    "assert_aborted",
    "assert_events",
    "assert_no_events_after_abort",
    "assert_streamed",
    "balanced_blocks",
    "before",
    "error",
    "event",
    "exactly_once",
    "including",
    "input_json",
    "mismatch",
    "repeated",
    "text",
    "thinking",
    "tool_use",
]
