"""`streamtape upstream`: the embedded upstream on loopback, until Ctrl-C."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from streamtape.cli._hosting import add_port, hosted, until_stopped
from streamtape.errors import UsageError

if TYPE_CHECKING:
    import argparse

__all__ = ["declare"]


def declare(commands: Any) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "upstream",
        help="run a small model API on 127.0.0.1, to record from without a key, until Ctrl-C",
        description="Streams the same answer to every request to /v1/messages and "
        "/v1/chat/completions, with real delays and uneven chunks. Any key will do.",
        epilog="Example: streamtape upstream --port 8123",
    )
    add_port(parser)
    parser.add_argument(
        "--pace",
        type=float,
        default=1.0,
        metavar="X",
        help="how fast it streams: 2 is twice as fast, 0 without delays",
    )
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    from streamtape.server import Upstream  # noqa: PLC0415 - asyncio and h11, for who serves

    if not 0 <= options.pace < float("inf"):
        raise UsageError(f"--pace {options.pace:g}", "not a pace", "Valid: 0, 1, 2.5")
    server = Upstream(pace=options.pace, port=options.port)
    with hosted(server, options.port):
        print(server.url, flush=True)
        until_stopped()
    print(f"{len(server.served)} answered")
    return 0
