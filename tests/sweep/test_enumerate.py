"""Enumerators: lazy, counted without being run, and parsed in one place."""

from __future__ import annotations

from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamtape import splits
from streamtape.errors import UsageError
from streamtape.splits import At, Bytes, Random, Size, Whole
from streamtape.sweep import (
    BOUNDARIES,
    KINDS,
    Boundaries,
    Case,
    Cuts,
    Grammar,
    One,
    Pairs,
    Randoms,
    Sizes,
    Subject,
    parse_over,
)

ALL = [
    "cuts",
    "grammar",
    "grammar:2",
    "pairs:3",
    "sizes",
    "random:7",
    "bytes",
    "whole",
    "recorded",
    "at:1,1",
]


def cases(name: str, body: bytes) -> list[Case]:
    """Return all cases of one spelling."""
    subject = Subject(body)
    return [case for each in parse_over(name) for case in each.cases(subject)]


@pytest.mark.parametrize("name", [*ALL, "size:3", "events", "lines", "2/at:1"])
@given(data=st.data())
def test_the_count_is_the_number_of_cases(
    name: str, bodies: st.SearchStrategy[bytes], data: st.DataObject
) -> None:
    """Every enumerator knows its length, and cuts the body into itself."""
    subject = Subject(data.draw(bodies), (1,))
    for enumerator in parse_over(name):
        found = list(enumerator.cases(subject))
        assert len(found) == enumerator.count(subject)
        for case in found:
            assert b"".join(subject.chunks(case.split)) == subject.body


def test_cuts_are_every_single_cut() -> None:
    """The default also runs the whole body, and byte by byte."""
    found = [case.split for case in cases("cuts", b"abcd")]
    assert found == [Whole(), At((1,)), At((2,)), At((3,)), Bytes()]


def test_pairs_lie_within_their_window() -> None:
    """Every two cuts at most so far apart, each pair once."""
    found = [splits.parse(case.split) for case in cases("pairs:2", b"abcde")]
    assert found == [At(pair) for pair in [(1, 2), (1, 3), (2, 3), (2, 4), (3, 4)]]


def test_sizes_are_small_ones_and_primes() -> None:
    """1 to 16 and the primes to 1021, as far as they cut the body at all."""
    found = [case.split for case in cases("sizes", bytes(2000))]
    assert found[:17] == [Size(size) for size in [*range(1, 17), 17]]
    assert found[-1] == Size(1021)
    assert len(found) == 16 + 172 - 6  # there are 172 primes up to 1021, six of them up to 16
    assert len(cases("sizes", b"abc")) == 2


def test_random_splits_have_seeds_in_a_row() -> None:
    """Each can be reproduced by its own seed."""
    assert [case.split for case in cases("random:2", b"abc")] == [Random(0), Random(1)]
    assert [case.split for case in cases("random:2:9", b"abc")] == [Random(9), Random(10)]


def test_grammar_has_every_boundary_and_every_special_split(rich: bytes) -> None:
    """Each kind of place, and each kind of split that no single cut shows."""
    rich += b"data: more\n\n"
    found = cases("grammar", rich)
    kinds = {kind for case in found for kind in case.kinds}
    special = {"whole", "empty", "many-events", "two-cuts", "half-character"}
    assert kinds >= {kind for kind in BOUNDARIES if "sse" in KINDS[kind].formats} | special
    singles = [offsets for case in found if len(offsets := case.split.offsets(rich, ())) == 1]
    aimed = Boundaries(rich).aimed
    assert [offset for (offset,) in singles if 0 < offset < len(rich)] == aimed


def test_grammar_comes_after_cuts_without_what_those_had(rich: bytes) -> None:
    """Nothing is run twice; the order of the two does not matter."""
    for over in (["cuts", "grammar"], ["grammar", "cuts"]):
        found = [case.split for each in parse_over(over) for case in each.cases(Subject(rich))]
        assert len(found) == len(set(found))


def test_grammar_can_do_without_empty_chunks(rich: bytes) -> None:
    """Where a transport drops them, they are not made."""
    (enumerator,) = parse_over("grammar", empty_chunks=False)
    assert "empty" not in {case.kinds[0] for case in enumerator.cases(Subject(rich))}


def test_grammar_of_a_few_does_not_grow_with_the_body() -> None:
    """Of what looks alike there are the first and the last: ten times the body, no more work."""
    event = 'event: delta\ndata: {"n":12,"text":"é </b> \\n"}\n\n'.encode()
    short, long = ([str(case.split) for case in cases("grammar:2", event * n)] for n in (10, 100))
    assert len(short) == len(long) < len(cases("grammar", event * 10)) / 2
    assert f"at:{len(event) * 10 - 1}" in short  # the last blank line
    kinds = {kind for case in cases("grammar:1", event * 10) for kind in case.kinds}
    assert kinds == {kind for case in cases("grammar", event * 10) for kind in case.kinds}


