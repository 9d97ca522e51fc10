"""The sweep: hands out cases in order, is told what came of them, and knows what that means."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from streamtape.errors import CaseTimeout, UsageError
from streamtape.sweep import (
    Boundaries,
    Case,
    Subject,
    Sweep,
    SweepReport,
    rewritten,
    subjects_of,
    variants,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

BODY = b"data: h\xc3\xa9\n\ndata: b\n\n"
HALF = BODY.index(b"\xa9")


def drive(sweep: Sweep, fails: Callable[[Case], bool]) -> tuple[SweepReport, list[Case]]:
    """Run a sweep whose cases fail by rule."""
    seen = []
    for case in sweep:
        seen.append(case)
        sweep.record(case, "it fails" if fails(case) else None)
    return sweep.report(), seen


def cuts_half(sweep: Sweep) -> Callable[[Case], bool]:
    """Return the rule of a client that decodes each chunk."""
    return lambda case: HALF in sweep.subject(case).offsets(case.split)


def test_a_sweep_says_what_failed() -> None:
    """Counts, the kinds, and the smallest failure."""
    sweep = Sweep([Subject(BODY)])
    report, seen = drive(sweep, cuts_half(sweep))
    assert len(sweep) == len(seen) == report.planned == report.checked == len(BODY) + 1
    assert report.failed == 2
    assert report.smallest is not None
    assert (report.smallest.split, report.smallest.kinds) == (f"at:{HALF}", ("utf8",))
    failing = {kind: tally.failed for kind, tally in report.by_kind.items() if tally.failed}
    assert failing == {"utf8": 1, "bytes": 1}
    assert [failure.split for failure in report.failures] == [f"at:{HALF}", "bytes"]
    assert report.shrink_runs == 0
    assert not report.ok
    assert report.complete


def test_a_sweep_that_passes_is_ok() -> None:
    """Nothing failed, and every boundary of the body was cut at."""
    report, _ = drive(Sweep([Subject(BODY)]), lambda _: False)
    assert report.ok
    assert report.smallest is None
    counts = report.coverage.summary()
    assert all(count.exercised == count.available for count in counts.values())
    assert counts["utf8"].available == 1


def test_shrinking_follows_and_is_not_counted() -> None:
    """What was found byte by byte is one cut in the end; the count is of what was asked for."""
    sweep = Sweep([Subject(BODY)], "bytes")
    report, seen = drive(sweep, cuts_half(sweep))
    assert (report.planned, report.checked, report.failed) == (1, 1, 1)
    assert [case.shrinking for case in seen] == [False] + [True] * report.shrink_runs
    assert report.smallest is not None
    assert report.smallest.split == f"at:{HALF}"
    assert report.by_kind.keys() == {"bytes"}


def test_the_recording_comes_before_its_variants() -> None:
    """A failure of the recording itself is the one to show, even if a variant fails uncut."""
    subjects = [Subject(BODY), *rewritten([Subject(BODY)], variants(["cr", "lf"]))]
    assert [subject.variant for subject in subjects] == ["", "cr"]  # with LF, it is as recorded
    sweep = Sweep(subjects)
    report, _ = drive(
        sweep, lambda case: case.variant == "cr" or HALF in sweep.subject(case).offsets(case.split)
    )
    assert report.smallest is not None
    assert (report.smallest.split, report.smallest.variant) == (f"at:{HALF}", "")
    assert report.by_variant["cr"].failed == report.by_variant["cr"].checked
    assert ("cr", "whole") in [failure.group for failure in report.failures]


def test_a_failure_in_a_variant_is_shrunk_there() -> None:
    """Its offsets are those of the rewritten body."""
    subjects = [Subject(BODY), *rewritten([Subject(BODY)], variants("crlf"))]
    sweep = Sweep(subjects, ["bytes", "size:3"])

    def between(case: Case) -> bool:
        body = sweep.subject(case).body
        return any(body[o - 1 : o + 1] == b"\r\n" for o in sweep.subject(case).offsets(case.split))

    report, _ = drive(sweep, between)
    assert report.smallest is not None
    assert (report.smallest.variant, report.smallest.kinds) == ("crlf", ("crlf",))


@dataclass
class Response:
    """A body, and how it was read."""

    body: bytes
    chunk_sizes: tuple[int, ...]


@dataclass
class Interaction:
    """One request's answer."""

    response: Response


@dataclass
class Tape:
    """Something like a cassette."""

    interactions: list[Interaction]


