"""A small client of the Messages API: it sends what `_request.py` plans.

It takes a client of httpx or of httpx2, or makes one of httpx. Neither is imported before one is
needed, and no other module of this package knows them.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Self

from streamtape.clock import Clock, RealClock
from streamtape.errors import UsageError
from streamtape.messages._dialect import BETA, STABLE
from streamtape.messages._errors import APIUserAbortError
from streamtape.messages._request import Discard, Read, Request, Send, Wait, attempts
from streamtape.messages._resources import AsyncMessages, Messages
from streamtape.messages._socket import shut

if TYPE_CHECKING:
    from streamtape.messages._request import Step

__all__ = ["AsyncClient", "Client"]

# Seconds: connect, read, write, pool. The official SDK's.
_TIMEOUT = (5.0, 600.0, 600.0, 600.0)


class _Settings:
    """What both clients are told.

    Args:
        api_key: the key; by default the environment variable `ANTHROPIC_API_KEY`.
        base_url: where the service is; by default `ANTHROPIC_BASE_URL`, or the public one.
        timeout: seconds, for each read: a number, a tuple (connect, read, write, pool), a `Timeout`
            of the library, or None for no limit.
        max_retries: how often a request is sent again that failed before its answer began.
        http_client: a client of httpx or httpx2; it is not closed by this one.
        default_headers: headers for every request.
        clock: what waits between attempts.

    Raises:
        UsageError: there is no key.
    """

    def __init__(
        self,
        *,
        api_key: str | None = None,
        base_url: str | None = None,
        timeout: Any = _TIMEOUT,
        max_retries: int = 2,
        http_client: Any = None,
        default_headers: dict[str, str] | None = None,
        clock: Clock | None = None,
    ) -> None:
        key = api_key if api_key is not None else os.environ.get("ANTHROPIC_API_KEY")
        if key is None:
            raise UsageError(
                "a client without api_key",
                "the environment variable ANTHROPIC_API_KEY is not set either",
                "Set it, or pass api_key; in a replay any text will do.",
            )
        base = base_url or os.environ.get("ANTHROPIC_BASE_URL") or "https://api.anthropic.com"
        self.api_key = key
        self.base_url: str = base.rstrip("/")
        self.timeout = timeout
        self.max_retries = max_retries
        self.default_headers: dict[str, str] = dict(default_headers or {})
        self.clock: Clock = clock or RealClock()
        self._own_http = http_client is None
        self.http: Any = http_client


class _Beta:
    """The beta API of a client."""

    def __init__(self, messages: Any) -> None:
        self.messages = messages


class Client(_Settings):
    """A client of the Messages API; see `_Settings` for its arguments.

    Attributes:
        messages: `messages.create(...)` and `messages.stream(...)`.
        beta: the same of the beta API, as `beta.messages`.
    """

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        if self.http is None:
            import httpx  # noqa: PLC0415 - 50 ms, for those who bring no client

            self.http: Any = httpx.Client(follow_redirects=True)
        self.messages: Messages = Messages(self, STABLE)
        self.beta: _Beta = _Beta(Messages(self, BETA))

    def call(self, request: Request) -> Call:
        """Return what sends this request when it is called."""
        return Call(self, request)

    def close(self) -> None:
        """Close the connections, if this client made them."""
        if self._own_http:
            self.http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class AsyncClient(_Settings):
    """A client of the Messages API for asyncio and trio; see `_Settings` for its arguments.

    Attributes:
        messages: `messages.create(...)` and `messages.stream(...)`.
        beta: the same of the beta API, as `beta.messages`.
    """

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        if self.http is None:
            import httpx  # noqa: PLC0415 - 50 ms, for those who bring no client

            self.http: Any = httpx.AsyncClient(follow_redirects=True)
        self.messages: AsyncMessages = AsyncMessages(self, STABLE)
        self.beta: _Beta = _Beta(AsyncMessages(self, BETA))

    def call(self, request: Request) -> AsyncCall:
        """Return what sends this request when it is called."""
        return AsyncCall(self, request)

    async def close(self) -> None:
        """Close the connections, if this client made them."""
        if self._own_http:
            await self.http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


class _Wire:
    """The connection of a request that has no response yet: it can be cut from another thread.

    The transports say through the `trace` extension when they have opened one. A connection that
    is used again says nothing: then the abort takes effect when the headers come.
    """

    def __init__(self) -> None:
        self._stream: Any = None
        self._cancelled = False

    def opened(self, event: str, info: dict[str, Any]) -> None:
        """Take note of a connection; what `trace` calls."""
        if event.endswith(("connect_tcp.complete", "start_tls.complete")):
            self._stream = info.get("return_value")
            if self._cancelled:
                shut(self._stream)

    def wake(self) -> None:
        """End the waiting for the response, and any further attempt."""
        self._cancelled = True
        shut(self._stream)

    def check(self) -> None:
        """Raise the abort, if there was one.

        Raises:
            APIUserAbortError: there was.
        """
        if self._cancelled:
            raise APIUserAbortError


def _arguments(request: Request, trace: Any) -> dict[str, Any]:
    """Return what `build_request` of either library is given."""
    arguments = {
        "content": request.content,
        "headers": request.headers,
        "timeout": request.timeout,
        "extensions": {"trace": trace},
    }
    return arguments | ({"params": request.query} if request.query else {})


class Call:
    """Sends one request, with its retries, when it is called; returns the unread response."""

    def __init__(self, client: Client, request: Request) -> None:
        self._client = client
        self._request = request
        self._wire = _Wire()

    def wake(self) -> None:
        """Stop waiting for the response; from any thread."""
        self._wire.wake()

    def __call__(self) -> Any:
        """Perform the steps.

        Raises:
            APIError: no attempt worked.
            APIUserAbortError: `wake()` was called.
        """
        steps = attempts(self._request)
        outcome: Any = None
        while True:
            try:
                step = steps.send(outcome)
            except StopIteration as done:
                return done.value
            self._wire.check()
            outcome = self._perform(step)

    def _perform(self, step: Step) -> Any:
        try:
            match step:
                case Send(request):
                    http = self._client.http
                    arguments = _arguments(request, self._wire.opened)
                    built = http.build_request("POST", request.url, **arguments)
                    return http.send(built, stream=True)
                case Wait(seconds):
                    return self._client.clock.sleep(seconds)
                case Read(response):
                    response.read()
                    return response.text
                case Discard(response):
                    return response.close()
        except Exception as error:  # noqa: BLE001 - an outcome: the plan decides
            self._wire.check()
            return error


class AsyncCall:
    """Sends one request, with its retries, when it is called and awaited."""

    def __init__(self, client: AsyncClient, request: Request) -> None:
        self._client = client
        self._request = request
        self._wire = _Wire()

    def wake(self) -> None:
        """Stop waiting for the response; from any task or thread."""
        self._wire.wake()

    async def __call__(self) -> Any:
        """Perform the steps (see `Call`).

        Raises:
            APIError: no attempt worked.
            APIUserAbortError: `wake()` was called.
        """
        steps = attempts(self._request)
        outcome: Any = None
        while True:
            try:
                step = steps.send(outcome)
            except StopIteration as done:
                return done.value
            self._wire.check()
            outcome = await self._perform(step)

    async def _perform(self, step: Step) -> Any:
        try:
            match step:
                case Send(request):
                    http = self._client.http
                    arguments = _arguments(request, self._opened)
                    built = http.build_request("POST", request.url, **arguments)
                    return await http.send(built, stream=True)
                case Wait(seconds):
                    return await self._client.clock.asleep(seconds)
                case Read(response):
                    await response.aread()
                    return response.text
                case Discard(response):
                    return await response.aclose()
        except Exception as error:  # noqa: BLE001 - an outcome: the plan decides
            self._wire.check()
            return error

    async def _opened(self, event: str, info: dict[str, Any]) -> None:
        self._wire.opened(event, info)
