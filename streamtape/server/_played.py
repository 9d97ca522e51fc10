"""The steps of one replay on a socket, with what is noted of them; and of answers that are none.

It decides what stands between two chunks: a gap, so that a client's reads end where they were asked
to, or a gate that a test holds. It never writes a socket itself.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from streamtape import splits
from streamtape import timing as timings
from streamtape.cassette import Response
from streamtape.playback import Fail, Finish, Gap, Head, Send, Wait, plan
from streamtape.server._framing import Framing, frame_of
from streamtape.server._http import error_body
from streamtape.server._line import GAP
from streamtape.server._steps import Burst, Park

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from streamtape.clock import Clock
    from streamtape.playback import AbortPoint, Gate, Play, Playback, Session, Step
    from streamtape.server._meter import Meter
    from streamtape.server._steps import ServerStep

__all__ = ["answered", "played", "refusal"]

_UNTIL_IT_CLOSES = 1.0  # seconds for a client to close where the recorded one had
_AS_RECORDED = Framing()
_MOST_AT_ONCE = 262_144  # bytes of a burst: others have their turn between two


def played(
    session: Session,
    play: Play,
    gap: float,
    clock: Clock,
    *,
    framing: Framing = _AS_RECORDED,
    meter: Meter | None = None,
) -> Iterator[ServerStep]:
    """Yield the steps of a decision to play, and note what has been performed of them.

    Args:
        session: which decided.
        play: what it decided.
        gap: seconds between two writes; 0 for as fast as it goes.
        clock: what tells the time.
        framing: how the body is framed.
        meter: what counts, if anything does.
    """
    playback = play.playback
    if meter is not None:
        meter.began()
    try:
        yield from _noted(session, play, gap, clock, framing=framing, meter=meter)
    finally:
        playback.closed(clock.now())
        _tell(session)
        if meter is not None:
            meter.ended()


def _noted(
    session: Session,
    play: Play,
    gap: float,
    clock: Clock,
    *,
    framing: Framing,
    meter: Meter | None,
) -> Iterator[ServerStep]:
    playback = play.playback
    is_first = True
    for step in play.steps if gap else _bursts(play.steps):
        if isinstance(step, Send | Burst):
            burst = step if isinstance(step, Burst) else Burst([step.data], len(step.data))
            if session.gate is not None:
                yield from _held(session, playback, burst, gap)
            else:
                if gap and not is_first:
                    yield Gap(gap)
                yield burst
                playback.sent_bytes(burst.size)
            is_first = False
            if meter is not None:
                meter.sent(len(burst.chunks), burst.size)
        elif isinstance(step, Head):
            yield frame_of(framing, playback.response, playback.interaction, gap)
            yield step
        elif isinstance(step, Wait):
            yield step
        else:
            yield from _allowed(session.gate, playback, 0, gap, is_end=True)
            if isinstance(step, Fail):
                # A failure waits until all has been read, too: data and RST at once are the end of
                # a stream to Node's fetch (libuv, `uv__stream_io`), and no reset; and an error
                # overtakes what a page in a browser has not read.
                yield Gap(gap)
            yield from _ended(session, playback, step, clock)


def _bursts(steps: Iterator[Step]) -> Iterator[Step | Burst]:
    """Join the chunks that nothing separates."""
    chunks: list[bytes] = []
    size = 0
    for step in steps:
        if isinstance(step, Send):
            chunks.append(step.data)
            size += len(step.data)
            if size < _MOST_AT_ONCE:
                continue
        if chunks:
            yield Burst(chunks, size)
            chunks, size = [], 0
        if not isinstance(step, Send):
            yield step


def _ended(session: Session, playback: Playback, step: Step, clock: Clock) -> Iterator[ServerStep]:
    if isinstance(step, Fail):  # nothing is asked for after it
        if step.kind == "exhausted":
            yield Gap(_UNTIL_IT_CLOSES)
            session.exhausted(playback)
        playback.failed(step.kind, clock.now())
        _tell(session)
    yield step
    if isinstance(step, Finish):
        playback.finished(clock.now())
        _tell(session)


def _held(session: Session, playback: Playback, burst: Burst, gap: float) -> Iterator[ServerStep]:
    """Yield each chunk, or what is let through of it, bit by bit."""
    for data in burst.chunks:
        rest: bytes | None = data
        while rest is not None:
            size = yield from _allowed(session.gate, playback, len(rest), gap)
            piece, rest = rest[:size], rest[size:] or None
            yield Send(piece)
            playback.sent(piece)


def _allowed(
    gate: Gate | AbortPoint | None,
    playback: Playback,
    size: int,
    gap: float,
    *,
    is_end: bool = False,
) -> Generator[ServerStep, None, int]:
    """Wait until something may pass; return how much. What came before has been read by then."""
    if gate is None:
        return size
    yield Gap(gap or GAP)
    while True:
        park = Park()
        gate.listen(park.wake)  # before it is asked: what changes in between is not missed
        room = gate.poll(playback, size, is_end=is_end)
        if room is not None:
            return room
        yield park


def _tell(session: Session) -> None:
    if session.gate is not None:
        session.gate.notify()


def refusal(problem: str, status: int = 404, kind: str = "streamtape_miss") -> Iterator[ServerStep]:
    """Return the steps that say what is wrong, in the form of the APIs.

    Args:
        problem: a sentence.
        status: of the response.
        kind: the type of the error.
    """
    return _json(status, error_body(kind, problem))


def answered(value: Any) -> Iterator[ServerStep]:
    """Return the steps that give a value, as JSON."""
    return _json(200, json.dumps(value, ensure_ascii=False).encode())


def _json(status: int, body: bytes) -> Iterator[ServerStep]:
    response = Response(status, (("content-type", "application/json"),), body)
    return plan(response, splits.Whole(), timings.Instant())
