"""Decisions about playing and recording, as data.

`plan` turns a recorded response, a split, a timing and a fault into steps; a `Session` decides
which interaction answers a request; a `Recording` turns what a live stream did into an interaction.
Nothing here waits, reads a clock or knows an HTTP library: the faces (`transports`, `server`)
perform the steps.
"""

from streamtape.playback._abort import Abort, AbortPoint, parse_abort
from streamtape.playback._fault import Altered, alter
from streamtape.playback._gate import Gate
from streamtape.playback._live import LiveAnswer
from streamtape.playback._modes import MODES, Mode, Then, parse_mode, parse_then
from streamtape.playback._plan import body_steps, plan
from streamtape.playback._playback import Ending, Playback
from streamtape.playback._recording import Recording
from streamtape.playback._session import Pass, Play, Record, Session
from streamtape.playback._steps import Fail, FailKind, Finish, Gap, Head, Send, Step, Wait
from streamtape.playback._wanted import Wanted

__all__ = [
    "MODES",
    "Abort",
    "AbortPoint",
    "Altered",
    "Ending",
    "Fail",
    "FailKind",
    "Finish",
    "Gap",
    "Gate",
    "Head",
    "LiveAnswer",
    "Mode",
    "Pass",
    "Play",
    "Playback",
    "Record",
    "Recording",
    "Send",
    "Session",
    "Step",
    "Then",
    "Wait",
    "Wanted",
    "alter",
    "body_steps",
    "parse_abort",
    "parse_mode",
    "parse_then",
    "plan",
]
