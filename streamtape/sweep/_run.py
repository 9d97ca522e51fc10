"""A sweep of a parser: bytes in chunks in, anything comparable out.

This module calls the parser and compares. What is tried, and in which order, is the sweep's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from streamtape import clock
from streamtape.errors import CaseTimeout, UsageError
from streamtape.sweep import _growth
from streamtape.sweep._case import subjects_of
from streamtape.sweep._sweep import Sweep, describe, rewritten
from streamtape.sweep._variants import variants as parse_variants
from streamtape.sweep._watchdog import Watchdog

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from streamtape import splits
    from streamtape.sweep._case import Source, Subject
    from streamtape.sweep._enumerate import Over
    from streamtape.sweep._report import SweepReport
    from streamtape.sweep._variants import Variant

__all__ = ["Parse", "difference", "run"]

Parse: TypeAlias = Callable[[list[bytes]], Any]

_MOST_TEXT = 200
_CONTEXT = 20  # characters shown before the first one that differs


class _Unset:
    """No expectation."""


_UNSET: Final = _Unset()


def run(
    parse: Parse,
    source: Source,
    over: Over = "cuts",
    *,
    variants: str | Variant | Iterable[str | Variant] | None = None,
    expect: Any = _UNSET,
    timeout: float | None = 10.0,
    growth: bool = False,
    recalled: Iterable[tuple[splits.SplitLike, str]] = (),
    shard: tuple[int, int] = (0, 1),
    max_failures: int | None = None,
) -> SweepReport:
    """Call `parse` with a body under many splits, and say where the result differs.

    Args:
        parse: takes the body as a list of chunks and returns something that can be compared with
            ``==``, or raises. It is called once per split, and must not keep state between calls.
        source: a body, or a cassette, each of whose bodies is parsed by itself.
        over: which splits, as a name or a list of names: ``cuts`` (which runs ``bytes`` and
            ``whole`` too), ``grammar``, ``pairs:WINDOW``, ``sizes``, ``random:N``, or any split.
        variants: rewritten copies of the recording to sweep as well, by name or group
            (``"all"``, ``"newlines"``, ``"crlf"``, ...).
        expect: what every split must give; without it, what the whole body gives. It holds for the
            recording and for variants that keep the events; the others are compared with their own
            whole body. A function is called with each body, and returns what is expected of it.
        timeout: seconds after which a call is stopped and counts as failed; None for no limit.
        growth: whether to measure, as well, if the cost grows faster than the body.
        recalled: splits known to have failed before, each with the name of its variant (or "");
            tried first.
        shard: which part of the sweep to run, counted from 0, and of how many.
        max_failures: after so many failures, nothing more is tried but to shrink.

    Returns:
        What came of it.

    Raises:
        UsageError: an option cannot be, there is nothing to sweep, or the results of `parse`
            cannot be compared.
        Exception: whatever `parse` raises on the whole body as recorded: nothing to compare with.
    """
    found = parse_variants(variants)
    recorded = subjects_of(source)
    subjects = [*recorded, *rewritten(recorded, found)]
    exact = {"", *(variant.name for variant in found if variant.keeps == "events")}
    sweep = Sweep(subjects, over, recalled=recalled, shard=shard, max_failures=max_failures)
    with Watchdog(timeout) as watchdog:
        references = _References(parse, expect, recorded, exact, watchdog)
        for case in sweep:
            sweep.record(case, references.check(sweep.subject(case), sweep.chunks(case)))
        report = sweep.report()
        if growth:
            points = _growth.measure(
                lambda chunks: watchdog.call(parse, chunks),
                recorded[0].body,
                clock.cpu_seconds,
                recorded[0].form,
            )
            report = replace(report, growth=points)
    return report


class _References:
    """What each body is expected to give, and whether a run gives it."""

    def __init__(
        self,
        parse: Parse,
        expect: Any,
        recorded: list[Subject],
        exact: set[str],
        watchdog: Watchdog,
    ) -> None:
        self._parse, self._expect, self._exact = parse, expect, exact
        self._call = watchdog.call
        self._known: dict[tuple[int | None, str], Any] = {}
        self._unknown: dict[tuple[int | None, str], str] = {}
        # A parser that cannot take the recording at all is no matter of splits: this one goes
        # through.
        for subject in recorded:
            self._known[subject.interaction, ""] = self._expected(subject)

        if isinstance(expect, _Unset):
            self._refuse_what_cannot_be_compared(recorded[:1])

    def _refuse_what_cannot_be_compared(self, subjects: list[Subject]) -> None:
        for subject in subjects:
            if self._known[subject.interaction, ""] != self._expected(subject):
                raise UsageError(
                    "parse()",
                    "two calls with the same whole body gave results that are not equal",
                    "Return values that can be compared (text, lists, dicts, dataclasses, ...), "
                    "and keep no state between calls.",
                )

    def _expected(self, subject: Subject) -> Any:
        if isinstance(self._expect, _Unset):
            return self._call(self._parse, [subject.body])
        if callable(self._expect):
            return self._expect(subject.body)
        if subject.variant:  # the expectation is about another body
            return self._call(self._parse, [subject.body])
        return self._expect

    def _learn(self, subject: Subject) -> tuple[int | None, str]:
        """Return the key of what is expected of a body; find it out, the first time."""
        variant = "" if subject.variant in self._exact else subject.variant
        key = (subject.interaction, variant)
        if key not in self._known and key not in self._unknown:
            try:
                self._known[key] = self._expected(subject)
            except (Exception, CaseTimeout) as error:  # noqa: BLE001 - so will every run of it be
                self._unknown[key] = f"on the whole body: {describe(error)}"
        return key

    def check(self, subject: Subject, chunks: list[bytes]) -> BaseException | str | None:
        """Parse; return what is wrong, or None."""
        key = self._learn(subject)
        if key in self._unknown:
            return self._unknown[key]
        expected = self._known[key]
        try:
            result = self._call(self._parse, chunks)
            if result == expected:
                return None
        except (Exception, CaseTimeout) as error:  # noqa: BLE001 - whatever it is, it is the finding
            return error
        return difference(result, expected)


def difference(result: Any, expected: Any) -> str:
    """Say in what the result of a run differs from what was expected."""
    place, mine, other = "", result, expected
    if isinstance(result, list | tuple) and isinstance(expected, type(result)):
        index = _common(result, expected)
        place = f" at item {index}"
        if len(result) != len(expected):
            place += f" ({len(result)} items, not {len(expected)})"
        mine, other = (next(iter(each[index:]), _NOTHING) for each in (result, expected))
    elif isinstance(result, str | bytes) and isinstance(expected, type(result)):
        index = _common(result, expected)
        place = f" at {'character' if isinstance(result, str) else 'byte'} {index}"
        start = max(index - _CONTEXT, 0)
        mine, other = result[start:], expected[start:]
    return f"differs{place}\n  got       {_short(mine)}\n  expected  {_short(other)}"


class _Nothing:
    """What stands behind the end of a list."""

    def __repr__(self) -> str:
        return "nothing"


_NOTHING: Final = _Nothing()


def _common(one: Sequence[Any], two: Sequence[Any]) -> int:
    """Return how many items two sequences have in common at their starts."""
    low, high = 0, min(len(one), len(two))
    while low < high:  # by halves, in C: a failing sweep may compare megabytes a thousand times
        middle = (low + high + 1) // 2
        if one[low:middle] == two[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _short(value: Any) -> str:
    text = repr(value[:_MOST_TEXT] if isinstance(value, str | bytes) else value)
    return text if len(text) <= _MOST_TEXT else f"{text[:_MOST_TEXT]}..."
