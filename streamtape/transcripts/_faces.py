"""The two faces: consume a stream in this thread, or in this task.

They carry out the effects of the script and decide nothing but whether a source is theirs.
"""

from __future__ import annotations

import inspect
from contextlib import AsyncExitStack, ExitStack
from typing import TYPE_CHECKING, Any

from streamtape.errors import UsageError
from streamtape.transcripts._script import END, Enter, Next, script

if TYPE_CHECKING:
    from streamtape.transcripts._event import EventName
    from streamtape.transcripts._recorder import Recorder
    from streamtape.transcripts._script import Effect
    from streamtape.transcripts._transcript import Transcript

__all__ = ["arecord", "record"]


def record(
    source: Any, recorder: Recorder, *, emitted: bool = False, abort: EventName | None = None
) -> Transcript:
    """Consume a synchronous stream; see `streamtape.transcript`."""
    iterates = hasattr(source, "__iter__")
    if not (iterates or hasattr(source, "__enter__") or _only_emits(source)):
        raise _not_this_colour(source)
    lines = script(source, recorder, iterates=iterates, emitted=emitted, abort=abort)
    with ExitStack() as stack:
        hands = _Hands(stack)
        try:
            effect = next(lines)
            while True:
                try:
                    result = hands.perform(effect)
                except Exception as error:  # noqa: BLE001 - the script decides what it means
                    effect = lines.throw(error)
                else:
                    effect = lines.send(result)
        except StopIteration as over:
            return over.value  # type: ignore[no-any-return]  # a StopIteration is not generic


async def arecord(
    source: Any, recorder: Recorder, *, emitted: bool = False, abort: EventName | None = None
) -> Transcript:
    """Consume an asynchronous stream; see `streamtape.atranscript`."""
    if inspect.isawaitable(source):
        source = await source
    iterates = hasattr(source, "__aiter__")
    if not (iterates or hasattr(source, "__aenter__") or _only_emits(source)):
        raise _not_this_colour(source)
    lines = script(source, recorder, iterates=iterates, emitted=emitted, abort=abort)
    async with AsyncExitStack() as stack:
        hands = _AsyncHands(stack)
        try:
            effect = next(lines)
            while True:
                try:
                    result = await hands.perform(effect)
                except Exception as error:  # noqa: BLE001 - the script decides what it means
                    effect = lines.throw(error)
                else:
                    effect = lines.send(result)
        except StopIteration as over:
            return over.value  # type: ignore[no-any-return]  # a StopIteration is not generic


class _Hands:
    """Carries out effects in this thread."""

    def __init__(self, stack: ExitStack) -> None:
        self._stack = stack
        self._items: Any = None

    def perform(self, effect: Effect) -> Any:
        match effect:
            case Enter(manager):
                return self._stack.enter_context(manager)
            case Next(stream):
                if self._items is None:
                    self._items = iter(stream)
                return next(self._items, END)
        return effect.function()


class _AsyncHands:
    """Carries out effects in this task."""

    def __init__(self, stack: AsyncExitStack) -> None:
        self._stack = stack
        self._items: Any = None

    async def perform(self, effect: Effect) -> Any:
        match effect:
            case Enter(manager):
                return await self._stack.enter_async_context(manager)
            case Next(stream):
                if self._items is None:
                    self._items = aiter(stream)
                return await anext(self._items, END)
        result = effect.function()
        return await result if inspect.isawaitable(result) else result


def _only_emits(source: Any) -> bool:
    """Whether a source is an emitter of either colour, and no stream."""
    colours = ("__iter__", "__enter__", "__aiter__", "__aenter__")
    return hasattr(source, "on") and not any(hasattr(source, name) for name in colours)


def _not_this_colour(source: Any) -> UsageError:
    what = f"transcript of {type(source).__name__}"
    if inspect.iscoroutine(source):
        source.close()  # it would warn that it was never awaited
    is_async = inspect.isawaitable(source) or hasattr(source, "__aiter__")
    if is_async or hasattr(source, "__aenter__"):
        return UsageError(what, "it is asynchronous", "Say: await streamtape.atranscript(...).")
    if hasattr(source, "__iter__") or hasattr(source, "__enter__"):
        return UsageError(what, "it is synchronous", "Say: streamtape.transcript(...).")
    remedy = "Give a stream: an iterable of events, a manager of one, or an emitter."
    return UsageError(what, "no stream", remedy)
