"""The error that an HTTP status, or an error event inside a stream, stands for."""

from __future__ import annotations

import json
from typing import Any

from streamtape.messages._errors import APIStatusError

__all__ = [
    "AuthenticationError",
    "BadRequestError",
    "ClientClosedRequestError",
    "ConflictError",
    "ContentTooLargeError",
    "DeadlineExceededError",
    "GatewayTimeoutError",
    "HTTPNotImplementedError",
    "InternalServerError",
    "NotFoundError",
    "OverloadedError",
    "PaymentRequiredError",
    "PermissionDeniedError",
    "PreconditionFailedError",
    "RateLimitError",
    "RequestHeaderFieldsTooLargeError",
    "RequestTimeoutError",
    "RequestTooLargeError",
    "ServiceUnavailableError",
    "UnprocessableEntityError",
]


class BadRequestError(APIStatusError):
    """400."""


class AuthenticationError(APIStatusError):
    """401."""


class PaymentRequiredError(APIStatusError):
    """402."""


class PermissionDeniedError(APIStatusError):
    """403."""


class NotFoundError(APIStatusError):
    """404."""


class RequestTimeoutError(APIStatusError):
    """408."""


class ConflictError(APIStatusError):
    """409."""


class PreconditionFailedError(APIStatusError):
    """412."""


class ContentTooLargeError(APIStatusError):
    """413."""


class UnprocessableEntityError(APIStatusError):
    """422."""


class RateLimitError(APIStatusError):
    """429."""


class RequestHeaderFieldsTooLargeError(APIStatusError):
    """431."""


class ClientClosedRequestError(APIStatusError):
    """499."""


class InternalServerError(APIStatusError):
    """500 and every other status from there on."""


class HTTPNotImplementedError(InternalServerError):
    """501."""


class ServiceUnavailableError(InternalServerError):
    """503."""


class GatewayTimeoutError(InternalServerError):
    """504."""


class OverloadedError(InternalServerError):
    """529."""


RequestTooLargeError = ContentTooLargeError
DeadlineExceededError = GatewayTimeoutError

_BY_STATUS: dict[int, type[APIStatusError]] = {
    400: BadRequestError,
    401: AuthenticationError,
    402: PaymentRequiredError,
    403: PermissionDeniedError,
    404: NotFoundError,
    408: RequestTimeoutError,
    409: ConflictError,
    412: PreconditionFailedError,
    413: ContentTooLargeError,
    422: UnprocessableEntityError,
    429: RateLimitError,
    431: RequestHeaderFieldsTooLargeError,
    499: ClientClosedRequestError,
    501: HTTPNotImplementedError,
    503: ServiceUnavailableError,
    504: GatewayTimeoutError,
    529: OverloadedError,
}

# The `error.type` of an event inside a stream, and the status that it has outside of one.
_STATUS_OF_TYPE = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "billing_error": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "conflict_error": 409,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "api_error": 500,
    "timeout_error": 504,
    "overloaded_error": 529,
}


def _class_of(status: int) -> type[APIStatusError]:
    other = InternalServerError if status >= 500 else APIStatusError  # noqa: PLR2004 - the class of server errors
    return _BY_STATUS.get(status, other)


def status_error(response: Any, text: str) -> APIStatusError:
    """Return the error of a response that is not a success.

    Args:
        response: the response, read.
        text: its body.
    """
    text = text.strip()
    try:
        body: object = json.loads(text)
    except ValueError:
        body = text or None
    status = response.status_code
    message = f"Error code: {status} - {body}" if not isinstance(body, str) else body
    if body is None:
        message = f"Error code: {status}"
    return _class_of(status)(message, response=response, body=body)


def stream_error(body: object, response: Any) -> APIStatusError:
    """Return the error of an `error` event: the class of its type; the status stays the real one.

    Args:
        body: the event's JSON, or its text where it is none.
        response: the response that it came in, or None.
    """
    error = body.get("error") if isinstance(body, dict) else None
    kind = error.get("type") if isinstance(error, dict) else None
    status = _STATUS_OF_TYPE.get(kind) if isinstance(kind, str) else None
    cls = APIStatusError if status is None else _class_of(status)
    code = getattr(response, "status_code", 200)
    message = str(body) if body else f"Error code: {code}"
    return cls(message, response=response, body=body)
