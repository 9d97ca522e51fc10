"""One use of one cassette: which interaction answers, what is recorded, what came of it.

This module decides between playing, recording and a miss. It holds the only mutable state of a
use, behind one lock; it never waits, and never reads or writes a file.
"""

from __future__ import annotations

import copy
import dataclasses
import threading
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from streamtape import splits, timing
from streamtape.cassette import Cassette, Filters, Interaction, Matching, Redactor, Request
from streamtape.errors import CassetteMiss, UsageError
from streamtape.playback._gate import Gate
from streamtape.playback._live import LiveAnswer, LiveAnswers
from streamtape.playback._plan import plan
from streamtape.playback._playback import Playback
from streamtape.playback._recording import Recording
from streamtape.playback._wanted import Wanted, check_faults, check_split, explained

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date
    from pathlib import Path

    from streamtape.cassette import Finding
    from streamtape.faults import Fault, Faults
    from streamtape.playback._abort import AbortPoint
    from streamtape.playback._modes import Mode, Then
    from streamtape.playback._steps import Step
    from streamtape.splits import Split
    from streamtape.timing import Timing

__all__ = ["Pass", "Play", "Record", "Session"]

# Made once: frozen values are slow to make, and a session is made for every client of a sweep.
_MATCHING, _FILTERS, _INSTANT, _NOTHING = Matching(), Filters(), timing.Instant(), Wanted()


class Play(NamedTuple):
    """Answer from the cassette."""

    playback: Playback
    steps: Iterator[Step]


class Record(NamedTuple):
    """Let the request through and note what comes."""

    recording: Recording


class Pass(NamedTuple):
    """Let the request through and note nothing: `before_record_request` said so."""