def tape(*bodies: bytes) -> Tape:
    """Return something like a cassette, each body recorded in two chunks."""
    return Tape(
        [Interaction(Response(body, (1, len(body) - 1) if body else ())) for body in bodies]
    )


def test_a_cassette_is_swept_interaction_by_interaction() -> None:
    """One body is cut, the others stay whole; a body without a byte is left alone."""
    subjects = subjects_of(tape(b"data: a\n\n", b"", BODY))
    assert [(each.interaction, each.recorded) for each in subjects] == [(1, (1,)), (3, (1,))]
    sweep = Sweep(subjects, ["recorded", "bytes"])
    report, seen = drive(sweep, lambda case: case.interaction == 3 and len(sweep.chunks(case)) > 9)
    assert [str(case.spec) for case in seen[:4]] == [
        "1/recorded",
        "1/bytes",
        "3/recorded",
        "3/bytes",
    ]
    assert report.smallest is not None
    assert report.smallest.split.startswith("3/at:")
    assert report.smallest.case.interaction == 3


def test_the_only_interaction_has_no_number() -> None:
    """Its splits are spelled without one."""
    (subject,) = subjects_of(tape(BODY))
    assert (subject.interaction, subject.recorded) == (None, (1,))
    assert subjects_of(b"") == []


def test_known_failures_are_tried_first() -> None:
    """In the variant and interaction that they belong to; those of no subject are left out."""
    subjects = [Subject(BODY), *rewritten([Subject(BODY)], variants("crlf"))]
    recalled = [("at:5", "crlf"), ("at:7", ""), ("at:9", "gone"), ("2/at:1", "")]
    sweep = Sweep(subjects, "whole", recalled=recalled)
    _, seen = drive(sweep, lambda _: False)
    assert [(str(case.split), case.variant, case.recalled) for case in seen] == [
        ("at:5", "crlf", True),
        ("at:7", "", True),
        ("whole", "", False),
        ("whole", "crlf", False),
    ]
    assert len(sweep) == 4


@pytest.mark.parametrize("shards", [1, 2, 3, 8])
def test_shards_share_the_cases_and_add_up(shards: int) -> None:
    """Together they run each case once, and their reports make one."""
    whole, seen = drive(sweep := Sweep([Subject(BODY)], ["cuts", "grammar"]), cuts_half_of)
    parts, cases = SweepReport(), list[Case]()
    for number in range(shards):
        part = Sweep([Subject(BODY)], ["cuts", "grammar"], shard=(number, shards))
        report, mine = drive(part, cuts_half_of)
        assert len([case for case in mine if not case.shrinking]) == len(part) == report.planned
        parts |= report
        cases += [case for case in mine if not case.shrinking]
    assert sorted(map(str, cases)) == sorted(str(case) for case in seen if not case.shrinking)
    assert (parts.planned, parts.checked, parts.failed) == (len(sweep), len(seen), whole.failed)
    assert parts.smallest == whole.smallest
    assert parts.failures == whole.failures
    assert parts.by_kind == whole.by_kind
    assert parts.coverage.summary() == whole.coverage.summary()


def cuts_half_of(case: Case) -> bool:
    """Tell by the case alone whether a client that decodes each chunk fails."""
    return HALF in Subject(BODY).offsets(case.split)


def test_known_failures_belong_to_the_first_shard() -> None:
    """They are not run eight times."""
    options = {"over": "whole", "recalled": [("at:5", "")]}
    assert len(Sweep([Subject(BODY)], shard=(0, 2), **options)) == 2  # type: ignore[arg-type]
    assert len(Sweep([Subject(BODY)], shard=(1, 2), **options)) == 0  # type: ignore[arg-type]


def test_enough_failures_end_the_search_but_for_shrinking() -> None:
    """With `max_failures`, the rest is not run, and the report says so."""
    sweep = Sweep([Subject(BODY)], ["size:1", "size:2", "size:3", "cuts"], max_failures=2)
    report, seen = drive(sweep, lambda case: len(sweep.chunks(case)) > 1)
    assert report.failed == 2
    assert [str(case.split) for case in seen[:2]] == ["size:1", "size:2"]
    assert all(case.shrinking for case in seen[2:])
    assert report.smallest is not None
    assert report.smallest.cuts == 1
    assert not report.complete


def test_cases_that_hang_end_the_search_as_well() -> None:
    """Each of them costs the whole timeout: three are enough."""
    sweep = Sweep([Subject(BODY)])
    for number, case in enumerate(sweep.cases()):
        sweep.record(case, CaseTimeout(1.0, "client.py:7") if number > 4 else None)
    report = sweep.report()
    assert (report.failed, report.checked) == (3, 8)
    assert report.smallest is not None
    assert report.smallest.error == (
        "CaseTimeout: no result within 1 s. It was stopped at client.py:7."
    )


