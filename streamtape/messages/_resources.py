"""`messages.create` and `messages.stream`: from parameters to a request, and to what it gives.

Every parameter is keyword-only and goes into the body, known or not; the ones that are named here
are those that do not, or mean more than their value.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, overload

from streamtape.messages._dialect import BETA, Dialect
from streamtape.messages._errors import APIResponseValidationError, wrap_transport_error
from streamtape.messages._low import AsyncStream, Stream
from streamtape.messages._managers import (
    AsyncMessageStreamManager,
    BetaAsyncMessageStreamManager,
    BetaMessageStreamManager,
    MessageStreamManager,
)
from streamtape.messages._output import Output
from streamtape.messages._request import Request, body_of, encode, headers_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from streamtape.messages._abort import AbortSignal
    from streamtape.messages._client import AsyncClient, Client
    from streamtape.messages._message import Message

    Managers = tuple[Callable[..., Any], Callable[..., Any]]  # stable, beta

__all__ = ["AsyncMessages", "Messages"]

T = TypeVar("T")

# Parameters that are no fields of the body.
_OPTIONS = ("betas", "timeout", "max_retries", "extra_headers", "extra_query", "extra_body")


class _Resource:
    """What both colours share: how a request is made, and how an answer is read."""

    def __init__(self, client: Any, dialect: Dialect) -> None:
        self._client = client
        self._dialect = dialect

    def _request(
        self, params: Mapping[str, Any], output: Output[Any] | None = None, *, helper: bool = False
    ) -> Request:
        """Make a request of parameters: the options among them are taken out of the body."""
        client = self._client
        options = {name: params[name] for name in _OPTIONS if params.get(name) is not None}
        fields = {name: value for name, value in params.items() if name not in _OPTIONS}
        limit = options.get("timeout", client.timeout)
        name = self._dialect.name if helper else ""
        betas: Sequence[str] = options.get("betas", ())
        headers = headers_of(client.api_key, limit, helper=name, betas=betas)
        return Request(
            url=f"{client.base_url}/v1/messages",
            headers=headers | client.default_headers | dict(options.get("extra_headers", {})),
            content=encode(body_of(fields, output) | dict(options.get("extra_body", {}))),
            query=dict(options.get("extra_query", {})),
            timeout=limit,
            max_retries=options.get("max_retries", client.max_retries),
        )

    def _manage(
        self, managers: Managers, params: dict[str, Any], wanted: Any, signal: AbortSignal | None
    ) -> Any:
        """Return the manager of a stream that is yet to be asked for."""
        output = Output.of(wanted)
        request = self._request(params | {"stream": True}, output, helper=True)
        return managers[self._dialect is BETA](
            self._client.call(request),
            output_format=output,
            signal=signal,
            history=params.get("messages") or (),
        )

    def _message(self, response: Any) -> Message[Any]:
        """Return the message of a response that was read."""
        try:
            data = response.json()
        except ValueError:
            data = None
        if not isinstance(data, dict):
            raise APIResponseValidationError(
                response, response.text, message="the response is not a JSON object."
            )
        return self._dialect.message(data)


class Messages(_Resource):
    """The Messages API of a `Client`."""

    _client: Client

    @overload
    def stream(
        self, *, output_format: type[T], signal: AbortSignal | None = None, **params: Any
    ) -> MessageStreamManager[T]: ...

    @overload
    def stream(
        self, *, output_format: Any = None, signal: AbortSignal | None = None, **params: Any
    ) -> MessageStreamManager[Any]: ...

    def stream(
        self, *, output_format: Any = None, signal: AbortSignal | None = None, **params: Any
    ) -> MessageStreamManager[Any]:
        """Return a stream of one message. Nothing is sent before it is entered or read.

        Args:
            output_format: the type that the text is to have: anything for `pydantic.TypeAdapter`.
            signal: aborts the stream when its controller is told to.
            **params: the fields of the body (`model`, `messages`, `max_tokens`, `tools`, ...), and
                these options: `betas` (names), `timeout` and `max_retries` (as for the client),
                `extra_headers`, `extra_query`, `extra_body` (mappings).

        Raises:
            UsageError: `output_format` is no type that has a schema.
        """
        managers = (MessageStreamManager, BetaMessageStreamManager)
        manager: MessageStreamManager[Any] = self._manage(managers, params, output_format, signal)
        return manager

    def create(self, **params: Any) -> Any:
        """Send a request now.

        Args:
            **params: as for `stream()`; with `stream=True` the raw events are returned as they
                come.

        Returns:
            The `Message`, or a `Stream` of raw events.

        Raises:
            APIError: the service refused, or could not be reached.
        """
        response = self._client.call(self._request(params))()
        if params.get("stream"):
            return Stream[Any](response, self._dialect)
        try:
            response.read()
        except Exception as cause:  # noqa: BLE001 - whatever a transport raises
            error = wrap_transport_error(cause)
            raise error from error.__cause__
        return self._message(response)


class AsyncMessages(_Resource):
    """The Messages API of an `AsyncClient`."""

    _client: AsyncClient

    @overload
    def stream(
        self, *, output_format: type[T], signal: AbortSignal | None = None, **params: Any
    ) -> AsyncMessageStreamManager[T]: ...

    @overload
    def stream(
        self, *, output_format: Any = None, signal: AbortSignal | None = None, **params: Any
    ) -> AsyncMessageStreamManager[Any]: ...

    def stream(
        self, *, output_format: Any = None, signal: AbortSignal | None = None, **params: Any
    ) -> AsyncMessageStreamManager[Any]:
        """Return a stream of one message. Nothing is sent before it is entered or read.

        Args:
            output_format: see `Messages.stream()`.
            signal: aborts the stream when its controller is told to.
            **params: see `Messages.stream()`.

        Raises:
            UsageError: `output_format` is no type that has a schema.
        """
        managers = (AsyncMessageStreamManager, BetaAsyncMessageStreamManager)
        manager: AsyncMessageStreamManager[Any] = self._manage(
            managers, params, output_format, signal
        )
        return manager

    async def create(self, **params: Any) -> Any:
        """Send a request now.

        Args:
            **params: see `Messages.create()`.

        Returns:
            The `Message`, or an `AsyncStream` of raw events.

        Raises:
            APIError: the service refused, or could not be reached.
        """
        response = await self._client.call(self._request(params))()
        if params.get("stream"):
            return AsyncStream[Any](response, self._dialect)
        try:
            await response.aread()
        except Exception as cause:  # noqa: BLE001 - whatever a transport raises
            error = wrap_transport_error(cause)
            raise error from error.__cause__
        return self._message(response)
