"""What must hold of a stream of a message: a table of laws.

A law looks at one observation, and at that of the whole run, and says what is wrong, or None. It
runs nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from streamtape.laws._wire import Told, difference
from streamtape.transcripts import inline

if TYPE_CHECKING:
    from collections.abc import Callable

    from streamtape.laws._observe import Observation
    from streamtape.laws._trials import Kind
    from streamtape.transcripts import Event

    Check: TypeAlias = Callable[["Observation", "Observation"], "str | None"]

__all__ = ["LAWS", "Law"]


@dataclass(frozen=True, slots=True)
class Law:
    """One law.

    Attributes:
        name: how it is called, in reports and in `known`.
        statement: what must hold.
        on: the runs that it is checked on.
        check: takes what was seen of a run, and of the whole run; returns what is wrong, or None.
    """

    name: str
    statement: str
    on: tuple[Kind, ...]
    check: Check


_MOST_TEXT = 80  # characters shown of an event
_TEXTS = {"text": ("text_delta", "text"), "thinking": ("thinking_delta", "thinking")}
_TEXTS |= {"input_json": ("input_json_delta", "partial_json")}


def _ends_well(seen: Observation, _: Observation) -> str | None:
    error = seen.transcript.error
    return None if error is None else f"it raised {_name(error)}"


def _every_event(seen: Observation, _: Observation) -> str | None:
    expected, found = seen.trial.told, seen.told
    for number, (sent, emitted) in enumerate(zip(expected, found, strict=False), 1):
        if sent["type"] != emitted["type"]:
            return f"event {number} is {emitted['type']}, and {sent['type']} was sent"
        if told := difference(sent, emitted):
            return f"event {number}, {sent['type']}: {told}"
    if len(expected) != len(found):
        return f"{len(expected)} events were sent, and {len(found)} emitted"
    return None


def _balanced(seen: Observation, _: Observation) -> str | None:
    told = Told()
    problems = (told.add(event) for event in seen.told)
    wrong = next((problem for problem in problems if problem), None)
    return wrong or (f"block {min(told.open)} is never ended" if told.open else None)


def _derived(seen: Observation, _: Observation) -> str | None:
    """Check what a stream derives, if it derives anything of that type."""
    events = seen.transcript.events
    for name, (kind, field) in _TEXTS.items():
        said = [each.data.get(field) for each in events if each.type == name]
        sent = [e["delta"][field] for e in seen.trial.told if _delta(e) == kind]
        if said and said != sent:
            pairs = zip(sent, said, strict=False)
            at = next((at for at, (a, b) in enumerate(pairs) if a != b), min(len(sent), len(said)))
            return f"'{name}' event {at + 1} is {_at(said, at)}, and {_at(sent, at)} was sent"
    for before, event in zip([None, *events], events, strict=False):
        if event.type in _TEXTS and not _follows(before, event.type):
            return f"a '{event.type}' event does not follow its delta"
    return None


def _snapshots(seen: Observation, _: Observation) -> str | None:
    return seen.shown[0] if seen.shown else None


def _final(seen: Observation, _: Observation) -> str | None:
    if not seen.final:
        return None
    if seen.final[0].error is not None:
        return f"asked for the final message, it raised {_name(seen.final[0].error)}"
    told = Told()
    for event in seen.trial.told:
        told.add(event)
    return difference(told.whole(), seen.final[0].value)


def _end_last(seen: Observation, _: Observation) -> str | None:
    kinds = seen.transcript.types
    if "message_stop" in kinds and kinds[-1] != "message_stop":
        return f"'{kinds[-1]}' comes behind message_stop"
    return f"asked again at its end, it gave {seen.more} more events" if seen.more else None


def _same(seen: Observation, whole: Observation) -> str | None:
    mine, theirs = seen.transcript, whole.transcript
    if mine.error is not None and theirs.error is None:
        return f"it raised {_name(mine.error)} after {len(mine.events)} events"
    for number, (one, other) in enumerate(zip(theirs.events, mine.events, strict=False), 1):
        if one != other:
            return f"event {number} is {_shown(other)}, and {_shown(one)} where nothing is cut"
    if len(mine.events) != len(theirs.events):
        return f"{len(mine.events)} events, and {len(theirs.events)} where nothing is cut"
    if [_told(each) for each in seen.final] != [_told(each) for each in whole.final]:
        return "the same events, but another final message"
    return None


def _silent(seen: Observation, _: Observation) -> str | None:
    late = len(seen.transcript.events) - (seen.transcript.aborted_after or 0)
    return f"it emitted {late} more events" if late > 0 else None


def _lets_go(seen: Observation, _: Observation) -> str | None:
    if seen.read_on:
        return "it read on"
    return None if seen.closed else "it left its source open"


def _no_success(seen: Observation, _: Observation) -> str | None:
    if seen.final and seen.final[0].error is None:
        return "asked for the final message, it returned one"
    return None


def _nothing_lost(seen: Observation, _: Observation) -> str | None:
    expected, found = seen.trial.told, seen.told
    if len(found) < len(expected):
        lost = expected[len(found)]["type"]
        return (
            f"{len(expected)} events came before it, and {len(found)} were emitted: {lost} is lost"
        )
    return None


def _raises(seen: Observation, _: Observation) -> str | None:
    return "it ended as if nothing had happened" if seen.transcript.error is None else None


def _stays_failed(seen: Observation, _: Observation) -> str | None:
    for nth, outcome in zip(("", " the second time"), seen.final, strict=False):
        if outcome.error is None:
            return f"asked for the final message{nth}, it returned one"
    return None


_TABLE: tuple[Law, ...] = (
    Law("ends-well", "a stream that ends well raises nothing", ("whole",), _ends_well),
    Law(
        "every-event",
        "every event that is sent is emitted once, in order",
        ("whole",),
        _every_event,
    ),
    Law(
        "balanced-blocks",
        "a block begins once, ends once, and grows between",
        ("whole",),
        _balanced,
    ),
    Law(
        "derived-events",
        "what is derived from a delta follows it and says the same",
        ("whole",),
        _derived,
    ),
    Law("snapshots-grow", "a snapshot is what has been told by then", ("whole",), _snapshots),
    Law("final-message", "the deltas add up to the final message", ("whole",), _final),
    Law("end-is-last", "nothing comes behind the end", ("whole",), _end_last),
    Law("any-split", "the same events, however the bytes are cut", ("split",), _same),
    Law("any-spelling", "the same events, in every spelling that SSE allows", ("spelling",), _same),
    Law("abort-is-silent", "nothing is emitted after an abort", ("abort",), _silent),
    Law(
        "abort-lets-go", "an abort closes the source, and reads no more of it", ("abort",), _lets_go
    ),
    Law(
        "abort-is-no-success",
        "an aborted message is not handed out as final",
        ("abort",),
        _no_success,
    ),
    Law("failure-is-raised", "a broken stream raises an error", ("failure",), _raises),
    Law(
        "nothing-is-lost",
        "what came before a failure is emitted",
        ("failure", "cut short"),
        _nothing_lost,
    ),
    Law(
        "failed-stays-failed",
        "after a failure there is no final message",
        ("failure",),
        _stays_failed,
    ),
    Law(
        "incomplete-is-no-success",
        "half a message is not handed out as final",
        ("cut short",),
        _stays_failed,
    ),
)

LAWS: dict[str, Law] = {law.name: law for law in _TABLE}
"""Every law, by its name."""


def _delta(event: dict[str, Any]) -> Any:
    return event["delta"].get("type") if event["type"] == "content_block_delta" else None


def _follows(before: Event | None, name: str) -> bool:
    delta = before.data.get("delta") if before and before.type == "content_block_delta" else None
    return isinstance(delta, dict) and delta.get("type") == _TEXTS[name][0]


def _name(error: BaseException) -> str:
    text = str(error)
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _at(items: list[Any], at: int) -> str:
    return repr(items[at]) if at < len(items) else "nothing"


def _shown(event: Event) -> str:
    text = f"{event.type} {inline(event.data)}"
    return text if len(text) <= _MOST_TEXT else f"{text[: _MOST_TEXT - 1]}…"


def _told(outcome: Any) -> Any:
    return outcome.value, type(outcome.error)
