"""Real sockets on loopback: a cassette served to any client, and an embedded upstream.

    >>> with ReplayServer("hello.yaml", split="bytes") as server:
    ...     client = anthropic.Anthropic(base_url=server.url, api_key="any")

A server binds to 127.0.0.1, and to another address only where it is asked to. It performs the same
steps as the in-process transports, as socket writes, FIN and RST.
"""

from streamtape.server._connection import Limits
from streamtape.server._environment import environ, environment
from streamtape.server._framing import Framing
from streamtape.server._line import GAP
from streamtape.server._loopback import LoopbackServer, Served
from streamtape.server._meter import Report
from streamtape.server._played import played, refusal
from streamtape.server._replay import ReplayServer, SessionServer, joined
from streamtape.server._steps import ServerStep
from streamtape.server._upstream import Upstream

__all__ = [
    "GAP",
    "Framing",
    "Limits",
    "LoopbackServer",
    "ReplayServer",
    "Report",
    "Served",
    "ServerStep",
    "SessionServer",
    "Upstream",
    "environ",
    "environment",
    "joined",
    "played",
    "refusal",
]
