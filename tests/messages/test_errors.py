"""The tree of errors: where each hangs, and that it survives a pickle."""

from __future__ import annotations

import doctest
import pickle
from typing import Any

import httpx
import pytest

from streamtape import messages
from streamtape.errors import StreamtapeError
from streamtape.messages import (
    AnthropicError,
    APIConnectionError,
    APIError,
    APIResponseValidationError,
    APIStatusError,
    APITimeoutError,
    APIUserAbortError,
    EndedError,
    IncompleteStreamError,
    InvalidEventError,
    ListenerError,
    MessageStreamError,
    NoTextError,
    NotStartedError,
    OutputParseError,
    OverloadedError,
    ToolInputError,
)

RESPONSE = httpx.Response(529, request=httpx.Request("POST", "http://x"))
EXAMPLES: list[Any] = [
    APIError("m", None, body={"error": {"type": "t"}}),
    APIStatusError("m", response=RESPONSE, body=None),
    OverloadedError("m", response=RESPONSE, body={"error": {"details": {"error_code": "c"}}}),
    APIResponseValidationError(RESPONSE, None, message="m"),
    APIConnectionError(),
    APITimeoutError(),
    APIUserAbortError(),
    IncompleteStreamError("message_start", "hint"),
    InvalidEventError("e", "p"),
    ToolInputError("{", "r"),
    OutputParseError("int", "x", "end_turn", "r"),
    EndedError("text"),
    ListenerError("text"),
    NotStartedError(),
    NoTextError(["tool_use"]),
]


@pytest.mark.parametrize("error", EXAMPLES, ids=lambda error: type(error).__name__)
def test_an_error_survives_a_pickle(error: Any) -> None:
    """With its facts; requests and responses, which hold connections, are left behind."""
    error.partial_message = messages.Message(id="m")
    twin = pickle.loads(pickle.dumps(error))
    assert (type(twin), str(twin)) == (type(error), str(error))
    facts = {k: v for k, v in vars(error).items() if k not in {"request", "response"}}
    assert {k: v for k, v in vars(twin).items() if k not in {"request", "response"}} == facts
    assert getattr(twin, "response", None) is None


def test_the_tree_is_the_one_that_the_module_draws() -> None:
    """Each error's way to the root."""
    assert issubclass(AnthropicError, StreamtapeError)
    for error in EXAMPLES:
        assert isinstance(error, AnthropicError)
        own = isinstance(error, APIError | APIUserAbortError | ListenerError)
        assert own != isinstance(error, MessageStreamError)
    assert issubclass(APITimeoutError, APIConnectionError)
    assert issubclass(OverloadedError, messages.InternalServerError)
    assert messages.DeadlineExceededError is messages.GatewayTimeoutError


def test_the_example_of_the_package_runs() -> None:
    """The docstring of `streamtape.messages` is true."""
    assert doctest.testmod(messages).failed == 0
    assert doctest.testmod(messages).attempted == 2
