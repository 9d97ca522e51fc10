"""A cassette on a real socket: what `ReplayTransport` is in process.

It decides which steps answer a request: those of the session, with a gap between two writes, so
that the client's reads end where they were asked to. It never writes a socket itself.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from streamtape import cassette as cassettes
from streamtape import faults, splits
from streamtape import timing as timings
from streamtape.cassette import Matching, Response
from streamtape.clock import RealClock
from streamtape.errors import CassetteMiss
from streamtape.playback import Fail, Finish, Gap, Play, Send, Session, parse_then, plan
from streamtape.server._cors import cross_origin
from streamtape.server._loopback import LoopbackServer

if TYPE_CHECKING:
    import os
    from collections.abc import Iterable, Iterator

    from streamtape.cassette import Cassette, Filters, Request
    from streamtape.playback import Playback, Step, Then

__all__ = ["GAP", "ReplayServer"]

GAP = 0.002
"""Seconds between two writes, at least. The next waits until the client has read the one before,
too; where the system does not tell (other than Linux), 2 ms with chunked encoding are exact on an
idle machine for httpx, requests, aiohttp and Node's fetch. Without, aiohttp and Node merge."""

# The client talks to this server instead of the recorded one: everything else must be the same.
_MATCHING = Matching(("method", "path", "query", "body"))
_UNTIL_IT_CLOSES = 1.0  # seconds for a client to close where the recorded one had


class ReplayServer(LoopbackServer):
    """Answers every request from a cassette, on 127.0.0.1. One server is one session.

    A request that the cassette has no answer to gets a 404 (no SDK repeats that) that says so, and
    is kept in `misses`.

    Args:
        cassette: a cassette, or the path of one.
        split: how bodies are cut; see `streamtape.splits`. Empty chunks cannot be sent.
        timing: when their bytes come; see `streamtape.timing`.
        fault: what goes wrong, and where; see `streamtape.faults`.
        then: what a retry after a fault gets; see `ReplayTransport`.
        matching: which interaction answers a request; by default method, path, query and body.
        filters: those it was recorded with; see `streamtape.cassette.Filters.of`.
        allow_playback_repeats: whether an interaction answers again, where no unused one does.
        gap: seconds between two writes; 0 for as fast as it goes, where reads may be merged.
        port: 0 for any free one.
        cors: whether pages in a browser may ask, whatever their origin.

    Raises:
        CassetteError: the file is missing or broken.
        UsageError: a split, timing or fault that is none, or has no place in the cassette.
    """

    def __init__(
        self,
        cassette: Cassette | str | os.PathLike[str],
        *,
        split: splits.SplitLike = "recorded",
        timing: timings.TimingLike = "instant",
        fault: faults.FaultsLike = None,
        then: Then = "next",
        matching: Matching | None = None,
        filters: Filters | None = None,
        allow_playback_repeats: bool = False,
        gap: float = GAP,
        port: int = 0,
        cors: bool = False,
    ) -> None:
        if not isinstance(cassette, cassettes.Cassette):
            cassette = cassettes.load(Path(cassette))
        self._session = Session(
            cassette,
            split=splits.parse(split),
            timing=timings.parse(timing),
            faults=faults.parse_all(fault),
            then=parse_then(then),
            matching=matching or _MATCHING,
            filters=filters,
            allow_playback_repeats=allow_playback_repeats,
            path=cassette.path,
            remedy="Send what was recorded, or record anew.",
        )
        self._gap = gap
        self._clock = RealClock()
        super().__init__(cross_origin(self._respond) if cors else self._respond, port=port)

    @property
    def playbacks(self) -> list[Playback]:
        """Every replay so far, in the order of the requests; `delivered` counts bytes written."""
        return self._session.playbacks

    @property
    def misses(self) -> list[CassetteMiss]:
        """Every request so far that found no answer."""
        return self._session.misses

    def _respond(self, request: Request) -> Iterator[Step]:
        try:
            decision = self._session.begin(request, self._clock.now())
        except CassetteMiss as miss:
            return _refusal(str(miss))
        if not isinstance(decision, Play):
            return _refusal("before_record_request lets it through, and there is nothing behind.")
        return self._noted(decision)

    def _noted(self, play: Play) -> Iterator[Step]:
        """Yield the steps, and note on the playback what has been performed of them."""
        playback, now = play.playback, self._clock.now
        try:
            for step in _spaced(play.steps, self._gap):
                if isinstance(step, Fail):  # nothing is asked for after it
                    if step.kind == "exhausted":
                        yield Gap(_UNTIL_IT_CLOSES)
                        self._session.exhausted(playback)
                    playback.failed(step.kind, now())
                yield step
                if isinstance(step, Send):
                    playback.sent(step.data)
                elif isinstance(step, Finish):
                    playback.finished(now())
        finally:
            playback.closed(now())


def _spaced(steps: Iterable[Step], seconds: float) -> Iterator[Step]:
    """Put a gap between every two chunks, and let a failure wait until all has been read.

    Node's fetch takes data and RST at once for the end of a stream (libuv, `uv__stream_io`), and a
    reader that lags behind loses what an error overtakes.
    """
    sent = False
    for step in steps:
        if isinstance(step, Send):
            if sent and seconds:
                yield Gap(seconds)
            sent = True
        elif isinstance(step, Fail):
            yield Gap(seconds)
        yield step


def _refusal(problem: str) -> Iterator[Step]:
    error: dict[str, Any] = {"type": "streamtape_miss", "message": problem}
    body = json.dumps({"type": "error", "error": error}).encode()
    response = Response(404, (("content-type", "application/json"),), body)
    return plan(response, splits.Whole(), timings.Instant())
