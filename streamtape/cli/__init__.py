"""The command `streamtape`: reads arguments, calls the library, prints.

It decides nothing. Results go to standard output; errors of streamtape become one sentence on
standard error. Exit status:

* 0: done, and nothing was found;
* 1: an error; `check` found a problem, `diff` a difference, `demo` two replays that disagree,
  `sweep` a split that fails, `verify` a recording that has aged;
* 2: a command that is spelled wrong; a `sweep` that has nothing to compare; a `verify` that got no
  answer that tells;
* 130: Ctrl-C ended it; a `sweep`, after its report;
* any: `record` passes on that of its command, unless that is 0 and the recording went wrong.
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
    _record,
    _report,
    _serve,
    _show,
    _sweep,
    _upstream,
    _verify,
)
from streamtape.errors import StreamtapeError

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["main"]

_COMMANDS = (
    _demo,
    _record,
    _show,
    _diff,
    _check,
    _fix,
    _cut,
    _convert,
    _serve,
    _sweep,
    _report,
    _verify,
    _upstream,
)

_STOPPED = 130  # as shells call what Ctrl-C ended


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
    except KeyboardInterrupt:
        return _STOPPED
    return status
