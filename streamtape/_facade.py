"""What the README shows: the pieces below, joined for those who use them.

This module decides nothing of its own. It is the one place that joins siblings: cassettes with
message streams, sessions with interception and files.
"""

from __future__ import annotations

import copy
import functools
import inspect
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, Self, TypeVar

from streamtape import cassette as cassettes
from streamtape import splits
from streamtape import timing as timings
from streamtape.cassette import Matching
from streamtape.clock import Clock, RealClock
from streamtape.errors import CassetteNotFoundError, UnplayedError, UsageError
from streamtape.playback import Fail, Mode, Playback, Send, Session, Wait, body_steps, parse_mode

if TYPE_CHECKING:
    import os
    from collections.abc import AsyncIterator, Callable, Iterable, Iterator
    from types import TracebackType

    from streamtape.cassette import Interaction
    from streamtape.messages import AsyncMessageStream, MessageStream

    Params = ParamSpec("Params")
    Returned = TypeVar("Returned")

__all__ = ["Cassette", "Tape", "load", "use_cassette"]


class Cassette(cassettes.Cassette):
    """A cassette that can also play itself, without any HTTP client."""

    def chunks(
        self,
        *,
        split: splits.SplitLike = "recorded",
        timing: timings.TimingLike = "instant",
        interaction: int = 1,
        clock: Clock | None = None,
    ) -> Iterator[bytes]:
        """Yield the body of one interaction, cut and paced.

        Args:
            split: how it is cut; see `streamtape.splits`.
            timing: when its bytes come; see `streamtape.timing`.
            interaction: which one, counted from 1.
            clock: what waits; the real one by default.

        Raises:
            ConnectionResetError: the recording ends in a reset.
            ConnectionError: the recording is truncated, or the recorded client closed it there.
            TimeoutError: the recording ends in a read timeout.
            UsageError: a split, timing or interaction that is none.
        """
        clock = clock or RealClock()
        due = clock.now()
        for step in self._steps(split, timing, interaction):
            if isinstance(step, Wait):
                due += step.seconds
                clock.sleep(due - clock.now())
            elif isinstance(step, Send):
                yield step.data
            elif isinstance(step, Fail):
                raise _local_error(step)

    async def achunks(
        self,
        *,
        split: splits.SplitLike = "recorded",
        timing: timings.TimingLike = "instant",
        interaction: int = 1,
        clock: Clock | None = None,
    ) -> AsyncIterator[bytes]:
        """Yield the body of one interaction in async code; see `chunks`."""
        clock = clock or RealClock()
        due = clock.now()
        for step in self._steps(split, timing, interaction):
            if isinstance(step, Wait):
                due += step.seconds
            await clock.asleep(due - clock.now())
            if isinstance(step, Send):
                yield step.data
            elif isinstance(step, Fail):
                raise _local_error(step)

    def stream(self, **options: Any) -> MessageStream:
        """Return streamtape's own `MessageStream`; takes what `chunks` does."""
        from streamtape.messages import MessageStream  # noqa: PLC0415 - for those who stream

        return MessageStream(self.chunks(**options))

    def astream(self, **options: Any) -> AsyncMessageStream:
        """Return streamtape's own `AsyncMessageStream`; takes what `chunks` does."""
        from streamtape.messages import AsyncMessageStream  # noqa: PLC0415 - for those who stream

        return AsyncMessageStream(self.achunks(**options))

    def _steps(
        self, split: splits.SplitLike, timing: timings.TimingLike, number: int
    ) -> Iterable[object]:
        if not 1 <= number <= len(self.interactions):
            remedy = f"The cassette has {len(self.interactions)}, counted from 1."
            raise UsageError(f"interaction {number}", "there is none of that number", remedy)
        response = self.interactions[number - 1].response
        cut = splits.for_interaction(splits.parse(split), number)
        return body_steps(response, cut, timings.parse(timing))


def _local_error(step: Fail) -> Exception:
    match step.kind:
        case "reset":
            return ConnectionResetError("the recording ends in a reset")
        case "timeout":
            return TimeoutError("the recording ends in a read timeout")
        case "disconnect":
            return ConnectionError("the recording is truncated")
    return ConnectionError("the recorded client closed the stream here")


