"""Decisions about playing and recording, as data.

`plan` turns a recorded response, a split and a timing into steps; a `Session` decides which
interaction answers a request; a `Recording` turns what a live stream did into an interaction.
Nothing here waits, reads a clock or knows an HTTP library: the faces (`transports`, `server`)
perform the steps.
"""

from streamtape.playback._plan import body_steps, plan
from streamtape.playback._playback import Ending, Playback
from streamtape.playback._recording import Recording
from streamtape.playback._session import MODES, Mode, Pass, Play, Record, Session, parse_mode
from streamtape.playback._steps import Fail, FailKind, Finish, Head, Send, Step, Wait

__all__ = [
    "MODES",
    "Ending",
    "Fail",
    "FailKind",
    "Finish",
    "Head",
    "Mode",
    "Pass",
    "Play",
    "Playback",
    "Record",
    "Recording",
    "Send",
    "Session",
    "Step",
    "Wait",
    "body_steps",
    "parse_mode",
    "plan",
]
