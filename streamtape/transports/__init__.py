"""Recording and replaying in process, through httpx and httpx2, sync and async.

One class serves both libraries and both colours; the request tells which library's `Response` to
build. The faces here perform what `playback` decides, and decide nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from streamtape.transports._answer import noted
from streamtape.transports._guard import guarded
from streamtape.transports._intercept import Active, activated, active, intercepted, passing
from streamtape.transports._libraries import LIBRARIES
from streamtape.transports._record import RecordTransport
from streamtape.transports._replay import ReplayTransport
from streamtape.transports._tee import tee

if TYPE_CHECKING:
    from streamtape.transports._libraries import AnyRequest as AnyRequest
    from streamtape.transports._libraries import AnyResponse as AnyResponse

__all__ = [
    "LIBRARIES",
    "Active",
    "RecordTransport",
    "ReplayTransport",
    "activated",
    "active",
    "guarded",
    "intercepted",
    "noted",
    "passing",
    "tee",
]
