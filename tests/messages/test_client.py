"""The client: one small face over the plan, for httpx and httpx2, in both colours."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any, assert_type

import anthropic
import anyio
import httpx
import httpx2
import pytest

from streamtape.errors import UsageError
from streamtape.messages import (
    APIConnectionError,
    APIResponseValidationError,
    APITimeoutError,
    AsyncClient,
    AsyncMessageStreamManager,
    BetaMessageStream,
    BetaRawMessageStartEvent,
    Client,
    Message,
    MessageStream,
    MessageStreamManager,
    OverloadedError,
    RawMessageStartEvent,
)

if TYPE_CHECKING:
    from types import SimpleNamespace

BOTH = pytest.mark.parametrize("http", [httpx, httpx2])
QUESTION: dict[str, Any] = {
    "model": "m",
    "max_tokens": 1,
    "messages": [{"role": "user", "content": "Hi"}],
}


class Service:
    """Answers requests in memory, the last answer again and again."""

    def __init__(self, http: Any, *answers: tuple[int, Any]) -> None:
        self.http = http
        self.answers = list(answers)
        self.requests: list[Any] = []
        self.waits: list[float] = []

    def __call__(self, request: Any) -> Any:
        """Answer one request."""
        self.requests.append(request)
        status, content = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(content, Exception):
            raise content
        if isinstance(content, bytes):
            headers = {"content-type": "text/event-stream", "request-id": "req_1"}
            return self.http.Response(status, headers=headers, content=content)
        return self.http.Response(status, json=content)

    def now(self) -> float:
        """Be a clock."""
        return 0.0

    def sleep(self, seconds: float) -> None:
        """Be a clock that only notes."""
        self.waits.append(seconds)

    async def asleep(self, seconds: float) -> None:
        """Be a clock that only notes."""
        self.waits.append(seconds)

    def client(self, **settings: Any) -> Client:
        """Return a client of this service."""
        session = self.http.Client(transport=self.http.MockTransport(self))
        return Client(api_key="k", http_client=session, clock=self, **settings)

    def async_client(self, **settings: Any) -> AsyncClient:
        """Return an asynchronous client of this service."""
        session = self.http.AsyncClient(transport=self.http.MockTransport(self))
        return AsyncClient(api_key="k", http_client=session, clock=self, **settings)


@pytest.fixture
def body(lab: SimpleNamespace) -> bytes:
    """A whole message."""
    written: bytes = lab.encode(lab.START, *lab.text_events("[1, 2]"), *lab.STOP)
    return written


@BOTH
def test_nothing_is_sent_before_it_is_asked_for(http: Any, body: bytes) -> None:
    """A stream is sent when it is entered, read, or asked for its end; once."""
    service = Service(http, (200, body))
    client = service.client()
    stream = client.messages.stream(**QUESTION)
    assert isinstance(stream, MessageStreamManager)
    assert (service.requests, stream.response, stream.request_id) == ([], None, None)
    with stream as entered:
        assert entered is stream
        assert len(service.requests) == 1
        assert isinstance(stream, MessageStream)
        assert (stream.request_id, stream.workspace_id) == ("req_1", None)
        assert stream.get_final_text() == "[1, 2]"
    for use in ("done", "final_message", "until_done", "__next__"):
        getattr(client.messages.stream(**QUESTION), use)()
    assert len(service.requests) == 5
    assert stream.messages[0] == QUESTION["messages"][0]


@BOTH
def test_requests_are_those_of_the_official_sdk(http: Any, body: bytes) -> None:
    """Same address, same JSON, same headers but for those that say which SDK it is."""

    def send(request: Any) -> Any:
        theirs.append(request)
        return httpx2.Response(200, headers={"content-type": "text/event-stream"}, content=body)

    theirs: list[Any] = []
    sdk = anthropic.Anthropic(
        api_key="k",
        base_url="http://service",
        http_client=httpx2.Client(transport=httpx2.MockTransport(send)),
    )
    service = Service(http, (200, body))
    ours = service.client(base_url="http://service/")
    for client in (sdk, ours):
        with client.messages.stream(**QUESTION, output_format=list[int]) as stream:
            assert stream.get_final_message().parsed_output == [1, 2]
        with client.beta.messages.stream(**QUESTION, betas=["a", "b"]):
            pass
        client.messages.create(**QUESTION, stream=True, extra_headers={"x-mine": "1"})
    allowed = {"user-agent", "x-stainless-timeout", "content-length", "connection"}
    for mine, other in zip(service.requests, theirs, strict=True):
        assert str(mine.url) == str(other.url)
        assert json.loads(mine.content) == json.loads(other.content)
        expected = {
            name: value
            for name, value in other.headers.items()
            if name not in allowed
            and not name.startswith(("x-stainless-lang", "x-stainless-package", "x-stainless-os"))
            and not name.startswith(("x-stainless-arch", "x-stainless-run", "x-stainless-async"))
        }
        assert {k: v for k, v in mine.headers.items() if k not in allowed} == expected
        assert mine.extensions["timeout"] == other.extensions["timeout"]


@BOTH
def test_failures_before_the_answer_are_retried(http: Any, body: bytes) -> None:
    """Statuses and broken connections; the clock is told how long to wait."""
    overloaded = {"type": "error", "error": {"type": "overloaded_error", "message": "x"}}
    service = Service(http, (529, overloaded), (0, http.ConnectError("no")), (200, body))
    message = service.client().messages.stream(**QUESTION).get_final_message()
    assert message.id == "msg_1"
    assert [r.headers["x-stainless-retry-count"] for r in service.requests] == ["0", "1", "2"]
    assert len(service.waits) == 2
    failing = Service(http, (529, overloaded))
    with pytest.raises(OverloadedError), failing.client(max_retries=1).messages.stream(**QUESTION):
        pass
    assert len(failing.requests) == 2
    with pytest.raises(OverloadedError):
        failing.client().messages.create(**QUESTION, max_retries=0, timeout=3.0)
    assert failing.requests[2].extensions["timeout"]["read"] == 3.0


@BOTH
def test_create_returns_a_message_or_raw_events(
    http: Any, lab: SimpleNamespace, body: bytes
) -> None:
    """The whole message at once, or the raw events as they come; the beta API's own classes."""
    whole = lab.START["message"] | {"content": [{"type": "text", "text": "Hi"}]}
    message = Service(http, (200, whole)).client().messages.create(**QUESTION)
    assert (type(message), message.content[0].text) == (Message, "Hi")
    client = Service(http, (200, body)).client()
    with client.messages.create(**QUESTION, stream=True) as stream:
        assert isinstance(next(stream), RawMessageStartEvent)
        assert [event.type for event in stream][-1] == "message_stop"
    assert stream.response.is_closed
    beta = client.beta.messages.create(**QUESTION, stream=True)
    assert isinstance(next(beta), BetaRawMessageStartEvent)
    assert isinstance(client.beta.messages.stream(**QUESTION), BetaMessageStream)
    odd = Service(http, (200, [1])).client()
    with pytest.raises(APIResponseValidationError) as caught:
        odd.messages.create(**QUESTION)
    assert str(caught.value) == "the response is not a JSON object."
    with pytest.raises(APIResponseValidationError):
        client.messages.create(**QUESTION)


