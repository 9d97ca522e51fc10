"""`streamtape serve`: cassettes on loopback, until Ctrl-C."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from streamtape import timing as timings
from streamtape.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from streamtape.server import ReplayServer

__all__ = ["declare"]

_LAST_PORT = 65_535
# A server that runs for days keeps what its last clients did, and not all that ever came.
_KEEP = 1_000


def declare(commands: Any) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "serve",
        help="serve cassettes on 127.0.0.1, to any client, until Ctrl-C",
        description="Every interaction answers as often as it is asked for.",
        epilog="Example: streamtape serve cassettes/hello.yaml --split at:611 --timing recorded",
    )
    parser.add_argument("cassettes", nargs="+", metavar="CASSETTE", help="a cassette file")
    parser.add_argument("--port", type=_port, default=0, metavar="N", help="default: any free one")
    parser.add_argument("--host", default="127.0.0.1", help="any other address is warned of")
    parser.add_argument("--split", default="recorded", help="how bodies are cut: bytes, at:611")
    parser.add_argument("--timing", default="instant", help="when bytes come: recorded, fixed:5ms")
    parser.add_argument(
        "--fault",
        action="append",
        metavar="FAULT",
        help="what goes wrong, for the first request: reset:after=5, http:529; repeatable",
    )
    parser.add_argument("--then", default="next", help="what a retry gets: next or replay")
    parser.add_argument(
        "--framing",
        default="recorded",
        help="chunked, content-length, close; chunked:bytes cuts the framing itself, too",
    )
    parser.add_argument(
        "--gap",
        default="2ms",
        metavar="TIME",
        help="between two writes, at least; 0: as fast as it goes, where reads may be merged",
    )
    parser.add_argument(
        "--control",
        action="store_true",
        help="let requests say how they are replayed (x-streamtape-split, ...), and tests step",
    )
    parser.add_argument("--cors", action="store_true", help="let pages in a browser ask, too")
    parser.add_argument(
        "--concurrency-report",
        action="store_true",
        help="print streams, chunks and lateness at the end, and at SIGUSR1",
    )
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    from streamtape.server import ReplayServer  # noqa: PLC0415 - asyncio and h11, for who serves

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        server = ReplayServer(
            options.cassettes,
            split=options.split,
            timing=options.timing,
            fault=options.fault,
            then=options.then,
            framing=options.framing,
            gap=_gap(options.gap),
            control=options.control,
            cors=options.cors,
            allow_playback_repeats=True,
            host=options.host,
            port=options.port,
            keep=_KEEP,
        )
    for said in (*(warning.message for warning in caught), *server.caveats):
        print(f"streamtape: {said}", file=sys.stderr)
    try:
        with server, _signals(server, reports=options.concurrency_report):
            print(server.url, flush=True)
            threading.Event().wait()
    except OSError as error:
        reason = error.strerror or str(error)
        host = "" if server.is_local else f"--host {options.host} "
        raise UsageError(f"{host}--port {options.port}", reason, "Name another, or none.") from None
    except KeyboardInterrupt:
        report = server.report
        if options.concurrency_report:
            print(report)
        print(f"{report.streams} replayed, {report.missed} missed")
    return 0


@contextmanager
def _signals(server: ReplayServer, *, reports: bool) -> Iterator[None]:
    """Have SIGTERM end it as Ctrl-C does, and SIGUSR1 report."""
    handlers: dict[str, Any] = {"SIGTERM": signal.default_int_handler}
    if reports:
        handlers["SIGUSR1"] = lambda _number, _frame: print(server.report, flush=True)
    before = {
        getattr(signal, name): signal.signal(getattr(signal, name), handler)
        for name, handler in handlers.items()
        if hasattr(signal, name)
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _gap(text: str) -> float:
    if text == "0":
        return 0.0
    try:
        parsed = timings.parse(f"fixed:{text}")
    except UsageError:
        remedy = "Give 0, or a duration: 2ms."
        raise UsageError(f"--gap {text}", "not a duration", remedy) from None
    return parsed.waits(_NOTHING, (0,)).chunks[0]


_NOTHING = timings.Timeline(0, (), (), 0)


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > _LAST_PORT:
        raise argparse.ArgumentTypeError(f"{text!r} is no port: 0 to {_LAST_PORT}")
    return int(text)
