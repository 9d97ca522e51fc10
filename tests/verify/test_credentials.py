"""Where a recorded request goes, and whose key goes along."""

import pytest

from streamtape.cassette import Request
from streamtape.errors import UsageError
from streamtape.verify import asking

ANTHROPIC = "https://api.anthropic.com/v1/messages"
ENVIRON = {
    "ANTHROPIC_API_KEY": "ant-key",
    "ANTHROPIC_AUTH_TOKEN": "ant-token",
    "OPENAI_API_KEY": "oai-key",
    "OPENAI_ORG_ID": "org-1",
    "AZURE_OPENAI_API_KEY": "az-key",
    "GOOGLE_API_KEY": "goo-key",
}
VERSION = (("anthropic-version", "2023-06-01"),)


def keys(url, upstream=None, headers=(), environ=ENVIRON):
    """Return the headers that go along with a request, beside the recorded ones."""
    made = asking(Request("POST", url, headers), environ, upstream)
    return [pair for pair in made.headers if pair not in headers]


OWN = [
    (ANTHROPIC, [("x-api-key", "ant-key")]),
    (
        "https://api.openai.com/v1/responses",
        [("authorization", "Bearer oai-key"), ("openai-organization", "org-1")],
    ),
    ("https://my.openai.azure.com/openai/x", [("api-key", "az-key")]),
    ("https://generativelanguage.googleapis.com/v1", [("x-goog-api-key", "goo-key")]),
]


@pytest.mark.parametrize(("url", "expected"), OWN)
def test_a_service_gets_its_own_key(url, expected):
    """The key of an API goes to the host of that API."""
    assert keys(url) == expected


def test_another_form_of_the_key():
    """Where the first kind of key is not set, the next one is used."""
    token = {"ANTHROPIC_AUTH_TOKEN": "ant-token"}
    assert keys(ANTHROPIC, environ=token) == [("authorization", "Bearer ant-token")]


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/v1/messages",
        "https://api.anthropic.com.evil.example/v1/messages",
        "https://evilopenai.azure.com/v1/chat/completions",
        "https://evil.example/v1/messages?x=api.anthropic.com",
        "https://api.anthropic.com@evil.example/v1/messages",
        "http://192.0.2.1/v1/messages",
    ],
)
def test_no_key_goes_where_only_a_cassette_says(url):
    """A host of which nothing is known gets no key, whatever the request looks like."""
    assert keys(url, headers=VERSION) == []


HERE = [
    ("http://127.0.0.1:8080/v1/messages", VERSION, [("x-api-key", "ant-key")]),
    ("http://localhost/v1/messages", VERSION, [("x-api-key", "ant-key")]),
    (
        "http://[::1]/v1/chat/completions",
        (),
        [("authorization", "Bearer oai-key"), ("openai-organization", "org-1")],
    ),
    ("http://127.0.0.1:8080/other", (), []),
]


@pytest.mark.parametrize(("url", "headers", "expected"), HERE)
def test_this_machine_gets_the_key_of_the_api(url, headers, expected):
    """What listens here is the user's own: it gets the key of the API that was asked."""
    assert keys(url, headers=headers) == expected


def test_an_upstream_that_the_user_names():
    """The request goes there, below its path, with the key of the API that was recorded."""
    request = Request("POST", f"{ANTHROPIC}?beta=true", VERSION, b"{}")
    made = asking(request, ENVIRON, "https://gateway.example/anthropic/")
    assert made.url == "https://gateway.example/anthropic/v1/messages?beta=true"
    assert (made.method, made.body) == ("POST", b"{}")
    assert ("x-api-key", "ant-key") in made.headers
    assert keys("http://127.0.0.1:1/v1/messages", "https://api.anthropic.com") == [
        ("x-api-key", "ant-key")
    ]


def test_a_key_never_goes_in_the_clear():
    """Over plain HTTP a key leaves this machine only where the user gives the header."""
    with pytest.raises(UsageError) as caught:
        asking(Request("POST", ANTHROPIC), ENVIRON, "http://gateway.example")
    assert str(caught.value) == (
        "URL http://gateway.example/v1/messages: a key would go over the network in the clear. "
        "Use https, or give the header yourself: --header 'name: value'."
    )
    given = (("x-api-key", "mine"),)
    made = asking(Request("POST", ANTHROPIC), ENVIRON, "http://gateway.example", given)
    assert made.headers == given


def test_a_key_that_is_not_set():
    """The variables are named, before anything is sent."""
    with pytest.raises(UsageError) as caught:
        keys(ANTHROPIC, environ={})
    assert str(caught.value) == (
        "api.anthropic.com: ANTHROPIC_API_KEY or ANTHROPIC_AUTH_TOKEN is not set. "
        "Set it, or give the header: --header 'name: value'."
    )


def test_headers_that_the_user_gives():
    """They take the place of a recorded header, and of the key of the same name."""
    request = Request("POST", ANTHROPIC, (*VERSION, ("accept", "*/*")))
    made = asking(request, {}, headers=(("x-api-key", "mine"), ("accept", "text/plain")))
    assert made.headers == (*VERSION, ("x-api-key", "mine"), ("accept", "text/plain"))


def test_what_was_redacted_in_the_url():
    """A login is left out, and so is a parameter whose value is gone."""
    made = asking(Request("GET", "https://REDACTED@x.example:8443/a?key=REDACTED&b=%20c"), {})
    assert made.url == "https://x.example:8443/a?b=+c"
    assert asking(Request("GET", "https://x.example/a?key=REDACTED"), {}).url == (
        "https://x.example/a"
    )


@pytest.mark.parametrize(
    "upstream", ["gateway.example", "ftp://x", "https://", "https://[::1", "https://x:99999"]
)
def test_an_upstream_that_is_none(upstream):
    """An upstream is a URL of HTTP."""
    with pytest.raises(UsageError) as caught:
        asking(Request("POST", ANTHROPIC), ENVIRON, upstream)
    assert str(caught.value) == (
        f"URL {upstream}: it is no address of a server. Give one like https://api.anthropic.com."
    )
