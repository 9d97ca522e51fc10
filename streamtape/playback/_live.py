"""Live answers beside recorded ones: which interaction a live request is verified against.

This module decides the pairing, for mode ``verify``. A request that follows a live answer may carry
that answer's words, which are never those that were recorded: it is paired by everything but its
body. A service that says "not now" is asked again by any SDK: the retry is paired with the same.
It compares nothing.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from streamtape.cassette import Interaction, Matching, Request
    from streamtape.playback._recording import Recording

__all__ = ["LiveAnswer", "LiveAnswers"]

_NOT_NOW = frozenset({408, 409, 429})  # what SDKs retry, beside what is wrong on the server's side
_SERVER = 500


class LiveAnswer(NamedTuple):
    """One interaction, as it was recorded and as it goes today.

    Attributes:
        number: which one, counted from 1.
        recorded: as the cassette has it.
        live: the same, live; None where no response came.
    """

    number: int
    recorded: Interaction
    live: Interaction | None


class LiveAnswers:
    """The live answers of one use.

    Args:
        interactions: what the cassette holds.
        matching: which recorded request answers a live one.
        repeats: whether an interaction that has been answered may be asked for again.
    """

    def __init__(
        self, interactions: Sequence[Interaction], matching: Matching, *, repeats: bool = False
    ) -> None:
        self._interactions = interactions
        self._repeats = repeats
        self._matching = matching
        names = tuple(name for name in matching.on if name not in ("body", "raw_body"))
        self._but_for_the_body = dataclasses.replace(matching, on=names)
        self._last: dict[int, Recording] = {}

    def expected(self, *requests: Request) -> int | None:
        """Return the position of the interaction that is to be compared, or None.

        Args:
            requests: one live request, in the forms in which it may have been recorded.
        """
        open_ = [at for at in range(len(self._interactions)) if self._is_open(at)]
        silent = [at for at, recording in self._last.items() if not recording.has_head]
        every: Sequence[int] = range(len(self._interactions)) if self._repeats else ()
        for at in (*open_, *silent, *every):
            recorded = self._interactions[at].request
            if any(self._matching.matches(request, recorded) for request in requests):
                return at
        if not any(recording.has_head for recording in self._last.values()):
            return None
        agree = self._but_for_the_body.matches
        return next(
            (at for at in open_ if agree(requests[0], self._interactions[at].request)), None
        )

    def begin(self, at: int, recording: Recording) -> Recording:
        """Note that an interaction is being asked for anew; the last answer counts."""
        self._last[at] = recording
        return recording

    def collected(self, redact: Callable[[Interaction], Interaction | None]) -> list[LiveAnswer]:
        """Return the answers so far, in the order of the cassette.

        Args:
            redact: makes of a live interaction what would be kept; None leaves it out.
        """
        answers = []
        for at, recording in sorted(self._last.items()):
            live = redact(recording.interaction()) if recording.has_head else None
            if live is not None or not recording.has_head:
                answers.append(LiveAnswer(at + 1, self._interactions[at], live))
        return answers

    def _is_open(self, at: int) -> bool:
        """Whether nothing has answered for this interaction yet."""
        recording = self._last.get(at)
        if recording is None:
            return True
        status = recording.status
        recorded = self._interactions[at].response.status
        return status != recorded and (status in _NOT_NOW or status >= _SERVER)
