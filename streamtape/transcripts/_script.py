"""How a stream is consumed, without consuming it: a script of effects for either colour.

It decides how each kind of source is opened, read, told to stop and asked for what it has made. The
faces carry the effects out, in threads or in tasks. An effect that fails is raised back into the
script.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from functools import partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from streamtape.errors import UsageError
from streamtape.messages import EVENT_NAMES
from streamtape.transcripts._event import plain
from streamtape.transcripts._place import Countdown

if TYPE_CHECKING:
    from streamtape.transcripts._event import EventName
    from streamtape.transcripts._recorder import Recorder
    from streamtape.transcripts._transcript import Transcript

__all__ = ["END", "Call", "Effect", "Enter", "Next", "Script", "script"]

END: Final = object()
"""What `Next` gives behind the last event."""

_ENDS = ("done", "until_done", "final_message", "get_final_message")


class Enter(NamedTuple):
    """Enter a context manager, until the script is over; gives what it gives."""

    manager: Any


class Next(NamedTuple):
    """Give the next item of the stream, or `END`."""

    stream: Any


class Call(NamedTuple):
    """Call a function."""

    function: Callable[[], Any]


Effect: TypeAlias = Enter | Next | Call
Script: TypeAlias = Generator[Effect, Any, "Transcript"]


def script(
    source: Any,
    recorder: Recorder,
    *,
    iterates: bool,
    emitted: bool = False,
    abort: EventName | None = None,
) -> Script:
    """Consume `source` into `recorder`; give the transcript.

    Args:
        source: the stream.
        recorder: takes what comes.
        iterates: whether it can be iterated as it is; otherwise it is entered first.
        emitted: whether to record what it emits to its listeners, instead of what it yields.
        abort: the event after which it is told to stop: its number or name; None for never.

    Raises:
        UsageError: it cannot be consumed in this way, or it never comes to the abort.
    """
    countdown = None if abort is None else Countdown(abort)
    stream = source
    try:
        if not iterates and hasattr(source, "__enter__") | hasattr(source, "__aenter__"):
            stream = yield Enter(source)
        if emitted or (hasattr(stream, "on") and not _yields(stream)):
            yield from _listen(stream, recorder, countdown)
        else:
            yield from _read(stream, recorder, countdown)
    except UsageError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever a stream raises is what is recorded
        recorder.fail(error)
    if recorder.interrupted is not None:
        raise recorder.interrupted
    if countdown is not None and recorder.aborted_after is None and recorder.error is None:
        kinds = ", ".join(dict.fromkeys(name for each in recorder.events for name in each.names))
        remedy = f"It had: {kinds or 'no events at all'}."
        raise UsageError(f"abort={abort!r}", "the stream never came to this event", remedy)
    return recorder.transcript(_own_message(stream), beta="Beta" in type(stream).__name__)


def _yields(stream: Any) -> bool:
    return hasattr(stream, "__iter__") or hasattr(stream, "__aiter__")


def _read(
    stream: Any, recorder: Recorder, countdown: Countdown | None
) -> Generator[Effect, Any, None]:
    while (item := (yield Next(stream))) is not END:
        event = recorder.take(item)
        if countdown is not None and countdown.has_come(event.names):
            recorder.abort()
            # It goes on asking, as a consumer does that is not told: nothing may come any more.
            yield Call(_stopper(stream))


def _listen(
    stream: Any, recorder: Recorder, countdown: Countdown | None
) -> Generator[Effect, Any, None]:
    end = next((getattr(stream, name) for name in _ENDS if hasattr(stream, name)), None)
    if not hasattr(stream, "on") or end is None:
        remedy = f"An emitter has `on()`, and one of {', '.join(_ENDS)} to run it."
        raise UsageError(f"emitted=True for a {type(stream).__name__}", "it is none", remedy)
    stop = None if countdown is None else _stopper(stream)

    def emit(name: str, *arguments: Any) -> Any:
        event = recorder.emit(name, *arguments)
        if countdown is not None and stop is not None and countdown.has_come(event.names):
            recorder.abort()
            return stop()
        return None

    for name in EVENT_NAMES:
        yield Call(partial(stream.on, name, partial(emit, name)))
    yield Call(end)


def _stopper(stream: Any) -> Callable[[], Any]:
    """Return what tells a stream to stop."""
    for name in ("abort", "close", "aclose"):
        stop: Callable[[], Any] | None = getattr(stream, name, None)
        if stop is not None:
            return stop
    remedy = "A stream that can be stopped has `abort()`, `close()` or `aclose()`."
    raise UsageError(f"abort of a {type(stream).__name__}", "it cannot be stopped", remedy)


def _own_message(stream: Any) -> Any:
    """Return the message that the stream itself has put together, as JSON, or None."""
    try:
        return plain(stream.current_message_snapshot)
    except Exception:  # noqa: BLE001 - there is none, which each SDK says in a way of its own
        return None
