"""Starts processes, waits for them for a limited time, and ends them with all their children.

It knows nothing about sweeps and servers. Every process that it starts leads a group of its own, so
that Ctrl-C reaches none of them by itself, and ending the group ends what `sh -c` or `npm` started.
"""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from contextlib import contextmanager, suppress
from typing import IO, TYPE_CHECKING

from streamtape.clock import RealClock
from streamtape.command._outcome import Outcome
from streamtape.errors import CaseTimeout, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

__all__ = ["Processes"]

_MOST_OUTPUT = 16 * 1024 * 1024  # bytes kept of one stream; a client that spins prints gigabytes
_READ = 65_536
_TO_DIE = 5.0  # seconds for what was killed to be gone


class _Drain(threading.Thread):
    """Reads one stream of a process to its end."""

    def __init__(self, stream: IO[bytes], overflow: Callable[[], None]) -> None:
        super().__init__(name="streamtape-output", daemon=True)
        self.data = bytearray()
        self.overflowed = False
        self._stream, self._overflow = stream, overflow
        self.start()

    def run(self) -> None:
        # Closed under it, where a grandchild that has left the group holds the other end.
        with suppress(OSError, ValueError):
            while piece := self._stream.read(_READ):
                if len(self.data) < _MOST_OUTPUT:
                    self.data += piece
                else:
                    self.overflowed = True
                    self._overflow()


class Processes:
    """Runs commands, in any number of threads; `stop` ends them all."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[bytes]] = set()
        self._stopped = False
        self._clock = RealClock()

    def run(
        self, command: Sequence[str], environment: Mapping[str, str], timeout: float, limit: float
    ) -> Outcome:
        """Run a command to its end.

        Args:
            command: the program and its arguments.
            environment: its environment, all of it.
            timeout: seconds after which it is killed.
            limit: what to call that limit, in seconds: `timeout` without allowances.

        Raises:
            UsageError: it cannot be started.
        """
        try:
            process = subprocess.Popen(  # noqa: S603 - to run it is what it was given for
                command,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                bufsize=0,
                start_new_session=True,
            )
        except OSError as error:
            reason = error.strerror or str(error)
            raise UsageError(
                f"command {command[0]!r}", f"cannot be started ({reason})", "Check its name."
            ) from None
        with process, self._registered(process):
            try:
                return self._finish(process, self._clock.now() + timeout, limit)
            except BaseException:  # Ctrl-C, which does not reach the process
                _kill(process)
                raise

    def stop(self) -> None:
        """Kill what runs, and whatever is started from now on."""
        with self._lock:
            self._stopped = True
            running = list(self._running)
        for process in running:
            _kill(process)

    @contextmanager
    def _registered(self, process: subprocess.Popen[bytes]) -> Iterator[None]:
        with self._lock:
            self._running.add(process)
            stopped = self._stopped
        if stopped:
            _kill(process)
        try:
            yield
        finally:
            with self._lock:
                self._running.discard(process)

    def _finish(self, process: subprocess.Popen[bytes], deadline: float, limit: float) -> Outcome:
        drains = [
            _Drain(stream, lambda: _kill(process))
            for stream in (process.stdout, process.stderr)
            if stream is not None
        ]
        trouble: BaseException | str | None = None
        # Its output ends with it. (`Popen.wait` looks every 50 ms only: it comes second.)
        for drain in drains:
            drain.join(max(0.0, deadline - self._clock.now()))
        try:
            process.wait(max(0.0, deadline - self._clock.now()))
        except subprocess.TimeoutExpired:
            trouble = CaseTimeout(limit)
        if any(drain.is_alive() for drain in drains):
            trouble = CaseTimeout(limit)
        if any(drain.overflowed for drain in drains):
            trouble = f"it printed more than {_MOST_OUTPUT:,} bytes"
        if trouble is not None:
            _kill(process)
            process.wait(_TO_DIE)
            for drain in drains:
                drain.join(_TO_DIE)
        output, errors = (bytes(drain.data) for drain in drains)
        return Outcome(process.returncode, output, errors, trouble)


def _kill(process: subprocess.Popen[bytes]) -> None:
    """Kill a process and its group: its number is not given away before it was waited for."""
    with suppress(ProcessLookupError, PermissionError):  # it has ended already
        if os.name == "posix":
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