def load(path: str | os.PathLike[str]) -> Cassette:
    """Read a cassette file.

    Raises:
        CassetteNotFoundError: there is no such file.
        CassetteFormatError: it is not a cassette; says where and what to do. The file is left as
            it is.
    """
    loaded = cassettes.load(path)
    return Cassette(loaded.interactions, loaded.path)


class Tape:
    """One use of one cassette: what `use_cassette` gives, and the `tape` fixture of the plugin.

    Attributes:
        path: the cassette's file.
        mode: see `use_cassette`.
        session: what decides; most of it is offered here as well.
    """

    def __init__(self, path: Path, session: Session, clock: Clock) -> None:
        self.path = path
        self.session = session
        self.clock = clock

    @property
    def mode(self) -> Mode:
        """The recording mode; see `use_cassette`."""
        return self.session.mode

    @property
    def cassette(self) -> Cassette:
        """What the file held when the use began; empty where there was none."""
        loaded = self.session.cassette
        return Cassette(loaded.interactions if loaded else (), self.path)

    @property
    def playbacks(self) -> list[Playback]:
        """Every replay so far, in the order of the requests."""
        return self.session.playbacks

    @property
    def unplayed(self) -> list[Interaction]:
        """The recorded interactions that nobody has asked for."""
        return self.session.unplayed

    def __repr__(self) -> str:
        return f"<Tape {self.path} mode={self.mode} playbacks={len(self.playbacks)}>"


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
            records everything that is asked for and keeps the rest; ``rewrite`` starts anew.
        split: how bodies are cut; see `streamtape.splits`.
        timing: when their bytes come; see `streamtape.timing`.
        match_on: names of matchers that must agree; by default method, uri and body.
        unplayed: what it means when an interaction is never asked for: ``ignore`` or ``fail``.
        record_on_exception: whether a recording is saved where the body raised.
        clock: what waits and tells the time; the real one by default.
        remedy: the command that records, for messages.

    Raises:
        CassetteError: on entering, the file is missing (mode ``none``) or broken; on leaving, the
            recording could not be written.
        CassetteMiss: on leaving, a request found no answer and the code under test swallowed that.
        UnplayedError: on leaving, see `unplayed`.
        UsageError: an option that is none.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        mode: str = "none",
        *,
        split: splits.SplitLike = "recorded",
        timing: timings.TimingLike = "instant",
        match_on: Iterable[str] = Matching().on,
        unplayed: str = "ignore",
        record_on_exception: bool = False,
        clock: Clock | None = None,
        remedy: str = "Record it with mode='once' or 'new_episodes'.",
    ) -> None:
        if unplayed not in ("ignore", "fail"):
            raise UsageError(f"unplayed={unplayed!r}", "not a choice", "Valid are ignore and fail.")
        self._path = Path(path)
        self._mode = parse_mode(mode)
        self._split = splits.parse(split)
        self._timing = timings.parse(timing)
        self._matching = Matching(tuple(match_on))
        self._fail_unplayed = unplayed == "fail"
        self._record_on_exception = record_on_exception
        self._clock = clock or RealClock()
        self._remedy = remedy
        self._tapes: list[tuple[Tape, ExitStack]] = []  # a stack: the object may be entered again

    def __enter__(self) -> Tape:
        session = Session(
            self._cassette(),
            mode=self._mode,
            split=self._split,
            timing=self._timing,
            matching=self._matching,
            path=self._path,
            remedy=self._remedy,
        )
        stack = ExitStack()
        stack.enter_context(_activated(session, self._clock))
        tape = Tape(self._path, session, self._clock)
        self._tapes.append((tape, stack))
        return tape

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        tape, stack = self._tapes.pop()
        stack.close()
        session = tape.session
        if session.has_recorded and (error is None or self._record_on_exception):
            cassettes.update(self._path, session.merged)
        if error is not None:
            return
        if session.misses:
            raise session.misses[0]
        if self._fail_unplayed and session.unplayed:
            raise UnplayedError(self._path, [str(item.request) for item in session.unplayed])

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

    def _cassette(self) -> cassettes.Cassette | None:
        """Load what is there. A broken file is an error in every mode: it is never overwritten."""
        try:
            return cassettes.load(self._path)
        except CassetteNotFoundError:
            if self._mode == "none":
                raise CassetteNotFoundError(self._path, self._remedy) from None
            return None


def _activated(session: Session, clock: Clock) -> AbstractContextManager[None]:
    from streamtape.transports import activated  # noqa: PLC0415 - imports httpx and httpx2

    return activated(session, clock)
