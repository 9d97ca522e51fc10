"""Runs one command as if there were no streamtape around it.

Its input, its output, the terminal and Ctrl-C are its own. It decides nothing about servers.
"""

from __future__ import annotations

import signal
import subprocess
from contextlib import contextmanager
from typing import TYPE_CHECKING

from streamtape.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

__all__ = ["in_foreground"]

# Ctrl-C reaches the command by itself: the terminal tells its whole group. The others are for this
# process alone. (There is no SIGHUP on Windows.)
_OF_THE_TERMINAL = signal.SIGINT
_PASSED_ON = [getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
_KILLED = 128  # added to a signal's number, as shells do


def in_foreground(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run a command to its end, from the main thread.

    While it runs, this process outlives Ctrl-C, which the command gets too, and passes SIGTERM and
    SIGHUP on to it.

    Args:
        command: the program and its arguments.
        environment: its environment, all of it.

    Returns:
        Its exit status, as a shell tells it: 128 and the signal's number where one killed it.

    Raises:
        UsageError: it cannot be started.
    """
    running: list[subprocess.Popen[bytes]] = []
    told: list[int] = []

    def pass_on(number: int, _frame: object) -> None:
        told.append(number)
        for process in running:
            process.send_signal(number)

    with _handling(pass_on):
        try:
            process = subprocess.Popen(command, env=environment)  # noqa: S603 - given for that
        except OSError as error:
            reason = error.strerror or str(error)
            raise UsageError(
                f"command {command[0]!r}", f"cannot be started ({reason})", "Check its name."
            ) from None
        running.append(process)
        for number in told:  # while it was started
            process.send_signal(number)
        status = process.wait()
    return status if status >= 0 else _KILLED - status


@contextmanager
def _handling(pass_on: Callable[[int, object], None]) -> Iterator[None]:
    """Handle signals until the command has ended; it starts with the usual handling itself."""
    before = {number: signal.getsignal(number) for number in (_OF_THE_TERMINAL, *_PASSED_ON)}
    try:
        signal.signal(_OF_THE_TERMINAL, lambda _number, _frame: None)
        for number in _PASSED_ON:
            signal.signal(number, pass_on)
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
