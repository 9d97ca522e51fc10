"""The command `streamtape`: reads arguments, calls the library, prints.

It decides nothing. Results go to standard output; errors of streamtape become one sentence on
standard error. Exit status:

* 0: done, and nothing was found;
* 1: an error; `check` found a problem, `diff` a difference, `demo` two replays that disagree,
  `sweep` a split that fails;
* 2: a command that is spelled wrong; a `sweep` that has nothing to compare;
* 130: a `sweep` that Ctrl-C ended, after its report.
"""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from streamtape._version import __version__
from streamtape.cli import (
    _check,
    _convert,
    _cut,
    _demo,
    _diff,
    _fix,
    _report,
    _serve,
    _show,
    _sweep,
)
from streamtape.errors import StreamtapeError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["main"]

_COMMANDS = (_demo, _show, _diff, _check, _fix, _cut, _convert, _serve, _sweep, _report)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit status."""
    parser = argparse.ArgumentParser(
        prog="streamtape",
        description="Record live SSE streams, replay them under every chunk split.",
        epilog="Try it: streamtape demo",
    )
    parser.add_argument("--version", action="version", version=f"streamtape {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for command in _COMMANDS:
        command.declare(commands)
    options = parser.parse_args(arguments)
    try:
        status: int = options.run(options)
    except StreamtapeError as error:
        print(f"streamtape: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:  # `streamtape show | head`
        sys.stderr.close()
        return 0
    return status
