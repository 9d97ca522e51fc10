"""One use of one cassette: sessions joined with interception and files.

It decides when a recording is written and when a passed test fails after all; everything else is
the session's.
"""

from __future__ import annotations

import copy
import dataclasses
import functools
import inspect
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, Self, TypeVar, Unpack

from streamtape import cassette as cassettes
from streamtape._facade._expected import Expectations
from streamtape._facade._observed import Observed
from streamtape._facade._options import TapeOptions
from streamtape._facade._player import Cassette
from streamtape._facade._verdict import verdict, verified
from streamtape._hold import Holding
from streamtape.clock import RealClock, VirtualClock, today
from streamtape.errors import CassetteError, CassetteNotFoundError
from streamtape.playback import AbortPoint, Mode, Playback, Session

if TYPE_CHECKING:
    import os
    from collections.abc import Callable
    from types import TracebackType

    from streamtape._facade._serve import Serving
    from streamtape._facade._settings import TapeSettings
    from streamtape.cassette import Finding, Interaction
    from streamtape.clock import Clock
    from streamtape.faults import Faults
    from streamtape.verify import Verified

    Params = ParamSpec("Params")
    Returned = TypeVar("Returned")

__all__ = ["Tape", "use_cassette"]

_RECORD = "Record it with mode='once' or 'new_episodes'."
_REMEDIES = {"verify": "Record it again with mode='rewrite'."}


class Tape(Observed):
    """One use of one cassette: what `use_cassette` gives, and the `tape` fixture of the plugin.

    Args:
        path: the cassette's file.
        options: see `TapeOptions`.
        remedy: the command that records, for messages.
        missing_ok: whether mode ``none`` may begin without a file; every request is then a miss.
        cassette: what to replay instead of what the file holds.

    Attributes:
        clock: what tells the time of this use; `clock.elapsed` counts from its start. While
            recording, it is a real one.
        blocked: the host of every connection that the network guard refused, in order.
        expectations: what is kept of the streams' transcripts; see `expected`.

    Raises:
        CassetteError: the file is missing (mode ``none``) or broken. A broken file is an error in
            every mode: it is never overwritten.
    """

    def __init__(
        self,
        path: Path,
        options: TapeOptions,
        remedy: str = _RECORD,
        *,
        missing_ok: bool = False,
        cassette: cassettes.Cassette | None = None,
    ) -> None:
        self.path = path
        self.options: TapeOptions = options
        self.remedy: str = remedy
        if cassette is None:
            missing_ok = missing_ok or options.mode not in ("none", "verify")
            cassette = _existing(path, remedy, missing_ok=missing_ok)
        self.session: Session = self._session(cassette)
        # A recording is of real time, whatever its replays are to have.
        is_virtual = options.clock is VirtualClock
        self.clock: Clock = RealClock() if is_virtual and self.session.records else options.clock()
        self.blocked: list[str] = []
        self.expectations: Expectations = Expectations(path, update=options.update)
        self._stack = ExitStack()

    @property
    def mode(self) -> Mode:
        """The recording mode; see `use_cassette`."""
        return self.options.mode

    @property
    def cassette(self) -> Cassette:
        """What the file held when the use began; empty where there was none."""
        loaded = self.session.cassette
        return Cassette(loaded.interactions if loaded else (), self.path)

    @property
    def faults(self) -> Faults:
        """What is to go wrong."""
        return self.options.faults

    @property
    def playbacks(self) -> list[Playback]:
        """Every replay so far, in the order of the requests."""
        return self.session.playbacks

    @property
    def unplayed(self) -> list[Interaction]:
        """The recorded interactions that nobody has asked for."""
        return self.session.unplayed

    @property
    def findings(self) -> list[Finding]:
        """The secrets that were replaced in what `save` wrote: what, where, never the secret."""
        return self.session.findings

    def when_aborting(self, callback: Callable[[], object]) -> None:
        """Call `callback` where the use says that the client is to abort (``abort=5``, a sweep).

        It is called by the stream itself, when its client has been given the last event that it is
        to have and asks for more. In a use without an abort it is never called.
        """
        if isinstance(self.session.gate, AbortPoint):
            self.session.gate.callbacks.append(callback)

    def rewind(self, cassette: cassettes.Cassette, **changes: Any) -> None:
        """Begin anew, while in use: nothing replayed yet, from another cassette.

        Args:
            cassette: what is replayed from here on.
            changes: options that change, parsed (``split=Whole()``); see `TapeOptions`.
        """
        self.stop()
        self.options = dataclasses.replace(self.options, **changes)
        self.session = self._session(cassette)
        self.expectations.used.clear()
        self.start()

    def start(self) -> None:
        """Answer, or record, every request of the process from here on."""
        from streamtape import transports  # noqa: PLC0415 - imports httpx and httpx2

        if self.options.block_network and not self.session.records:
            guard = transports.guarded(self.options.allowed_hosts, self.blocked.append)
            self._stack.enter_context(guard)
        if self.options.clock is VirtualClock and isinstance(self.clock, VirtualClock):
            self._stack.enter_context(self.clock)
        self._stack.enter_context(transports.activated(self.session, self.clock))

    def stop(self) -> None:
        """Leave the process as it was found."""
        self._stack.close()

    def hold(self) -> Holding:
        """Hold every stream back, to hand it out bit by bit: ``with``, or ``async with``.

        ::

            async with tape.hold() as hold:
                await hold.run_until("text_delta:3")
                assert ui.text == "Once upon a"

        Open it before the client asks. What it gives has `step()`, `run_until(event)` and
        `release()`; leaving it lets the streams go on. ``with`` is for a client in another thread,
        ``async with`` for one in another task.
        """
        return Holding(self.session, self.path)

    def serve(self, *, set_environment: bool = False, **options: Any) -> Serving:
        """Serve the cassette on a socket of 127.0.0.1, too: ``with``, or ``async with``.

        What is served is of this use: `playbacks`, `unplayed`, `hold` and the verdict on misses
        know of it. Matching leaves out scheme, host and port.

        Args:
            set_environment: see `streamtape.serve`.
            options: of the server; see `streamtape.server.SessionServer`, and ``host``, ``port``.

        Raises:
            UsageError: this use records, or its time is virtual.
        """
        from streamtape._facade._serve import serving  # noqa: PLC0415 - it knows this module

        return serving(self, options, set_environment=set_environment)

    def save(self) -> tuple[Interaction, ...]:
        """Write what was recorded, if anything; return it.

        Raises:
            CassetteError: it could not be written, or what is on disk by now cannot be read.
        """
        recorded = self.session.recorded
        if recorded:
            merged = functools.partial(self.session.merged, recorded=today())
            cassettes.update(self.path, merged)
        return recorded

    def verified(self) -> list[Verified]:
        """Return what came of verifying each interaction (mode ``verify``); else nothing."""
        return verified(self)

    def verdict(self) -> BaseException | None:
        """Return what must fail the test although it passed; see `_verdict`."""
        return verdict(self)

    def _session(self, cassette: cassettes.Cassette | None) -> Session:
        # No live service breaks or is left where the test says: such a use is replayed.
        is_staged = bool(self.options.faults) or self.options.abort is not None
        session = Session(
            cassette,
            mode="none" if is_staged and self.mode == "verify" else self.mode,
            split=self.options.split,
            timing=self.options.timing,
            faults=self.options.faults,
            then=self.options.then,
            matching=self.options.matching,
            filters=self.options.filters,
            allow_playback_repeats=self.options.allow_playback_repeats,
            path=self.path,
            remedy=self.remedy,
        )
        if self.options.abort is not None:
            session.gate = AbortPoint(self.options.abort)
        return session

    def __repr__(self) -> str:
        return f"<Tape {self.path} mode={self.mode} playbacks={len(self.playbacks)}>"


