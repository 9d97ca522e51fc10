"""What every test can use. Helpers of one folder stand in its own conftest."""

import base64
import json
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

HERE = Path(__file__).parent

# Derandomized, so that main stays green for the reasons it was green; --long draws anew and more.
settings.register_profile(
    "short", derandomize=True, max_examples=60, deadline=None, print_blob=True
)
settings.register_profile(
    "long", max_examples=3000, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)


def pytest_addoption(parser):
    parser.addoption("--long", action="store_true", help="also run the long forms of the suites")


def pytest_configure(config):
    settings.load_profile("long" if config.getoption("--long") else "short")


def pytest_collection_modifyitems(config, items):
    if config.getoption("--long"):
        return
    for item in items:
        if item.get_closest_marker("long"):
            item.add_marker(pytest.mark.skip(reason="the long form: pytest --long"))


def pytest_generate_tests(metafunc):
    if "vector" in metafunc.fixturenames:
        vectors = json.loads((HERE / "corpus" / "sse.json").read_bytes())
        for vector in vectors:
            vector["input"] = base64.b64decode(vector["input_b64"])
        metafunc.parametrize("vector", vectors, ids=[vector["id"] for vector in vectors])
