"""A transport that answers from a cassette."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, overload

from streamtape import cassette as cassettes
from streamtape import faults, splits
from streamtape import timing as timings
from streamtape.clock import Clock, RealClock
from streamtape.errors import UsageError
from streamtape.playback import Playback, Session, Then, parse_then
from streamtape.transports._answer import aanswer, answer
from streamtape.transports._libraries import TransportBase

if TYPE_CHECKING:
    import os

    import httpx
    import httpx2

    from streamtape.cassette import Cassette, Filters, Matching

__all__ = ["ReplayTransport"]


class ReplayTransport(TransportBase):
    """Answers every request of its client from a cassette; nothing reaches a network.

    For `Client` and `AsyncClient` of httpx and httpx2 alike::

        client = httpx.Client(transport=streamtape.ReplayTransport("hello.yaml", split="bytes"))

    Args:
        cassette: a cassette, or the path of one.
        split: how bodies are cut; see `streamtape.splits`.
        timing: when their bytes come; see `streamtape.timing`.
        fault: what goes wrong, and where; see `streamtape.faults`.
        then: what a retry after a fault gets: the ``next`` interaction that answers it, or
            ``replay``, the same one without the fault.
        matching: which interaction answers a request; by default method, URL and JSON body.
        filters: those it was recorded with; see `streamtape.cassette.Filters.of`.
        clock: what waits; the real one by default.

    Raises:
        CassetteError: the file is missing or broken.
        UsageError: a split, timing or fault that is none, or has no place in the cassette.
    """

    def __init__(
        self,
        cassette: Cassette | str | os.PathLike[str],
        *,
        split: splits.SplitLike = "recorded",
        timing: timings.TimingLike = "instant",
        fault: faults.FaultsLike = None,
        then: Then = "next",
        matching: Matching | None = None,
        filters: Filters | None = None,
        clock: Clock | None = None,
    ) -> None:
        if not isinstance(cassette, cassettes.Cassette):
            cassette = cassettes.load(Path(cassette))
        self._session = Session(
            cassette,
            split=splits.parse(split),
            timing=timings.parse(timing),
            faults=faults.parse_all(fault),
            then=parse_then(then),
            matching=matching,
            filters=filters,
            path=cassette.path,
            remedy="Record it with streamtape.RecordTransport.",
        )
        self._clock = clock or RealClock()

    @property
    def playbacks(self) -> list[Playback]:
        """Every replay so far, in the order of the requests."""
        return self._session.playbacks

    @overload
    def handle_request(self, request: httpx.Request) -> httpx.Response: ...
    @overload
    def handle_request(self, request: httpx2.Request) -> httpx2.Response: ...
    def handle_request(self, request: Any) -> Any:
        """Answer from the cassette.

        Raises:
            CassetteMiss: it has no answer.
        """
        return answer(self._session, request, _never, self._clock)

    @overload
    async def handle_async_request(self, request: httpx.Request) -> httpx.Response: ...
    @overload
    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response: ...
    async def handle_async_request(self, request: Any) -> Any:
        """Answer from the cassette, in async code."""
        return await aanswer(self._session, request, _never, self._clock)


def _never(request: Any) -> NoReturn:
    raise UsageError(
        f"a request to {request.url}",
        "before_record_request lets it through, and this transport has no network behind it",
        "Mount another transport for it, or use streamtape.use_cassette.",
    )
