"""`streamtape serve`: a cassette on loopback, until Ctrl-C."""

from __future__ import annotations

import argparse
import threading
from typing import Any

from streamtape import cassette as cassettes
from streamtape.errors import UsageError

__all__ = ["declare"]

_LAST_PORT = 65_535


def declare(commands: Any) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "serve",
        help="serve a cassette on 127.0.0.1, to any client, until Ctrl-C",
        description="Every interaction answers as often as it is asked for.",
        epilog="Example: streamtape serve cassettes/hello.yaml --split at:611 --timing recorded",
    )
    parser.add_argument("cassette", help="a cassette file")
    parser.add_argument("--port", type=_port, default=0, metavar="N", help="default: any free one")
    parser.add_argument("--split", default="recorded", help="how bodies are cut: bytes, at:611")
    parser.add_argument("--timing", default="instant", help="when bytes come: recorded, fixed:5ms")
    parser.add_argument("--cors", action="store_true", help="let pages in a browser ask, too")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    from streamtape.server import ReplayServer  # noqa: PLC0415 - asyncio and h11, for who serves

    server = ReplayServer(
        cassettes.load(options.cassette),
        split=options.split,
        timing=options.timing,
        allow_playback_repeats=True,
        port=options.port,
        cors=options.cors,
    )
    try:
        with server:
            print(server.url, flush=True)
            threading.Event().wait()
    except OSError as error:
        reason = error.strerror or str(error)
        raise UsageError(f"--port {options.port}", reason, "Name another, or none.") from None
    except KeyboardInterrupt:
        print(f"{len(server.playbacks)} replayed, {len(server.misses)} missed")
    return 0


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > _LAST_PORT:
        raise argparse.ArgumentTypeError(f"{text!r} is no port: 0 to {_LAST_PORT}")
    return int(text)
