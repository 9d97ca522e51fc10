"""Timings: parsing, and the waits that they make of recorded times."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from streamtape import timing
from streamtape.errors import UsageError
from streamtape.timing import Fixed, Instant, Profile, RecordedTiming, Timeline, Waits

VALID = (
    "Valid are instant, recorded, x10 (a speed), fixed:50ms (a duration in us, ms or s) and "
    "profile:ttft=0.8,tps=60,jitter=0.2,seed=7 (each optional, or a mapping of them)."
)
SPEAKING = Profile(ttft=0.8, tps=60, jitter=0.2, seed=7)
TIMELINE = Timeline(head=100_000, sizes=(4, 2, 3), gaps=(10_000, 20_000, 30_000), end=5_000)


@pytest.mark.parametrize(
    ("spelled", "meant"),
    [
        ("instant", Instant()),
        ("recorded", RecordedTiming()),
        ("x10", RecordedTiming(10)),
        ("x0.5", RecordedTiming(0.5)),
        ("fixed:50ms", Fixed(50_000)),
        ("fixed:1.5s", Fixed(1_500_000)),
        ("fixed:800us", Fixed(800)),
        (Fixed(1), Fixed(1)),
        ("profile:ttft=0.8,tps=60,jitter=0.2,seed=7", SPEAKING),
        ({"ttft": 0.8, "tps": 60, "jitter": 0.2, "seed": 7}, SPEAKING),
        ({"tps": 5}, Profile(tps=5)),
    ],
    ids=str,
)
def test_parse(spelled, meant):
    """Every spelling that the table promises is understood."""
    assert timing.parse(spelled) == meant


@pytest.mark.parametrize(
    "spelled",
    [
        "fast",
        "x0",
        "x",
        "fixed:50",
        "fixed:ms",
        "10",
        "",
        10,
        None,
        {},
        {"tsp": 1},
        {"tps": "x"},
        {"tps": None},
        "profile:",
        "profile:tps",
        "profile",
    ],
    ids=repr,
)
def test_what_is_no_timing_says_what_is(spelled):
    """A value that is no timing is an error that lists what is valid."""
    with pytest.raises(UsageError) as caught:
        timing.parse(spelled)
    assert str(caught.value) == f"timing {spelled!r}: not a timing. {VALID}"


@given(
    st.sampled_from([Instant(), Profile(), RecordedTiming(), RecordedTiming(2.5)])
    | st.builds(Fixed, st.integers(0, 10**8))
    | st.builds(
        Profile,
        ttft=st.floats(0, 1e6),
        tps=st.floats(1e-3, 1e6) | st.just(float("inf")),
        jitter=st.floats(0, 1),
        seed=st.integers(0, 10**20),
    )
)
@example(Profile(seed=1_000_000))  # was written as 1e+06
def test_text_is_parsed_back(value):
    """`parse(str(timing))` is `timing`."""
    assert timing.parse(str(value)) == value


def test_instant_never_waits():
    """No waits, whatever was recorded."""
    assert Instant().waits(TIMELINE, [4, 9]) == Waits(0.0, (), 0.0)


def test_fixed_waits_before_every_chunk():
    """The same wait before every chunk, none before head and end."""
    assert Fixed(50_000).waits(TIMELINE, [4, 9]) == Waits(0.0, [0.05, 0.05], 0.0)


def approximately(waits):
    return waits.head, pytest.approx(waits.chunks), pytest.approx(waits.end)


@pytest.mark.parametrize(
    ("ends", "waits"),
    [
        ([4, 6, 9], Waits(0.1, [0.01, 0.02, 0.03], 0.005)),  # the recorded chunks
        ([9], Waits(0.1, [0.06], 0.005)),  # whole: with its last byte
        ([3, 5, 9], Waits(0.1, [0.01, 0.02, 0.03], 0.005)),  # each with its own last byte
        ([1, 2, 9], Waits(0.1, [0.01, 0.0, 0.05], 0.005)),
        ([], Waits(0.1, [], 0.065)),
    ],
    ids=str,
)
def test_a_chunk_comes_when_its_last_byte_came(ends, waits):
    """However the body is cut now, a chunk comes when its last byte came in the recording."""
    got = RecordedTiming().waits(TIMELINE, ends)
    assert (got.head, got.chunks, got.end) == approximately(waits)


def test_speed_divides_every_wait():
    """`x10` waits a tenth everywhere."""
    got = RecordedTiming(10).waits(TIMELINE, [4, 6, 9])
    assert (got.head, got.chunks, got.end) == approximately(
        Waits(0.01, [0.001, 0.002, 0.003], 0.0005)
    )


@given(
    st.lists(st.tuples(st.integers(0, 10**7), st.integers(0, 9)), min_size=1),
    st.integers(0, 10**7),
    st.data(),
)
def test_the_whole_takes_as_long_as_recorded(chunks, end, data):
    """The waits of any cut add up to the recorded duration."""
    gaps, sizes = zip(*chunks, strict=True)
    length = sum(sizes)
    ends = [*sorted(data.draw(st.lists(st.integers(0, length)))), length]
    got = RecordedTiming().waits(Timeline(0, sizes, gaps, end), ends)
    assert sum(got.chunks) + got.end == pytest.approx((sum(gaps) + end) / 1e6)
    assert all(wait >= 0 for wait in got.chunks)


def test_a_profile_speaks_like_a_model():
    """A first token after `ttft`, then `tps` a second; another cut comes when its bytes would."""
    profile = Profile(ttft=0.8, tps=10)
    got = profile.waits(TIMELINE, [4, 6, 9])
    assert (got.head, got.chunks, got.end) == approximately(Waits(0, [0.8, 0.1, 0.1], 0))
    got = profile.waits(TIMELINE, [3, 5, 9])
    assert (got.head, got.chunks, got.end) == approximately(Waits(0, [0.8, 0.1, 0.1], 0))
    assert profile.waits(Timeline(0, (), (), 5), []) == Waits(0, [], 0)
    assert Profile().waits(TIMELINE, [9]) == Waits(0, [0], 0)


def test_jitter_is_drawn_with_a_seed():
    """Gaps vary within their bounds, around their mean, and the same for the same seed."""
    sizes = (1,) * 2001
    ends = range(1, 2002)
    waits = SPEAKING.waits(Timeline(0, sizes, sizes, 0), ends)
    gaps = waits.chunks[1:]
    assert min(gaps) >= 0.8 / 60 - 1e-6
    assert max(gaps) <= 1.2 / 60 + 1e-6
    assert sum(gaps) == pytest.approx(2000 / 60, rel=0.02)
    assert len(set(gaps)) > 1000
    assert SPEAKING.waits(Timeline(0, sizes, sizes, 0), ends) == waits
    other = Profile(ttft=0.8, tps=60, jitter=0.2, seed=8)
    assert other.waits(Timeline(0, sizes, sizes, 0), ends) != waits


@pytest.mark.parametrize(
    "numbers", [{"ttft": -1}, {"ttft": float("inf")}, {"tps": 0}, {"jitter": 2}], ids=str
)
def test_a_profile_that_cannot_be(numbers):
    """Numbers that no model has are refused, with what is possible."""
    ((name, value),) = numbers.items()
    with pytest.raises(UsageError) as caught:
        timing.parse(numbers)
    assert str(caught.value) == (
        f"timing 'profile:{name}={value:g}': ttft is 0 or more, tps more than 0, jitter from 0 to "
        "1. As in profile:ttft=0.8,tps=60,jitter=0.2,seed=7."
    )
