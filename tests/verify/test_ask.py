"""Requests sent anew to a live service."""

import dataclasses

import httpx
import pytest

import streamtape
from streamtape.cassette import Cassette, End, Interaction, Matching, Request, Response
from streamtape.errors import UsageError
from streamtape.server import ReplayServer, Upstream
from streamtape.verify import ask_again

ENVIRON = {"ANTHROPIC_API_KEY": "no-key-is-needed"}
BODY = {"model": "m", "stream": True, "messages": [{"role": "user", "content": "Hi"}]}


@pytest.fixture(scope="module")
def upstream():
    with Upstream(pace=0) as live:
        yield live


@pytest.fixture(scope="module")
def taped(upstream):
    """A recording of the live service: a stream, and a message in one piece."""
    headers = {"x-api-key": "k", "anthropic-version": "2023-06-01", "accept": "x/y"}
    transport = streamtape.RecordTransport(httpx.HTTPTransport())
    with httpx.Client(transport=transport, headers=headers) as client:
        for stream in (True, False):
            client.post(f"{upstream.url}/v1/messages", json={**BODY, "stream": stream})
    return transport.cassette


def changed(cassette, **changes):
    first = cassette.interactions[0]
    response = dataclasses.replace(first.response, **changes)
    return Cassette((Interaction(first.request, response),))


def test_nothing_has_aged(upstream, taped):
    """The recorded requests come again, with the key; the answers are as recorded."""
    before = len(upstream.served)
    reports = list(ask_again(taped, ENVIRON))
    assert [report.outcome for report in reports] == ["same", "same"]
    sent = [served.request for served in upstream.served[before:]]
    assert [request.body for request in sent] == [i.request.body for i in taped.interactions]
    for request in sent:
        assert request.header("x-api-key") == "no-key-is-needed"
        assert request.header("accept") == "x/y"


def test_what_has_aged_is_told(taped):
    """A recording that is not what the service sends is told by event and field."""
    body = taped.interactions[0].response.body.replace(b'"usage"', b'"usige"')
    (report,) = ask_again(changed(taped, body=body), ENVIRON)
    assert report.outcome == "aged"
    assert report.differences == (
        "field gone: message_delta.usige (object)",
        "field gone: message_start.message(message).usige (object)",
        "new field: message_delta.usage (object)",
        "new field: message_start.message(message).usage (object)",
    )


def test_another_upstream(upstream, taped):
    """`upstream` is asked instead of the recorded host, which hears nothing."""
    request = dataclasses.replace(
        taped.interactions[0].request, url="https://api.anthropic.com/v1/messages"
    )
    cassette = Cassette((Interaction(request, taped.interactions[0].response),))
    (report,) = ask_again(cassette, ENVIRON, upstream=upstream.url)
    assert report.outcome == "same"
    assert upstream.served[-1].request.url == f"{upstream.url}/v1/messages"


def test_a_service_that_does_not_answer(taped):
    """Where nobody listens, nothing is told about the recording."""
    (report, _) = ask_again(taped, ENVIRON, upstream="http://127.0.0.1:1")
    assert report.outcome == "unverified"
    assert report.reason.startswith("no response came: ")


@pytest.mark.parametrize(
    ("environ", "url", "kind"),
    [
        ({"ANTHROPIC_API_KEY": "sk-secret\x00value"}, None, "LocalProtocolError"),
        ({"ANTHROPIC_API_KEY": "sk-secr\xe9t-value"}, None, "UnicodeEncodeError"),
        (ENVIRON, "http://127.0.0.1:8/\x00", "InvalidURL"),
    ],
)
def test_what_cannot_be_sent(taped, environ, url, kind):
    """A key that is no header is no traceback, and is not shown; nor is a URL that is none."""
    request = taped.interactions[0].request
    request = dataclasses.replace(request, url=url or request.url)
    (report,) = ask_again(Cassette((Interaction(request, Response()),)), environ)
    assert report.outcome == "unverified"
    assert report.reason == (
        f"no response came: {kind}: a header or the URL cannot be sent as it is"
    )


def test_a_key_with_white_space_around_it(upstream, taped):
    """A line end behind the key, as of a file, is not sent."""
    (report, _) = ask_again(taped, {"ANTHROPIC_API_KEY": "my-key\n"})
    assert report.outcome == "same"
    assert upstream.served[-1].request.header("x-api-key") == "my-key"


def test_a_key_that_is_refused(upstream, taped):
    """A 401 is about the key, not about the recording."""
    cassette = changed(taped)
    request = dataclasses.replace(cassette.interactions[0].request, headers=())
    cassette = Cassette((Interaction(request, cassette.interactions[0].response),))
    (report,) = ask_again(cassette, {}, upstream=f"{upstream.url}")
    assert (report.outcome, report.reason) == (
        "unverified",
        "the service answered 401: it takes no such key",
    )


def test_only_questions_are_asked_again(upstream):
    """What may change or remove something is not sent, and said so."""
    cassette = Cassette((Interaction(Request("DELETE", f"{upstream.url}/v1/x"), Response()),))
    before = len(upstream.served)
    (report,) = ask_again(cassette, {})
    assert (report.outcome, report.reason) == (
        "not asked",
        "DELETE may change something: verify it in a test",
    )
    assert len(upstream.served) == before


def test_all_or_nothing_is_sent(upstream, taped):
    """Where one request cannot be sent, none is."""
    bad = Interaction(Request("POST", "https://api.openai.com/v1/x"), Response())
    before = len(upstream.served)
    with pytest.raises(UsageError, match="OPENAI_API_KEY is not set"):
        next(ask_again(Cassette((*taped.interactions, bad)), ENVIRON))
    assert len(upstream.served) == before


def test_a_redacted_body_is_said(upstream, taped):
    """A request in which a secret stood goes out with its placeholder, and a note says so."""
    request = dataclasses.replace(
        taped.interactions[0].request, body=b'{"stream":true,"model":"REDACTED"}'
    )
    cassette = Cassette((Interaction(request, taped.interactions[0].response),))
    (report,) = ask_again(cassette, ENVIRON)
    assert report.outcome == "same"
    assert report.notes == ("the request was sent with REDACTED where a secret stood",)


def test_a_stream_that_breaks(taped):
    """A live answer that ends too early tells nothing, and is no exception."""
    headers = (("content-type", "text/event-stream"),)
    broken = Response(200, headers, b"data: 1\n\n", end=End("truncated"))
    request = Request("POST", "https://x/v1/messages")
    served = Cassette((Interaction(request, broken),))
    with ReplayServer(served, matching=Matching(("method",))) as server:
        (report,) = ask_again(changed(taped), ENVIRON, upstream=server.url)
    assert report.outcome == "unverified"
    assert report.reason == "the live answer ended after 9 bytes: truncated"
