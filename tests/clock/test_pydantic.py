"""Models whose schemas are built while time is frozen: pydantic compares classes by identity."""

import datetime as dt

import pydantic
import pytest

from streamtape.clock import VirtualClock

STAMP = "2026-11-21T03:04:05Z"


@pytest.mark.parametrize("kind", [dt.datetime, dt.date, dt.time, dt.timedelta])
def test_a_schema_can_be_built_in_virtual_time(kind):
    """What SDKs do at their first call: a model written before is completed in frozen time."""

    class Made(pydantic.BaseModel, defer_build=True):
        at: kind

    with VirtualClock():
        assert Made.model_json_schema()["properties"]["at"]["type"] == "string"
    assert Made.model_fields["at"].annotation is kind


def test_a_model_can_be_written_in_virtual_time():
    """A module that is imported in frozen time sees the frozen class, and pydantic takes it."""
    with VirtualClock():

        class Made(pydantic.BaseModel):
            at: dt.datetime

        made = Made.model_validate_json(f'{{"at": "{STAMP}"}}')
    assert made.at == dt.datetime(2026, 11, 21, 3, 4, 5, tzinfo=dt.UTC)
