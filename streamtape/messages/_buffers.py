"""What grows while a block streams: its text, and the JSON text of a tool's input.

Both are append-only, and a kept event needs only *how long* the buffer was when it was made: its
snapshot is a prefix. So keeping every event costs memory linear in the stream (the official SDK
holds 4 GB for 400 KB of text), and nothing is joined or parsed before somebody looks.
"""

from __future__ import annotations

from threading import Lock
from typing import Any

from pydantic_core import from_json

from streamtape.messages._errors import ToolInputError
from streamtape.messages._record import Lazy, plain

__all__ = ["JsonBuffer", "TextBuffer", "parse_partial", "whole"]


_joining = Lock()  # one for all: it is held for a join, once a look


class TextBuffer(Lazy):
    """Text that grows by pieces.

    Attributes:
        size: its length by now, in characters.
    """

    __slots__ = ("_joined", "_pieces", "size")

    def __init__(self, text: str = "") -> None:
        self._joined = text
        self._pieces: list[str] = []
        self.size: int = len(text)

    def append(self, piece: str) -> int:
        """Add a piece; return the length with it."""
        self._pieces.append(piece)
        self.size += len(piece)
        return self.size

    def value(self) -> str:
        """Return the whole text. The pieces are joined once, when somebody asks."""
        if self._pieces:
            # Another thread may look, or append behind, at the same time.
            with _joining:
                count = len(self._pieces)
                self._joined = "".join((self._joined, *self._pieces[:count]))
                del self._pieces[:count]
        return self._joined

    def prefix(self, size: int) -> str:
        """Return the first `size` characters: the text as it was when it had that length."""
        joined = self._joined if size <= len(self._joined) else self.value()
        return joined[:size]


class JsonBuffer(Lazy):
    """JSON text that grows by pieces, and the value of what there is of it.

    Args:
        initial: the value for as long as the text is empty.
        mode: how an unfinished string is taken: True drops it, "trailing-strings" keeps its part.
    """

    __slots__ = ("_cached", "_initial", "_mode", "text")

    def __init__(self, initial: Any, mode: Any = True) -> None:
        self.text: TextBuffer = TextBuffer()
        self._initial = initial
        self._mode = mode
        self._cached: tuple[int, Any] = 0, initial  # as of this length of the text

    def value(self) -> Any:
        """Return the value by now, the same object until the text grows.

        Raises:
            ToolInputError: the text cannot become JSON any more.
        """
        size, cached = self._cached
        if size != self.text.size:
            size = self.text.size
            cached = self.at(size)
            self._cached = size, cached
        return cached

    def at(self, size: int) -> Any:
        """Return the value when the text had `size` characters, as an object of its own."""
        if not size:
            return plain(self._initial)
        return parse_partial(self.text.prefix(size), self._mode)

    def settle(self) -> None:
        """Parse the whole text now that no more is expected, and keep the value.

        Raises:
            ToolInputError: it is not JSON. The value stays what the longest good beginning gives.
        """
        try:
            self.value()
        except ToolInputError:
            good, bad, value = 0, self.text.size, self._initial
            while bad - good > 1:  # once it is wrong it stays wrong, so halving finds the place
                middle = (good + bad) // 2
                try:
                    value = self.at(middle)
                    good = middle
                except ToolInputError:
                    bad = middle
            self._cached = self.text.size, value
            raise


def parse_partial(text: str, mode: Any) -> Any:
    """Parse JSON text that may end anywhere.

    Raises:
        ToolInputError: it is not the beginning of any JSON text.
    """
    try:
        return from_json(whole(text), allow_partial=mode)
    except ValueError as error:
        raise ToolInputError(text, str(error)) from error


def whole(text: str) -> str:
    """Return text whose surrogate pairs, split over two deltas, are characters again.

    Raises:
        ValueError: there is half a pair left, which is in no JSON text.
    """
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            text = text.encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")
            text.encode()
    return text
