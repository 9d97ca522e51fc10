"""One run of a stream, watched: what it emitted, what it showed meanwhile, what it said in the end.

It decides what is noted, never whether that is right. The two faces differ in how they wait.
"""

from __future__ import annotations

import inspect
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from streamtape.laws._wire import Told
from streamtape.transcripts import (
    Recorder,
    Transcript,
    arecord,
    event_of,
    plain,
    raw_of,
    record,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from streamtape.laws._sources import AnySource
    from streamtape.laws._trials import Trial

__all__ = ["Observation", "Outcome", "aobserve", "observe"]

_FINALS = ("get_final_message", "final_message")
_STOPS = ("abort", "close", "aclose")
# What a derived event shows of the message by then: the event's type and its field.
_SHOWN = {"text": "text", "thinking": "thinking", "input_json": "partial_json"}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a call gave: a value, or an exception."""

    value: Any = None
    error: BaseException | None = None


@dataclass(slots=True)
class Observation:
    """What was seen of one run.

    Attributes:
        trial: the run.
        transcript: what was emitted, and how it ended.
        raw: what was emitted of the raw events, in order; None for any other event.
        shown: where the stream showed another message than had been told by then, as sentences.
        more: how many events came when the stream, at its end, was asked again.
        final: what the call for the final message gave, asked once and once again; empty where the
            stream has no such call.
        closed: whether its source was closed in the end.
        read_on: how much it read after it was told to stop.
        can_be_stopped: whether there is a way to tell it to.
    """

    trial: Trial
    transcript: Transcript
    raw: list[dict[str, Any] | None] = field(init=False)
    shown: list[str] = field(default_factory=list)
    more: int = 0
    final: tuple[Outcome, ...] = ()
    closed: bool = True
    read_on: int = 0
    can_be_stopped: bool = False

    def __post_init__(self) -> None:
        self.raw = [raw_of(event) for event in self.transcript.events]

    @property
    def told(self) -> list[dict[str, Any]]:
        """The raw events that were emitted."""
        return [event for event in self.raw if event is not None]


class _Raising:
    """A stream that could not be made."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def __iter__(self) -> _Raising:
        return self

    __aiter__ = __iter__

    def __next__(self) -> Any:
        raise self._error

    async def __anext__(self) -> Any:
        raise self._error


class _Watch:
    """Compares what a stream shows after each event with what has been told by then."""

    def __init__(self, stream: Any) -> None:
        self._stream, self._told = stream, Told()
        self._tokens = 0
        self.wrong: list[str] = []

    def see(self, item: Any) -> None:
        raw, kind = raw_of(event_of(item)), getattr(item, "type", None)
        if raw is not None:
            self._told.add(raw)
            self._see_message(raw["type"], raw.get("index"))
        elif kind in _SHOWN and isinstance(getattr(item, "snapshot", None), str):
            self._compare(f"the snapshot of a '{kind}' event", item.snapshot, self._last)

    def _see_message(self, kind: str, index: int | None) -> None:
        if index is not None:
            self._last = self._told.text(index)
        try:
            message = self._stream.current_message_snapshot
            tokens = message.usage.output_tokens or 0
        except Exception:  # noqa: BLE001 - it has none, or none yet: each says so in its own way
            return
        if tokens < self._tokens:
            self.wrong.append(f"usage shrinks: from {self._tokens} output tokens to {tokens}")
        self._tokens = tokens
        if index is not None and kind == "content_block_delta":
            block = message.content[sorted(self._told.blocks).index(index)]
            shown = getattr(block, "text", None) or getattr(block, "thinking", None)
            if isinstance(shown, str):
                self._compare(f"after this {kind}, the snapshot's block {index}", shown, self._last)

    _last = ""

    def _compare(self, what: str, shown: str, told: str) -> None:
        if shown != told:
            self.wrong.append(f"{what} shows {shown!r}, and {told!r} has been told")


def observe(make_stream: Callable[[Any], Any], source: AnySource, trial: Trial) -> Observation:
    """Run a synchronous stream."""
    with ExitStack() as stack:
        given = stack.enter_context(source)
        try:
            stream = make_stream(given)
        except Exception as error:  # noqa: BLE001 - it has read at once, and says so at once
            stream = _Raising(error)
        if not hasattr(stream, "__iter__") and hasattr(stream, "__enter__"):
            stream = stack.enter_context(stream)
        watch = _Watch(stream)
        recorder = Recorder(on_event=_hook(watch, source, trial))
        transcript = record(stream, recorder, abort=trial.abort)
        seen = Observation(trial, transcript, shown=watch.wrong)
        seen.read_on = source.read_on
        seen.closed = source.is_closed
        seen.can_be_stopped = any(hasattr(stream, name) for name in _STOPS)
        if transcript.error is None:
            seen.more = len(list(stream)) if hasattr(stream, "__next__") else 0
        seen.final = tuple(_outcome(call) for call in _final_calls(stream))
    return seen


async def aobserve(
    make_stream: Callable[[Any], Any], source: AnySource, trial: Trial
) -> Observation:
    """Run an asynchronous stream."""
    async with AsyncExitStack() as stack:
        given = await stack.enter_async_context(source)
        try:
            stream = make_stream(given)
            if inspect.isawaitable(stream):
                stream = await stream
        except Exception as error:  # noqa: BLE001 - it has read at once, and says so at once
            stream = _Raising(error)
        if not hasattr(stream, "__aiter__") and hasattr(stream, "__aenter__"):
            stream = await stack.enter_async_context(stream)
        watch = _Watch(stream)
        recorder = Recorder(on_event=_hook(watch, source, trial))
        transcript = await arecord(stream, recorder, abort=trial.abort)
        seen = Observation(trial, transcript, shown=watch.wrong)
        seen.read_on = source.read_on
        seen.closed = source.is_closed
        seen.can_be_stopped = any(hasattr(stream, name) for name in _STOPS)
        if transcript.error is None and hasattr(stream, "__anext__"):
            seen.more = len([item async for item in stream])
        seen.final = tuple([await _aoutcome(call) for call in _final_calls(stream)])
    return seen


def _hook(watch: _Watch, source: AnySource, trial: Trial) -> Callable[[Any], None]:
    count = 0

    def see(item: Any) -> None:
        nonlocal count
        count += 1
        watch.see(item)
        if count == trial.abort:  # it is told to stop right behind this
            source.mark()

    return see


def _final_calls(stream: Any) -> Iterator[Callable[[], Any]]:
    """Give the call for the final message twice: what failed once must not succeed then."""
    for name in _FINALS:
        if hasattr(stream, name):
            yield getattr(stream, name)
            yield getattr(stream, name)
            return


def _outcome(call: Callable[[], Any]) -> Outcome:
    try:
        return Outcome(plain(_as_json(call())))
    except Exception as error:  # noqa: BLE001 - it is what the call gave
        return Outcome(error=error)


async def _aoutcome(call: Callable[[], Awaitable[Any]]) -> Outcome:
    try:
        return Outcome(plain(_as_json(await call())))
    except Exception as error:  # noqa: BLE001 - it is what the call gave
        return Outcome(error=error)


def _as_json(message: Any) -> Any:
    return message.to_dict() if hasattr(message, "to_dict") else message
