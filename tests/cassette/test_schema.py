"""The published JSON Schema is the one that the loader uses."""

import json
from pathlib import Path

from streamtape.cassette._schema import CassetteSchema

PUBLISHED = Path(__file__).parents[2] / "cassettes" / "cassette.v1.schema.json"


def test_published_schema_is_current():
    """`cassettes/cassette.v1.schema.json` is what pydantic makes of the loader's models."""
    schema = CassetteSchema.model_json_schema(by_alias=True)
    assert json.loads(PUBLISHED.read_text("utf-8")) == {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
    }
