"""What is sent upstream, and what is passed back."""

import httpx
import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamtape.cassette import Request
from streamtape.errors import UsageError
from streamtape.proxy import Target
from streamtape.proxy._target import decodable, narrowed

HERE = "http://127.0.0.1:8000"


@pytest.fixture(params=[httpx, httpx2], ids=["httpx", "httpx2"])
def library(request):
    return request.param


def asked(target, method="POST", headers=(), body=b""):
    return Request(method, HERE + target, (("host", "127.0.0.1:8000"), *headers), body)


@pytest.mark.parametrize(
    ("upstream", "target", "url"),
    [
        ("https://a.example", "/v1/x", "https://a.example/v1/x"),
        ("https://a.example/", "/v1/x?b=1&c=%20+d", "https://a.example/v1/x?b=1&c=%20+d"),
        ("https://a.example:8443/api", "/v1/x", "https://a.example:8443/api/v1/x"),
        ("http://127.0.0.1:1/api/", "/a%2Fb", "http://127.0.0.1:1/api/a%2Fb"),
        ("https://a.example", "//evil.example/x", "https://a.example//evil.example/x"),
        ("https://a.example", "/", "https://a.example/"),
    ],
)
def test_where_a_request_goes(library, upstream, target, url):
    """The path and the query are put behind the base URL, as they are."""
    assert str(Target(upstream, library).request(asked(target)).url) == url


@pytest.mark.parametrize(
    ("upstream", "target"),
    [
        ("https://a.example", "http://evil.example/x"),
        ("https://a.example", "evil.example:443"),
        ("https://a.example", "*"),
        ("https://a.example", "@evil.example/x"),
        ("https://a.example", "/x#y"),
        ("https://a.example/api", ".evil.example/x"),
        ("https://a.example/api", "/../admin"),
    ],
)
def test_what_goes_nowhere(library, upstream, target):
    """Targets of forward proxies, and those that leave the base URL, are not sent."""
    assert Target(upstream, library).request(asked(target)) is None


@given(st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E)))
def test_no_target_leads_elsewhere(target):
    """Whatever stands in a request line, it goes to the upstream or nowhere."""
    sent = Target("https://a.example:8443/api", httpx2).request(asked(target))
    if sent is not None:
        assert (sent.url.scheme, sent.url.host, sent.url.port) == ("https", "a.example", 8443)
        assert sent.url.path.startswith("/api/")
        assert sent.headers["host"] == "a.example:8443"


def test_headers_of_the_connection_stay_with_it(library):
    """Hop-by-hop headers are not sent on, nor those that `connection` names, nor the host."""
    headers = (
        ("connection", "keep-alive, X-Own"),
        ("keep-alive", "timeout=5"),
        ("proxy-authorization", "Basic eDp5"),
        ("te", "trailers"),
        ("transfer-encoding", "chunked"),
        ("upgrade", "h2c"),
        ("expect", "100-continue"),
        ("x-own", "1"),
        ("x-api-key", "k"),
        ("x-name", "Z\xfcrich"),
        ("accept", "a"),
        ("accept", "b"),
    )
    sent = Target("https://a.example", library).request(asked("/", headers=headers, body=b"{}"))
    assert sorted(sent.headers.raw) == [
        (b"Content-Length", b"2"),
        (b"Host", b"a.example"),
        (b"accept", b"a"),
        (b"accept", b"b"),
        (b"x-api-key", b"k"),
        (b"x-name", b"Z\xfcrich"),
    ]
    assert sent.content == b"{}"


def test_what_is_passed_back(library):
    """The response's headers but those of the connection, as they are, in their order."""
    raw = [
        (b"X-B", "Zürich".encode()),
        (b"Connection", b"close"),
        (b"Set-Cookie", b"a=1"),
        (b"Set-Cookie", b"b=2"),
        (b"Content-Length", b"3"),
        (b"Transfer-Encoding", b"chunked"),
    ]
    back = Target("https://a.example", library).headers(library.Response(200, headers=raw), HERE)
    assert [(name, value.encode("latin-1")) for name, value in back] == [
        ("x-b", "Zürich".encode()),
        ("set-cookie", b"a=1"),
        ("set-cookie", b"b=2"),
        ("content-length", b"3"),
    ]


@pytest.mark.parametrize(
    ("location", "back"),
    [
        ("https://a.example/x?y", f"{HERE}/x?y"),
        ("https://a.example", HERE),
        ("/x", "/x"),
        ("https://a.example.evil/x", "https://a.example.evil/x"),
        ("https://b.example/x", "https://b.example/x"),
    ],
)
def test_redirects_lead_through_the_proxy(library, location, back):
    """A redirect within the upstream is one within the proxy; others are as they are."""
    response = library.Response(307, headers={"location": location})
    assert Target("https://a.example", library).headers(response, HERE) == (("location", back),)


@pytest.mark.parametrize(
    ("accepted", "sent"),
    [
        ("gzip, deflate, br, zstd", "gzip, deflate"),
        ("GZIP;q=0.5,br ;q=1", "GZIP;q=0.5"),
        ("br", "identity"),
        ("*", "identity"),
        ("", "identity"),
        ("identity;q=0.5, gzip;q=0", "identity;q=0.5, gzip;q=0"),
    ],
)
def test_encodings_that_cannot_be_decoded_are_not_asked_for(accepted, sent):
    """The client's own wishes, without what could not be recorded decoded."""
    assert narrowed(accepted, {"gzip", "deflate"}) == sent


def test_encodings_that_can_be_decoded_are_those_that_the_library_asks_for(library):
    """With brotli installed, br is among them."""
    assert {"gzip", "deflate", "br"} <= decodable(library) <= {"gzip", "deflate", "br", "zstd"}
    wishes = (("accept-encoding", "x-own, br"),)
    sent = Target("https://a.example", library).request(asked("/", headers=wishes))
    assert sent.headers["accept-encoding"] == "br"
    assert "accept-encoding" not in Target("https://a.example", library).request(asked("/")).headers


@pytest.mark.parametrize(
    ("upstream", "message"),
    [
        ("a.example", "not the base URL of a server. Valid: https://api.anthropic.com"),
        ("ftp://a.example", "not the base URL of a server. Valid: https://api.anthropic.com"),
        ("https://", "not the base URL of a server. Valid: https://api.anthropic.com"),
        (
            "http://a:x",
            "Port could not be cast to integer value as 'x'. Valid: https://api.anthropic.com",
        ),
        ("https://k:p@a.example", "more than a base URL. Leave out login, query and fragment."),
        ("https://a.example/?b=1", "more than a base URL. Leave out login, query and fragment."),
        (
            "https://a.example/api/v1/",
            "clients say the version of the API themselves. Leave /v1 out.",
        ),
    ],
)
def test_upstreams_that_are_none(upstream, message):
    """What cannot be forwarded to is refused, with what would be valid."""
    with pytest.raises(UsageError) as refused:
        Target(upstream, httpx2)
    assert str(refused.value) == f"upstream {upstream!r}: {message}"


def test_whether_it_is_on_this_machine(library):
    """Loopback is here; anything else is not."""
    assert Target("http://127.0.0.1:8", library).is_here
    assert Target("http://localhost:8", library).is_here
    assert not Target("https://a.example", library).is_here
