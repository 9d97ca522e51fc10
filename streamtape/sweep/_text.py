"""A report as plain text: pure functions of facts.

No colour, no terminal, no test runner: whoever knows the command that runs a failure again hands
in a function that says it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamtape.sweep._kinds import KINDS, phrase, rank

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from streamtape.sweep._coverage import Coverage
    from streamtape.sweep._growth import Growth
    from streamtape.sweep._report import Failure, SweepReport, Tally

__all__ = ["coverage_line", "coverage_sentence", "render"]

_MOST_KINDS = 4
_MOST_PLACES = 3
_FEW = 12
_REMEDY = {
    "crlf": 'variants="newlines" makes some',
    "bom": 'variants="bom" makes one',
    "utf8": 'variants="unicode" makes some',
    "json-escape": 'variants="unicode-emoji+json-escaped" makes some',
    "surrogates": 'variants="unicode-emoji+json-escaped" makes some',
}


def render(
    report: SweepReport, reproduce: Callable[[Failure], str] | None, *, error: bool = True
) -> Iterator[str]:
    """Yield the lines of a report."""
    if report.smallest is None:
        yield f"streamtape: passes under {_count(report.checked, 'split')}{_stopped(report)}"
    else:
        yield from _failing(report, report.smallest)
        yield from _places(report.smallest)
        if error:
            yield from (f"  {line}" for line in report.smallest.error.splitlines())
            yield ""
        how = reproduce(report.smallest) if reproduce else _spelled(report.smallest)
        yield f"  reproduce:  {how}"
    for growth in report.growth:
        yield _growing(growth)


def coverage_line(coverage: Coverage) -> str:
    """Return the boundary coverage in one line, with what would make the missing kinds."""
    counts = coverage.summary()
    parts = [f"{kind} {count}" for kind, count in counts.items() if count.available]
    found = [KINDS[kind].formats for kind, count in counts.items() if count.available]
    for kind, remedy in _REMEDY.items():
        # Where something is that no format with this kind has, nothing could make one.
        possible = all(set(formats) & set(KINDS[kind].formats) for formats in found)
        if not counts[kind].available and possible:
            parts.append(f"{kind} 0/0 (none in the recording; {remedy})")
    return "   ".join(parts)


def coverage_sentence(coverage: Coverage) -> str:
    """Return the boundary coverage in short: how many, what was left out, what there is none of.

    Of the kinds that a recording may lack, those that a variant makes are named.
    """
    counts = coverage.summary()
    cut = sum(count.exercised for count in counts.values())
    available = sum(count.available for count in counts.values())
    left = [kind for kind, count in counts.items() if count.exercised < count.available]
    lacking = [kind for kind in _REMEDY if not counts[kind].available]
    parts = [f"cut at {cut:,} of {available:,} boundaries"]
    if left:
        parts.append(f"not at every {', '.join(left)}")
    if lacking:
        parts.append(f"none in the recordings: {', '.join(lacking)}")
    return "; ".join(parts)


def _failing(report: SweepReport, smallest: Failure) -> Iterator[str]:
    kinds = _by_kind(report.by_kind)
    yield (
        f"streamtape: fails under {report.failed:,} of {_count(report.checked, 'split')}"
        f"{f' ({kinds})' if kinds else ''}{_stopped(report)}; smallest: {_smallest(smallest)}"
    )
    failing = {name: tally for name, tally in report.by_variant.items() if tally.failed}
    if set(failing) - {""}:
        yield "  failing:  " + ", ".join(
            f"{name or 'the recording'} {tally.failed:,} of {tally.checked:,}"
            for name, tally in failing.items()
        )
    yield ""


def _by_kind(tallies: Mapping[str, Tally]) -> str:
    """Say which kinds fail, and that the other cuts do not."""
    failing = sorted((kind for kind in tallies if tallies[kind].failed), key=rank, reverse=True)
    failing.sort(key=lambda kind: not _is_cut(kind))
    parts = []
    for kind in failing[:_MOST_KINDS]:
        tally = tallies[kind]
        if _is_cut(kind):
            parts.append(f"{tally.failed:,} of {tally.checked:,} cuts {phrase(kind)}")
        elif tally.checked == 1:
            parts.append(phrase(kind))
        else:
            parts.append(f"{tally.failed:,} of {tally.checked:,} {phrase(kind)}")
    if len(failing) > _MOST_KINDS:
        parts.append(f"{len(failing) - _MOST_KINDS} more kinds")
    passing = [kind for kind in tallies if _is_cut(kind) and not tallies[kind].failed]
    checked = sum(tallies[kind].checked for kind in passing)
    if checked:
        place = sum(1 for kind in failing[:_MOST_KINDS] if _is_cut(kind))
        parts.insert(place, f"0 of {checked:,} cuts elsewhere")
    return _listed(parts)


def _is_cut(kind: str) -> bool:
    return kind in KINDS and KINDS[kind].boundary


def _listed(parts: list[str]) -> str:
    if len(parts) > 1:
        comma = "," if len(parts) > 2 else ""  # noqa: PLR2004 - two need none
        return f"{', '.join(parts[:-1])}{comma} and {parts[-1]}"
    return "".join(parts)


def _smallest(failure: Failure) -> str:
    split = failure.split.rpartition("/")[2]
    where = f" of interaction {failure.split.partition('/')[0]}" if "/" in failure.split else ""
    if failure.cuts == 0:
        text = "the whole body, uncut"
    elif failure.cuts > _FEW or not split.startswith("at:"):
        text = f"{_count(failure.cuts, 'cut')}, {split}"
    else:
        offsets = split.removeprefix("at:").split(",")
        text = f"{'one' if failure.cuts == 1 else failure.cuts} cut{'s' * (failure.cuts > 1)}"
        text += f", at byte{'s' * (len(offsets) > 1)} {_listed(offsets)}"
    return text + where + (f", in variant {failure.variant}" if failure.variant else "")


def _places(failure: Failure) -> Iterator[str]:
    """Show the cuts, those in one event under one heading."""
    heading = None
    for place in failure.places[:_MOST_PLACES]:
        if place.event != heading and place.event:
            yield f"  {place.event}"
        heading = place.event
        yield f"    {place.text}"
        start, stop = place.mark
        yield f"    {' ' * start}{'^' * (stop - start)} {place.what}"
    hidden = failure.cuts - len(failure.places[:_MOST_PLACES])
    if failure.places and hidden > 0:
        yield f"    and {_count(hidden, 'more cut')}"
    if failure.places:
        yield ""


def _growing(growth: Growth) -> str:
    first, last = growth.points[0], growth.points[-1]
    verdict = "grows faster than" if growth.too_fast else "grows about in line with"
    return (
        f"streamtape: the cost {verdict} the length of {growth.what}, in {growth.chunk}-byte "
        f"chunks: {first[0]:,} bytes {first[1]:.3f} s, {last[0]:,} bytes {last[1]:.3f} s "
        f"(like n^{growth.exponent:.1f})"
    )


def _spelled(failure: Failure) -> str:
    variant = f", variants={failure.variant!r}" if failure.variant else ""
    return f"split {failure.split!r}{variant}"


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _stopped(report: SweepReport) -> str:
    if report.complete:
        return ""
    return f" (stopped: {report.planned - report.checked:,} of {report.planned:,} not run)"
