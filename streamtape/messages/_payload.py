"""From an event of the stream to the JSON object that it carries, or to the error that it is.

What is not for us is passed over: pings, events without data, unknown events that are no JSON.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pydantic_core import from_json

from streamtape.messages._dialect import BETA
from streamtape.messages._errors import InvalidEventError
from streamtape.messages._status import stream_error

if TYPE_CHECKING:
    from streamtape.sse import Event

__all__ = ["payload"]

_RAW = frozenset(BETA.raw)
_KNOWN = _RAW | {"error"}


def payload(event: Event, response: Any = None) -> dict[str, Any] | None:
    """Return the JSON object of an event, or None for one that is to be passed over.

    An event without a name is taken by the `type` of its JSON, and passed over where there is none
    (gateways leave the `event:` line out); JSON without a `type` is taken by the event's name.

    Args:
        event: the event.
        response: what it came with, for the error's `response` and request id.

    Raises:
        APIError: the event is an error of the service.
        InvalidEventError: a known event whose data is not a JSON object.
    """
    name, text, _ = event
    if name in _RAW:
        try:
            data = from_json(text)
        except ValueError:
            pass
        else:
            if type(data) is dict and "type" in data:
                return data
    return _unusual(name, text, response)


def _unusual(name: str, text: str, response: Any) -> dict[str, Any] | None:
    """Take an event that is not of the common kind, or not made as it should be."""
    if name == "ping" or (not text and name != "error"):
        return None
    data = _parse(name, text)
    if name == "error":
        raise stream_error(text if data is None else data, response)
    if type(data) is not dict:
        if name in _KNOWN:
            raise InvalidEventError(name, f"its data is not a JSON object: {text[:80]!r}")
        return None
    kind = data.get("type")
    if name == "message":
        if kind == "error":
            raise stream_error(data, response)
        return data if isinstance(kind, str) and kind != "ping" else None
    if kind is None:
        data["type"] = name
    return data


def _parse(name: str, text: str) -> Any:
    """Parse with the slow parser, which takes lone surrogate escapes: JSON texts may hold them.

    Returns:
        The value; None if it is no JSON.
    """
    try:
        return json.loads(text)
    except ValueError:
        return None
    except RecursionError:
        raise InvalidEventError(name, "its JSON is nested too deeply") from None
