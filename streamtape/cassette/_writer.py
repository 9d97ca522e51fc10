"""A cassette to the text of its file: deterministic, readable as a stream, exact to the byte.

This module decides how format 1 is written; `_reader` is its inverse, and the tests hold the two
to it for any bytes. It writes no files: `_file` does.

The body is written by hand, as a literal block with an indentation indicator: PyYAML would quote
what holds emoji or trailing spaces, and its pure-Python dumper loses NEL.
"""

from __future__ import annotations

import base64
import json
import re
from typing import TYPE_CHECKING, Any

import yaml

from streamtape.cassette._frames import write_frames
from streamtape.cassette._reader import compact_json
from streamtape.cassette._yaml import plain_kind
from streamtape.formats import EVENT_STREAM

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streamtape.cassette._model import Cassette, End, Headers, Interaction, Request, Response

__all__ = ["write"]

# What a YAML literal cannot carry: C0 but tab and LF, DEL, C1 (NEL among them), the two Unicode
# line ends, and the two non-characters that libyaml refuses.
_NOT_LITERAL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]")
# A method, a version or a URL that is text to every YAML.
_PLAIN = re.compile(r"[A-Z]{3,}/1\.1|POST|GET|https?://[A-Za-z0-9_./%=&?-]*[A-Za-z0-9_/]")
_LONGEST_FLOW = 88
_BASE64_WIDTH = 76


def write(cassette: Cassette) -> bytes:
    """Write a cassette as format 1; `read(write(c)) == c`, always."""
    lines = ["streamtape: 1"]
    if not cassette.interactions:
        lines.append("interactions: []")
    else:
        lines.append("interactions:")
    for interaction in cassette.interactions:
        lines += _interaction(interaction)
    return ("\n".join(lines) + "\n").encode()


def _interaction(interaction: Interaction) -> Iterator[str]:
    if interaction.recorded is None:
        yield "- request:"
    else:
        yield f"- recorded: '{interaction.recorded.isoformat()}'"
        yield "  request:"
    for line in _request(interaction.request):
        yield f"    {line}" if line else line
    yield "  response:"
    for line in _response(interaction.response):
        yield f"    {line}" if line else line


def _request(request: Request) -> Iterator[str]:
    yield from _field("method", request.method)
    yield from _field("url", request.url)
    yield from _headers(request.headers)
    if request.body:
        yield from _request_body(request.body)


def _request_body(body: bytes) -> Iterator[str]:
    try:
        text = body.decode()
    except UnicodeDecodeError:
        yield from _base64(body)
        return
    value = _exact_json(body)
    yield from _field("text", text) if value is _NOT_JSON else _field("json", value)


def _response(response: Response) -> Iterator[str]:
    yield f"status: {response.status}"
    yield from _field("http_version", response.http_version)
    yield from _headers(response.headers)
    yield f"head: {_milliseconds(response.head)}"
    yield from _frames(response) or _body(response.body)
    if response.chunks is not None:
        index = " ".join(f"{_milliseconds(gap)}+{size}" for gap, size in response.chunks)
        yield f"chunks: {index}" if index else "chunks: ''"
    yield f"end: {_end(response.end)}"


def _frames(response: Response) -> list[str]:
    """Write a body of binary frames as text, if it is one; else nothing."""
    text = write_frames(response.body) if response.format is EVENT_STREAM else ""
    return [*_literal("frames", text)] if text else []


def _body(body: bytes) -> Iterator[str]:
    try:
        text = body.decode()
    except UnicodeDecodeError:
        yield from _base64(body)
        return
    crlf = "\r" in text and text.count("\r\n") == text.count("\n") == text.count("\r")
    if crlf:
        text = text.replace("\r\n", "\n")
    if not text:
        yield "body: ''"
    elif _NOT_LITERAL.search(text):
        yield from _base64(body)
    else:
        yield from _literal("body", text)
        if crlf:
            yield "newlines: crlf"