def _existing(path: Path, remedy: str, *, missing_ok: bool) -> cassettes.Cassette | None:
    try:
        return cassettes.load(path)
    except CassetteNotFoundError:
        if missing_ok:
            return None
        raise CassetteNotFoundError(path, remedy) from None


def _save_beside(tape: Tape, error: BaseException) -> None:
    """Save, and let what the body raised be what is raised, whatever comes of the saving."""
    try:
        tape.save()
    except CassetteError as unsaved:
        error.add_note(f"streamtape: {unsaved}")


class use_cassette:  # noqa: N801 - used like a function, as vcrpy's is
    """Replay a cassette to every httpx and httpx2 client of the process, or record it.

    ::

        with streamtape.use_cassette("hello.yaml") as tape:
            ...

        @streamtape.use_cassette("hello.yaml", split="bytes")
        async def test_hello(): ...

    Args:
        path: the cassette's file.
        mode: ``none`` (default) replays only; ``once`` records where there is no file, else
            replays only; ``new_episodes`` replays what it has and records the rest; ``all``
            records everything that is asked for and keeps the rest; ``rewrite`` starts anew;
            ``verify`` asks the live service, compares the answers, and writes nothing.
        options: see `TapeSettings`.

    Raises:
        CassetteError: on entering, the file is missing (mode ``none``) or broken; on leaving, the
            recording could not be written.
        CassetteMiss: on leaving, a request found no answer and the code under test swallowed that.
        UnplayedError: on leaving, see ``unplayed``.
        PlaybackError: on leaving, see ``unread`` and ``leaks``.
        CassetteAgedError: on leaving, mode ``verify`` found a difference.
        UsageError: an option that is none.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        mode: Mode = "none",
        **options: Unpack[TapeSettings],
    ) -> None:
        self._path = Path(path)
        self._options = TapeOptions.of({"mode": mode, **options})
        self._tapes: list[Tape] = []  # a stack: one object may be entered again inside itself

    def __enter__(self) -> Tape:
        tape = Tape(self._path, self._options, _REMEDIES.get(self._options.mode, _RECORD))
        tape.start()
        self._tapes.append(tape)
        return tape

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        tape = self._tapes.pop()
        tape.stop()
        if error is None:
            tape.save()
        elif self._options.record_on_exception:
            _save_beside(tape, error)
        if error is None and (verdict := tape.verdict()) is not None:
            raise verdict
        if error is None:
            tape.keep_expected()

    async def __aenter__(self) -> Tape:
        return self.__enter__()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.__exit__(kind, error, trace)

    def __call__(self, function: Callable[Params, Returned]) -> Callable[Params, Returned]:
        """Decorate a function or a coroutine function; every call is a use of its own."""
        if inspect.iscoroutinefunction(function):

            @functools.wraps(function)
            async def acall(*args: Params.args, **kwargs: Params.kwargs) -> Any:
                with self._again():
                    return await function(*args, **kwargs)

            return acall  # type: ignore[return-value]  # Returned is that coroutine

        @functools.wraps(function)
        def call(*args: Params.args, **kwargs: Params.kwargs) -> Returned:
            with self._again():
                return function(*args, **kwargs)

        return call

    def _again(self) -> Self:
        """Return a use with the same options, so that concurrent calls do not share one stack."""
        again = copy.copy(self)
        again._tapes = []  # noqa: SLF001 - its own class
        return again