def test_a_grammar_on_bytes_that_are_no_stream_is_still_something() -> None:
    """An empty or foreign body has few places, and no error."""
    assert [str(case.split) for case in cases("grammar", b"\xff\xfe")] == [
        "whole",
        "at:0",
        "at:2",
        "at:1",
    ]


def test_enumerations_are_lazy() -> None:
    """Ten million pairs are not made to see the first."""
    subject = Subject(bytes(10_000))
    pairs = Pairs(1000)
    assert pairs.count(subject) == 9999 * 1000 - 1000 * 1001 // 2
    assert [str(case.split) for case in islice(pairs.cases(subject), 2)] == ["at:1,2", "at:1,3"]


SPELLINGS = [
    ("cuts", (One(Whole()), Cuts(), One(Bytes()))),
    ("grammar", (Grammar(),)),
    ("grammar:3", (Grammar(most=3),)),
    ("pairs", (Pairs(16),)),
    ("pairs:4", (Pairs(4),)),
    ("sizes", (Sizes(),)),
    ("random", (Randoms(100, 0),)),
    ("random:5", (Randoms(5, 0),)),
    ("random:5:7", (Randoms(5, 7),)),
    ("size:7", (One(Size(7)),)),
    ([3, 4], None),
    (["at:5", "at:5"], (One(At((5,))),)),
    ([At((5,)), "bytes", Cuts()], (One(At((5,))), One(Bytes()), Cuts())),
    (Bytes(), (One(Bytes()),)),
    (Pairs(2), (Pairs(2),)),
    ([[3, 4]], (One(At((3, 4))),)),
]


@pytest.mark.parametrize(("over", "expected"), SPELLINGS, ids=str)
def test_spellings(over: object, expected: tuple[object, ...] | None) -> None:
    """Names, splits, enumerators, and lists of them; a bare number is none of these."""
    if expected is None:
        with pytest.raises(UsageError):
            parse_over(over)  # type: ignore[arg-type]
    else:
        assert parse_over(over) == expected  # type: ignore[arg-type]


@pytest.mark.parametrize("name", [*ALL[:-1], "at:1", "random:5:7"])
def test_the_name_of_an_enumerator_is_its_spelling(name: str) -> None:
    """What is printed can be typed again."""
    for enumerator in parse_over(name):
        assert enumerator in parse_over(str(enumerator))


VALID = (
    "Valid are cuts, grammar[:N], pairs:WINDOW, sizes, random:N[:SEED], and every split "
    "(recorded, whole, events, lines, bytes, size:N, at:N[,N...])."
)
WRONG = [
    ("sometimes", f"sweep 'sometimes': not a sweep. {VALID}"),
    ("pairs:0", f"sweep 'pairs:0': not a sweep. {VALID}"),
    ("pairs:x", f"sweep 'pairs:x': not a sweep. {VALID}"),
    ("grammar:0", f"sweep 'grammar:0': not a sweep. {VALID}"),
    ("cuts:3", f"sweep 'cuts:3': not a sweep. {VALID}"),
    ("random:0", f"sweep 'random:0': not a sweep. {VALID}"),
    ("517", f"sweep '517': a bare number could be a size or a place. {VALID}"),
    ([], f"an empty list of sweeps: nothing would be run. {VALID}"),
]


@pytest.mark.parametrize(("over", "message"), WRONG, ids=str)
def test_what_is_no_sweep_is_refused(over: str, message: str) -> None:
    """The message says what is valid."""
    with pytest.raises(UsageError) as caught:
        parse_over(over)
    assert str(caught.value) == message


def test_a_split_for_one_interaction_leaves_the_others_alone() -> None:
    """As in `2/at:1`; the recorded boundaries belong to the recording, not to its variants."""
    (only,) = parse_over("2/at:1")
    assert only.count(Subject(b"ab", interaction=1)) == 0
    assert list(only.cases(Subject(b"ab", interaction=1))) == []
    (case,) = only.cases(Subject(b"ab", interaction=2))
    assert (str(case.spec), case.split, case.kinds) == ("2/at:1", At((1,)), ("field",))
    (recorded,) = parse_over("recorded")
    assert recorded.count(Subject(b"ab", variant="cr")) == 0
    (case,) = recorded.cases(Subject(b"ab", (1,)))
    assert case.kinds == ("recorded",)
