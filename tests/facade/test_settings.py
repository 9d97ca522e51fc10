"""The options with their types."""

import pytest

import streamtape


def test_every_option_has_a_type():
    """`TapeSettings` names what `TapeOptions.of` takes; the mode is an argument of its own."""
    with pytest.raises(streamtape.UsageError) as refused:
        streamtape.TapeOptions.of({"no such": 1})
    valid = refused.value.remedy.removeprefix("Valid are ").removesuffix(".").split(", ")
    assert sorted(streamtape.TapeSettings.__annotations__) == sorted({*valid} - {"mode"})
    assert not streamtape.TapeSettings.__required_keys__


def test_every_option_says_what_it_is():
    """Each one is described where editors show it."""
    for name in streamtape.TapeSettings.__annotations__:
        assert f"\n        {name}: " in streamtape.TapeSettings.__doc__
