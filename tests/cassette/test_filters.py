"""vcrpy's options: what they change, in what is kept and in what is compared."""

import dataclasses
import re

import pytest

from streamtape.cassette import Chunk, Filters, Interaction, Redactor, Request, Response
from streamtape.errors import UsageError

REQUEST = Request(
    "POST",
    "https://api.example/v1?a=1&b=x%20y&b=2&key=hidden#end",
    (("accept", "text/event-stream"), ("x-trace", "t1"), ("cookie", "c")),
    b'{"user":"ann@example.com","model":"m"}',
)
RESPONSE = Response(
    200,
    (("content-type", "text/event-stream"), ("retry-after", "5"), ("x-trace", "t2")),
    b"data: ann@example.com\n\ndata: 2\n\n",
    (Chunk(1, 10), Chunk(2, 13), Chunk(3, 9)),
)


def kept(**options):
    return Redactor(filters=Filters.of(**options), environ={})(Interaction(REQUEST, RESPONSE))


@pytest.mark.parametrize(
    ("rule", "value"),
    [
        ("accept", None),
        (("Accept", None), None),
        (("accept", "instead"), "instead"),
        (
            ("ACCEPT", lambda key, value, request: f"{key}:{value}:{request.method}"),
            "accept:text/event-stream:POST",
        ),
        (("accept", lambda *_: None), None),
    ],
    ids=["name", "pair with None", "pair with text", "function", "function that removes"],
)
def test_headers_take_all_forms_of_vcrpy(rule, value):
    """A header is removed or replaced, by a text or a function, whatever its case."""
    assert kept(filter_headers=[rule]).request.header("accept") == value


def test_a_header_with_a_value_is_kept_though_unknown():
    """A header that the user gives a value is known to be harmless, in both directions."""
    interaction = kept(filter_headers=[("x-trace", "T"), "retry-after"])
    assert interaction.request.headers == (("accept", "text/event-stream"), ("x-trace", "T"))
    assert interaction.response.headers == (("content-type", "text/event-stream"), ("x-trace", "T"))


@pytest.mark.parametrize(
    ("rules", "url"),
    [
        ([], "https://api.example/v1?a=1&b=x%20y&b=2&key=REDACTED#end"),
        (["b"], "https://api.example/v1?a=1&key=REDACTED#end"),
        (["a", "b", "key"], "https://api.example/v1#end"),
        ([("b", "n/a")], "https://api.example/v1?a=1&b=n%2Fa&b=n%2Fa&key=REDACTED#end"),
        (
            [
                ("b", lambda _key, value, _request: value.upper()),
                ("key", lambda _key, value, _request: value),
            ],
            "https://api.example/v1?a=1&b=X%20Y&b=2&key=hidden#end",
        ),
    ],
)
def test_query_parameters(rules, url):
    """Parameters are removed or replaced; the others keep their spelling; keys never show."""
    assert kept(filter_query_parameters=rules).request.url == url


def test_a_url_without_a_query_stays():
    """An empty query keeps its question mark, and a URL without one gets none."""
    for url in ("https://x/a?", "https://x/a", "https://x/a#b"):
        assert Redactor(environ={}).filtered(Request("GET", url)).url == url


def test_functions_see_what_is_about_to_be_kept():
    """`before_record_request` and `before_record_response` change what is kept, one or several."""
    interaction = kept(
        before_record_request=lambda request: dataclasses.replace(request, body=b"{}"),
        before_record_response=[
            lambda response: dataclasses.replace(response, status=201),
            lambda response: dataclasses.replace(response, status=response.status + 1),
        ],
    )
    assert interaction.request.body == b"{}"
    assert interaction.response.status == 202


@pytest.mark.parametrize("option", ["before_record_request", "before_record_response"])
def test_a_function_that_returns_none_keeps_nothing(option):
    """None ends a chain, and the interaction is not kept."""
    assert kept(**{option: [lambda _: None, lambda _: 1 / 0]}) is None


@pytest.mark.parametrize(
    "pattern",
    [
        r"[a-z]+@example\.com",
        rb"[a-z]+@example\.com",
        re.compile(r"[A-Z]+@example\.com", re.IGNORECASE),
        re.compile(rb"[a-z]+@example\.com"),
    ],
    ids=["text", "bytes", "compiled text", "compiled bytes"],
)
def test_patterns_are_replaced_in_bodies(pattern):
    """A pattern leaves a word in a request, and letters of the same length in a response."""
    for given in (pattern, [pattern]):
        interaction = kept(redact=given)
        assert interaction.request.body == b'{"user":"REDACTED","model":"m"}'
        assert interaction.response.body == b"data: REDACTEDREDACTE\n\ndata: 2\n\n"
        assert interaction.response.chunks == RESPONSE.chunks


def test_findings_name_pattern_and_place():
    """What was replaced is reported by kind, place and byte, without the secret."""
    redact = Redactor(filters=Filters.of(redact=["ann@"]), environ={"MY_TOKEN": "example.com"})
    redact(Interaction(REQUEST, RESPONSE))
    assert [str(finding) for finding in redact.findings] == [
        "pattern ann@ in the request body, at byte 9",
        "value of $MY_TOKEN in the request body, at byte 13",
        "pattern ann@ in the response body, at byte 6",
        "value of $MY_TOKEN in the response body, at byte 10",
    ]


@pytest.mark.parametrize(
    ("new", "sizes"),
    [
        (b"data: a\n\ndata: 2\n\n", [7, 2, 9]),
        (b"data: ann@example.com and more\n\ndata: 2\n\n", [10, 22, 9]),
        (b"", [0, 0, 0]),
        (b"data: ann@example.com\n\n", [10, 13, 0]),
        (b"x" + RESPONSE.body, [11, 13, 9]),
    ],
    ids=["shorter", "longer", "nothing", "end gone", "something before"],
)
def test_a_function_may_change_the_length_of_a_body(new, sizes):
    """Boundaries outside of the change stay with their bytes."""
    response = kept(redact=[lambda body: new if b"data" in body else body]).response
    assert response.body == new
    assert list(response.chunk_sizes) == sizes
    assert [chunk.gap for chunk in response.chunks] == [1, 2, 3]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"filter_headers": [("a", 1)]},
            "filter_headers ('a', 1): not a rule. "
            'Valid: "name", ("name", None), ("name", "instead") or ("name", function).',
        ),
        (
            {"filter_query_parameters": [3]},
            "filter_query_parameters 3: not a rule. "
            'Valid: "name", ("name", None), ("name", "instead") or ("name", function).',
        ),
        (
            {"before_record_request": [1]},
            "before_record_request 1: not a function. Give a function or a list.",
        ),
        (
            {"redact": ["("]},
            "redact '(': not a pattern: missing ), unterminated subpattern at position 0. "
            "See `re`.",
        ),
        ({"redact": [1]}, "redact 1: not a pattern or function. Give text or a function."),
    ],
)
def test_bad_options_say_what_is_valid(options, message):
    """An option of another form is an error that names it."""
    with pytest.raises(UsageError) as caught:
        Filters.of(**options)
    assert str(caught.value) == message


def test_one_name_is_a_list_of_one():
    """A bare name is taken as a list of it, as `filter_headers="cookie"` is meant."""
    assert kept(filter_headers="accept").request.headers == ()
