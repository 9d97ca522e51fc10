"""`--sweep` asks for every single cut: the tests are the same, the marker says more."""

import pytest


def pytest_addoption(parser):
    parser.addoption("--sweep", action="store_true")


def pytest_collection_modifyitems(config, items):
    if config.getoption("--sweep"):
        for item in filter(is_replayed, items):
            item.add_marker(pytest.mark.streamtape(sweep="cuts"))


def is_replayed(item):
    return item.get_closest_marker("streamtape") is not None
