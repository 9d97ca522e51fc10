"""A signal to abort, and who may give it: the pair of the TypeScript helper, in Python.

Safe to use from any thread. A signal does not keep a stream alive that listens to it.
"""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING
from weakref import WeakMethod

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["AbortController", "AbortSignal"]


class AbortSignal:
    """Says whether an abort was asked for, and tells those who wait for it.

    Attributes:
        aborted: whether it was.
        reason: what `AbortController.abort()` was given, or None.
    """

    def __init__(self) -> None:
        self.aborted: bool = False
        self.reason: object = None
        self._lock = Lock()
        self._watchers: list[WeakMethod[Callable[[], object]]] = []

    def watch(self, method: Callable[[], object]) -> None:
        """Call a bound method at the abort, or now if it has been; its object is not kept alive."""
        with self._lock:
            if not self.aborted:
                self._watchers = [*filter(_alive, self._watchers), WeakMethod(method)]
                return
        method()

    def unwatch(self, method: Callable[[], object]) -> None:
        """Undo `watch()`; one that does not watch is no error."""
        with self._lock:
            self._watchers = [w for w in self._watchers if _alive(w) and w() != method]

    def _fire(self, reason: object) -> None:
        with self._lock:
            if self.aborted:
                return
            self.aborted, self.reason = True, reason
            watchers, self._watchers = self._watchers, []
        for watcher in watchers:
            method = watcher()
            if method is not None:
                method()


def _alive(watcher: WeakMethod[Callable[[], object]]) -> bool:
    return watcher() is not None


class AbortController:
    """Gives one signal.

    Attributes:
        signal: what to hand to `messages.stream(signal=...)`.
    """

    def __init__(self) -> None:
        self.signal: AbortSignal = AbortSignal()

    def abort(self, reason: object = None) -> None:
        """Ask for the abort; the first time counts."""
        self.signal._fire(reason)  # noqa: SLF001 - a controller and its signal are one thing
