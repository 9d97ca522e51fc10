"""Splits: parsing, cutting, and what each rule means."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamtape import splits
from streamtape.errors import UsageError
from streamtape.splits import (
    At,
    Bytes,
    Events,
    Lines,
    OnlyInteraction,
    Random,
    Recorded,
    Size,
    Whole,
)

VALID = (
    "Valid are recorded, whole, events, lines, bytes, size:N, at:N[,N...], random:SEED, "
    "and each of these for one interaction only, as in 2/at:517."
)


@pytest.mark.parametrize(
    ("spelled", "meant"),
    [
        ("recorded", Recorded()),
        ("whole", Whole()),
        ("events", Events()),
        ("lines", Lines()),
        ("bytes", Bytes()),
        ("size:3", Size(3)),
        ("at:517", At((517,))),
        ("at:517, 1204", At((517, 1204))),
        ("random:7", Random(7)),
        ("2/at:517", OnlyInteraction(2, At((517,)))),
        ("10/bytes", OnlyInteraction(10, Bytes())),
        (" whole ", Whole()),
        ([517, 1204], At((517, 1204))),
        ((5, 5), At((5, 5))),
        (range(3), At((0, 1, 2))),
        ([], At(())),
        (Size(9), Size(9)),
    ],
    ids=str,
)
def test_parse(spelled, meant):
    """Every spelling that the table promises is understood."""
    assert splits.parse(spelled) == meant


@pytest.mark.parametrize(
    ("spelled", "message"),
    [
        ("sometimes", f"split 'sometimes': not a split. {VALID}"),
        ("", f"split '': not a split. {VALID}"),
        ("at:", f"split 'at:': not a split. {VALID}"),
        ("at:-1", f"split 'at:-1': not a split. {VALID}"),
        ("size:1,2", f"split 'size:1,2': not a split. {VALID}"),
        ("size:0", f"split 'size:0': a chunk has at least one byte. {VALID}"),
        ("bytes:3", f"split 'bytes:3': not a split. {VALID}"),
        ("size:²", f"split 'size:²': not a split. {VALID}"),
        (
            "517",
            "split '517': a bare number could be a size or a place. Write size:517 for chunks of "
            "517 bytes, at:517 for one cut at byte 517.",
        ),
        (
            517,
            "split '517': a bare number could be a size or a place. Write size:517 for chunks of "
            "517 bytes, at:517 for one cut at byte 517.",
        ),
        (
            "at:9,3",
            "split 'at:9,3': offsets are counted from 0 and go up. "
            "Sort them; an offset given twice makes an empty chunk.",
        ),
        (
            [-1],
            "split 'at:-1': offsets are counted from 0 and go up. "
            "Sort them; an offset given twice makes an empty chunk.",
        ),
        (
            "0/whole",
            "split '0/whole': before the slash stands the number of an interaction, from 1. "
            f"{VALID}",
        ),
        (
            "1/2/whole",
            "split '1/2/whole': before the slash stands the number of an interaction, from 1. "
            f"{VALID}",
        ),
        ([1.5], f"split [1.5]: not a list of byte offsets. {VALID}"),
        ([True], f"split [True]: not a list of byte offsets. {VALID}"),
        (None, f"split None: not a list of byte offsets. {VALID}"),
    ],
    ids=lambda value: repr(value)[:20],
)
def test_what_is_no_split_says_what_is(spelled, message):
    """A value that is no split is an error that lists what is valid."""
    with pytest.raises(UsageError) as caught:
        splits.parse(spelled)
    assert str(caught.value) == message


plain = st.one_of(
    st.sampled_from([Recorded(), Whole(), Events(), Lines(), Bytes()]),
    st.builds(Size, st.integers(1, 99)),
    st.builds(Random, st.integers(0, 99)),
    st.builds(lambda at: At(tuple(sorted(at))), st.lists(st.integers(0, 99), min_size=1)),
)
anything = plain | st.builds(OnlyInteraction, st.integers(1, 9), plain)


@given(anything)
def test_text_is_parsed_back(split):
    """`parse(str(split))` is `split`, so that every report can be pasted."""
    assert splits.parse(str(split)) == split


@given(plain, st.binary(max_size=80))
def test_nothing_is_lost_by_cutting(split, body):
    """The chunks of any split join to the body."""
    offsets = split.offsets(body, [offset for offset in (1, 5, 5) if offset <= len(body)])
    assert b"".join(splits.cut(body, offsets)) == body


@pytest.mark.parametrize(
    ("split", "chunks"),
    [
        ("whole", [b"a: 1\r\n\r\nb\n\n\nc\r\r"]),
        ("events", [b"a: 1\r\n\r\n", b"b\n\n", b"\nc\r\r"]),
        ("lines", [b"a: 1\r\n", b"\r\n", b"b\n", b"\n", b"\n", b"c\r", b"\r"]),
        ("size:6", [b"a: 1\r\n", b"\r\nb\n\n\n", b"c\r\r"]),
        ("recorded", [b"a", b": 1\r\n\r\nb\n\n\nc\r\r"]),
        ("at:0,2,2,15", [b"", b"a:", b"", b" 1\r\n\r\nb\n\n\nc\r\r", b""]),
        ("at:2,99", [b"a:", b" 1\r\n\r\nb\n\n\nc\r\r"]),
    ],
)
def test_what_each_split_means(split, chunks):
    """Each rule cuts where its description says, a CRLF never counting as two line ends."""
    body = b"a: 1\r\n\r\nb\n\n\nc\r\r"
    assert splits.cut(body, splits.parse(split).offsets(body, [1])) == chunks


def test_bytes_and_empty_bodies():
    """`bytes` gives one chunk a byte; an empty body has no chunk."""
    assert splits.cut(b"abc", Bytes().offsets(b"abc", ())) == [b"a", b"b", b"c"]
    assert splits.cut(b"", Bytes().offsets(b"", ())) == []
    assert splits.cut(b"", At((0,)).offsets(b"", ())) == [b"", b""]


def test_random_is_the_same_for_the_same_seed():
    """A seed and a body decide the cuts, on every platform; short bodies are left alone."""
    body = b"x" * 100
    assert list(Random(3).offsets(body, ())) == [17, 48, 70]
    assert Random(3).offsets(body, ()) != Random(4).offsets(body, ())
    assert Random(3).offsets(b"x", ()) == ()


def test_only_one_interaction():
    """A split for one interaction plays the others whole."""
    split = splits.parse("2/bytes")
    assert splits.for_interaction(split, 2) == Bytes()
    assert splits.for_interaction(split, 1) == Whole()
    assert splits.for_interaction(Lines(), 7) == Lines()


@given(st.lists(st.integers(0, 9)))
def test_offsets_of_sizes(sizes):
    """Cutting at `offsets_of(sizes)` gives chunks of these sizes."""
    body = bytes(sum(sizes))
    chunks = splits.cut(body, splits.offsets_of(sizes))
    assert [len(chunk) for chunk in chunks] == (sizes if body or len(sizes) > 1 else [])
