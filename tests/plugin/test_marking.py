"""The marker with types."""

from pathlib import Path

import pytest

import pytest_streamtape
import streamtape
from pytest_streamtape import _options


def test_the_typed_marker_is_the_marker():
    """`mark(...)` is `pytest.mark.streamtape(...)`; a path is its text."""
    made = pytest_streamtape.mark(Path("weather.yaml"), sweep="cuts", split="bytes")
    assert made.mark == pytest.mark.streamtape("weather.yaml", sweep="cuts", split="bytes").mark
    assert pytest_streamtape.mark().mark == pytest.mark.streamtape.mark


def test_every_option_of_the_marker_has_a_type():
    """`MarkerSettings` names those of a use, the mode, and those of a sweep; and describes each."""
    own = {"mode", *_options._SWEEPING}
    named = set(pytest_streamtape.MarkerSettings.__annotations__)
    assert named == own | set(streamtape.TapeSettings.__annotations__)
    for name in own:
        assert f"\n        {name}: " in pytest_streamtape.MarkerSettings.__doc__


def test_a_test_is_marked_with_types(project, tape_file):
    """The plugin sees no difference."""
    tape_file("test_it/weather.yaml", 1)
    project.makepyfile(
        test_it="""
        import pytest_streamtape
        from client import ask

        @pytest_streamtape.mark("weather.yaml", split="bytes")
        def test_weather(tape):
            assert "café" in ask()
            assert str(tape.options.split) == "bytes"
        """
    )
    project.runpytest_inprocess().assert_outcomes(passed=1)


def test_names_that_are_not_there():
    """A typing error in a name is an ordinary error."""
    with pytest.raises(AttributeError, match="module 'pytest_streamtape' has no attribute 'marc'"):
        _ = pytest_streamtape.marc
