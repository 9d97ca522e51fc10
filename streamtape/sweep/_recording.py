"""A whole cassette rewritten by a variant: what a run of a test or a command plays."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from streamtape.errors import UsageError
from streamtape.sweep._variants import Variant, variants

if TYPE_CHECKING:
    from streamtape.cassette import Cassette

__all__ = ["variant_of"]

_CassetteT = TypeVar("_CassetteT", bound="Cassette")


def variant_of(cassette: _CassetteT, variant: str | Variant) -> _CassetteT:
    """Return a cassette with the bodies of all its responses rewritten; "" is the cassette itself.

    Raises:
        UsageError: there is no such variant, or it is a group of several.
    """
    if not variant:
        return cassette
    first, *others = variants(variant)
    if others:
        names = ", ".join(each.name for each in (first, *others))
        raise UsageError(f"variant {variant!r}", "a group of several", f"Name one of {names}.")
    rewritten = (
        replace(
            each,
            response=replace(
                each.response,
                body=first.rewrite(each.response.body, each.response.format),
                chunks=None,
            ),
        )
        for each in cassette.interactions
    )
    return replace(cassette, interactions=tuple(rewritten))
