"""The rewriting behind the variants: pure functions, bytes to bytes.

Each leaves alone what it cannot rewrite without changing what it promises to keep: a second space
after a colon, a backslash that is itself escaped, data that is no JSON, a line that has no end.
"""

from __future__ import annotations

import json
import re
from itertools import cycle
from typing import TYPE_CHECKING

from streamtape import eventstream
from streamtape.formats import SSE, edited
from streamtape.sse import lines, spans

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from streamtape.eventstream import FrameSpan
    from streamtape.formats import Edit, Format
    from streamtape.sse import EventSpan, Line

__all__ = [
    "headers_reversed",
    "into_text",
    "json_compact",
    "json_escaped",
    "json_spaced",
    "json_unescaped",
    "line_ends",
    "newlines",
    "with_blank_lines",
    "with_bom",
    "with_comments",
    "with_ids",
    "with_pings",
    "with_retry",
    "without_last_line_end",
    "without_space",
]

_BOM = b"\xef\xbb\xbf"
_STRING = r'"(?:[^"\\]|\\.)*"'
_STRING_OR_SPACE = re.compile(rf"({_STRING})|[ \t]+")
_STRING_OR_SIGN = re.compile(rf"{_STRING}|([{{}}\[\]:,])")
_ESCAPES = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\."
)
# The keys under which the Messages, Chat Completions and Responses APIs put text for people.
_TEXT = re.compile(
    r'("(?:text|thinking|content|refusal|reasoning_content|delta)"[ \t]*:[ \t]*")((?:[^"\\]|\\.)+)"'
)
# Atomic: the CR and the LF of one CRLF are one end.
_LINE_END = re.compile(rb"(?>\r\n|\n|\r)")
_LAST_ASCII = 0x7F
_SURROGATES = range(0xD800, 0xE000)


def line_ends(end: bytes) -> Callable[[bytes], bytes]:
    """Return the rewriting that ends lines with `end`, a last one without an end left alone."""
    return lambda body: _LINE_END.sub(end, body)


def without_last_line_end(body: bytes) -> bytes:
    """Take away the line end behind the last line."""
    return body.removesuffix(b"\n").removesuffix(b"\r")


def with_blank_lines(body: bytes) -> bytes:
    """Put a blank line behind each line."""
    return _LINE_END.sub(rb"\g<0>\g<0>", body)


def headers_reversed(body: bytes) -> bytes:
    """Write the headers of each frame in the opposite order; what is no frame stays as it is."""
    found = eventstream.spans(body)
    return edited(body, ((each.start, each.stop, _reversed(each, body)) for each in found))


def _reversed(span: FrameSpan, body: bytes) -> bytes:
    frame = span.frame(body)
    return eventstream.encode(frame._replace(headers=frame.headers[::-1]))


def newlines(*ends: bytes) -> Callable[[bytes], bytes]:
    """Return the rewriting that ends lines with `ends` in turn."""

    def rewrite(body: bytes) -> bytes:
        turn, out, before = cycle(ends), [body[: _head(body)]], b""
        for line in lines(body):
            end = next(turn) if line.next > line.stop else b""
            if line.blank and before == b"\r" and end == b"\n":
                end = b"\r\n"  # a CR and an LF in a row would be one line end
            out.append(body[line.start : line.stop] + end)
            before = end
        return b"".join(out)

    return rewrite


def without_space(body: bytes) -> bytes:
    """Take away the space after each colon, where it is not part of the value."""

    def rewrite(line: Line) -> bytes:
        value = body[line.value : line.stop]
        if line.start < line.colon < line.stop and not value.startswith(b" "):
            return body[line.start : line.colon + 1] + value
        return body[line.start : line.stop]

    return _by_line(body, rewrite)


def with_comments(body: bytes) -> bytes:
    """Put a comment, and a comment with a blank line, before each event."""
    return _before_events(
        body, lambda _event, end: b": keep-alive" + end + end + b":" + end, skip_first=False
    )


def with_bom(body: bytes) -> bytes:
    """Put a byte order mark first."""
    return body if body.startswith(_BOM) else _BOM + body


def with_retry(body: bytes) -> bytes:
    """Put a reconnection time into each event."""
    return _before_events(body, lambda _event, end: b"retry: 3000" + end, skip_first=False)


