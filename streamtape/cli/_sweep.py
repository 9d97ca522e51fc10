"""`streamtape sweep`: does what a command prints depend on where its reads ended?"""

from __future__ import annotations

import os
import shlex
import signal
import sys
import time
from typing import TYPE_CHECKING, Any

from streamtape import cassette as cassettes
from streamtape.errors import StreamtapeError, UsageError

if TYPE_CHECKING:
    import argparse

    from streamtape.sweep import Failure, Sweep

__all__ = ["declare"]

_TIMEOUT = 10.0
_STOPPED = 130  # as shells call what Ctrl-C ended


def declare(commands: Any) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "sweep",
        help="run a command, in any language, under every split of a cassette",
        usage="streamtape sweep CASSETTE [OPTIONS] -- COMMAND [ARGUMENT ...]",
        description="Serves the cassette on 127.0.0.1, once for every split, and runs the command "
        "against it: the address is in STREAMTAPE_URL, ANTHROPIC_BASE_URL and OPENAI_BASE_URL. "
        "Standard output and exit status must be those of the unsplit run. The exit status is 0 "
        "where they are, 1 where a split fails, 2 where nothing could be compared.",
        epilog="Example: streamtape sweep cassettes/hello.yaml --over grammar -- node client.mjs",
    )
    parser.add_argument("cassette", help="a cassette file")
    parser.add_argument(
        "--over",
        action="append",
        metavar="SPLITS",
        help="cuts (the default), grammar, pairs:16, sizes, random:100, or a split; repeatable",
    )
    parser.add_argument(
        "--variants",
        action="append",
        metavar="NAME",
        help="also sweep rewritten copies: all, newlines, json, unicode, crlf, ...; repeatable",
    )
    parser.add_argument("--split", help="run just that split, as a report names it: at:517")
    parser.add_argument("--variant", help="run just that variant, as a report names it: crlf")
    parser.add_argument(
        "--jobs", type=int, default=_processors(), metavar="N", help="how many runs at a time"
    )
    parser.add_argument(
        "--timeout",
        type=float,
        default=_TIMEOUT,
        metavar="S",
        help=f"seconds after which a run is killed, and fails; default {_TIMEOUT:g}",
    )
    parser.add_argument("command_", nargs="+", metavar="COMMAND", help="what to run, behind --")
    parser.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    # The processes lead groups of their own: who only dies would leave them behind.
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        return _sweep(options)
    except StreamtapeError as error:
        print(f"streamtape: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return _STOPPED
    finally:
        signal.signal(signal.SIGTERM, before)


def _sweep(options: argparse.Namespace) -> int:
    from streamtape.command import CommandSweep  # noqa: PLC0415 - asyncio and h11, for who serves

    for one, many in (("split", "over"), ("variant", "variants")):
        if getattr(options, one) and getattr(options, many):
            raise UsageError(f"--{one}", f"it runs just that, and --{many} more", "Drop one.")
    sweep = CommandSweep(
        options.command_,
        cassettes.load(options.cassette),
        options.split or options.over or "cuts",
        variants=options.variant or options.variants,
        only_variants=bool(options.variant),
        shrink=not options.split,
        jobs=options.jobs,
        timeout=options.timeout,
    )
    if status := sweep.unsplit().status:
        print(f"streamtape: without any split, it exits with {status}", file=sys.stderr)
    progress = _Progress(sweep.sweep)
    try:
        finished = sweep.run(progress.step)
    finally:
        progress.end()
    report = sweep.report()
    for line in report.lines(lambda failure: _reproduce(options, failure)):
        print(line.rstrip())
    if not finished:
        return _STOPPED
    return 0 if report.ok else 1


def _reproduce(options: argparse.Namespace, failure: Failure) -> str:
    words = ["streamtape", "sweep", options.cassette, "--split", failure.split]
    if failure.variant:
        words += ["--variant", failure.variant]
    if options.timeout != _TIMEOUT:
        words += ["--timeout", f"{options.timeout:g}"]
    return shlex.join([*words, "--", *options.command_])


def _processors() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


class _Progress:
    """How far the sweep is, in one line of a terminal."""

    _EVERY = 0.2  # seconds
    _WIDTH = 20

    def __init__(self, sweep: Sweep) -> None:
        self._sweep, self._planned = sweep, len(sweep)
        self._done = 0
        self._start = self._shown = time.monotonic()
        self._terminal = sys.stderr.isatty()

    def step(self) -> None:
        """Count one run; say so now and then."""
        self._done += 1
        now = time.monotonic()
        if self._terminal and now > self._shown + self._EVERY:
            self._shown = now
            print(f"\r{self._line(now)}\x1b[K", end="", file=sys.stderr, flush=True)

    def _line(self, now: float) -> str:
        if self._done > self._planned:
            return f"  looking for the smallest failure: {self._done - self._planned:,} more runs"
        share = self._done / self._planned
        bar = ("━" * round(share * self._WIDTH)).ljust(self._WIDTH)
        minutes, seconds = divmod(int(now - self._start), 60)
        line = f"  {self._planned:,} splits  {bar}  {share:.0%}  {minutes}:{seconds:02}"
        failed = self._sweep.failed
        return f"{line}  {failed:,} failing" if failed else line

    def end(self) -> None:
        """Clear the line."""
        if self._terminal:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
