"""Requests as data: steps, delays, bodies, headers, schemas."""

from __future__ import annotations

import enum
import json
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, Literal

import httpx
import pytest
from anthropic import transform_schema
from pydantic import BaseModel, Field

from streamtape.errors import UsageError
from streamtape.messages import (
    APIConnectionError,
    APIStatusError,
    APITimeoutError,
    BadRequestError,
    ContentTooLargeError,
    InternalServerError,
    OverloadedError,
    RateLimitError,
    RequestTooLargeError,
    TextBlock,
)
from streamtape.messages._output import Output
from streamtape.messages._request import (
    Discard,
    Read,
    Request,
    Send,
    Wait,
    attempts,
    body_of,
    headers_of,
    retry_after,
)
from streamtape.messages._schema import supported

REQUEST = Request(url="http://x/v1/messages", headers={"a": "b"}, content=b"{}")


def response(status: int, text: str = "", **headers: str) -> httpx.Response:
    """Make a response with headers in Python's spelling."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.Response(status, text=text, headers=named)


def play(*outcomes: Any, request: Request = REQUEST) -> tuple[list[Any], Any]:
    """Send outcomes into the plan; return its steps and what it returned or raised."""
    steps = attempts(request)
    waiting = list(outcomes)
    seen = []
    outcome: Any = None
    try:
        while True:
            step = steps.send(outcome)
            seen.append(step)
            outcome = waiting.pop(0) if isinstance(step, Send) else None
            if isinstance(step, Read):
                outcome = step.response.text
    except StopIteration as done:
        return seen, done.value
    except APIStatusError as error:
        return seen, error
    except APIConnectionError as error:
        return seen, error


def test_a_response_that_works_is_returned_unread() -> None:
    """One step: the request, with its attempt in a header."""
    good = response(200)
    seen, result = play(good)
    assert result is good
    assert seen == [Send(Request(REQUEST.url, {"a": "b", "x-stainless-retry-count": "0"}, b"{}"))]


@pytest.mark.parametrize("status", [408, 409, 429, 500, 503, 529])
def test_what_may_pass_is_tried_again(status: int) -> None:
    """The failed response is discarded, its delay waited, the attempt counted."""
    seen, result = play(response(status, retry_after_ms="1500"), good := response(200))
    assert result is good
    assert [type(step) for step in seen] == [Send, Discard, Wait, Send]
    assert seen[2] == Wait(1.5)
    assert seen[3].request.headers["x-stainless-retry-count"] == "1"


def test_the_services_own_word_decides_about_another_attempt() -> None:
    """`x-should-retry` goes before the status, both ways."""
    seen, result = play(response(400, x_should_retry="true"), good := response(200))
    assert result is good
    seen, result = play(response(529, x_should_retry="false"))
    assert [type(step) for step in seen] == [Send, Read]
    assert type(result) is OverloadedError


def test_the_last_attempt_raises_what_it_met() -> None:
    """Three attempts by default; then the error of the status, or of the connection."""
    seen, result = play(*[response(429)] * 3)
    assert [type(step) for step in seen] == [Send, Discard, Wait, Send, Discard, Wait, Send, Read]
    assert type(result) is RateLimitError
    problem = httpx.ConnectError("no")
    seen, result = play(problem, problem, problem)
    assert [type(step) for step in seen] == [Send, Wait, Send, Wait, Send]
    assert (type(result), result.__cause__) == (APIConnectionError, problem)
    _, result = play(*[httpx.ConnectTimeout("slow")] * 3)
    assert type(result) is APITimeoutError


@pytest.mark.parametrize(
    ("status", "cls"),
    [
        (400, BadRequestError),
        (413, ContentTooLargeError),
        (418, APIStatusError),
        (404, APIStatusError),
        (501, InternalServerError),
        (599, InternalServerError),
        (302, APIStatusError),
    ],
)
def test_a_status_is_the_error_of_its_class(status: int, cls: type[Exception]) -> None:
    """Its facts are those of the JSON body; headers give the ids."""
    body = {
        "type": "error",
        "error": {"type": "t", "message": "m", "details": {"error_code": "c"}},
    }
    last = response(
        status,
        json.dumps(body),
        x_should_retry="false",
        request_id="req_1",
        anthropic_workspace_id="wrkspc_1",
    )
    _, error = play(last)
    facts_of: Any = error
    assert isinstance(error, cls)
    assert str(error) == f"Error code: {status} - {body}"
    assert (facts_of.status_code, facts_of.body, facts_of.response) == (status, body, last)
    facts = (facts_of.type, facts_of.api_message, facts_of.error_code, facts_of.details)
    assert facts == ("t", "m", "c", {"error_code": "c"})
    assert (facts_of.request_id, facts_of.workspace_id) == ("req_1", "wrkspc_1")
    assert RequestTooLargeError is ContentTooLargeError


@pytest.mark.parametrize(
    ("text", "message", "body"),
    [
        (" plain ", "plain", "plain"),
        ("", "Error code: 400", None),
        ("[1]", "Error code: 400 - [1]", [1]),
    ],
)
def test_a_body_that_is_no_object_is_told_as_it_is(text: str, message: str, body: Any) -> None:
    """Text is the message; nothing is the status; no fact is made up."""
    _, error = play(response(400, text))
    assert (str(error), error.body, error.type, error.details) == (message, body, None, None)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "3"}, 3.0),
        ({"retry-after-ms": "250", "retry-after": "3"}, 0.25),
        (
            {
                "retry-after": "Sat, 21 Nov 2026 00:00:07 GMT",
                "date": "Sat, 21 Nov 2026 00:00:00 GMT",
            },
            7.0,
        ),
        ({"retry-after": "600"}, 600.0),
        ({"retry-after": "601"}, None),
        ({"retry-after": "inf"}, None),
    ],
)
def test_the_delay_is_what_the_service_asks_for(
    headers: dict[str, str], seconds: float | None
) -> None:
    """In milliseconds, seconds, or until a date by the service's own clock; never over 600 s."""
    assert retry_after(headers, 0) == seconds


