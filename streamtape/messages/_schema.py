"""The JSON schema of a type, as the service's structured output takes it.

The service knows a part of JSON Schema only; what it does not know is moved into the description,
where the model can read it (reference, section 6).
"""

from __future__ import annotations

from typing import Any

__all__ = ["supported"]

_FORMATS = {
    "date-time",
    "time",
    "date",
    "duration",
    "email",
    "hostname",
    "uri",
    "ipv4",
    "ipv6",
    "uuid",
}
_COMBINED = {"anyOf": "anyOf", "oneOf": "anyOf", "allOf": "allOf"}


def supported(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema with what is known kept, and the rest written into the descriptions."""
    rest = dict(schema)
    result: dict[str, Any] = {}
    definitions = rest.pop("$defs", None)
    if definitions is not None:
        result["$defs"] = {name: supported(item) for name, item in definitions.items()}
    if "$ref" in rest:
        return result | {"$ref": rest["$ref"]}
    kind = rest.pop("type", None)
    combined = next((key for key in _COMBINED if key in rest), None)
    if combined is not None:
        result[_COMBINED[combined]] = [supported(item) for item in rest.pop(combined)]
    elif kind is not None and not {"enum", "const"} & rest.keys():
        result["type"] = kind
    for key in ("enum", "const", "title", "description"):
        if key in rest:
            result[key] = rest.pop(key)
    _keep_of_kind(kind, rest, result)
    if rest:
        prose = "{" + ", ".join(f"{key}: {value}" for key, value in rest.items()) + "}"
        described = result.get("description")
        result["description"] = f"{described}\n\n{prose}" if described else prose
    return result


def _keep_of_kind(kind: object, rest: dict[str, Any], result: dict[str, Any]) -> None:
    """Move the keywords that are known for this kind of value from `rest` to `result`."""
    if kind == "object":
        properties = rest.pop("properties", {})
        result["properties"] = {name: supported(item) for name, item in properties.items()}
        rest.pop("additionalProperties", None)
        result["additionalProperties"] = False
        if "required" in rest:
            result["required"] = rest.pop("required")
    elif kind == "array":
        if "items" in rest:
            result["items"] = supported(rest.pop("items"))
        if rest.get("minItems") in (0, 1):
            result["minItems"] = rest.pop("minItems")
    elif kind == "string" and rest.get("format") in _FORMATS:
        result["format"] = rest.pop("format")
