"""The recording proxy: a server whose answers come from another one.

It decides who answers a request: the cassette, the upstream, or the proxy itself where there is no
answer. What is kept of a live response is `Recording`'s decision, by the same tee as in process.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from streamtape import cassette as cassettes
from streamtape.clock import RealClock, today
from streamtape.errors import CassetteMiss, CassetteNotFoundError, UpstreamError
from streamtape.playback import Fail, FailKind, Finish, Head, Play, Record, Send, Session
from streamtape.proxy._target import Target, path_of
from streamtape.server import GAP, LoopbackServer, played, refusal
from streamtape.transports import LIBRARIES, noted, tee

if TYPE_CHECKING:
    import os
    from collections.abc import AsyncGenerator, Iterator

    from streamtape.cassette import Filters, Finding, Interaction, Request
    from streamtape.playback import Mode, Playback
    from streamtape.server import ServerStep
    from streamtape.transports import AnyRequest

__all__ = ["RecordingProxy"]

# By class name, because there are two libraries. Anything else is no ending of a network's.
_FAILS: dict[str, FailKind] = {
    "ReadError": "reset",
    "RemoteProtocolError": "disconnect",
}


class RecordingProxy(LoopbackServer):
    """Forwards every request to one upstream, and notes what comes back; on 127.0.0.1.

    What nobody answered gets a 502 that says so, and is no interaction, as in process; what the
    upstream answers is one, whatever its status.

    Args:
        upstream: the base URL that it forwards to, and nowhere else. TLS is verified.
        path: the cassette's file; `save` writes it.
        mode: ``once`` records where there is no file, else replays only; ``new_episodes`` replays
            what it has and records the rest; ``all`` records everything that is asked for and
            keeps the rest; ``rewrite`` starts anew.
        filters: what is changed before it is kept; see `streamtape.cassette.Filters.of`.
        port: 0 for any free one.

    Attributes:
        path: the cassette's file.
        target: where it forwards to.
        troubles: why requests were not answered, in order.

    Raises:
        CassetteError: the file is broken. It is never overwritten.
        UsageError: `upstream` is no base URL.
    """

    def __init__(
        self,
        upstream: str,
        path: str | os.PathLike[str],
        *,
        mode: Mode = "once",
        filters: Filters | None = None,
        port: int = 0,
    ) -> None:
        self._library = LIBRARIES[-1]  # httpx2 where it is: it trusts what the system trusts
        self.target: Target = Target(upstream, self._library)
        self.path: Path = Path(path)
        self.troubles: list[UpstreamError] = []
        self._session = Session(
            _existing(self.path),
            mode=mode,
            filters=filters,
            path=self.path,
            remedy="Record it with mode new_episodes.",
        )
        self._clock = RealClock()
        self._client: Any = None
        super().__init__(self._respond, port=port)

    def __enter__(self) -> Self:
        # A proxy has no patience of its own, and as many connections as its clients make. (Made
        # here: reading the certificates takes 30 ms, which no request is to wait for.)
        limits = self._library.Limits(max_connections=None, max_keepalive_connections=None)
        self._client = self._library.AsyncClient(timeout=None, limits=limits)
        return super().__enter__()

    @property
    def mode(self) -> Mode:
        """What is recorded, and what replayed."""
        return self._session.mode

    @property
    def playbacks(self) -> list[Playback]:
        """Every request that the cassette has answered so far, in order."""
        return self._session.playbacks

    @property
    def misses(self) -> list[CassetteMiss]:
        """Every request so far that the cassette should have answered, and could not."""
        return self._session.misses

    @property
    def findings(self) -> list[Finding]:
        """The secrets that were replaced in what `save` wrote: what, where, never the secret."""
        return self._session.findings

    def save(self) -> tuple[Interaction, ...]:
        """Write what was recorded, if anything; return it. Once, when the proxy has stopped.

        Raises:
            CassetteError: it could not be written, or what is on disk by now cannot be read.
        """
        recorded = self._session.recorded
        if recorded:
            cassettes.update(self.path, partial(self._session.merged, recorded=today()))
        return recorded

    def _respond(self, request: Request) -> Iterator[ServerStep] | AsyncGenerator[ServerStep, None]:
        sent = self.target.request(request)
        if sent is None:
            problem = f"{request.method} {path_of(request)}: this forwards to {self.target} only."
            return refusal(problem, 421, "streamtape_misdirected")  # RFC 9110, section 15.5.20
        try:
            decision = self._session.begin(noted(sent, request.body), self._clock.now())
        except CassetteMiss as miss:
            return refusal(str(miss))
        if isinstance(decision, Play):
            return played(self._session, decision, GAP, self._clock)
        return self._forwarded(sent, decision if isinstance(decision, Record) else None)

    async def _forwarded(
        self, request: AnyRequest, record: Record | None
    ) -> AsyncGenerator[ServerStep, None]:
        """Yield what the upstream answers, as it comes."""
        try:
            response: Any = await self._client.send(request, stream=True)
        except self._library.TransportError as error:
            for step in self._unanswered(request, error):
                yield step
            return
        if record is not None:
            response = tee(response, record.recording, request, self._clock)
        try:
            headers = self.target.headers(response, self.url)
            yield Head(response.status_code, headers, response.http_version)
            async for data in response.stream:
                yield Send(data)
            yield Finish()
        except self._library.TransportError as error:
            yield Fail(_fail_kind(error))
        finally:
            await response.aclose()

    def _unanswered(self, request: AnyRequest, error: Exception) -> Iterator[ServerStep]:
        reason = str(error) or type(error).__name__
        # Without the query, which may hold a key (as Gemini's does): this is printed.
        what = f"{request.method} {request.url.copy_with(query=None)}"
        trouble = UpstreamError(what, reason.rstrip("."))
        self.troubles.append(trouble)
        return refusal(str(trouble), 502, "streamtape_upstream")

    async def _close(self) -> None:
        await self._client.aclose()


def _existing(path: Path) -> cassettes.Cassette | None:
    try:
        return cassettes.load(path)
    except CassetteNotFoundError:
        return None


def _fail_kind(error: Exception) -> FailKind:
    names = [kind.__name__ for kind in type(error).__mro__]
    return next((_FAILS[name] for name in names if name in _FAILS), "disconnect")
