"""Structured output: a type in, its JSON schema for the request and a parser for the answer.

Pydantic stands here, at the edge, and is loaded when a type is asked for.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from streamtape.errors import UsageError

if TYPE_CHECKING:
    from pydantic import TypeAdapter

__all__ = ["Output"]

T = TypeVar("T")


class Output(Generic[T]):
    """A type that the model's text is to have.

    Args:
        kind: anything that `pydantic.TypeAdapter` takes: a model, a dataclass, `list[int]`, ...

    Attributes:
        name: what the type is called.

    Raises:
        UsageError: it is no type, or one without a schema.
    """

    def __init__(self, kind: Any) -> None:
        from pydantic import (  # noqa: PLC0415 - 90 ms, for those who ask for a type
            PydanticUserError,
            TypeAdapter,
        )

        self.name: str = getattr(kind, "__name__", None) or str(kind)
        problem = "a type is wanted, not a schema" if isinstance(kind, Mapping) else ""
        try:
            self._adapter: TypeAdapter[Any] = TypeAdapter(str if problem else kind)
        except PydanticUserError as error:
            problem = f"pydantic has no schema for it: {error.message}"
        if problem:
            remedy = "Give a model, a dataclass, or a type such as list[int]."
            raise UsageError(f"output_format={kind!r}", problem, remedy)

    @classmethod
    def of(cls, kind: Any) -> Output[Any] | None:
        """Return the output of a type; None for None, and an output as it is."""
        return kind if kind is None or isinstance(kind, Output) else cls(kind)

    def parse(self, text: str) -> T:
        """Return the value of a JSON text.

        Raises:
            ValueError: it is no JSON, or not of the type (pydantic's `ValidationError` is one).
        """
        value: T = self._adapter.validate_json(text)
        return value

    def schema(self) -> dict[str, Any]:
        """Return the type's JSON schema, as pydantic has it."""
        return self._adapter.json_schema()
