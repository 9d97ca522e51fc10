"""Which recorded request answers a live one."""

import pytest

from streamtape.cassette import MATCHERS, Matching, Request, compare
from streamtape.errors import UsageError

ONE = Request(
    "POST",
    "https://api.example:443/v1?b=2&a=1",
    (("content-type", "application/json"),),
    b'{"model": "m", "n": 1}',
)


@pytest.mark.parametrize(
    ("matcher", "other", "agrees"),
    [
        ("method", Request("GET", ONE.url), False),
        ("method", Request("POST", "x"), True),
        ("scheme", Request("POST", "http://api.example:443/v1"), False),
        ("scheme", Request("POST", "https://elsewhere"), True),
        ("host", Request("POST", "https://API.example/"), True),
        ("host", Request("POST", "https://other/"), False),
        ("port", Request("POST", "https://other/"), True),
        ("port", Request("POST", "http://other/"), False),
        ("port", Request("POST", "ftp://other/"), False),
        ("path", Request("GET", "http://x/v1"), True),
        ("path", Request("GET", "http://x/v2"), False),
        ("query", Request("GET", "http://x?a=1&b=2"), True),
        ("query", Request("GET", "http://x?a=1"), False),
        ("uri", Request("GET", ONE.url), True),
        ("uri", Request("GET", "https://api.example/v1?b=2&a=1"), False),
        ("headers", Request("GET", "x", ONE.headers), True),
        ("headers", Request("GET", "x"), False),
        ("body", Request("GET", "x", (), b'{"n":1,"model":"m"}'), True),
        ("body", Request("GET", "x", (), b'{"n":2,"model":"m"}'), False),
        ("body", Request("GET", "x", (), b"not json"), False),
        ("raw_body", Request("GET", "x", (), ONE.body), True),
        ("raw_body", Request("GET", "x", (), b'{"n":1,"model":"m"}'), False),
    ],
)
def test_matchers(matcher, other, agrees):
    """Each matcher compares its part and nothing else."""
    assert bool(MATCHERS[matcher](ONE, other)) is agrees


def test_default_compares_method_uri_and_json():
    """By default the body counts, as JSON: key order and white space do not."""
    same = Request("POST", ONE.url, (("x", "y"),), b'{"n":1,"model":"m"}')
    assert Matching().matches(ONE, same)
    assert not Matching().matches(ONE, Request("POST", ONE.url))
    assert Matching().differences(ONE, Request("PUT", "x")) == ["method", "uri", "body"]


def test_equal_bytes_match_whatever_they_are():
    """Bodies that are no JSON are compared by byte."""
    assert MATCHERS["body"](Request("PUT", "u", (), b"\xff"), Request("PUT", "u", (), b"\xff"))


def test_a_matcher_may_assert(monkeypatch):
    """As with vcrpy, a matcher that raises AssertionError disagrees, and None agrees."""

    def strict(live, recorded):
        assert live.url == recorded.url

    monkeypatch.setitem(MATCHERS, "strict", strict)
    assert Matching(("strict",)).matches(ONE, ONE)
    assert not Matching(("strict",)).matches(ONE, Request("POST", "x"))


def test_unknown_matcher():
    """A name that is no matcher is an error that lists them."""
    with pytest.raises(UsageError) as caught:
        Matching(("method", "url"))
    assert str(caught.value) == (
        "match_on 'url': no such matcher. "
        "Valid: method, scheme, host, port, path, query, uri, headers, body, raw_body."
    )


def test_nearest_is_the_one_that_differs_least():
    """The nearest request differs in the fewest matchers, then in the fewest bytes of its body."""
    far = Request("GET", "x")
    near = Request("POST", ONE.url, (), b'{"model": "other"}')
    nearer = Request("POST", ONE.url, (), b'{"model": "m", "n": 2}')
    assert Matching().nearest(ONE, [far, near, nearer]) is nearer
    assert Matching().nearest(ONE, []) is None


def test_explanation_shows_the_fields_that_differ():
    """The difference of two JSON bodies is a diff of their fields, in context."""
    recorded = Request("POST", ONE.url, (), b'{"model":"m","n":2}')
    assert Matching().explain(ONE, recorded) == [
        f"nearest recorded: POST {ONE.url}",
        "differs in: body",
        "--- recorded",
        "+++ live",
        "@@ -2,3 +2,3 @@",
        '   "model": "m",',
        '-  "n": 2',
        '+  "n": 1',
        " }",
    ]
    assert Matching(("method",)).explain(ONE, Request("GET", "x")) == [
        "nearest recorded: GET x",
        "differs in: method",
    ]


def test_long_differences_are_cut():
    """A diff of thousands of lines shows the first, and says how many are left."""
    lines = compare(b"\n".join(b"%d" % n for n in range(500)), b"")
    assert len(lines) == 41
    assert lines[-1] == "... and 463 more lines"