class Breaking(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body that breaks."""

    def __iter__(self) -> Any:
        yield b"{"
        raise httpx.ReadTimeout("silent")

    async def __aiter__(self) -> Any:
        yield b"{"
        raise httpx.ReadError("gone")


def broken(_: Any) -> httpx.Response:
    """Answer with a body that breaks."""
    return httpx.Response(200, stream=Breaking())


def test_a_body_that_breaks_is_of_our_tree() -> None:
    """Also where the message is read at once, and in raw streams, in both colours."""
    transport = httpx.MockTransport(broken)
    client = Client(api_key="k", http_client=httpx.Client(transport=transport))
    with pytest.raises(APITimeoutError):
        client.messages.create(**QUESTION)
    raw = client.messages.create(**QUESTION, stream=True)
    with pytest.raises(APITimeoutError):
        next(raw)

    async def use() -> None:
        session = httpx.AsyncClient(transport=transport)
        other = AsyncClient(api_key="k", http_client=session)
        with pytest.raises(APIConnectionError):
            await other.messages.create(**QUESTION)
        stream = await other.messages.create(**QUESTION, stream=True)
        with pytest.raises(APIConnectionError):
            await anext(stream)

    anyio.run(use)


@BOTH
@pytest.mark.parametrize("library", ["asyncio", "trio"])
def test_the_asynchronous_client_is_the_same(
    http: Any, library: str, lab: SimpleNamespace, body: bytes
) -> None:
    """Streams, retries, create and errors."""
    failing = {"type": "error", "error": {"type": "overloaded_error", "message": "x"}}

    async def use() -> None:
        service = Service(http, (529, failing), (0, http.ConnectError("no")), (200, body))
        client = service.async_client()
        stream = client.messages.stream(**QUESTION, output_format=list[int])
        assert isinstance(stream, AsyncMessageStreamManager)
        assert service.requests == []
        async with stream as entered:
            assert entered is stream
            assert (await stream.final_message()).parsed_output == [1, 2]
        assert len(service.waits) == 2
        raw = await client.beta.messages.create(**QUESTION, stream=True)
        async with raw:
            assert isinstance(await anext(raw), BetaRawMessageStartEvent)
            assert [event.type async for event in raw][-1] == "message_stop"
        whole = Service(http, (200, lab.START["message"])).async_client()
        assert (await whole.messages.create(**QUESTION)).id == "msg_1"
        broken_client = Service(http, (529, failing)).async_client(max_retries=0)
        with pytest.raises(OverloadedError):
            await broken_client.beta.messages.stream(**QUESTION).done()

    anyio.run(use, backend=library)


def test_the_type_that_was_asked_for_is_known_to_type_checkers(body: bytes) -> None:
    """A stream knows what its `parsed_output` is, from `output_format`."""
    client = Service(httpx, (200, body)).client()
    stream = client.messages.stream(model="m", max_tokens=1, messages=[], output_format=list[int])
    assert_type(stream, MessageStreamManager[list[int]])
    assert_type(stream.final_message().parsed_output, list[int] | None)
    assert stream.final_message().parsed_output == [1, 2]


def test_a_client_without_a_key_says_where_it_comes_from(monkeypatch: pytest.MonkeyPatch) -> None:
    """From the argument or the environment; address too."""
    monkeypatch.delenv("ANTHROPIC_API_KEY", raising=False)
    with pytest.raises(UsageError) as caught:
        Client()
    assert str(caught.value) == (
        "a client without api_key: the environment variable ANTHROPIC_API_KEY is not set either. "
        "Set it, or pass api_key; in a replay any text will do."
    )
    monkeypatch.setenv("ANTHROPIC_API_KEY", "secret")
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "http://elsewhere/")
    with Client() as client:
        assert (client.api_key, client.base_url) == ("secret", "http://elsewhere")
    assert client.http.is_closed

    async def use() -> None:
        async with AsyncClient() as other:
            pass
        assert other.http.is_closed
        session = httpx.AsyncClient()
        async with AsyncClient(http_client=session):
            pass
        assert not session.is_closed
        await session.aclose()

    anyio.run(use)
    with httpx.Client() as session, Client(http_client=session):
        pass


def test_importing_the_package_imports_no_http_library() -> None:
    """Nor pydantic's models, nor anyio: each is loaded when it is needed."""
    code = (
        "import sys, streamtape.messages\n"
        "heavy = {'httpx', 'httpx2', 'anyio', 'trio', 'pydantic'} & set(sys.modules)\n"
        "print(sorted(heavy))"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout == "[]\n"
