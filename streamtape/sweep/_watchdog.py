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
import threading
from typing import TYPE_CHECKING, ParamSpec, Self, TypeVar

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

    def _ring(self, _signal: int, _frame: FrameType | None) -> None:
        if self._armed:
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
    """A thread that watches another one."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._watched = threading.get_ident()
        self._changed = threading.Condition()
        self._run = 0  # which run is watched; 0 for none
        self._runs = 0
        self._closed = False
        self._thread = threading.Thread(target=self._watch, name="streamtape-watchdog", daemon=True)
        self._thread.start()

    def _watch(self) -> None:
        with self._changed:
            while not self._closed:
                self._changed.wait_for(lambda: self._run or self._closed)
                run, seconds = self._run, self._seconds
                while run and not self._changed.wait_for(lambda run=run: self._run != run, seconds):  # type: ignore[misc]
                    _raise_in(self._watched, _Stop)
                    seconds = _AGAIN

    def arm(self) -> None:
        with self._changed:
            self._runs += 1
            self._run = self._runs
            self._changed.notify_all()

    def disarm(self) -> None:
        with self._changed:
            self._run = 0
            # One may be on its way that has not arrived: take it back.
            _raise_in(self._watched, None)
            self._changed.notify_all()

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._run = 0
            self._changed.notify_all()
        self._thread.join()


def _raise_in(thread: int, exception: type[BaseException] | None) -> None:
    what = ctypes.py_object(exception) if exception is not None else None
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread), what)


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
                return function(*args, **kwargs)
            finally:
                means.disarm()
        except _Stop as stop:
            means.disarm()  # it may have struck before the line above
            raise CaseTimeout(self.seconds, _where(stop.__traceback__)).with_traceback(
                stop.__traceback__
            ) from None


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
