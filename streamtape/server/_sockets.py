"""What the system knows about a connection, and a program may ask: how far its bytes have come.

Linux tells both; elsewhere the answer is 0, and whoever asks must leave time instead.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import sys
from pathlib import Path
from typing import Any

__all__ = ["Receivers", "unacknowledged", "unread"]

# TCP connections of this network namespace: proc(5). 20 us to read where there are few.
_TABLE = Path("/proc/net/tcp")
# Of linux/sock_diag.h, inet_diag.h and netlink.h; see sock_diag(7). Python has no names for them.
_SOCK_DIAG, _SOCK_DIAG_BY_FAMILY, _REQUEST, _ERROR = 4, 20, 1, 2
_EVERY_STATE = _ANY_COOKIE = 0xFFFF_FFFF
_QUESTION = struct.Struct("=IHHII BBBxI")  # nlmsghdr, and inet_diag_req_v2 up to its socket
_SOCKET = struct.Struct("!HH4s12x4s12x")  # inet_diag_sockid, but for interface and cookie
_ANSWER = struct.Struct("=IHHII 4x48x4xI")  # nlmsghdr, and inet_diag_msg up to its receive queue


def unacknowledged(sock: socket.socket) -> int:
    """Return how many written bytes the system has not delivered yet."""
    queued = bytearray(4)
    try:
        import fcntl  # noqa: PLC0415 - not on Windows
        import termios  # noqa: PLC0415 - not on Windows

        # SIOCOUTQ of Linux (tcp(7)) has the number and the meaning of TIOCOUTQ.
        fcntl.ioctl(sock.fileno(), termios.TIOCOUTQ, queued)
    except (ImportError, OSError, ValueError):  # no such call; not connected; closed
        return 0
    return int.from_bytes(queued, sys.byteorder)


class Receivers:
    """The receive queues of programs on this machine that are connected to this one.

    Attributes:
        tells: whether this system tells at all.
    """

    def __init__(self) -> None:
        # 3 us a question, however many connections there are; the table grows with them, and takes
        # a millisecond to read where there are 500.
        self._netlink: socket.socket | None = None
        with contextlib.suppress(OSError, AttributeError):
            family: Any = socket.AF_NETLINK  # type: ignore[attr-defined,unused-ignore]  # Linux
            self._netlink = socket.socket(family, socket.SOCK_RAW, _SOCK_DIAG)
        self.tells = self._netlink is not None or _TABLE.exists()

    def close(self) -> None:
        """Let go of what is held of the system."""
        if self._netlink is not None:
            self._netlink.close()
            self._netlink = None

    def unread(self, sock: socket.socket) -> int:
        """Return how many bytes the program at the other end of `sock` has not read yet."""
        if self._netlink is None:
            return unread(sock)
        try:
            return _ask(self._netlink, sock.getpeername(), sock.getsockname())
        except OSError:
            return 0


def _ask(netlink: socket.socket, receiver: tuple[str, int], sender: tuple[str, int]) -> int:
    ends = (receiver[1], sender[1], *(socket.inet_aton(host) for host, _ in (receiver, sender)))
    socket_id = _SOCKET.pack(*ends) + struct.pack("=III", 0, _ANY_COOKIE, _ANY_COOKIE)
    size = _QUESTION.size + len(socket_id)
    protocol = (socket.AF_INET, socket.IPPROTO_TCP, 0, _EVERY_STATE)
    netlink.send(_QUESTION.pack(size, _SOCK_DIAG_BY_FAMILY, _REQUEST, 0, 0, *protocol) + socket_id)
    answer = netlink.recv(4096)
    if len(answer) < _ANSWER.size:  # an error: there is no such connection on this machine
        return 0
    _, kind, _, _, _, queued = _ANSWER.unpack_from(answer)
    return 0 if kind == _ERROR else int(queued)


def unread(sock: socket.socket) -> int:
    """Return the same as `Receivers.unread`, of the table that every Linux has."""
    try:
        ends = f"{_hexadecimal(sock.getpeername())} {_hexadecimal(sock.getsockname())}".encode()
        # local address, remote address, state, bytes to be sent : bytes to be read
        _, _, rest = _TABLE.read_bytes().partition(ends)
        return int(rest.split(maxsplit=2)[1].partition(b":")[2], 16)
    except (OSError, IndexError):
        return 0


def _hexadecimal(address: tuple[str, int]) -> str:
    host = int.from_bytes(socket.inet_aton(address[0]), sys.byteorder)
    return f"{host:08X}:{address[1]:04X}"
