"""Cassettes of vcrpy (YAML and JSON, old and new), pytest-recording and cassetter.

They share the outer shape; what differs is how a body is spelled. Their YAML may hold anchors and
binary values, but nothing that is constructed: vcrpy's own loader ran code from cassettes until
8.2.1 (GHSA-rpj2-4hq8-938g).
"""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import yaml

from streamtape.cassette import Interaction, Request
from streamtape.convert._bodies import response

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["interactions", "parse"]

_MOST_LEVELS = 100


def parse(data: bytes) -> Any:
    """Read YAML of another tool: plain values, bytes and texts; no objects.

    Raises:
        ValueError: it is none, or nested deeper than any recording is.
    """
    base = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    loader: Any = type("_Loader", (base,), {})
    for tag in ("str", "unicode"):  # what vcrpy under Python 2 wrote
        loader.add_constructor(f"tag:yaml.org,2002:python/{tag}", base.construct_yaml_str)
    try:
        levels = 0
        for event in yaml.parse(data, Loader=base):  # libyaml's loader crashes on depth
            levels += isinstance(event, yaml.CollectionStartEvent)
            levels -= isinstance(event, yaml.CollectionEndEvent)
            if levels > _MOST_LEVELS:
                raise ValueError(f"nested deeper than {_MOST_LEVELS} levels")
        return yaml.load(data, Loader=loader)  # noqa: S506 - a safe loader, see above
    except yaml.YAMLError as error:
        raise ValueError(f"not YAML or JSON: {str(error).splitlines()[0]}") from None


def interactions(cassette: Any) -> list[Interaction]:
    """Convert a parsed cassette; cassetter's are put into the order of their recording."""
    items = cassette["interactions"]
    if all("recorded_at" in item for item in items):
        items = sorted(items, key=lambda item: str(item["recorded_at"]))
    return [_interaction(item) for item in items]


def _interaction(item: dict[str, Any]) -> Interaction:
    request, answer = item["request"], item["response"]
    status = answer.get("status", answer.get("status_code"))
    return Interaction(
        Request(
            request["method"].upper(),
            request.get("uri") or request["url"],
            tuple(_headers(request)),
            _body(request),
        ),
        response(
            int(status["code"] if isinstance(status, dict) else status),
            _headers(answer),
            _body(answer),
            http_version=_version(answer.get("protocol") or answer.get("http_version")),
        ),
    )


def _headers(message: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for name, values in (message.get("headers") or {}).items():
        for value in values if isinstance(values, list) else [values]:
            text = value.decode("latin-1") if isinstance(value, bytes) else str(value)
            yield str(name), text


def _body(message: dict[str, Any]) -> bytes:
    if "parsed_body" in message:  # a serializer that many copy from pydantic-ai's tests
        return _json(message["parsed_body"])
    body = message.get("body", message.get("content"))
    if not isinstance(body, dict):
        return _bytes(body)
    match body.get("type"):
        case "none":
            return b""
        case "json":
            return _json(body["content"])
        case "binary":
            return bytes.fromhex(body["content"])
        case "text":
            return _bytes(body["content"])
    if "base64_string" in body:
        return base64.b64decode(body["base64_string"])
    return _bytes(body.get("string", body.get("encoded", "")))


def _bytes(value: Any) -> bytes:
    if value is None:
        return b""
    return value if isinstance(value, bytes) else str(value).encode()


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _version(version: Any) -> str:
    names = {"10": "HTTP/1.0", "11": "HTTP/1.1", "20": "HTTP/2"}
    text = str(version or "HTTP/1.1")
    return names.get(text, text if text.startswith("HTTP/") else "HTTP/1.1")
