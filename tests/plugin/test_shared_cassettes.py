"""Workers of pytest-xdist that record into one cassette."""

import json

import pytest

import streamtape

CONFTEST = """
import pytest
from streamtape.server import Upstream

@pytest.fixture(scope="session")
def url():
    with Upstream() as upstream:
        yield upstream.url
"""
TESTS = """
import httpx
import pytest

@pytest.mark.parametrize("number", range(12))
@pytest.mark.streamtape("shared.yaml", mode="new_episodes")
def test_records(url, number):
    asked = {"stream": True, "n": number}
    key = {"x-api-key": "none"}
    assert httpx.post(f"{url}/v1/messages", json=asked, headers=key).status_code == 200
"""


@pytest.mark.long
def test_four_workers_lose_nothing(pytester):
    """Twelve tests in four processes, one cassette: twelve interactions."""
    pytester.makeconftest(CONFTEST)
    pytester.makepyfile(test_shared=TESTS)
    result = pytester.runpytest_subprocess("-n", "4", "-p", "no:cacheprovider")
    result.assert_outcomes(passed=12)
    path = pytester.path / "cassettes" / "test_shared" / "shared.yaml"
    asked = [json.loads(item.request.body) for item in streamtape.load(path).interactions]
    assert sorted(body["n"] for body in asked) == list(range(12))
