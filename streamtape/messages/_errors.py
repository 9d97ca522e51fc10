"""The errors of a model API's client: the official SDK's names, under `StreamtapeError`.

::

    StreamtapeError
    └── AnthropicError                        everything below
        ├── APIError                          .message .request .body
        │   ├── APIStatusError                .response .status_code .type .request_id ...
        │   │   └── one class for each status (`STATUS_ERRORS`)
        │   ├── APIConnectionError            the connection failed, before or in the body
        │   │   └── APITimeoutError
        │   └── APIResponseValidationError
        ├── APIUserAbortError                 your code aborted the stream
        └── MessageStreamError                what came makes no message: .partial_message
            ├── IncompleteStreamError         it ended too early
            ├── InvalidEventError             an event that cannot be
            ├── ToolInputError                the tool's input is no JSON (a ValueError too)
            └── OutputParseError              the answer is not of the type asked for (ValueError)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from streamtape.errors import StreamtapeError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from streamtape.messages._message import Message

__all__ = [
    "APIConnectionError",
    "APIError",
    "APIResponseValidationError",
    "APIStatusError",
    "APITimeoutError",
    "APIUserAbortError",
    "AnthropicError",
    "EndedError",
    "IncompleteStreamError",
    "InvalidEventError",
    "ListenerError",
    "MessageStreamError",
    "NoTextError",
    "NotStartedError",
    "OutputParseError",
    "ToolInputError",
]


class AnthropicError(StreamtapeError):
    """Root of the errors of the client and its streams. The name is the official SDK's.

    Attributes:
        partial_message: what had been put together when the error came, or None.
    """

    partial_message: Message[Any] | None = None


class APIError(AnthropicError):
    """What the service, or the way to it, answered instead of a message.

    Attributes:
        message: the sentence.
        request: the request, or None where there is none (bytes from memory).
        body: the decoded JSON of the error, its text, or None.
        type: `error.type` of the body, or None.
        api_message: `error.message` of the body, or None.
        error_code: `error.details.error_code` of the body, or None.
    """

    message: str
    request: Any
    body: object

    def __init__(self, message: str, request: Any = None, *, body: object = None) -> None:
        super().__init__(message)
        self.message, self.request, self.body = message, request, body
        error = _dict(_dict(body).get("error"))
        self.type: str | None = error.get("type")
        self.api_message: str | None = error.get("message")
        self.details: dict[str, Any] | None = _dict(error.get("details")) or None
        code = _dict(self.details).get("error_code")
        self.error_code: str | None = code if isinstance(code, str) else None

    def __reduce__(self) -> tuple[object, ...]:
        # Requests and responses hold open connections: a pickled error goes without.
        state = {
            key: value for key, value in self.__dict__.items() if key not in ("request", "response")
        }
        return _rebuild, (type(self), self.args, state)


def _rebuild(cls: type[APIError], args: tuple[object, ...], state: dict[str, Any]) -> APIError:
    error = cls.__new__(cls, *args)
    error.__dict__.update({"request": None, "response": None} | state)
    return error


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


class APIResponseValidationError(APIError):
    """A response that is a success but cannot be read as what it should be."""

    def __init__(self, response: Any, body: object, *, message: str) -> None:
        super().__init__(message, getattr(response, "request", None), body=body)
        self.response = response
        self.status_code: int = response.status_code


class APIStatusError(APIError):
    """The service answered with an error, by status or by an event inside the stream.

    Attributes:
        response: the response, or None where there is none (bytes from memory).
        status_code: its real status: 200 for an error inside a stream.
        request_id: its header `request-id`, or None.
        workspace_id: its header `anthropic-workspace-id`, or None.
    """

    def __init__(self, message: str, *, response: Any = None, body: object = None) -> None:
        super().__init__(message, getattr(response, "_request", None), body=body)
        self.response = response
        self.status_code: int = getattr(response, "status_code", 200)
        headers = getattr(response, "headers", {})
        self.request_id: str | None = headers.get("request-id")
        self.workspace_id: str | None = headers.get("anthropic-workspace-id")


class APIConnectionError(APIError):
    """The connection failed, before the response or in its body; `__cause__` says how."""

    def __init__(self, *, message: str = "Connection error.", request: Any = None) -> None:
        super().__init__(message, request)


class APITimeoutError(APIConnectionError):
    """The other side was silent for longer than the timeout allows."""

    def __init__(self, request: Any = None, *, message: str = "Request timed out.") -> None:
        super().__init__(message=message, request=request)


class APIUserAbortError(AnthropicError):
    """Your own code ended the stream: `abort()`, a signal, `close()`, or leaving its context."""

    def __init__(self) -> None:
        super().__init__("Request was aborted.")

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (), self.__dict__


class MessageStreamError(AnthropicError):
    """What came over the stream does not make a message."""


class IncompleteStreamError(MessageStreamError):
    """The stream ended before the message did.

    Attributes:
        last_event: the type of the last event, or "" where none came.
        hint: more that is known of why, or "".
    """

    last_event: str
    hint: str

    def __init__(self, last_event: str, hint: str = "") -> None:
        self.last_event, self.hint = last_event, hint
        seen = f"the last event was {last_event}" if last_event else "no event came at all"
        super().__init__(
            f"the stream ended before the message did: {seen}.{hint and ' '}{hint} "
            "What there is of the message is in `partial_message`."
        )

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.last_event, self.hint), self.__dict__


class NotStartedError(MessageStreamError):
    """The message was looked at before it began."""

    def __init__(self) -> None:
        super().__init__(
            "there is no message yet: `message_start` has not come. Read an event first."
        )

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (), self.__dict__


class NoTextError(MessageStreamError, RuntimeError):
    """The final text was asked for, and the message has no text block.

    Attributes:
        kinds: the kinds of block that it has.
    """

    def __init__(self, kinds: Sequence[str]) -> None:
        self.kinds: list[str] = list(kinds)
        listed = ", ".join(self.kinds) or "no"
        super().__init__(
            f"there is no text in the message: it has {listed} content block(s). "
            "Use get_final_message()."
        )

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.kinds,), self.__dict__


class EndedError(MessageStreamError):
    """An event was waited for, and the stream ended without it.

    Attributes:
        event: the name of the event.
    """

    def __init__(self, event: str) -> None:
        self.event = event
        super().__init__(f"the stream has ended, and {event!r} was not emitted (again).")

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.event,), self.__dict__


class ListenerError(AnthropicError):
    """A listener of yours raised; `__cause__` is what. The stream was ended by it.

    Attributes:
        event: the name of the event that it listened to.
    """

    def __init__(self, event: str) -> None:
        self.event = event
        super().__init__(f"a listener of {event!r} raised an error.")

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.event,), self.__dict__


class InvalidEventError(MessageStreamError):
    """An event that cannot be where it is, or is not made as it must be.

    Attributes:
        event: the type of the event, or what there is of it.
        problem: what is wrong with it.
    """

    event: str
    problem: str

    def __init__(self, event: str, problem: str) -> None:
        self.event, self.problem = event, problem
        super().__init__(f"the stream has an invalid {event} event: {problem}.")

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.event, self.problem), self.__dict__


class ToolInputError(MessageStreamError, ValueError):
    """A tool's input is not the beginning of any JSON text.

    Attributes:
        json: the text that came.
        reason: what the JSON parser says.
    """

    json: str
    reason: str

    def __init__(self, json: str, reason: str) -> None:
        self.json, self.reason = json, reason
        super().__init__(
            "Unable to parse tool parameter JSON from model. Please retry your request or adjust "
            f"your prompt. Error: {reason}. JSON: {json}"
        )

    def __reduce__(self) -> tuple[object, ...]:
        return type(self), (self.json, self.reason), self.__dict__


class OutputParseError(MessageStreamError, ValueError):
    """The model's text is not of the type that was asked for. The message itself is complete.

    Attributes:
        wanted: the name of the type.
        text: what the model wrote instead.
        stop_reason: why it stopped: after ``max_tokens`` or ``refusal`` no other end was possible.
        reason: what the parser says.
    """

    wanted: str
    text: str
    stop_reason: str | None
    reason: str

    def __init__(self, wanted: str, text: str, stop_reason: str | None, reason: str) -> None:
        self.wanted, self.text, self.stop_reason, self.reason = wanted, text, stop_reason, reason
        super().__init__(
            f"the model's text is no {wanted} (it stopped with {stop_reason}): {reason}. "
            "The whole message is in `partial_message`."
        )

    @property
    def message(self) -> Message[Any] | None:
        """The complete message that could not be parsed."""
        return self.partial_message

    def __reduce__(self) -> tuple[object, ...]:
        facts = self.wanted, self.text, self.stop_reason, self.reason
        return type(self), facts, self.__dict__


def wrap_transport_error(cause: Exception, request: Any = None) -> AnthropicError:
    """Return the error of this tree for what a transport raised; `cause` is its `__cause__`.

    Which library it comes from is told by the names of its classes: nothing is imported for it.
    """
    if isinstance(cause, AnthropicError):
        return cause
    names = {cls.__name__ for cls in type(cause).__mro__}
    error: APIConnectionError
    if names & {"TimeoutException", "TimeoutError"}:
        error = APITimeoutError(request)
    else:
        error = APIConnectionError(request=request)
    error.__cause__ = cause
    return error
