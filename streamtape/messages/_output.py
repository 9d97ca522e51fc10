"""Structured output: a type in, its JSON schema for the request and a parser for the answer.

Pydantic stands here, at the edge, and is loaded when a type is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from pydantic import TypeAdapter

__all__ = ["Output"]

T = TypeVar("T")


class Output(Generic[T]):
    """A type that the model's text is to have.

    Args:
        kind: anything that `pydantic.TypeAdapter` takes.

    Attributes:
        name: what the type is called.
    """

    def __init__(self, kind: Any) -> None:
        from pydantic import TypeAdapter

        self.name: str = getattr(kind, "__name__", None) or str(kind)
        self._adapter: TypeAdapter[T] = TypeAdapter(kind)

    def parse(self, text: str) -> T:
        """Return the value of a JSON text.

        Raises:
            ValueError: it is no JSON, or not of the type (pydantic's `ValidationError` is one).
        """
        return self._adapter.validate_json(text)
