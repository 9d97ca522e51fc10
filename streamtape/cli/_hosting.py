"""What commands that run a server have in common: a port, and an end."""

from __future__ import annotations

import argparse
import os
import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from streamtape.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streamtape.server import LoopbackServer

__all__ = ["add_port", "hosted", "until_stopped"]

_LAST_PORT = 65_535


def add_port(parser: argparse.ArgumentParser) -> None:
    """Add the option that names a port."""
    parser.add_argument("--port", type=_port, default=0, metavar="N", help="default: any free one")


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > _LAST_PORT:
        raise argparse.ArgumentTypeError(f"{text!r} is no port: 0 to {_LAST_PORT}")
    return int(text)


@contextmanager
def hosted(server: LoopbackServer, port: int, host: str = "") -> Iterator[None]:
    """Run a server meanwhile.

    Raises:
        UsageError: the port is taken, or not for everybody.
    """
    try:
        server.__enter__()
    except OSError as error:
        # (asyncio puts a sentence of its own in place of the system's.)
        reason = os.strerror(error.errno) if error.errno else str(error)
        where = f"--port {port}" if server.is_local else f"--host {host} --port {port}"
        raise UsageError(where, reason, "Name another, or none.") from None
    try:
        yield
    finally:
        server.__exit__(None, None, None)


def until_stopped() -> None:
    """Wait for Ctrl-C, for SIGTERM, or for the terminal to be closed."""
    before = {}
    try:
        for name in ("SIGTERM", "SIGHUP"):
            if number := getattr(signal, name, None):  # there is no SIGHUP on Windows
                before[number] = signal.signal(number, signal.default_int_handler)
        threading.Event().wait()
    except KeyboardInterrupt:
        pass
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
