"""Events in, bytes out: the inverse of the decoder.

`Decoder().feed(encode(event)) == [event]` for every event that can be written; one that cannot is
an error, because the format has no escapes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamtape.errors import UsageError

if TYPE_CHECKING:
    from streamtape.sse._event import Event

__all__ = ["encode"]


def encode(event: Event) -> bytes:
    r"""Write one event, with LF line ends and one space after each colon.

    ``event:`` is left out for the type ``message``, ``id:`` for an empty id.

    Raises:
        UsageError: a field holds what the format cannot carry: CR anywhere, LF in the type or id,
            NUL in the id, a lone surrogate, or an empty type.
    """
    _check("event", event.event, "\r\n")
    _check("id", event.id, "\r\n\0")
    _check("data", event.data, "\r")
    if not event.event:
        raise UsageError("event ''", "a type is never empty", "The default type is 'message'.")
    lines = [] if event.event == "message" else [f"event: {event.event}\n"]
    if event.id:
        lines.append(f"id: {event.id}\n")
    lines += [f"data: {line}\n" for line in event.data.split("\n")]
    try:
        return ("".join(lines) + "\n").encode()
    except UnicodeEncodeError:
        raise UsageError(
            f"event {event.event!r}", "it holds a lone surrogate", "UTF-8 cannot carry one."
        ) from None


def _check(field: str, value: str, forbidden: str) -> None:
    for character in forbidden:
        if character in value:
            raise UsageError(
                f"{field} {value!r}",
                f"{character!r} ends a line or resets the field, and there are no escapes",
                "Encode the payload first, for example as JSON.",
            )
