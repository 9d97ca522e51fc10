"""Recording and replaying in process, through httpx and httpx2, sync and async.

One class serves both libraries and both colours; the request tells which library's `Response` to
build. The faces here perform what `playback` decides, and decide nothing.
"""

from streamtape.transports._guard import guarded
from streamtape.transports._intercept import activated, intercepted, passing
from streamtape.transports._record import RecordTransport
from streamtape.transports._replay import ReplayTransport

__all__ = ["RecordTransport", "ReplayTransport", "activated", "guarded", "intercepted", "passing"]
