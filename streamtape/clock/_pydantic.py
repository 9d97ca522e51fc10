"""Frozen time for pydantic, which knows the standard times by identity.

freezegun puts a class of its own in the place of `datetime.datetime`. pydantic before 2.14 then no
longer knows the real one: an SDK that builds the schemas of its models at its first call fails when
that falls into frozen time. From 2.14 on it does not know the frozen one: a module with models
fails when it is imported in frozen time. This module lets pydantic see the class that it knows for
either; it decides nothing else, and imports nothing.
"""

from __future__ import annotations

import datetime as dt
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["times_known_to_pydantic"]

_REAL: dict[str, type] = {"date": dt.date, "datetime": dt.datetime}


@contextmanager
def times_known_to_pydantic() -> Iterator[None]:
    """Let pydantic, where it has been imported, build schemas while time is frozen."""
    internals: Any = sys.modules.get("pydantic._internal._generate_schema")
    generator: Any = getattr(internals, "GenerateSchema", None)
    build = getattr(generator, "_generate_schema_inner", None)
    if build is None:  # not imported, or built otherwise by then
        yield
        return
    version = tuple(map(int, sys.modules["pydantic"].VERSION.split(".")[:2]))
    known: dict[object, type] = {}
    for name, real in _REAL.items():
        frozen = getattr(dt, name)
        known[real] = known[frozen] = real if version >= (2, 14) else frozen

    def build_known(self: Any, annotation: Any, *more: Any) -> Any:
        is_class = isinstance(annotation, type)  # other annotations may not be hashable
        return build(self, known.get(annotation, annotation) if is_class else annotation, *more)

    generator._generate_schema_inner = build_known  # noqa: SLF001 - there is no public way
    try:
        yield
    finally:
        generator._generate_schema_inner = build  # noqa: SLF001 - as above
