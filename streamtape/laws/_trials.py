"""Which runs of a stream the laws are checked on: plain values.

One recording gives them all: whole, cut in many ways, spelled in other ways, and broken after every
event. Which law looks at which run is in the table of laws.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from streamtape import sweep
from streamtape._facade import Cassette
from streamtape.errors import UsageError
from streamtape.faults import Disconnect, Eof, ErrorEvent
from streamtape.laws._wire import wire_events

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from streamtape.cassette import Interaction
    from streamtape.faults import Fault

__all__ = ["Kind", "Trial", "abort_trials", "messages_of", "trials"]

Kind: TypeAlias = Literal["whole", "split", "spelling", "abort", "failure", "cut short"]


@dataclass(frozen=True, slots=True)
class Trial:
    """One run.

    Attributes:
        kind: what is tried.
        name: which one it is, in the words that reproduce it.
        cassette: what is replayed: one interaction.
        told: the raw events of the message that the client is to see, in order.
        split: how the body is cut.
        fault: what goes wrong, or None.
        abort: after how many of what the stream emits it is told to stop, or None.
    """

    kind: Kind
    name: str
    cassette: Cassette
    told: tuple[dict[str, Any], ...]
    split: Any = "whole"
    fault: Fault | None = None
    abort: int | None = None


def messages_of(cassette: Cassette) -> list[Cassette]:
    """Return each stream of a message in a cassette, as a cassette of its own.

    Raises:
        UsageError: there is none that is complete.
    """
    found = [
        Cassette((each,), cassette.path)
        for each in cassette.interactions
        if each.response.end.kind == "complete" and _is_message(each.response.body)
    ]
    if not found:
        raise UsageError(
            f"check_stream with {cassette.path or 'this cassette'}",
            "it has no complete stream of the Messages API, from message_start to message_stop",
            "Give one that ends well: breaking it is part of the check.",
        )
    return found


def _is_message(body: bytes) -> bool:
    kinds = [event["type"] for event in wire_events(body) if event]
    return kinds[:1] == ["message_start"] and kinds[-1:] == ["message_stop"]


def trials(cassette: Cassette, over: sweep.Over, variants: Any) -> Iterator[Trial]:
    """Yield every run but the aborts; the whole one first."""
    (interaction,) = cassette.interactions
    body = interaction.response.body
    told = tuple(event for event in wire_events(body) if event)
    yield Trial("whole", "whole", cassette, told)
    for case in sweep.Sweep(sweep.subjects_of(body), over):
        yield Trial("split", f"split '{case.split}'", cassette, told, split=case.split)
    for variant in sweep.variants(variants):
        rewritten = variant.rewrite(body)
        if variant.keeps == "events" and rewritten != body:
            other = _with_body(cassette, interaction, rewritten)
            for split in ("whole", "bytes"):
                name = f"variant '{variant.name}', split '{split}'"
                yield Trial("spelling", name, other, told, split=split)
    yield from _broken(cassette, body)


def _broken(cassette: Cassette, body: bytes) -> Iterator[Trial]:
    events = wire_events(body)
    kinds = [event["type"] if event else "" for event in events]
    for number in range(1, len(events)):
        told = tuple(event for event in events[:number] if event)
        faults: list[tuple[Kind, Fault]] = [
            ("failure", Disconnect(after=number)),
            ("failure", ErrorEvent("overloaded_error", after=number)),
        ]
        # Some gateways send no message_stop: behind the reason to stop, an end is an end.
        if "message_delta" not in kinds[:number]:
            faults.append(("cut short", Eof(after=number)))
        for kind, fault in faults:
            yield Trial(kind, f"fault '{fault}'", cassette, told, fault=fault)


def abort_trials(whole: Trial, emitted: Iterable[str]) -> Iterator[Trial]:
    """Yield a run that is told to stop after each event but the last.

    Args:
        whole: the run that is not.
        emitted: the types of what it emitted.
    """
    kinds = list(emitted)
    for number in range(1, len(kinds)):
        if kinds[number - 1] == "message_stop":
            return
        name = f"abort after event {number} ({kinds[number - 1]})"
        yield replace(whole, kind="abort", name=name, abort=number)


def _with_body(cassette: Cassette, interaction: Interaction, body: bytes) -> Cassette:
    response = replace(interaction.response, body=body, chunks=None)
    return Cassette((replace(interaction, response=response),), cassette.path)
