"""Whether a value is as expected: equal, any, or only in part.

It decides about values, and says where one differs first. Any object with an ``==`` of its own may
stand anywhere in an expectation (dirty-equals', `pytest.approx`, `unittest.mock.ANY`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final

from streamtape.transcripts import inline

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["ANY", "Including", "including", "mismatch", "shown"]


class _Any:
    """Equal to everything."""

    def __eq__(self, other: object) -> bool:
        return True

    __hash__: ClassVar[None] = None  # type: ignore[assignment]  # equal to what has another hash

    def __repr__(self) -> str:
        return "ANY"


ANY: Final = _Any()
"""Equal to everything."""


class Including:
    """A mapping with these members, and any others; see `including`."""

    def __init__(self, members: dict[str, Any]) -> None:
        self.members = members

    def __eq__(self, other: object) -> bool:
        return mismatch(self, other) is None

    __hash__: ClassVar[None] = None  # type: ignore[assignment]  # equal to what has another hash

    def __repr__(self) -> str:
        return f"including({self.members!r})"


def including(members: dict[str, Any] | None = None, /, **more: Any) -> Including:
    """Expect a mapping that has these members, and may have others.

    Mappings inside, and those in lists, may have others as well.
    """
    return Including({**(members or {}), **more})


def mismatch(expected: Any, got: Any, path: str = "", *, partly: bool = False) -> str | None:
    """Return where and how a value first differs from what is expected, or None.

    Args:
        expected: a value; may hold `ANY`, `including` and any object with an ``==`` of its own.
        got: what there is, in plain JSON types.
        path: where the value stands.
        partly: whether mappings may have more members than expected.
    """
    if isinstance(expected, Including):
        expected, partly = expected.members, True
    if isinstance(expected, dict) and isinstance(got, dict):
        return _in_mapping(expected, got, path, partly=partly)
    if isinstance(expected, list | tuple) and isinstance(got, list):
        return _in_list(expected, got, path, partly=partly)
    # The expected one is asked first: it may be an object that decides for itself.
    if expected == got:
        return None
    return f"{path or 'it'} is {shown(got)} instead of {shown(expected)}"


def _in_mapping(
    expected: dict[str, Any], got: dict[str, Any], path: str, *, partly: bool
) -> str | None:
    more = [] if partly else [key for key in got if key not in expected]
    for key in (*expected, *more):
        place = f"{path}.{key}" if path else str(key)
        if key not in got:
            return f"{place} is missing"
        if key not in expected:
            return f"{place} is {shown(got[key])}, and not expected"
        if (found := mismatch(expected[key], got[key], place, partly=partly)) is not None:
            return found
    return None


def _in_list(expected: Sequence[Any], got: list[Any], path: str, *, partly: bool) -> str | None:
    for at, (one, other) in enumerate(zip(expected, got, strict=False)):
        if (found := mismatch(one, other, f"{path}[{at}]", partly=partly)) is not None:
            return found
    if len(expected) != len(got):
        return f"{path or 'the list'} has {len(got)} items instead of {len(expected)}"
    return None


def shown(value: Any) -> str:
    """Return a value as it is written in a message."""
    if isinstance(value, str | int | float | dict | list) or value is None:
        try:
            return inline(value)
        except TypeError:  # it holds an object of somebody's
            return repr(value)
    return repr(value)
