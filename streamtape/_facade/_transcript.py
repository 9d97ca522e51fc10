"""A transcript of a stream, told about the use of a cassette that is open around it."""

from __future__ import annotations

import sys
from functools import partial
from typing import TYPE_CHECKING, Any

from streamtape import transcripts
from streamtape.transcripts import Recorder

if TYPE_CHECKING:
    from collections.abc import Callable

    from streamtape.clock import Clock
    from streamtape.playback import Session
    from streamtape.transcripts import EventName, Transcript

__all__ = ["atranscript", "transcript"]


def transcript(
    stream: Any,
    *,
    abort: EventName | None = None,
    emitted: bool = False,
    on_event: Callable[[Any], object] | None = None,
    clock: Clock | None = None,
) -> Transcript:
    """Consume a stream to its end, and return everything that it emitted.

    What the stream raises is not raised: it is the transcript's `error`. (A `CassetteMiss`, a
    `KeyboardInterrupt` and the like are raised.)

    Args:
        stream: one of streamtape's, of the official SDKs (or the manager that opens one), an
            emitter, or any iterable of events.
        abort: tell it to stop after this event: its number, counted from 1, or a type with an
            optional count (``text:3``). What comes after that is recorded, too.
        emitted: record what it emits to listeners (`on`), instead of what it yields.
        on_event: called with every item as the stream hands it out.
        clock: tells when events came; by default that of the use of a cassette that is open.

    Raises:
        UsageError: it is no stream, an asynchronous one, or never comes to `abort`.
    """
    recorder = _recorder(clock, on_event)
    return transcripts.record(stream, recorder, emitted=emitted, abort=abort)


async def atranscript(
    stream: Any,
    *,
    abort: EventName | None = None,
    emitted: bool = False,
    on_event: Callable[[Any], object] | None = None,
    clock: Clock | None = None,
) -> Transcript:
    """Do the same as `transcript` with an asynchronous stream, or a coroutine that gives one."""
    recorder = _recorder(clock, on_event)
    return await transcripts.arecord(stream, recorder, emitted=emitted, abort=abort)


def _recorder(clock: Clock | None, on_event: Callable[[Any], object] | None) -> Recorder:
    # Where nothing has imported the transports, nothing is replayed either.
    transports = sys.modules.get("streamtape.transports")
    use = transports.active() if transports else None
    if use is None:
        return Recorder(clock, on_event=on_event)
    return Recorder(clock or use.clock, partial(_delivered, use.session), on_event)


def _delivered(session: Session) -> tuple[int, int] | None:
    """Return how many bytes of the last playback the client has taken, and of how many."""
    if not session.playbacks:
        return None
    playback = session.playbacks[-1]
    return playback.delivered, len(playback.response.body)
