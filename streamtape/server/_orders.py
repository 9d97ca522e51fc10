"""What a request may order for itself, and whose request it is: headers in, values out.

This module decides what the headers mean. It plays nothing, and knows no server.

=======================  =======================================================================
``x-streamtape-split``   how the body is cut; see `streamtape.splits`
``x-streamtape-timing``  when its bytes come; see `streamtape.timing`
``x-streamtape-fault``   what goes wrong, with the interaction that answers; see `streamtape.faults`
``x-streamtape-then``    what a retry gets; see `playback.Then`
``x-streamtape-test``    whose request it is: each test has a session of its own
=======================  =======================================================================
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from streamtape import faults, splits
from streamtape import timing as timings
from streamtape.errors import UsageError
from streamtape.playback import Wanted, parse_then

if TYPE_CHECKING:
    from collections.abc import Callable

    from streamtape.cassette import Request

__all__ = ["PREFIX", "Orders", "orders_of"]

PREFIX = "x-streamtape-"

_PARSERS: dict[str, Callable[[str], Any]] = {
    "split": splits.parse,
    "timing": timings.parse,
    "fault": faults.parse,
    "then": parse_then,
}


class Orders(NamedTuple):
    """What a request says about itself.

    Attributes:
        request: it, without the headers that say so: a cassette knows nothing of them.
        test: whose it is; None for nobody's.
        wanted: what it wants of its replay.
    """

    request: Request
    test: str | None
    wanted: Wanted


def orders_of(request: Request, *, heeded: bool) -> Orders:
    """Return what a request orders.

    Args:
        request: as it came in.
        heeded: whether the server takes orders of requests.

    Raises:
        UsageError: an order that is none, or any where none are taken.
    """
    names = [name for name, _ in request.headers if name.startswith(PREFIX)]
    if not names:
        return Orders(request, None, Wanted())
    if not heeded:
        problem = "this server takes no orders from requests"
        raise UsageError(f"header {names[0]}", problem, "Start it with --control (control=True).")
    test, wanted = None, {}
    for name in names:
        value, order = request.header(name) or "", name.removeprefix(PREFIX)
        if order == "test":
            test = value
        else:
            wanted[order] = _parsed(name, order, value)
    kept = tuple(field for field in request.headers if not field[0].startswith(PREFIX))
    return Orders(replace(request, headers=kept), test, Wanted(**wanted))


def _parsed(name: str, order: str, value: str) -> Any:
    if order not in _PARSERS:
        valid = ", ".join(f"{PREFIX}{known}" for known in (*_PARSERS, "test"))
        raise UsageError(f"header {name}", "no such order", f"Valid are {valid}.")
    try:
        return _PARSERS[order](value)
    except UsageError:
        raise
    except (ValueError, ArithmeticError, RecursionError):  # a number of 5,000 digits, and the like
        raise UsageError(f"header {name}", "not to be understood", "Say it more simply.") from None
