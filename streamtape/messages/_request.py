"""A request of the Messages API, and what is done with it, as data.

`attempts()` is a generator of steps: it decides what is sent, how often, how long is waited between
and which error comes of it. The drivers in `_client.py` perform the steps, each in its own colour.
"""

from __future__ import annotations

import json
import random
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field, replace
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from streamtape.errors import UsageError
from streamtape.messages._errors import wrap_transport_error
from streamtape.messages._record import Record
from streamtape.messages._schema import supported
from streamtape.messages._status import status_error

if TYPE_CHECKING:
    from streamtape.messages._output import Output

__all__ = [
    "Discard",
    "Read",
    "Request",
    "Send",
    "Step",
    "Wait",
    "attempts",
    "body_of",
    "encode",
    "headers_of",
]

VERSION = "2026-10-21"  # of the API, as the official SDK 2.11 sends it

# Waiting longer than this is not for a program to do by itself; the official SDK would wait up to
# 49 days for a date in the far future. It is the SDK's read timeout.
_LONGEST_WAIT = 600.0
_RETRIED = {408, 409, 429}
_FIRST_WAIT, _MOST_WAIT = 0.5, 8.0  # seconds, doubled from attempt to attempt: the SDK's


@dataclass(frozen=True, slots=True)
class Request:
    """One request.

    Attributes:
        url: where it goes.
        headers: its headers.
        content: its body.
        query: further query parameters.
        timeout: seconds as (connect, read, write, pool), or one number for all, or None.
        max_retries: how often it is sent again.
    """

    url: str
    headers: dict[str, str]
    content: bytes
    query: dict[str, Any] = field(default_factory=dict)
    timeout: Any = None
    max_retries: int = 2


@dataclass(frozen=True, slots=True)
class Send:
    """Send this request; the outcome is the response, unread, or the exception."""

    request: Request


@dataclass(frozen=True, slots=True)
class Wait:
    """Wait for so many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Discard:
    """Close this response."""

    response: Any


@dataclass(frozen=True, slots=True)
class Read:
    """Read this response to its end and close it; the outcome is its text, or the exception."""

    response: Any


Step = Send | Wait | Discard | Read


def attempts(request: Request) -> Generator[Step, Any, Any]:
    """Yield the steps of a request with its retries; return the response of the one that worked.

    Raises:
        APIError: the last attempt failed.
    """
    retries = 0
    while True:
        headers = request.headers | {"x-stainless-retry-count": str(retries)}
        outcome = yield Send(replace(request, headers=headers))
        last = retries >= request.max_retries
        if isinstance(outcome, Exception):
            if last:
                error = wrap_transport_error(outcome)
                raise error from error.__cause__
            yield Wait(backoff(retries))
        elif outcome.is_success:
            return outcome
        else:
            delay = retry_after(outcome.headers, retries)
            if last or delay is None or not is_retried(outcome):
                text = yield Read(outcome)
                raise status_error(outcome, text if isinstance(text, str) else "")
            yield Discard(outcome)
            yield Wait(delay)
        retries += 1


def is_retried(response: Any) -> bool:
    """Whether another attempt may succeed; the service's own word, `x-should-retry`, goes first."""
    word = response.headers.get("x-should-retry")
    if word in {"true", "false"}:
        return bool(word == "true")
    status: int = response.status_code
    return status in _RETRIED or status >= 500  # noqa: PLR2004 - the class of server errors


def backoff(retries: int) -> float:
    """Return our own time to wait, in seconds: doubled each time, spread by a quarter."""
    spread = 1 - 0.25 * random.random()  # noqa: S311 - not a secret
    return float(min(_FIRST_WAIT * 2.0**retries, _MOST_WAIT) * spread)


def retry_after(headers: Mapping[str, str], retries: int) -> float | None:
    """Return how long the service asks us to wait, in seconds; our own time where it does not say.

    Returns:
        Seconds; None where it is longer than a program should wait by itself.
    """
    asked = _number(headers.get("retry-after-ms"), 1000) or _number(headers.get("retry-after"), 1)
    if asked is None and "retry-after" in headers:
        asked = _until(headers["retry-after"], headers.get("date"))
    if asked is None or not asked > 0:  # `nan > 0` is false too
        return backoff(retries)
    return asked if asked <= _LONGEST_WAIT else None


def _number(text: str | None, scale: float) -> float | None:
    try:
        return float(text or "") / scale
    except ValueError:
        return None


def _until(text: str, now: str | None) -> float | None:
    """Return the seconds to a date from the response's own date: its clock, not ours, is meant."""
    try:
        return (parsedate_to_datetime(text) - parsedate_to_datetime(now or "")).total_seconds()
    except (ValueError, TypeError):
        return None


def body_of(params: Mapping[str, Any], output: Output[Any] | None) -> dict[str, Any]:
    """Return the JSON body: every parameter that was given, known or not.

    Raises:
        UsageError: a type was asked for twice, as `output_format` and in `output_config`.
    """
    body = {key: _plain(value) for key, value in params.items() if value is not None}
    if output is not None:
        config = body.get("output_config") or {}
        if config.get("format") is not None:
            raise UsageError(
                "output_format and output_config['format']", "both name a format", "Give one."
            )
        schema = {"type": "json_schema", "schema": supported(output.schema())}
        body["output_config"] = config | {"format": schema}
    return body


def _plain(value: Any) -> Any:
    """Turn our own models and pydantic's, as from an earlier message's content, into JSON types."""
    if isinstance(value, Record):
        return value.to_dict()
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json", exclude_unset=True)
    return value


def headers_of(api_key: str, timeout: Any, *, helper: str = "", betas: Any = ()) -> dict[str, str]:
    """Return the headers that the official SDK sends, but for those that say which SDK it is.

    Args:
        api_key: the key.
        timeout: the timeout of the request; a number, a tuple, or an object with `read`.
        helper: the name of the resource, for a stream of the helper.
        betas: names of beta features.
    """
    headers = {
        "accept": "application/json",
        "content-type": "application/json",
        "user-agent": "streamtape",
        "authorization": f"Bearer {api_key}",
        "anthropic-version": VERSION,
    }
    read = timeout[1] if isinstance(timeout, tuple) else getattr(timeout, "read", timeout)
    if read is not None:
        headers["x-stainless-read-timeout"] = f"{read:g}"
    if helper:
        headers["x-stainless-helper-method"] = "stream"
        headers["x-stainless-stream-helper"] = helper
    if betas:
        headers["anthropic-beta"] = ",".join(betas)
    return headers


def encode(body: Mapping[str, Any]) -> bytes:
    """Write a body."""
    return json.dumps(body, separators=(",", ":"), ensure_ascii=False).encode()