@pytest.mark.parametrize("when", ["at once", "recalled", "shrinking"])
def test_a_sweep_can_be_stopped_at_any_time(when: str) -> None:
    """Ctrl-C: nothing more is handed out, and the report has what was run."""
    sweep = Sweep([Subject(BODY)], "bytes", recalled=[("at:3", ""), ("at:4", "")])
    if when == "at once":
        sweep.stop()
    seen = []
    for case in sweep:
        seen.append(case)
        sweep.record(case, "no" if HALF in sweep.subject(case).offsets(case.split) else None)
        if when == "recalled" or case.shrinking:
            sweep.stop()
    assert len(seen) == {"at once": 0, "recalled": 1, "shrinking": 4}[when]
    assert sweep.report().checked == min(len(seen), 3)


def test_cases_may_be_recorded_in_any_order() -> None:
    """A pool of workers takes many, and hands back what it has; shrinking comes after."""
    sweep = Sweep([Subject(BODY)], ["cuts", "sizes"])
    outcomes = [(case, HALF in sweep.subject(case).offsets(case.split)) for case in sweep.cases()]
    for case, failed in reversed(outcomes):
        sweep.record(case, "no" if failed else None)
    assert list(sweep.shrinking()) == []
    assert sweep.smallest is not None
    assert sweep.smallest.split == f"at:{HALF}"


def test_record_tells_the_smallest_so_far() -> None:
    """The driver keeps the exception of that one."""
    sweep = Sweep([Subject(BODY)], ["bytes", "at:3,5", "at:4"])
    answers = [sweep.record(case, ValueError("no")) for case in sweep.cases()]
    assert answers == [True, True, True]
    sweep = Sweep([Subject(BODY)], ["at:4", "at:3,5", "whole"])
    answers = [sweep.record(case, ValueError()) for case in sweep.cases()]
    assert answers == [True, False, True]
    assert sweep.report().failures[0].error == "ValueError"


def test_a_case_that_is_not_recorded_is_a_mistake_of_the_driver() -> None:
    """The search cannot go on without an answer."""
    sweep = Sweep([Subject(BODY)], "bytes")
    (case,) = sweep.cases()
    sweep.record(case, "no")
    with pytest.raises(UsageError) as caught:
        list(sweep.shrinking())
    assert str(caught.value) == ("the case whole: it was not recorded. Call record() for each.")


def test_a_split_that_fails_of_many_kinds_is_kept_once_for_each() -> None:
    """The report keeps a representative of each kind, not every failure."""
    body = b"data: " + b"x y" * 400 + b"\n\n"
    sweep = Sweep([Subject(body)], ["cuts", "pairs:2"])
    report, _ = drive(sweep, lambda case: len(sweep.subject(case).offsets(case.split)) > 0)
    assert report.failed > 3000
    assert len(report.failures) < 10
    assert len({failure.group for failure in report.failures}) == len(report.failures)


WRONG: list[tuple[dict[str, object], str]] = [
    ({"subjects": []}, "a sweep over nothing: the recording has no body. Record one."),
    (
        {"subjects": [Subject(BODY)], "shard": (2, 2)},
        "shard (2, 2): there is none. Give (number from 0, of how many).",
    ),
]


@pytest.mark.parametrize(("options", "message"), WRONG, ids=lambda value: str(value)[:20])
def test_what_cannot_be_swept_is_refused(options: dict[str, object], message: str) -> None:
    """With a sentence that says why."""
    with pytest.raises(UsageError) as caught:
        Sweep(**options)  # type: ignore[arg-type]
    assert str(caught.value) == message


def test_the_order_of_failures_is_by_cuts_then_cleanness() -> None:
    """Fewest cuts first; of as many, the cleanest place; of as clean ones, the first."""

    def order(over: Iterable[str]) -> list[str]:
        sweep = Sweep([Subject(BODY)], list(over))
        for case in sweep.cases():
            sweep.record(case, "no")
        return [failure.split for failure in sweep.report().failures]

    boundary = Boundaries(BODY).of_kind("event")[0]
    given = ["bytes", f"at:{HALF}", f"at:{boundary}", "at:2,3", "whole"]
    assert order(given) == ["whole", f"at:{boundary}", f"at:{HALF}", "at:2,3", "bytes"]
