"""Transcripts of golden cassettes, and what a wrong expectation says."""

import pytest

import streamtape
from streamtape.checks import assert_events


@pytest.fixture(scope="session")
def weather(pytestconfig):
    """The golden cassette with a text and a tool call."""
    return streamtape.load(pytestconfig.rootpath / "cassettes" / "weather.yaml")


@pytest.fixture
def t(weather):
    """What streamtape's own stream emits for it."""
    return streamtape.transcript(weather.stream())


@pytest.fixture
def failure():
    """Call an assertion that must fail; return what it says."""

    def fails(assertion, *arguments, **options):
        with pytest.raises(AssertionError) as caught:
            assertion(*arguments, **options)
        return str(caught.value)

    return fails


@pytest.fixture
def wrong(failure):
    """Return what `assert_events` says of a wrong expectation, line by line."""
    return lambda *arguments: failure(assert_events, *arguments).splitlines()
