"""Real sockets on loopback: a server that performs playback's steps, and an embedded upstream.

    >>> with Upstream() as upstream:
    ...     client = anthropic.Anthropic(base_url=upstream.url, api_key="any")

A server binds to 127.0.0.1 and to nothing else. It performs the same steps as the in-process
transports, as socket writes, FIN and RST.
"""

from streamtape.server._loopback import LoopbackServer, Served
from streamtape.server._upstream import Upstream

__all__ = ["LoopbackServer", "Served", "Upstream"]
