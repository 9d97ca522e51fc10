"""What a paced replay offers in place of a socket: a way to wake its reader from another thread.

A client that aborts shuts down the socket of `response.extensions["network_stream"]`; here, that
ends the replay's wait, and the reader gets what it would get from a real one.
"""

from __future__ import annotations

import threading

__all__ = ["ReplayNetwork"]


class ReplayNetwork:
    """The network stream of a replayed response, and its socket in one.

    Attributes:
        is_shut: set when the client has shut it down.
    """

    def __init__(self) -> None:
        self.is_shut = threading.Event()

    def get_extra_info(self, info: str) -> ReplayNetwork | None:
        """Return the socket, which is all that there is."""
        return self if info == "socket" else None

    def shutdown(self, how: int) -> None:  # noqa: ARG002 - as `socket.shutdown`
        """End the replay's wait."""
        self.is_shut.set()
