"""A cassette that plays itself: cassettes joined with message streams, without any HTTP client."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from streamtape import cassette as cassettes
from streamtape import faults, splits
from streamtape import timing as timings
from streamtape.clock import Clock, RealClock
from streamtape.errors import UsageError
from streamtape.playback import Fail, Send, Wait, body_steps

if TYPE_CHECKING:
    import os
    from collections.abc import AsyncIterator, Iterable, Iterator

    from streamtape.faults import Fault
    from streamtape.messages import AsyncMessageStream, MessageStream

__all__ = ["Cassette", "load"]


class Cassette(cassettes.Cassette):
    """A cassette that can also play itself, without any HTTP client."""

    def chunks(
        self,
        *,
        split: splits.SplitLike = "recorded",
        timing: timings.TimingLike = "instant",
        fault: Fault | str | None = None,
        interaction: int = 1,
        clock: Clock | None = None,
    ) -> Iterator[bytes]:
        """Yield the body of one interaction, cut and paced.

        Args:
            split: how it is cut; see `streamtape.splits`.
            timing: when its bytes come; see `streamtape.timing`.
            fault: what goes wrong with it; see `streamtape.faults`.
            interaction: which one, counted from 1.
            clock: what waits; the real one by default.

        Raises:
            ConnectionResetError: the recording ends in a reset.
            ConnectionError: the recording is truncated, or the recorded client closed it there.
            TimeoutError: the recording ends in a read timeout, or stalls without end.
            UsageError: a split, timing, fault or interaction that is none.
        """
        clock = clock or RealClock()
        due = clock.now()
        for step in self._steps(split, timing, fault, interaction):
            if isinstance(step, Wait):
                _check_end(step)
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
        fault: Fault | str | None = None,
        interaction: int = 1,
        clock: Clock | None = None,
    ) -> AsyncIterator[bytes]:
        """Yield the body of one interaction in async code; see `chunks`."""
        clock = clock or RealClock()
        due = clock.now()
        for step in self._steps(split, timing, fault, interaction):
            if isinstance(step, Wait):
                _check_end(step)
                due += step.seconds
            await clock.asleep(due - clock.now())
            if isinstance(step, Send):
                yield step.data
            elif isinstance(step, Fail):
                raise _local_error(step)

    def stream(self, **options: Any) -> MessageStream[None]:
        """Return streamtape's own `MessageStream`; takes what `chunks` does."""
        from streamtape.messages import MessageStream  # noqa: PLC0415 - for those who stream

        return MessageStream(self.chunks(**options))

    def astream(self, **options: Any) -> AsyncMessageStream[None]:
        """Return streamtape's own `AsyncMessageStream`; takes what `chunks` does."""
        from streamtape.messages import AsyncMessageStream  # noqa: PLC0415 - for those who stream

        return AsyncMessageStream(self.achunks(**options))

    def _steps(
        self,
        split: splits.SplitLike,
        timing: timings.TimingLike,
        fault: Fault | str | None,
        number: int,
    ) -> Iterable[object]:
        if not 1 <= number <= len(self.interactions):
            remedy = f"The cassette has {len(self.interactions)}, counted from 1."
            raise UsageError(f"interaction {number}", "there is none of that number", remedy)
        response = self.interactions[number - 1].response
        cut = splits.for_interaction(splits.parse(split), number)
        wrong = None if fault is None else faults.parse(fault)
        if isinstance(wrong, faults.HttpError) or (wrong and wrong.precedes_head):
            remedy = "Replay through a client: streamtape.ReplayTransport."
            raise UsageError(f"fault '{wrong}'", "there is only a body here, and no HTTP", remedy)
        return body_steps(response, cut, timings.parse(timing), wrong)


def _check_end(step: Wait) -> None:
    if step.seconds == math.inf:
        raise TimeoutError("the stream stalls here, without end")


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
