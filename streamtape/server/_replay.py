"""A cassette on a real socket: what `ReplayTransport` is in process.

It decides who answers a request: the session of its test, the server's control, or nobody. It never
writes a socket itself.
"""

from __future__ import annotations

import functools
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import urlsplit

from streamtape import cassette as cassettes
from streamtape import faults, splits
from streamtape import timing as timings
from streamtape.cassette import Matching
from streamtape.clock import RealClock
from streamtape.errors import CassetteMiss, UsageError
from streamtape.playback import Play, Session, parse_then
from streamtape.server import _framing
from streamtape.server._control import PATH, Control
from streamtape.server._cors import cross_origin
from streamtape.server._line import GAP
from streamtape.server._loopback import LoopbackServer
from streamtape.server._orders import orders_of
from streamtape.server._played import played, refusal
from streamtape.server._promises import caveats
from streamtape.server._sockets import Receivers

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from streamtape.cassette import Cassette, Filters, Interaction, Request
    from streamtape.playback import Playback, Then
    from streamtape.server._framing import FramingLike
    from streamtape.server._steps import Live, ServerStep

__all__ = ["CassetteLike", "ReplayServer", "SessionServer", "joined"]

CassetteLike: TypeAlias = "Cassette | str | os.PathLike[str]"

# The client talks to this server instead of the recorded one: everything else must be the same.
_MATCHING = Matching().at_another_address()


class SessionServer(LoopbackServer):
    """Answers every request with what a session decides.

    A request that the session has no answer to gets a 404 (no SDK repeats that) that says so, and
    is kept in `misses`.

    Args:
        session: what decides; it must not record. With control, each test has a sibling of it.
        gap: seconds between two writes, at least; the client has read the one before, by then. With
            0, what is due together is one write, and reads may be merged.
        framing: how bodies are framed: ``recorded``, ``chunked``, ``content-length``, ``close``, or
            ``chunked:bytes`` to cut the framing itself, too.
        control: whether requests may say how they are replayed (``x-streamtape-split``, ...), and
            whether ``/__streamtape__/...`` answers.
        cors: whether pages in a browser may ask, whatever their origin.
        options: ``host``, ``port``, ``limits`` and ``keep``; see `LoopbackServer`.

    Raises:
        UsageError: a framing that is none, or under which a fault could not be seen.
    """

    def __init__(
        self,
        session: Session,
        *,
        gap: float = GAP,
        framing: FramingLike = "recorded",
        control: bool = False,
        cors: bool = False,
        **options: Any,
    ) -> None:
        super().__init__(cross_origin(self._respond) if cors else self._respond, **options)
        self.session = session
        self._gap = gap
        self._framing = _framing.parse(framing)
        for fault in session.faults:
            _framing.check_fault(self._framing, fault)
        matching = session.matching.at_another_address()
        self._matching = None if matching == session.matching else matching
        self._control = Control(session, self._meter) if control else None
        self._clock = RealClock()

    @property
    def playbacks(self) -> list[Playback]:
        """Every replay so far, in the order of the requests; `delivered` counts bytes written."""
        return self.session.playbacks

    @property
    def misses(self) -> list[CassetteMiss]:
        """Every request so far that found no answer."""
        return self.session.misses

    @property
    def unplayed(self) -> list[Interaction]:
        """The recorded interactions that nobody has asked for."""
        return self.session.unplayed

    @functools.cached_property
    def caveats(self) -> list[str]:
        """What clients may not see as it was asked for, as sentences; empty where there is none."""
        receivers = Receivers()
        receivers.close()
        cassette = self.session.cassette or cassettes.Cassette(())
        return caveats(
            cassette, self._framing, self._gap, tells=receivers.tells, is_local=self.is_local
        )

    def _respond(self, request: Request) -> Iterator[ServerStep] | Live:
        try:
            orders = orders_of(request, heeded=self._control is not None)
            if self._control is not None and urlsplit(request.url).path.startswith(PATH):
                return self._control.answer(orders.request, orders.test)
            wanted = orders.wanted
            if wanted.fault is not None:
                _framing.check_fault(self._framing, wanted.fault)
            test = self._control.test(orders.test) if self._control and orders.test else None
            session = test.session if test else self.session
            if self._matching is not None:
                wanted = wanted._replace(matching=self._matching)
            decision = session.begin(orders.request, self._clock.now(), wanted)
        except UsageError as error:
            return refusal(str(error), 400, "streamtape_usage")
        except CassetteMiss as miss:
            self._meter.missed()
            if test is not None:
                test.misses.append(miss)
            return refusal(str(miss))
        if not isinstance(decision, Play):
            return refusal("before_record_request lets it through, and there is nothing behind.")
        if test is not None:
            test.playbacks.append(decision.playback)
        framing, meter = self._framing, self._meter
        return played(session, decision, self._gap, self._clock, framing=framing, meter=meter)


class ReplayServer(SessionServer):
    """Answers every request from a cassette, on 127.0.0.1. One server is one session.

    Args:
        cassette: a cassette, the path of one, or several of these: then their interactions count
            through, in this order.
        split: how bodies are cut; see `streamtape.splits`. Empty chunks cannot be sent.
        timing: when their bytes come; see `streamtape.timing`.
        fault: what goes wrong, and where; see `streamtape.faults`.
        then: what a retry after a fault gets; see `ReplayTransport`.
        matching: which interaction answers a request; by default method, path, query and body.
        filters: those it was recorded with; see `streamtape.cassette.Filters.of`.
        allow_playback_repeats: whether an interaction answers again, where no unused one does.
        keep: how many playbacks, misses and requests, the last ones, are kept; None for all.
        options: ``gap``, ``framing``, ``control`` and ``cors``, see `SessionServer`; ``host``,
            ``port`` and ``limits``, see `LoopbackServer`.

    Raises:
        CassetteError: a file is missing or broken.
        UsageError: a split, timing or fault that is none, or has no place in the cassette.
    """

    def __init__(
        self,
        cassette: CassetteLike | Iterable[CassetteLike],
        *,
        split: splits.SplitLike = "recorded",
        timing: timings.TimingLike = "instant",
        fault: faults.FaultsLike = None,
        then: Then = "next",
        matching: Matching | None = None,
        filters: Filters | None = None,
        allow_playback_repeats: bool = False,
        keep: int | None = None,
        **options: Any,
    ) -> None:
        together = joined(cassette)
        session = Session(
            together,
            split=splits.parse(split),
            timing=timings.parse(timing),
            faults=faults.parse_all(fault),
            then=parse_then(then),
            matching=matching or _MATCHING,
            filters=filters,
            allow_playback_repeats=allow_playback_repeats,
            path=together.path,
            remedy="Send what was recorded, or record anew.",
            keep=keep,
        )
        super().__init__(session, keep=keep, **options)


def joined(given: CassetteLike | Iterable[CassetteLike]) -> Cassette:
    """Return one cassette of one or several.

    Raises:
        CassetteError: a file is missing or broken.
    """
    if isinstance(given, cassettes.Cassette):
        return given
    if isinstance(given, str | os.PathLike):
        return cassettes.load(Path(given))
    each = [joined(one) for one in given]
    if len(each) == 1:
        return each[0]
    return cassettes.Cassette(tuple(item for one in each for item in one.interactions))
