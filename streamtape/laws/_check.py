"""The check itself: makes the runs, has them observed, asks the laws.

Which runs there are is decided beside it, and so is what must hold of them; the two faces differ in
how they wait.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from streamtape import cassette as cassettes
from streamtape._facade import Cassette, load
from streamtape.errors import UsageError
from streamtape.laws._laws import LAWS
from streamtape.laws._observe import aobserve, observe
from streamtape.laws._report import LawsBrokenError, LawsReport
from streamtape.laws._sources import Via, source_of
from streamtape.laws._trials import Trial, abort_trials, messages_of, trials

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Generator, Mapping

    from streamtape import sweep
    from streamtape.laws._observe import Observation

    AnyCassette = cassettes.Cassette | str | os.PathLike[str]
    Script = Generator[Trial, Observation, LawsReport]

__all__ = ["acheck_stream", "check_stream"]


def check_stream(
    make_stream: Callable[[Any], Any],
    cassette: AnyCassette,
    *,
    via: Via = "chunks",
    over: sweep.Over = "grammar",
    variants: Any = "all",
    known: Mapping[str, str] | None = None,
) -> LawsReport:
    """Check an implementation of a message stream against every law.

    Each complete stream of the Messages API in the cassette is run whole, under each split, in each
    spelling, aborted after each event and broken after each event: the cost grows with the square
    of the number of events, so that a short recording serves best.

    Args:
        make_stream: makes the stream under test, anew for each run, from its source; it returns an
            iterable of events, or a context manager of one.
        cassette: a cassette, or the path of one.
        via: what the source is: ``chunks``, an iterator of bytes that can be closed, or a client
            of ``httpx`` or ``httpx2`` that replays to whatever it is asked.
        over: under which splits; see `streamtape.sweep`.
        variants: in which spellings; of these, those that keep the events.
        known: laws that are known not to hold, each with the reason. That one holds after all is
            reported, too.

    Returns:
        What was found, if all is as expected.

    Raises:
        LawsBrokenError: a law does not hold, or one of the known holds.
        UsageError: there is nothing to check with, or no such law.
    """
    lines = _script(cassette, over, variants, known or {})
    try:
        trial = next(lines)
        while True:
            trial = lines.send(observe(make_stream, source_of(trial, via, is_async=False), trial))
    except StopIteration as over_:
        return _judged(over_.value)


async def acheck_stream(
    make_stream: Callable[[Any], Any],
    cassette: AnyCassette,
    *,
    via: Via = "chunks",
    over: sweep.Over = "grammar",
    variants: Any = "all",
    known: Mapping[str, str] | None = None,
) -> LawsReport:
    """Do the same as `check_stream` for an asynchronous stream.

    The source is an asynchronous iterator of bytes, or an `AsyncClient`; `make_stream` may be a
    coroutine function.
    """
    lines = _script(cassette, over, variants, known or {})
    try:
        trial = next(lines)
        while True:
            source = source_of(trial, via, is_async=True)
            trial = lines.send(await aobserve(make_stream, source, trial))
    except StopIteration as over_:
        return _judged(over_.value)


def _script(
    given: AnyCassette, over: sweep.Over, variants: Any, known: Mapping[str, str]
) -> Script:
    """Yield the runs, take what was seen of each, return the report."""
    for name in known:
        if name not in LAWS:
            raise UsageError(f"known law {name!r}", "there is none", f"Valid: {', '.join(LAWS)}.")
    cassette = _playable(given)
    report = LawsReport(cassette.path, known=known)
    for number, message in enumerate(messages_of(cassette), 1):
        yield from _runs(message, number, over, variants, report)
    return report


def _runs(
    cassette: Cassette, number: int, over: sweep.Over, variants: Any, report: LawsReport
) -> Generator[Trial, Observation, None]:
    whole: Observation | None = None
    for trial in trials(cassette, over, variants):
        seen = yield trial
        whole = whole or seen
        _ask(report, seen, whole, number)
    assert whole is not None  # noqa: S101 - there always is the whole run, for the type checker
    if not whole.can_be_stopped:
        report.unchecked.append("aborts: the stream has no abort(), close() or aclose()")
        return
    for trial in abort_trials(whole.trial, whole.transcript.types):
        _ask(report, (yield trial), whole, number)


def _ask(report: LawsReport, seen: Observation, whole: Observation, number: int) -> None:
    run = seen.trial.name if number == 1 else f"message {number}, {seen.trial.name}"
    for law in LAWS.values():
        if seen.trial.kind in law.on:
            report.note(law, run, law.check(seen, whole))


def _playable(given: AnyCassette) -> Cassette:
    if isinstance(given, cassettes.Cassette):
        return Cassette(given.interactions, given.path)
    return load(given)


def _judged(report: LawsReport) -> LawsReport:
    if not report.ok:
        raise LawsBrokenError(report)
    return report
