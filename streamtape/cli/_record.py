"""`streamtape record`: a recording proxy, for a command or until Ctrl-C."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

from streamtape.cassette import Filters
from streamtape.cli._hosting import add_port, hosted, until_stopped
from streamtape.errors import CassetteError, UsageError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from streamtape.cassette import Interaction
    from streamtape.proxy import RecordingProxy

__all__ = ["declare"]

_MODES = ("once", "new_episodes", "all", "rewrite")


def declare(commands: Any) -> None:
    """Add the command to the parser."""
    parser = commands.add_parser(
        "record",
        help="record what a command, in any language, gets from a model API",
        usage="streamtape record --upstream URL -o FILE [OPTIONS] [-- COMMAND [ARGUMENT ...]]",
        description="Runs a reverse proxy on 127.0.0.1 that forwards to one server, and the "
        "command with its address in STREAMTAPE_URL, ANTHROPIC_BASE_URL and OPENAI_BASE_URL. What "
        "goes through is passed on as it comes, and recorded. The exit status is the command's. "
        "Without a command, it prints the address and records until Ctrl-C.",
        epilog="Example: streamtape record --upstream https://api.anthropic.com -o chat.yaml "
        "-- node chat.mjs",
    )
    parser.add_argument(
        "--upstream",
        action="append",
        required=True,
        metavar="URL",
        help="the server that it forwards to: https://api.anthropic.com",
    )
    parser.add_argument("-o", "--output", required=True, metavar="FILE", help="the cassette")
    parser.add_argument(
        "--mode",
        choices=_MODES,
        default="once",
        help="once (the default) records where there is no cassette, else replays; new_episodes "
        "records what it does not have; all records everything again; rewrite starts anew",
    )
    add_port(parser)
    for option, what in (
        ("--filter-header", "NAME=VALUE keeps a header with that value, NAME drops one"),
        ("--filter-query", "NAME=VALUE replaces a parameter of the URL, NAME drops it"),
    ):
        help_ = f"{what}; repeatable"
        parser.add_argument(option, action="append", default=[], metavar="NAME", help=help_)
    parser.add_argument(
        "--redact",
        action="append",
        default=[],
        metavar="REGEX",
        help="what is replaced wherever it stands, besides keys; repeatable",
    )
    parser.add_argument("command_", nargs="*", metavar="COMMAND", help="what to run, behind --")
    parser.set_defaults(run=_run, refuse=parser.error)


def _run(options: argparse.Namespace) -> int:
    from streamtape.proxy import RecordingProxy  # noqa: PLC0415 - asyncio, h11 and httpx

    if len(options.upstream) > 1:
        options.refuse("--upstream: one proxy forwards to one server; run another beside it")
    proxy = RecordingProxy(
        options.upstream[0],
        options.output,
        mode=options.mode,
        filters=Filters.of(
            filter_headers=map(_named, options.filter_header),
            filter_query_parameters=map(_named, options.filter_query),
            redact=options.redact,
        ),
        port=options.port,
    )
    try:
        with hosted(proxy, options.port):
            status = _serve(proxy, options.command_)
    except BaseException:  # whatever ended it, what was recorded is kept
        proxy.save()
        raise
    problem = _finish(proxy, options.command_)
    return status or problem


def _serve(proxy: RecordingProxy, command: Sequence[str]) -> int:
    from streamtape.command import in_foreground  # noqa: PLC0415 - see above
    from streamtape.server import environment  # noqa: PLC0415 - see above

    if command:
        keys = proxy.target.is_here
        return in_foreground(command, environment(proxy.url, os.environ, keys=keys))
    print(proxy.url, flush=True)
    until_stopped()
    return 0


def _finish(proxy: RecordingProxy, command: Sequence[str]) -> int:
    """Save, and say what was recorded and what went wrong; return the exit status for that."""
    problems: list[object] = [*proxy.troubles, *proxy.misses]
    try:
        recorded = proxy.save()
    except CassetteError as error:
        recorded = ()
        problems.append(error)
    else:
        # The standard output of a command is its own.
        print(_told(proxy, recorded), file=sys.stderr if command else sys.stdout)
    if command and not proxy.served:
        remedy = "Send its requests to $STREAMTAPE_URL ($ANTHROPIC_BASE_URL, $OPENAI_BASE_URL)."
        what = f"command {command[0]!r}"
        problems.append(UsageError(what, "it sent no request to the proxy", remedy))
    for problem in problems:
        print(f"streamtape: {problem}", file=sys.stderr)
    # A request that nobody answered may have been repeated since: that alone is no failure.
    is_empty = not recorded and not proxy.playbacks
    return 1 if proxy.misses or (problems and is_empty) else 0


def _told(proxy: RecordingProxy, recorded: Sequence[Interaction]) -> str:
    responses = [interaction.response for interaction in recorded]
    told = []
    if responses or not proxy.playbacks:
        chunks = sum(len(response.chunk_sizes) for response in responses)
        seconds = sum(response.duration for response in responses)
        told.append(f"{len(responses)} interaction(s), {chunks} chunks, {seconds:.1f} s")
    ends = [response.end.kind for response in responses]
    told += [f"{ends.count(end)} {end}" for end in dict.fromkeys(ends) if end != "complete"]
    if proxy.playbacks:
        told.append(f"{len(proxy.playbacks)} replayed (mode {proxy.mode})")
    replaced = [f"\n  replaced: {finding}" for finding in proxy.findings]
    return "".join([f"{proxy.path}: {', '.join(told)}", *replaced])


def _named(text: str) -> str | tuple[str, str]:
    name, equals, value = text.partition("=")
    return (name, value) if equals else name