@pytest.mark.parametrize("value", ["-5", "nan", "soon", "0", "Sat, 21 Nov 2026 00:00:07 GMT"])
def test_a_delay_that_says_nothing_is_our_own(value: str) -> None:
    """Half a second, doubled each time up to eight, less up to a quarter."""
    for retries, most in ((0, 0.5), (1, 1.0), (4, 8.0), (9, 8.0)):
        delay = retry_after({"retry-after": value}, retries)
        assert delay is not None
        assert most * 0.75 <= delay <= most


def test_a_delay_that_is_too_long_raises_the_error_at_once() -> None:
    """Nobody sleeps for 49 days."""
    seen, error = play(response(429, retry_after="4294967"))
    assert [type(step) for step in seen] == [Send, Read]
    assert type(error) is RateLimitError


def test_every_parameter_goes_into_the_body() -> None:
    """Known or not, models of ours and of pydantic as JSON; what is None is left out."""

    class Tool(BaseModel):
        name: str
        unset: str | None = None

    params = {
        "model": "m",
        "temperature": 0.5,
        "future": [1, (2, 3)],
        "system": None,
        "messages": [{"role": "assistant", "content": [TextBlock(type="text", text="x")]}],
        "tools": [Tool(name="t")],
    }
    assert body_of(params, None) == {
        "model": "m",
        "temperature": 0.5,
        "future": [1, [2, 3]],
        "messages": [{"role": "assistant", "content": [{"type": "text", "text": "x"}]}],
        "tools": [{"name": "t"}],
    }


def test_a_type_goes_into_the_output_config() -> None:
    """Beside what stands there; both a type and a format are an error."""
    body = body_of({"output_config": {"effort": "low"}}, Output(int))
    schema = {"type": "json_schema", "schema": {"type": "integer"}}
    assert body == {"output_config": {"effort": "low", "format": schema}}
    with pytest.raises(UsageError) as caught:
        body_of({"output_config": {"format": schema}}, Output(int))
    assert str(caught.value) == (
        "output_format and output_config['format']: both name a format. Give one."
    )


