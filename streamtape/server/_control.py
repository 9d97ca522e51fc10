"""The control of a server by its clients: tests that share one, in any language.

It decides what ``/__streamtape__/...`` answers, and which session a test has. What a replay is, is
the session's to say.

======================  =================================================================
``playbacks``           what was played, missed and never asked for, as JSON
``report``              how much was streamed, and how late it was, as JSON
``reset``               begin anew, and forget what was played
``hold``                hold the streams back from here on
``step``                hand out the next chunk, and wait until the client has taken it
``run-until?event=E``   hand out everything up to the end of an event, and wait
``release``             hand out the rest
======================  =================================================================

With ``x-streamtape-test: ID``, of that test's streams only.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

from streamtape._hold import AsyncHold
from streamtape.errors import PlaybackError, UsageError
from streamtape.playback import Gate
from streamtape.server._played import answered, refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from streamtape.cassette import Interaction, Request
    from streamtape.errors import CassetteMiss
    from streamtape.playback import Playback, Session
    from streamtape.server._meter import Meter
    from streamtape.server._steps import Live, ServerStep

__all__ = ["PATH", "Control", "Test"]

PATH = "/__streamtape__/"

_MOST_TESTS = 10_000  # whose sessions are kept; the oldest goes first
_LOOKS = ("playbacks", "report")


class Test(NamedTuple):
    """What belongs to one test.

    Attributes:
        session: its own.
        playbacks: its streams, of those that the server knows.
        misses: its requests that found no answer.
        is_everybody: whether it is none of them, but all.
    """

    session: Session
    playbacks: list[Playback]
    misses: list[CassetteMiss]
    is_everybody: bool = False

    @property
    def unplayed(self) -> list[Interaction]:
        """The interactions that it has not asked for."""
        if self.is_everybody or self.session.cassette is None:
            return self.session.unplayed
        asked = {playback.number for playback in self.playbacks}
        every = enumerate(self.session.cassette.interactions, 1)
        return [interaction for number, interaction in every if number not in asked]


class Control:
    """The sessions of a server, and what its clients can do with them.

    Args:
        session: of the requests that belong to no test.
        meter: what counts.
    """

    def __init__(self, session: Session, meter: Meter) -> None:
        self._session = session
        self._meter = meter
        self._everybody = Test(session, session.playbacks, session.misses, is_everybody=True)
        self._tests: dict[str, Test] = {}
        self._commands: dict[str, Callable[[Test, str], Any]] = {
            "playbacks": _played,
            "report": lambda _test, _event: meter.report().as_json(),
            "hold": _hold,
            "release": lambda test, _event: test.session.release(),
        }

    def test(self, name: str | None) -> Test:
        """Return what belongs to a test; it has a session of its own from the first time on."""
        if name is None:
            return self._everybody
        if name not in self._tests:
            while len(self._tests) >= _MOST_TESTS:
                self._tests.pop(next(iter(self._tests)))
            self._tests[name] = Test(self._session.sibling(), [], [])
        return self._tests[name]

    def answer(self, request: Request, name: str | None) -> Iterator[ServerStep] | Live:
        """Carry out a command; return the steps that answer it."""
        url = urlsplit(request.url)
        command = url.path.removeprefix(PATH)
        event = dict(parse_qsl(url.query)).get("event", "")
        valid = ", ".join((*self._commands, "reset", "step", "run-until?event=EVENT"))
        if request.method != "POST" and not (request.method == "GET" and command in _LOOKS):
            return _refused(405, f"{request}: commands are POST ({', '.join(_LOOKS)}: also GET).")
        try:
            if command in ("step", "run-until"):
                return _stepped(self.test(name).session, command, event)
            if command == "reset":
                self._reset(name)
                return answered(None)
            if command in self._commands:
                return answered(self._commands[command](self.test(name), event))
        except UsageError as error:
            return _refused(409, str(error))
        return _refused(404, f"{command!r} is no command. Valid are {valid}.")

    def _reset(self, name: str | None) -> None:
        if name is None:
            self._tests.clear()
            self._session.reset()
        elif (gone := self._tests.pop(name, None)) is not None:
            self._session.forget(gone.playbacks, gone.misses)


async def _stepped(session: Session, command: str, event: str) -> Live:
    gate = session.gate
    if not isinstance(gate, Gate):
        steps = _refused(409, f"{command}: nothing is held. Hold first.")
    else:
        hold = AsyncHold(gate, session.path or Path("the cassette"))
        number = int(event) if event.isdecimal() and len(event) < _MOST_DIGITS else event
        try:
            await (hold.step() if command == "step" else hold.run_until(number))
            steps = answered(_told(hold.playback))
        except (PlaybackError, UsageError) as error:
            steps = _refused(409, str(error))
    for step in steps:
        yield step


_MOST_DIGITS = 10  # of the number of an event


def _refused(status: int, problem: str) -> Iterator[ServerStep]:
    return refusal(problem, status, "streamtape_control")


def _played(test: Test, _event: str) -> dict[str, Any]:
    return {
        "playbacks": [_told(playback) for playback in test.playbacks],
        "misses": [str(miss) for miss in test.misses],
        "unplayed": [str(item.request) for item in test.unplayed],
    }


def _hold(test: Test, _event: str) -> None:
    test.session.hold()


def _told(playback: Playback | None) -> dict[str, Any] | None:
    if playback is None:
        return None
    return {
        "interaction": playback.number,
        "method": playback.request.method,
        "url": playback.request.url,
        "split": str(playback.split),
        "fault": str(playback.fault) if playback.fault else None,
        "delivered": playback.delivered,
        "size": len(playback.response.body),
        "events": len(playback.delivered_events),
        "end": playback.end,
    }
