"""Transcripts: everything that one stream emitted, as plain values.

    >>> import streamtape
    >>> t = streamtape.transcript(client.messages.stream(...))     # or: await atranscript(...)
    >>> t.text, t.end, t.snapshot("text:3").content

A transcript is made of whatever emits: streamtape's own streams, those of the official SDKs, an
emitter, any iterable of events. This package knows no cassette and no test; it never asserts.
"""

from streamtape.transcripts._diff import differences, inline
from streamtape.transcripts._event import DERIVED, Event, EventName, event_of, plain
from streamtape.transcripts._faces import arecord, record
from streamtape.transcripts._plain import Mask
from streamtape.transcripts._recorder import Recorder
from streamtape.transcripts._snapshots import RAW, raw_of
from streamtape.transcripts._transcript import Transcript

__all__ = [
    "DERIVED",
    "RAW",
    "Event",
    "EventName",
    "Mask",
    "Recorder",
    "Transcript",
    "arecord",
    "differences",
    "event_of",
    "inline",
    "plain",
    "raw_of",
    "record",
]
