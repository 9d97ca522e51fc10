"""Running one test item several times, function-scoped fixtures made anew for each.

This is the one file that touches private pytest API: `_pytest.runner.runtestprotocol`, the item's
set-up state and its cached instance. Everything else asks these two functions. Tried with pytest 8
and 9 (tests/plugin/test_isolation.py, and .ci/run for the oldest supported one).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from _pytest.runner import runtestprotocol

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["finish", "run"]


class _Next:
    """Stands for the next item of the same class and module: what they share is not torn down."""

    def __init__(self, item: pytest.Item) -> None:
        self._chain = [*(item.parent.listchain() if item.parent else ()), self]

    def listchain(self) -> Sequence[Any]:
        return self._chain


def run(item: pytest.Item) -> list[pytest.TestReport]:
    """Run set-up, call and teardown of `item`, unlogged; return their reports.

    Function-scoped fixtures, set-up and teardown methods, the instance and an asyncio loop of
    function scope are made anew; what has a wider scope stays.
    """
    # The instance is cached on the item, and with it everything that a test kept on `self`.
    for cached in ("_instance", "_obj"):
        item.__dict__.pop(cached, None)
    reports: list[pytest.TestReport] = runtestprotocol(
        item,
        log=False,
        nextitem=_Next(item),  # type: ignore[arg-type]  # it is asked for its chain, no more
    )
    return reports


def finish(item: pytest.Item, nextitem: pytest.Item | None) -> pytest.TestReport | None:
    """Tear down what `nextitem` does not share; return a report if that failed."""
    state = item.session._setupstate  # noqa: SLF001 - see the module's docstring
    call = pytest.CallInfo.from_call(lambda: state.teardown_exact(nextitem), when="teardown")
    if call.excinfo is None:
        return None
    report: pytest.TestReport = item.ihook.pytest_runtest_makereport(item=item, call=call)
    return report