@pytest.mark.parametrize(
    ("timeout", "header"),
    [(5.0, "5"), ((1, 0.5, 2, 3), "0.5"), (SimpleNamespace(read=7), "7"), (None, None)],
)
def test_headers_are_those_of_the_official_sdk(timeout: Any, header: str | None) -> None:
    """Key, version, read timeout, helper and betas."""
    headers = headers_of("k", timeout, helper="beta.messages", betas=["a", "b"])
    assert headers.pop("x-stainless-read-timeout", None) == header
    assert headers == {
        "accept": "application/json",
        "content-type": "application/json",
        "user-agent": "streamtape",
        "authorization": "Bearer k",
        "anthropic-version": "2026-10-21",
        "x-stainless-helper-method": "stream",
        "x-stainless-stream-helper": "beta.messages",
        "anthropic-beta": "a,b",
    }


class Colour(enum.Enum):
    """For the schema."""

    RED = "red"


class Part(BaseModel):
    """A part."""

    name: str = Field(min_length=2)


class Whole(BaseModel):
    """With most of what a schema can have."""

    count: int = Field(ge=1, default=3, description="How many.")
    when: str = Field(json_schema_extra={"format": "date"})
    odd: str = Field(json_schema_extra={"format": "odd"})
    parts: list[Part] = Field(min_length=1)
    more: list[int] = Field(min_length=5)
    colour: Colour
    kind: Literal["a"]
    either: int | str
    table: dict[str, int]


def test_a_schema_keeps_what_the_service_knows() -> None:
    """The rest stands in the descriptions, where the model reads it."""
    schema = supported(Whole.model_json_schema())
    part = {
        "type": "object",
        "title": "Part",
        "description": "A part.",
        "properties": {
            "name": {"type": "string", "title": "Name", "description": "{minLength: 2}"}
        },
        "additionalProperties": False,
        "required": ["name"],
    }
    assert schema["$defs"]["Part"] == part
    assert schema["$defs"]["Colour"]["enum"] == ["red"]
    fields = schema["properties"]
    assert fields["count"] == {
        "type": "integer",
        "title": "Count",
        "description": "How many.\n\n{default: 3, minimum: 1}",
    }
    assert fields["when"] == {"type": "string", "title": "When", "format": "date"}
    assert fields["odd"]["description"] == "{format: odd}"
    assert fields["parts"] == {
        "type": "array",
        "title": "Parts",
        "items": {"$ref": "#/$defs/Part"},
        "minItems": 1,
    }
    assert fields["more"]["description"] == "{minItems: 5}"
    assert fields["colour"] == {"$ref": "#/$defs/Colour"}
    assert fields["kind"] == {"const": "a", "title": "Kind"}
    assert fields["either"]["anyOf"] == [{"type": "integer"}, {"type": "string"}]
    assert fields["table"]["properties"] == {}
    assert supported({"oneOf": [{"type": "null"}]}) == {"anyOf": [{"type": "null"}]}
    assert supported({"type": "array"}) == {"type": "array"}


def test_schemas_are_those_of_the_official_sdk() -> None:
    """The SDK's own transformation gives the same."""
    for kind in (Whole, list[int], int, Colour, Part):
        schema = Output[Any](kind).schema()
        assert supported(schema) == transform_schema(schema)


@dataclass
class Point:
    """A dataclass to be asked for."""

    x: int


def test_any_type_that_has_a_schema_can_be_asked_for() -> None:
    """Models, dataclasses, lists, unions; a schema or a type without one is an error."""
    assert Output[Point](Point).parse('{"x": 1}') == Point(1)
    assert Output[list[int]](list[int]).parse("[1]") == [1]
    assert Output[Any](int | None).name == "int | None"
    with pytest.raises(UsageError) as caught:
        Output({"type": "object"})
    assert str(caught.value) == (
        "output_format={'type': 'object'}: a type is wanted, not a schema. "
        "Give a model, a dataclass, or a type such as list[int]."
    )
    with pytest.raises(UsageError, match="pydantic has no schema for it: Unable to generate"):
        Output(SimpleNamespace)
