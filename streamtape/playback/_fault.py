"""What a fault makes of a recorded response.

This module decides it, as data: most faults turn a response into another one that could have been
recorded (cut short and reset; with an event missing), which is then planned like any other. A stall
alone is an extra wait among the steps.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import accumulate, chain, pairwise
from typing import TYPE_CHECKING, NamedTuple

from streamtape import faults
from streamtape.cassette import Chunk, End, Response
from streamtape.errors import UsageError
from streamtape.formats import EVENT_STREAM, edited
from streamtape.playback._steps import Send, Wait

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from streamtape.cassette import EndKind
    from streamtape.faults import Fault
    from streamtape.formats import Edit
    from streamtape.playback._steps import Step
    from streamtape.sse import EventSpan

__all__ = ["Altered", "alter", "check_fault", "stalled"]

_BOM = b"\xef\xbb\xbf"
_NOT_UTF8 = b"\xff"


class Altered(NamedTuple):
    """A response with its fault.

    Attributes:
        response: what is replayed in place of what was recorded.
        shown: bytes of its body after which the client has seen the fault; None where only the
            ending shows it.
    """

    response: Response
    shown: int | None = None


def alter(response: Response, fault: Fault) -> Altered:
    """Return what a response is replayed as under a fault.

    Raises:
        UsageError: the response has not the place that the fault names.
    """
    if isinstance(fault, faults.HttpError):
        return Altered(_http_error(response, fault), 0)
    if fault.precedes_head:
        return Altered(response)
    offset = fault.offset(response.body, response.timeline, response.format)
    match fault:
        case faults.Disconnect():
            return Altered(_ended(response, fault, offset, "truncated"))
        case faults.Reset():
            return Altered(_ended(response, fault, offset, "reset"))
        case faults.Eof():
            return Altered(_ended(response, fault, offset, "complete"))
        case faults.Stall():
            return Altered(response)
        case faults.ErrorEvent():
            return _error_event(response, fault, offset)
    edit = _edit(response, fault, _event_number(response, fault, offset))
    return Altered(_edited(response, edit), edit[0] + len(edit[2]))


def check_fault(fault: Fault, response: Response) -> None:
    """Refuse a fault that a response cannot have.

    Raises:
        UsageError: a place that the body has not, or a disconnect where that is a clean end.
    """
    alter(response, fault)
    if isinstance(fault, faults.Disconnect) and _is_close_delimited(response):
        raise UsageError(
            f"fault '{fault}'",
            "closing the connection is how this body ends (it has neither a length nor chunked "
            "framing), so that a client cannot tell a disconnect from the end",
            f"Use Eof({fault.place.kind}={fault.place.value!r}) for an end that comes too early, "
            "or Reset.",
        )


def stalled(steps: Iterable[Step], offset: int, seconds: float) -> Iterator[Step]:
    """Yield `steps` with a wait in front of the byte at `offset` of the body."""
    left: int | None = offset
    for step in steps:
        if left is None or isinstance(step, Wait):
            yield step
        elif isinstance(step, Send) and len(step.data) <= left:
            left -= len(step.data)
            yield step
        elif isinstance(step, Send):
            if left:
                yield Send(step.data[:left])
            yield Wait(seconds)
            yield Send(step.data[left:])
            left = None
        else:
            yield Wait(seconds)
            yield step
            left = None


def _is_close_delimited(response: Response) -> bool:
    """Whether the recording says so; a cassette written by hand says nothing, and is framed."""
    closes = (response.header("connection") or "").lower() == "close"
    framed = response.header("transfer-encoding") or response.header("content-length")
    return not framed and (closes or response.http_version == "HTTP/1.0")


def _http_error(response: Response, fault: faults.HttpError) -> Response:
    headers = fault.headers
    if not any(name == "content-type" for name, _ in headers):
        headers = (("content-type", "application/json"), *headers)
    return Response(
        fault.status,
        headers,
        fault.body,
        (Chunk(0, len(fault.body)),) if fault.body else (),
        response.head,
        http_version=response.http_version,
    )


def _ended(response: Response, fault: faults.Placed, offset: int, kind: EndKind) -> Response:
    """Cut a response short at `offset`, where it ends like `kind`."""
    chunks, last = response.chunks, 0
    if chunks is not None:
        starts = [0, *response.offsets][: len(chunks)]
        chunks = tuple(
            Chunk(chunk.gap, min(chunk.size, offset - start))
            for chunk, start in zip(chunks, starts, strict=True)
            if start < offset or (start == offset and not chunk.size)
        )
        last = sum(chunk.gap for chunk in chunks)
    after = 0
    if fault.after_seconds is not None:
        after = max(0, round(fault.after_seconds * 1e6) - last)
    return replace(response, body=response.body[:offset], chunks=chunks, end=End(kind, after))


def _error_event(response: Response, fault: faults.ErrorEvent, offset: int) -> Altered:
    stops = [0, *(span.stop for span in response.format.spans(response.body))]
    boundary = next((stop for stop in stops if stop >= offset), stops[-1])
    before = _ended(response, fault, boundary, "complete")
    data = response.format.error(fault.type, fault.data)
    chunks = before.chunks
    if chunks is not None:
        chunks = (*chunks, Chunk(before.end.after, len(data)))
    body = before.body + data
    return Altered(replace(before, body=body, chunks=chunks, end=End()), len(body))


def _event_number(response: Response, fault: faults.OfEvent, offset: int) -> int:
    """Return the number of the event that a fault is about, counted from 1."""
    kind, value = fault.place
    body, form = response.body, response.format
    if kind in ("at", "after_seconds"):
        span = faults.event_at(body, offset, form)
        number = span.number if span else 0
    else:
        named = faults.find_event(body, value, form)  # type: ignore[arg-type]  # an event, as `kind` says
        number = named.number + {"before": -1, "inside": 0, "after": 1}[kind]
    last = len(form.spans(body)) - isinstance(fault, faults.Swap)
    if not 1 <= number <= last:
        what = "are no two events" if isinstance(fault, faults.Swap) else "is no event"
        remedy = "inside=EVENT names the event itself."
        raise UsageError(f"fault '{fault}'", f"there {what} at this place", remedy)
    return number


def _edit(response: Response, fault: faults.OfEvent, number: int) -> Edit:
    """Return what a fault of one event changes."""
    body = response.body
    span, *behind = response.format.spans(body)[number - 1 :]
    text = body[span.start : span.stop]
    match fault:
        case faults.Drop():
            return span.start, span.stop, b""
        case faults.Duplicate():
            return span.stop, span.stop, text
        case faults.Swap():
            between = body[span.stop : behind[0].start]
            other = body[behind[0].start : behind[0].stop]
            return span.start, behind[0].stop, other + between + text
        case faults.Corrupt():
            return _damage(response, fault, span)
    raise AssertionError


def _damage(response: Response, fault: faults.Corrupt, span: EventSpan) -> Edit:
    """Return what damages one event."""
    body, form = response.body, response.format
    text = body[span.start : span.stop]
    match fault.kind:
        case "bom":
            return span.start, span.start, _BOM
        case "crlf":
            if form is EVENT_STREAM:
                raise _impossible(fault, "an AWS event stream has no lines")
            bare = text.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
            return span.start, span.stop, bare.replace(b"\n", b"\r\n")
        case "crc":
            if form is not EVENT_STREAM:
                raise _impossible(fault, "the format of this body has no checksums")
            return span.stop - 1, span.stop, bytes((body[span.stop - 1] ^ 0xFF,))
    part = form.parts(body, span)[-1]
    data = form.read(body, part)
    if fault.kind == "json":
        return form.edit(body, span, part, data[:-1])
    quote = data.rfind(b'"')
    at = len(data) if quote < 0 else quote
    return form.edit(body, span, part, data[:at] + _NOT_UTF8 + data[at:])


def _impossible(fault: faults.Corrupt, problem: str) -> UsageError:
    remedy = "json and utf8 damage the data of every format."
    return UsageError(f"fault '{fault}'", problem, remedy)


def _edited(response: Response, edit: Edit) -> Response:
    """Change the body, and the sizes of the chunks that carried what is changed."""
    start, stop, instead = edit
    body = edited(response.body, [edit])
    chunks = response.chunks
    if chunks:
        delta = len(body) - len(response.body)
        ends = [
            end if end <= start else end + delta if end >= stop else min(end, start + len(instead))
            for end in accumulate(chunk.size for chunk in chunks)
        ]
        ends[-1] = len(body)
        sizes = (after - before for before, after in pairwise(chain((0,), ends)))
        chunks = tuple(Chunk(chunk.gap, size) for chunk, size in zip(chunks, sizes, strict=True))
    return replace(response, body=body, chunks=chunks)
