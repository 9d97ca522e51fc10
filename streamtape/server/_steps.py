"""What a socket is told beyond the steps of `playback`: values, and nothing performed."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterable
from typing import TYPE_CHECKING, TypeAlias

from streamtape.playback import Step
from streamtape.server._framing import Frame

if TYPE_CHECKING:
    from streamtape.cassette import Request

__all__ = ["Answer", "Live", "Park", "ServerStep"]


class Park:
    """Wait until somebody, in whatever thread, says to go on: `wake` may come before the wait."""

    def __init__(self) -> None:
        self.is_woken = False
        self._listener: Callable[[], object] | None = None

    def listen(self, listener: Callable[[], object]) -> None:
        """Have `listener` called at `wake`; look at `is_woken` after this, not before."""
        self._listener = listener

    def wake(self) -> None:
        """Go on."""
        self.is_woken = True
        if self._listener is not None:
            self._listener()


ServerStep: TypeAlias = Step | Frame | Park
"""A `Frame` comes right before its `Head`; without one, the head's own headers say the framing."""

Live: TypeAlias = AsyncGenerator[ServerStep, None]
Answer: TypeAlias = "Callable[[Request], Iterable[ServerStep] | Live]"
