"""Stopping a run that hangs or spins.

One mechanism per situation, chosen when the watchdog is entered:

* in the main thread, where the system has `setitimer` and nobody else uses it: SIGALRM. It
  interrupts Python code and waiting system calls alike (`sleep`, `select`, a lock);
* anywhere else: a second thread raises the exception in the watched one (CPython's
  `PyThreadState_SetAsyncExc`). It reaches Python code only: a run that waits in a system call, or
  computes in C, is stopped when it comes back to Python.

Neither stops C code that never returns (a catastrophic regular expression): that takes a process,
and the command line's sweep has one. What is raised is no `Exception`, so that a client's
``except Exception: continue`` does not swallow it, and it is raised again until the run ends, so
that a bare ``except:`` in an endless loop does not either.
See docs/decisions/0203-how-a-hanging-run-is-stopped.md.
"""

from __future__ import annotations

import ctypes
import signal
import sys
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any, ParamSpec, Self, TypeVar

from streamtape.errors import CaseTimeout, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType, TracebackType

__all__ = ["Watchdog"]

_AGAIN = 0.1  # seconds between two tries to stop one run: time to unwind, and to be asked again
_P = ParamSpec("_P")
_T = TypeVar("_T")


class _Stop(BaseException):
    """What is raised in the middle of a run. `Watchdog.call` says the rest."""


class _Alarm:
    """SIGALRM, in the main thread."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._armed = False
        self._before = signal.signal(signal.SIGALRM, self._ring)

    def _ring(self, _signal: int, frame: FrameType | None) -> None:
        if self._armed and _may_be_struck(frame):
            raise _Stop

    def arm(self) -> None:
        self._armed = True
        signal.setitimer(signal.ITIMER_REAL, self._seconds, _AGAIN)

    def disarm(self) -> None:
        self._armed = False
        signal.setitimer(signal.ITIMER_REAL, 0)

    def close(self) -> None:
        self.disarm()
        signal.signal(signal.SIGALRM, self._before)


class _Thread:
    """A thread that watches another one.

    What the watched thread does here may be interrupted at any point by the exception that it is
    about to be spared. So it takes no lock (one would stay taken, and a `threading.Condition` was
    seen to spin for ever): it stores numbers, and the watcher says when it is looking at them.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._watched = threading.get_ident()
        self._run = 0  # which run is watched; 0 for none
        self._runs = 0
        self._looking = False
        self._struck = False  # whether the present run has been
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="streamtape-watchdog", daemon=True)
        self._thread.start()

    def _watch(self) -> None:
        period = min(self._seconds / 4, _AGAIN)
        run, waited = 0, 0.0
        while not self._closed.wait(period):
            self._looking = True
            if self._run != run:
                run, waited = self._run, 0.0
            elif run:
                waited += period
                if waited >= self._seconds:
                    waited = self._seconds - _AGAIN
                    if _may_be_struck(sys._current_frames().get(self._watched)):  # noqa: SLF001 - it is public but for its name
                        self._struck = True
                        _raise_in(self._watched)
            self._looking = False

    def arm(self) -> None:
        self._runs += 1
        self._run = self._runs

    def disarm(self) -> None:
        self._run = 0
        while self._looking:  # for a few microseconds; afterwards it has seen the 0
            pass
        if self._struck:
            self._struck = False
            # One may be on its way that has not arrived. It cannot be taken back (CPython 3.11 then
            # looks for it at every step, and under a tracer for ever), so it is fetched: one more
            # takes its place, and arrives here.
            with suppress(_Stop):
                _raise_in(self._watched)
                while True:
                    pass

    def close(self) -> None:
        self._closed.set()
        self._thread.join()


def _raise_in(thread: int) -> None:
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), ctypes.py_object(_Stop))


class Watchdog:
    """Calls functions, each for a limited time.

    Use it as a context manager around all the calls of a sweep, in the thread that makes them:
    setting up costs about 50 us, a call about 1 us.

    Args:
        seconds: the limit of one call, in seconds of real time, or None for none.
    """

    def __init__(self, seconds: float | None) -> None:
        if seconds is not None and seconds <= 0:
            raise UsageError(
                f"timeout={seconds}", "not a time", "Give seconds, more than 0, or None."
            )
        self.seconds = seconds
        self._means: _Alarm | _Thread | None = None

    def __enter__(self) -> Self:
        if self.seconds is not None:
            self._means = (_Alarm if _alarm_is_free() else _Thread)(self.seconds)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._means is not None:
            self._means.close()
            self._means = None

    def call(self, function: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
        """Return what `function` returns; what it raises goes through.

        Raises:
            CaseTimeout: it did not return in time. Its traceback leads to where it was.
        """
        means = self._means
        if means is None or self.seconds is None:
            return function(*args, **kwargs)
        try:
            means.arm()
            try:
                return _run(function, args, kwargs)
            finally:
                means.disarm()
        except _Stop as stop:
            _settle(means)  # it may have struck before the line above was done
            raise CaseTimeout(self.seconds, _where(stop.__traceback__)).with_traceback(
                stop.__traceback__
            ) from None


def _run(function: Callable[..., _T], args: tuple[Any, ...], kwargs: dict[str, Any]) -> _T:
    """Call the function from a frame that may be interrupted: it may have none of its own."""
    return function(*args, **kwargs)


def _settle(means: _Alarm | _Thread) -> None:
    """Disarm for certain: one that strikes meanwhile is the last."""
    while True:
        try:
            means.disarm()
        except _Stop:
            continue
        return


# A tracer that is interrupted keeps its lock for ever (seen with coverage 7: the next line that is
# traced waits for it, and so does every line after).
_TRACERS = {"coverage", "bdb", "pydevd", "_pydevd_bundle"}


def _may_be_struck(frame: FrameType | None) -> bool:
    """Say whether what runs now is the watched function: not our own lines, and no tracer's."""
    if frame is None or frame.f_globals.get("__name__", "").partition(".")[0] in _TRACERS:
        return False
    while frame is not None and frame.f_code is not _run.__code__:
        frame = frame.f_back
    return frame is not None


def _alarm_is_free() -> bool:
    return (
        hasattr(signal, "setitimer")
        and threading.current_thread() is threading.main_thread()
        and signal.getitimer(signal.ITIMER_REAL)[0] == 0
        and signal.getsignal(signal.SIGALRM) in (signal.SIG_DFL, signal.SIG_IGN)
    )


def _where(traceback: TracebackType | None) -> str:
    """Return the innermost line of the watched code, as ``file:line``."""
    place = ""
    while traceback is not None:
        code = traceback.tb_frame.f_code
        if code.co_filename != __file__:
            place = f"{code.co_filename}:{traceback.tb_lineno}"
        traceback = traceback.tb_next
    return place