class Session:
    """The use of one cassette by one test.

    Args:
        cassette: what is recorded already, or None.
        mode: ``none`` replays only; ``once`` records where there is no cassette, else replays
            only; ``new_episodes`` replays what it has and records the rest; ``all`` records
            everything that is asked for and keeps the rest; ``rewrite`` starts anew; ``verify``
            lets through what the cassette answers, and keeps both answers, to be compared.
        split: how bodies are cut.
        timing: when their bytes come.
        faults: what goes wrong. Those of one interaction are used up in turn: the first by the
            first request that it answers, and so on; then it is replayed as it is.
        then: whether the interaction of a fault answers again; see `Then`.
        matching: which recorded request answers a live one.
        filters: what the user wants changed before anything is kept or compared.
        allow_playback_repeats: whether an interaction that has been used answers again, where no
            unused one does.
        path: the cassette's file, for messages.
        remedy: the command that records, for messages.
        keep: how many playbacks and misses, the last ones, are kept; None for all.

    Attributes:
        playbacks: every replay, in the order of the requests.
        matching: which recorded request answers a live one.
        faults: what goes wrong, used up or not.
        gate: what holds streams back while a test hands them out itself, or None.
        misses: every request that found no answer; a miss is noted here before it is raised.
        findings: the secrets that were replaced in what was written.
    """

    def __init__(
        self,
        cassette: Cassette | None,
        *,
        mode: Mode = "none",
        split: Split | None = None,
        timing: Timing | None = None,
        faults: Faults = (),
        then: Then = "next",
        matching: Matching | None = None,
        filters: Filters | None = None,
        allow_playback_repeats: bool = False,
        path: Path | None = None,
        remedy: str = "Record it with mode='once' or 'new_episodes'.",
        keep: int | None = None,
    ) -> None:
        self.cassette = cassette
        self.mode = mode
        self.split: Split = splits.Recorded() if split is None else split
        self.timing: Timing = _INSTANT if timing is None else timing
        self.path = path
        self.playbacks: list[Playback] = []
        self.gate: Gate | AbortPoint | None = None
        self.misses: list[CassetteMiss] = []
        self.findings: list[Finding] = []
        self.matching: Matching = matching or _MATCHING
        self._filters = filters or _FILTERS
        self._live = Redactor(filters=self._filters)
        self._repeats = allow_playback_repeats
        self._remedy = remedy
        self._recordings: list[Recording] = []
        self._asked: set[int] = set()
        self.faults = faults
        self._then = then
        self._keep = keep
        self._lock = threading.Lock()
        recorded = self._interactions
        self._answers = LiveAnswers(recorded, self.matching, repeats=allow_playback_repeats)
        self._begin_anew()
        check_split(self.split, self._interactions)
        check_faults(faults, then, self._interactions)

    def _begin_anew(self) -> None:
        # In the order of the file. What is used up is taken out: a cassette of a thousand equal
        # requests is not searched from its beginning every time.
        self._unused = dict.fromkeys(range(len(self._interactions)))
        self._faults = list(self.faults)
        self._retried = set[str]()  # faults of requests, that a retry is to get the better of

    def sibling(self) -> Self:
        """Return a session that begins anew and notes what it does in the records of this one."""
        sibling = copy.copy(self)
        sibling.gate = None
        sibling._begin_anew()  # noqa: SLF001 - its own class
        return sibling

    def reset(self) -> None:
        """Begin anew, and forget what was replayed and missed."""
        with self._lock:
            self._begin_anew()
            self.playbacks.clear()
            self.misses.clear()
            self._asked.clear()

    def forget(self, playbacks: list[Playback], misses: list[CassetteMiss]) -> None:
        """Strike these from the records."""
        gone = {id(record) for record in (*playbacks, *misses)}
        with self._lock:
            self.playbacks[:] = [each for each in self.playbacks if id(each) not in gone]
            self.misses[:] = [each for each in self.misses if id(each) not in gone]

    @property
    def _interactions(self) -> tuple[Interaction, ...]:
        return self.cassette.interactions if self.cassette else ()

    @property
    def records(self) -> bool:
        """Whether a request can be let through to the network."""
        if self.mode == "once":
            return self.cassette is None
        return self.mode != "none"

    @property
    def recorded(self) -> tuple[Interaction, ...]:
        """What has been recorded so far, in the order of the requests, not redacted."""
        with self._lock:
            return tuple(item.interaction() for item in self._recordings if item.has_head)

    @property
    def live_answers(self) -> list[LiveAnswer]:
        """What the live service answered in mode ``verify``, each with what was recorded.

        Redacted, as it would have been written: the two are to be comparable.
        """
        with self._lock:
            return self._answers.collected(Redactor(filters=self._filters))

    @property
    def unplayed(self) -> list[Interaction]:
        """The interactions that nobody asked for, in their order."""
        return [item for at, item in enumerate(self._interactions) if at not in self._asked]

    def begin(self, request: Request, at: float, wanted: Wanted = _NOTHING) -> Play | Record | Pass:
        """Decide what a request gets. Safe to call from several threads.

        Args:
            request: the live request.
            at: the time, in seconds on the scale on which the recording will be told times.
            wanted: what it wants of its own replay.

        Raises:
            CassetteMiss: the cassette has no answer, and the mode does not record.
            UsageError: the interaction that answers cannot give what is wanted; it stays unused.
        """
        matching = wanted.matching or self.matching
        with self._lock:
            changed = self._live.changed(request)
            if changed is None:
                return Pass()
            if self.mode == "verify":
                return self._verify(self._live.allowed(changed), request, at)
            found = None if self.mode in ("all", "rewrite") else self._find(changed, matching)
            if found is not None:
                return self._play(found, request, at, wanted)
            if self.records:
                self._live.remember()
                recording = Recording(request, at)
                self._recordings.append(recording)
                return Record(recording)
            raise self._miss(self._live.disarmed(self._live.allowed(changed)), matching)

    def _verify(self, kept: Request, request: Request, at: float) -> Record:
        number = self._answers.expected(kept, self._live.disarmed(kept))
        if number is None:
            raise self._miss(self._live.disarmed(kept), self.matching)
        self._asked.add(number)
        return Record(self._answers.begin(number, Recording(request, at)))

    def hold(self) -> Gate:
        """Hold every stream back from here on, until `release`.

        Raises:
            UsageError: they are held already.
        """
        if self.gate is not None:
            raise UsageError("hold()", "the streams are held already", "One hold at a time.")
        self.gate = Gate()
        return self.gate

    def release(self) -> None:
        """Let the streams that are held back go on."""
        gate, self.gate = self.gate, None
        if gate is not None:
            gate.open()

    def exhausted(self, playback: Playback) -> CassetteMiss:
        """Note and return the miss of a client that reads on where the recorded one had closed."""
        taken = playback.delivered
        details = [f"the recorded client closed the stream after {taken} bytes; this one reads on"]
        miss = CassetteMiss(str(playback.request), self.path, details, self._remedy)
        with self._lock:
            self._note(self.misses, miss)
        return miss

    def merged(self, current: Cassette | None, recorded: date | None = None) -> Cassette:
        """Return the cassette to write: what was recorded, redacted, merged with what is there.

        Args:
            current: what is on disk now; it may have grown since the session began.
            recorded: the day, which what is new is to carry; None for none.
        """
        kept = () if current is None or self.mode == "rewrite" else current.interactions
        redact = Redactor(Cassette(kept), self._filters, secrets=self._live.secrets)
        redacted = [redact(interaction) for interaction in self.recorded]
        new = [dataclasses.replace(item, recorded=recorded) for item in redacted if item]
        self.findings = redact.findings
        if self.mode == "all":
            return Cassette(tuple(self._replaced(list(kept), new)), self.path)
        return Cassette((*kept, *new), self.path)

    def _replaced(self, kept: list[Interaction], new: list[Interaction]) -> list[Interaction]:
        """Put each new interaction where the first old one that answers it stood."""
        result: list[Interaction | None] = [None] * len(kept)
        behind: list[Interaction] = []
        for interaction in new:
            for at, old in enumerate(kept):
                if result[at] is None and self.matching.matches(interaction.request, old.request):
                    result[at] = interaction
                    break
            else:
                behind.append(interaction)
        return [put or old for put, old in zip(result, kept, strict=True)] + behind

    def _find(self, request: Request, matching: Matching) -> int | None:
        """Return the first interaction that answers `request` and is not used up.

        The request is compared as it is, and then as it would have been written: nearly all match
        as they are, and the tripwire reads every byte.
        """
        live = self._live.allowed(request) if matching.sees_headers else request
        if (found := self._first(live, matching)) is not None:
            return found
        kept = self._live.allowed(request)
        disarmed = self._live.disarmed(kept)
        return None if disarmed is kept else self._first(disarmed, matching)

    def _first(self, request: Request, matching: Matching) -> int | None:
        # With repeats, one that has been used answers where no unused one does: the first, as in
        # vcrpy.
        every = range(len(self._interactions)) if self._repeats else ()
        for at in chain(self._unused, every):
            if matching.matches(request, self._interactions[at].request):
                return at
        return None

    def _play(self, at: int, request: Request, now: float, wanted: Wanted) -> Play:
        interaction = self._interactions[at]
        if wanted is not _NOTHING:
            wanted = wanted.of(at + 1, self._interactions)
        split = splits.for_interaction(wanted.split or self.split, at + 1)
        fault = self._fault(at + 1, wanted)
        self._asked.add(at)
        if fault is None or (wanted.then or self._then) == "next":
            self._unused.pop(at, None)
        playback = Playback(at + 1, request, interaction, split, fault, now)
        self._note(self.playbacks, playback)
        return Play(
            playback, plan(interaction.response, split, wanted.timing or self.timing, fault)
        )

    def _fault(self, number: int, wanted: Wanted) -> Fault | None:
        """Return what goes wrong with this replay of an interaction, and use it up."""
        if wanted.fault is not None:
            text = str(wanted.fault)
            if text in self._retried:
                self._retried.remove(text)
                return None
            if (wanted.then or self._then) == "replay":
                self._retried.add(text)
            return wanted.fault
        fault = next((each for each in self._faults if each.interaction == number), None)
        if fault is not None:
            self._faults.remove(fault)
        return fault

    def _note(self, records: list[Any], record: object) -> None:
        records.append(record)
        if self._keep is not None:
            del records[: -self._keep]

    def _miss(self, request: Request, matching: Matching) -> CassetteMiss:
        """Note and return a miss, with the nearest interaction: of the unused ones, if any."""
        unused = [item.request for item in self.unplayed]
        every = [item.request for item in self._interactions]
        faulted = any(played.fault for played in self.playbacks)
        details = explained(request, matching, every, unused, faulted=faulted)
        miss = CassetteMiss(str(request), self.path, details, self._remedy)
        self._note(self.misses, miss)
        return miss
