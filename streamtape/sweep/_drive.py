"""Several cases of one sweep at a time.

It decides the order in which cases are handed to workers and recorded; a `Runner` knows what a run
is. Cases are recorded in the order in which they were handed out, however long each takes: two runs
of one sweep give one report.
"""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import chain
from typing import TYPE_CHECKING, Protocol, TypeAlias

from streamtape.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from streamtape.sweep._case import Case
    from streamtape.sweep._sweep import Sweep

__all__ = ["Result", "Runner", "drive"]

Result: TypeAlias = "BaseException | str | None"
"""What came of a run: what went wrong, as an exception or in words, or None for a pass."""

_AHEAD = 2  # cases under way or done for each worker, so that a slow one keeps nobody waiting


class Runner(Protocol):
    """What runs one case; a process, for example."""

    def run(self, case: Case) -> Result:
        """Run a case, in one of several threads; return what came of it."""
        ...

    def stop(self) -> None:
        """End what is under way, and whatever is started from now on."""
        ...


def drive(
    sweep: Sweep,
    runner: Runner,
    *,
    jobs: int,
    each: Callable[[], None] | None = None,
    shrink: bool = True,
) -> bool:
    """Run all cases of a sweep, several at a time, then search for the smallest one by one.

    Args:
        sweep: what hands out cases, and has the report afterwards.
        runner: what runs them.
        jobs: how many cases run at a time, at most.
        each: called after each case that was recorded.
        shrink: whether to search for the smallest failure.

    Returns:
        Whether it came to its end; False where Ctrl-C stopped it.

    Raises:
        UsageError: no jobs.
        BaseException: whatever a run raised; the others are stopped before.
    """
    if jobs < 1:
        raise UsageError(f"jobs={jobs}", "nobody would run anything", "Give 1 or more.")
    with ThreadPoolExecutor(jobs, thread_name_prefix="streamtape-sweep") as pool:
        try:
            asked = _in_order(pool, sweep.cases(), runner, jobs * _AHEAD)
            # The next question depends on the answer: one at a time.
            searched = _in_order(pool, sweep.shrinking(), runner, 1) if shrink else ()
            for case, result in chain(asked, searched):
                sweep.record(case, result)
                if each is not None:
                    each()
        except BaseException as stop:
            sweep.stop()
            runner.stop()
            pool.shutdown(wait=False, cancel_futures=True)
            if not isinstance(stop, KeyboardInterrupt):
                raise
            return False
    return True


def _in_order(
    pool: ThreadPoolExecutor, cases: Iterator[Case], runner: Runner, ahead: int
) -> Iterator[tuple[Case, Result]]:
    """Yield cases and results; the next case is asked for when there are fewer than `ahead`."""
    pending: deque[tuple[Case, Future[Result]]] = deque()
    exhausted = False
    while True:
        while len(pending) < ahead and not exhausted:
            case = next(cases, None)
            if case is None:
                exhausted = True
            else:
                pending.append((case, pool.submit(runner.run, case)))
        if not pending:
            return
        case, future = pending.popleft()
        yield case, future.result()
