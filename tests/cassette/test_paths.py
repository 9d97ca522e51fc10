"""Paths into JSON: what is ignored when requests are compared."""

import pytest

from streamtape.cassette import Matching, Request, register_matcher
from streamtape.cassette._match import MATCHERS
from streamtape.cassette._paths import parse, without
from streamtape.errors import UsageError

BODY = {"a": {"b": 1, "c": 2}, "m": [{"id": 1, "t": "x"}, {"id": 2, "t": "y"}], "x.y": 3}


@pytest.mark.parametrize(
    ("path", "steps", "left"),
    [
        ("a.b", ("a", "b"), BODY | {"a": {"c": 2}}),
        ("$.a.b", ("a", "b"), BODY | {"a": {"c": 2}}),
        ("m[*].id", ("m", None, "id"), BODY | {"m": [{"t": "x"}, {"t": "y"}]}),
        ("m[1].id", ("m", 1, "id"), BODY | {"m": [{"id": 1, "t": "x"}, {"t": "y"}]}),
        ("m[0]", ("m", 0), BODY | {"m": [None, {"id": 2, "t": "y"}]}),
        ("*.b", (None, "b"), BODY | {"a": {"c": 2}}),
        ('["x.y"]', ("x.y",), {"a": BODY["a"], "m": BODY["m"]}),
        ("nowhere.at[3].all", ("nowhere", "at", 3, "all"), BODY),
        ("a[0]", ("a", 0), BODY),
        ("m.id", ("m", "id"), BODY),
        ("*", (None,), {}),
    ],
)
def test_paths_name_what_is_left_out(path, steps, left):
    """A path leaves out what it names, and nothing else; places that are not there do no harm."""
    assert parse(path) == steps
    assert without(BODY, (steps,)) == left


def test_several_paths():
    """All paths count, and the value that was given stays as it was."""
    paths = (parse("a.b"), parse("a.c"), parse("m"))
    assert without(BODY, paths) == {"a": {}, "x.y": 3}
    assert without(BODY, ()) == BODY
    assert len(BODY["m"]) == 2


@pytest.mark.parametrize("path", ["", "a..b", "a[", "a[-1]", "[x]", "a b]", "$."])
def test_what_is_no_path(path):
    """A text that is no path is refused where it is given."""
    with pytest.raises(UsageError) as caught:
        Matching(ignore=[path])
    assert str(caught.value) == (
        f"ignore {path!r}: not a path into JSON. Valid are e.g. "
        '"metadata.user_id", "messages[*].id", "tools[0]", "*.id", \'["a.b"].c\'.'
    )


def asked(body):
    return Request("POST", "https://api.example/", (), body)


def test_ignored_members_do_not_count():
    """Bodies that differ in what is ignored match; in anything else they do not."""
    matching = Matching(ignore=["metadata.user_id", "messages[*].id"])
    recorded = asked(b'{"metadata":{"user_id":"a"},"messages":[{"id":1,"text":"x"}]}')
    assert matching.matches(asked(b'{"metadata":{},"messages":[{"id":2,"text":"x"}]}'), recorded)
    other = asked(b'{"metadata":{"user_id":"b"},"messages":[{"id":2,"text":"y"}]}')
    assert not matching.matches(other, recorded)
    assert matching.explain(other, recorded)[2:] == [
        "--- recorded",
        "+++ live",
        "@@ -4,3 +4,3 @@",
        "     {",
        '-      "text": "x"',
        '+      "text": "y"',
        "     }",
    ]
    assert not Matching(("raw_body",), ("metadata",)).matches(other, recorded)
    assert "user_id" in "".join(Matching(("raw_body",), ("metadata",)).explain(other, recorded))
    assert not matching.matches(asked(b"not json"), recorded)
    assert Matching(ignore="metadata").ignore == ("metadata",)


def test_matchers_of_ones_own(monkeypatch):
    """A matcher that is registered can be named; a built-in name stays what it is."""
    monkeypatch.setattr("streamtape.cassette._match.MATCHERS", dict(MATCHERS))
    register_matcher("same first byte", lambda live, recorded: live.body[:1] == recorded.body[:1])
    assert Matching(("same first byte",)).matches(asked(b"ab"), asked(b"ac"))
    assert not Matching("same first byte").matches(asked(b"ab"), asked(b"b"))
    with pytest.raises(UsageError) as caught:
        register_matcher("body", lambda _live, _recorded: True)
    assert str(caught.value) == "matcher 'body': the name is built in. Choose another name."
    with pytest.raises(UsageError) as caught:
        register_matcher("mine", "body")
    assert str(caught.value) == "matcher 'mine': not a function. Give one of two requests."
