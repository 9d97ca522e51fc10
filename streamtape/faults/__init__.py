"""What can go wrong with a stream, and where: pure values, parsed in one place.

    >>> Disconnect(after="text_delta:5")
    >>> parse("disconnect:after=text_delta:5")

==============================  ===============================================================
``disconnect:PLACE``            FIN before the body is complete
``reset:PLACE``                 RST
``eof:PLACE``                   a clean end, too early
``stall:PLACE``                 nothing more until the client's own read timeout; with
                                ``seconds=30``, nothing for so long, then the rest
``error:TYPE,PLACE``            an ``event: error`` of that type, then the end
``corrupt:KIND,PLACE``          one event damaged: ``json``, ``utf8``, ``bom`` or ``crlf``
``drop:PLACE``                  one event is missing
``duplicate:PLACE``             one event comes twice
``swap:PLACE``                  one event and the one behind it change places
``http:STATUS``                 an HTTP error in place of the stream: ``http:529``, or
                                ``http:429,retry-after=2``
==============================  ===============================================================

A *place* is ``at=BYTE``, ``before=EVENT``, ``inside=EVENT``, ``after=EVENT`` or
``after_seconds=S`` (of the recording, counted from the head). An *event* is its number, counted
from 1, or a type, which is that of the event, of its data or of the delta in it:
``content_block_start`` is the first of that type, ``text_delta:3`` the third. ``before=head`` is
before there is a response at all. ``2/`` in front: in the second interaction of the cassette.

Faults are values: nothing here breaks anything. `playback.plan` turns a recording and a fault into
steps, which the faces perform, in process and on a socket.
"""

from streamtape.faults._enumerate import at_every_byte, at_every_event
from streamtape.faults._place import HEAD, EventName, Place, Placed, event_at, find_event
from streamtape.faults._text import Faults, FaultsLike, parse, parse_all
from streamtape.faults._values import (
    Corrupt,
    CorruptKind,
    Disconnect,
    Drop,
    Duplicate,
    Eof,
    ErrorEvent,
    Fault,
    HttpError,
    OfEvent,
    Reset,
    Stall,
    Swap,
)

__all__ = [
    "HEAD",
    "Corrupt",
    "CorruptKind",
    "Disconnect",
    "Drop",
    "Duplicate",
    "Eof",
    "ErrorEvent",
    "EventName",
    "Fault",
    "Faults",
    "FaultsLike",
    "HttpError",
    "OfEvent",
    "Place",
    "Placed",
    "Reset",
    "Stall",
    "Swap",
    "at_every_byte",
    "at_every_event",
    "event_at",
    "find_event",
    "parse",
    "parse_all",
]
