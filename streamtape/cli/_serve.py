"""`streamtape serve`: cassettes on loopback, until Ctrl-C."""

from __future__ import annotations

import signal
import sys
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from streamtape import timing as timings
from streamtape.cli._hosting import add_port, hosted, until_stopped
from streamtape.errors import UsageError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from streamtape.server import ReplayServer

__all__ = ["declare"]

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
    add_port(parser)
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
    with hosted(server, options.port, options.host), _reporting(server, options.concurrency_report):
        print(server.url, flush=True)
        until_stopped()
    report = server.report
    if options.concurrency_report:
        print(report)
    print(f"{report.streams} replayed, {report.missed} missed")
    return 0


@contextmanager
def _reporting(server: ReplayServer, wanted: bool) -> Iterator[None]:
    """Have SIGUSR1 print the report meanwhile, if it is wanted."""
    number = getattr(signal, "SIGUSR1", None) if wanted else None  # there is none on Windows
    if number is None:
        yield
        return
    before = signal.signal(number, lambda _number, _frame: print(server.report, flush=True))
    try:
        yield
    finally:
        signal.signal(number, before)


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
