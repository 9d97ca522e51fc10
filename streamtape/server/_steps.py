"""What a socket is told beyond the steps of `playback`: values, and nothing performed."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterable
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from streamtape.playback import Step
from streamtape.server._framing import Frame

if TYPE_CHECKING:
    from streamtape.cassette import Request

__all__ = ["Answer", "Burst", "Live", "Park", "ServerStep"]


class Burst(NamedTuple):
    """Hand over several chunks in one write, each a chunk of HTTP's all the same.

    What full speed is made of: performed one by one, chunks cost three times as much.
    """

    chunks: list[bytes]
    size: int


class Park:
    """Wait until somebody, in whatever thread, says to go on: `wake` may come before the wait."""

    def __init__(self) -> None:
        self.is_woken: bool = False
        self._listener: Callable[[], object] | None = None

    def listen(self, listener: Callable[[], object]) -> None:
        """Have `listener` called at `wake`; look at `is_woken` after this, not before."""
        self._listener = listener

    def wake(self) -> None:
        """Go on."""
        self.is_woken = True
        if self._listener is not None:
            self._listener()


ServerStep: TypeAlias = Step | Burst | Frame | Park
"""A `Frame` comes right before its `Head`; without one, the head's own headers say the framing."""

Live: TypeAlias = AsyncGenerator[ServerStep, None]
Answer: TypeAlias = "Callable[[Request], Iterable[ServerStep] | Live]"