def _literal(key: str, text: str) -> Iterator[str]:
    """Write a literal block. `+` keeps the line ends behind the text, `-` says there are none."""
    yield f"{key}: |2{'+' if text.endswith(chr(10)) else '-'}"
    for line in text.removesuffix("\n").split("\n"):
        yield f"  {line}" if line else ""


def _base64(body: bytes) -> Iterator[str]:
    yield "base64: |2-"
    text = base64.b64encode(body).decode()
    for at in range(0, len(text), _BASE64_WIDTH):
        yield f"  {text[at : at + _BASE64_WIDTH]}"


def _headers(headers: Headers) -> Iterator[str]:
    grouped: dict[str, Any] = {}
    for name, value in headers:
        grouped[name] = [*grouped[name], value] if name in grouped else [value]
    grouped = {name: v[0] if len(v) == 1 else v for name, v in grouped.items()}
    if not grouped:
        return
    flow = _dump({"headers": grouped}, flow=True)
    yield from [flow] if len(flow) <= _LONGEST_FLOW else _field("headers", grouped)


def _field(key: str, value: object) -> list[str]:
    if isinstance(value, str) and _PLAIN.fullmatch(value):
        return [f"{key}: {value}"]  # as PyYAML would, which takes 0.2 ms for it
    return _dump({key: value}).split("\n")


def _end(end: End) -> str:
    return f"{{{end.kind}: {_milliseconds(end.after)}}}" if end.after else end.kind


def _milliseconds(microseconds: int) -> str:
    """Write milliseconds as a plain decimal: `1.5e+5` would be a float to YAML."""
    whole, rest = divmod(microseconds, 1000)
    return f"{whole}.{rest:03d}".rstrip("0") if rest else str(whole)


_NOT_JSON = object()


def _exact_json(body: bytes) -> object:
    """Return the JSON value that the reader would turn into exactly these bytes, or `_NOT_JSON`."""
    try:
        value = json.loads(body)
        if compact_json(value) == body and _survives(value, levels=56):
            return value
    except (ValueError, RecursionError):
        pass
    return _NOT_JSON


def _survives(value: object, levels: int) -> bool:
    """Whether the file's YAML carries a JSON value: nesting is bounded, and so are digits."""
    if isinstance(value, dict):
        return levels > 0 and all(_survives(item, levels - 1) for item in value.values())
    if isinstance(value, list):
        return levels > 0 and all(_survives(item, levels - 1) for item in value)
    return True


class _Dumper(yaml.SafeDumper):
    """Block style, keys in their order, texts of several lines as literals, no aliases."""

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002
        return True


def _represent_text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    style = None
    if _NOT_LITERAL.search(text) or "\ufeff" in text:
        style = '"'  # the one style with escapes for everything
    elif "\n" in text:
        style = "|"
    elif plain_kind(text) != "str":  # PyYAML quotes for YAML 1.1 readers only
        style = "'"
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style)


def _represent_float(dumper: _Dumper, number: float) -> yaml.ScalarNode:
    text = repr(number)
    if "e" in text and "." not in text:
        text = text.replace("e", ".0e", 1)  # YAML 1.1 wants a point
    return dumper.represent_scalar("tag:yaml.org,2002:float", text)


_Dumper.add_representer(str, _represent_text)
_Dumper.add_representer(float, _represent_float)


def _dump(value: object, *, flow: bool = False) -> str:
    text: str = yaml.dump(
        value,
        Dumper=_Dumper,
        default_flow_style=flow,
        sort_keys=False,
        allow_unicode=True,
        width=float("inf"),
    )
    # Behind a literal that keeps its line ends, PyYAML closes the document, on a line of its own.
    if text.endswith("\n...\n"):
        text = text.removesuffix("...\n")
    text = text.removesuffix("\n")
    # In flow style the outermost braces belong to the one-key mapping.
    return text.removeprefix("{").removesuffix("}") if flow else text