def with_ids(body: bytes) -> bytes:
    """Put an ID into each event; leave a body alone that has IDs."""
    if any(line.name(body) == b"id" for line in lines(body)):
        return body
    return _before_events(body, lambda event, end: b"id: %d" % event.number + end, skip_first=False)


def with_pings(body: bytes) -> bytes:
    """Put a ping between each two events, if this is a stream of the Messages API."""
    if not any(event.type == "message_start" for event in spans(body)):
        return body  # elsewhere a ping would be an unknown event
    return _before_events(
        body,
        lambda _event, end: b"event: ping" + end + b'data: {"type": "ping"}' + end + end,
        skip_first=True,
    )


def json_escaped(body: bytes, form: Format = SSE) -> bytes:
    r"""Write each non-ASCII character of JSON data as \uXXXX."""
    return _by_json(body, lambda text: "".join(map(_escaped, text)), form)


def json_unescaped(body: bytes, form: Format = SSE) -> bytes:
    r"""Write each \uXXXX of JSON data as its character, if that is not ASCII."""
    return _by_json(body, lambda text: _ESCAPES.sub(_unescaped, text), form)


def json_spaced(body: bytes, form: Format = SSE) -> bytes:
    """Put a space on both sides of each sign of JSON data."""

    def spaced(match: re.Match[str]) -> str:
        return f" {match[1]} " if match[1] else match[0]

    return _by_json(body, lambda text: _STRING_OR_SIGN.sub(spaced, text).strip(), form)


def json_compact(body: bytes, form: Format = SSE) -> bytes:
    """Take away all white space between the tokens of JSON data."""

    def compact(text: str) -> str:
        return _STRING_OR_SPACE.sub(lambda match: match[1] or "", text)

    return _by_json(body, compact, form)


def into_text(addition: str) -> Callable[[bytes, Format], bytes]:
    """Return the rewriting that puts `addition` into each text that a model said."""

    def put(match: re.Match[str]) -> str:
        # Before the text and behind it: neither place can lie inside an escape.
        return f'{match[1]}{addition}{match[2]}{addition}"'

    return lambda body, form: _by_json(body, lambda text: _TEXT.sub(put, text), form)


def _head(body: bytes) -> int:
    return len(_BOM) if body.startswith(_BOM) else 0


def _by_line(body: bytes, rewrite: Callable[[Line], bytes]) -> bytes:
    rewritten = (rewrite(line) + body[line.stop : line.next] for line in lines(body))
    return body[: _head(body)] + b"".join(rewritten)


def _before_events(
    body: bytes, insertion: Callable[[EventSpan, bytes], bytes], *, skip_first: bool
) -> bytes:
    """Insert before each event; the insertion is told the event and how its first line ends."""
    out, position = list[bytes](), 0
    for event in spans(body)[skip_first:]:
        first = event.lines[0]
        end = body[first.stop : first.next]
        out += [body[position : event.start], insertion(event, end)]
        position = event.start
    return b"".join((*out, body[position:]))


def _by_json(body: bytes, rewrite: Callable[[str], str], form: Format) -> bytes:
    """Rewrite the data of the events whose data is JSON, each line by itself."""
    return edited(body, _json_edits(body, rewrite, form))


def _json_edits(body: bytes, rewrite: Callable[[str], str], form: Format) -> Iterator[Edit]:
    for event in form.spans(body):
        parts = form.parts(body, event)
        data = [form.read(body, part) for part in parts]
        if not _is_object(b"\n".join(data)):
            continue
        for part, said in zip(parts, data, strict=True):
            # A JSON document holds no raw line end, so no string goes over two lines.
            rewritten = rewrite(said.decode()).encode()
            if rewritten != said:
                yield form.edit(body, event, part, rewritten)


def _is_object(data: bytes) -> bool:
    try:
        return isinstance(json.loads(data.decode()), dict | list)
    except ValueError:
        return False


def _escaped(character: str) -> str:
    if ord(character) <= _LAST_ASCII:
        return character
    return json.dumps(character)[1:-1]


def _unescaped(match: re.Match[str]) -> str:
    escape = match[0]
    if escape[1] != "u":
        return escape
    character: str = json.loads(f'"{escape}"')
    code = ord(character)
    return escape if code <= _LAST_ASCII or code in _SURROGATES else character
