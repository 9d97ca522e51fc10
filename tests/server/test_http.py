"""HTTP/1.1 without a socket: bytes in, requests out; what is refused, and how."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamtape.cassette import Request
from streamtape.playback import Head
from streamtape.server._http import CONTINUE, Asked, Refusal, Reply, Requests, error_body, refuse

POST = b"POST /v1/x?a=1 HTTP/1.1\r\nHost: here:1\r\nContent-Length: 5\r\n\r\nhello"


def fed(data, **options):
    requests = Requests(**options)
    requests.receive(data)
    return requests.next()


@given(cuts=st.lists(st.integers(1, 2 * len(POST) - 1), max_size=8))
def test_requests_are_the_same_however_their_bytes_come(cuts):
    """Two requests behind each other, under any split, are these two."""
    requests, found, data = Requests(), [], POST + POST
    ends = sorted({*cuts, len(data)})
    for start, stop in zip([0, *ends], ends, strict=False):
        requests.receive(data[start:stop])
        while (next_one := requests.next()) is not None:
            found.append(next_one)
    assert [each.request.url for each in found] == ["http://here:1/v1/x?a=1"] * 2
    assert [each.request.body for each in found] == [b"hello"] * 2
    assert not requests.is_begun


@pytest.mark.parametrize(
    ("head", "status", "problem"),
    [
        ("CONNECT a:1 HTTP/1.1\r\nhost:", 501, "This server is no proxy: CONNECT is not offered."),
        ("GET / HTTP/3.0\r\nhost: a", 505, "HTTP/1.1 is spoken here."),
        ("GET http://[::1/ HTTP/1.1\r\nhost: a", 400, "The request's target is no URL."),
        ("GET / HTTP/1.1\r\nhost: [", 400, "The request's target is no URL."),
        ("GET mailto:a HTTP/1.1\r\nhost: a", 400, "The request's target is no URL."),
        ("PUT / HTTP/1.1\r\nhost:\r\ncontent-length: 11", 413, "A request body may have 10 bytes."),
        ("PUT / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: gzip", 501, "Only Transfer-Encoding: chunked is supported."),  # noqa: E501 - one line each
        ("GET / HTTP/1.1\r\nhost: a\r\nx: " + "y" * 70_000, 431, "Receive buffer too long."),
    ],
)  # fmt: skip
def test_what_is_refused(head, status, problem):
    """The status says what kind of wrong it is, and the sentence what."""
    data = head.encode() + (b"" if status == 431 else b"\r\n\r\n")
    assert fed(data, most_body=10) == Refusal(status, problem)


@pytest.mark.parametrize(
    ("target", "url"),
    [
        ("/a?b", "http://here/a?b"),
        ("*", "http://here/*"),
        ("http://there:80/a", "http://there:80/a"),
    ],
)
def test_every_form_of_a_target_is_an_url(target, url):
    """Origin form, asterisk form and absolute form are what the standard says."""
    assert fed(f"GET {target} HTTP/1.1\r\nhost: here\r\n\r\n".encode()).request.url == url


def test_who_waits_for_100_continue_gets_it_once():
    """And not at all where the body is too large, or is there already."""
    head = b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n"
    requests = Requests()
    requests.receive(head)
    assert requests.next() == CONTINUE
    assert requests.next() is None
    requests.receive(b"hello")
    assert requests.next().request.body == b"hello"
    assert isinstance(fed(head + b"hello"), Asked)
    assert isinstance(fed(head, most_body=4), Refusal)


@pytest.mark.parametrize(
    ("line", "keeps"),
    [("HTTP/1.1", True), ("HTTP/1.1\r\nconnection: Close", False), ("HTTP/1.0", False)],
)
def test_whether_a_client_goes_on(line, keeps):
    """HTTP/1.1 does, unless it says otherwise; HTTP/1.0 does not."""
    asked = fed(f"GET / {line}\r\nhost: h\r\n\r\n".encode())
    assert asked.keeps_alive is keeps
    reply = Reply(asked)
    assert (b"connection: close" in reply.head(Head(200, (), "HTTP/1.1"))) is not keeps


def test_a_recorded_header_cannot_split_a_response():
    """Line ends in a value are spaces on the wire, and what is no Latin-1 is a question mark."""
    reply = Reply(Asked(Request("GET", "http://h/")))
    head = reply.head(Head(299, (("x-a", "1\r\nevil: 2"), ("x-b", "☀")), "HTTP/1.1"))
    assert head == (
        b"HTTP/1.1 299 \r\nx-a: 1 evil: 2\r\nx-b: ?\r\ntransfer-encoding: chunked\r\n\r\n"
    )


def test_a_refusal_is_an_answer():
    """It says its sentence as the model APIs say theirs, and that the connection ends."""
    body = error_body("streamtape_refusal", "No.")
    assert refuse(Refusal(400, "No.")) == (
        b"HTTP/1.1 400 Bad Request\r\ncontent-type: application/json\r\n"
        b"content-length: %d\r\nconnection: close\r\n\r\n%b" % (len(body), body)
    )
