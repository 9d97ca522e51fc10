"""Faults as text: read, written, and refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamtape import faults
from streamtape.errors import UsageError
from streamtape.faults import (
    Corrupt,
    Disconnect,
    Drop,
    Duplicate,
    Eof,
    ErrorEvent,
    HttpError,
    Reset,
    Stall,
    Swap,
)

VALID = (
    "Valid are disconnect, reset, eof, stall, drop, duplicate, swap, error:TYPE and corrupt:KIND "
    "with a place (at=BYTE; before=, inside= or after=EVENT; after_seconds=S), and http:STATUS; "
    "as in disconnect:after=text_delta:5."
)
PLACES = (
    "Give one of at=BYTE, before=, inside= or after=EVENT (a number from 1, or a type as in "
    "'text_delta:3'), after_seconds=S."
)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("disconnect:after=text_delta:5", Disconnect(after="text_delta:5")),
        ("disconnect:before=head", Disconnect(before="head")),
        ("reset:at=1204", Reset(at=1204)),
        ("eof:inside=7", Eof(inside=7)),
        ("eof:before=7", Eof(before="7")),
        ("stall:before=message_stop", Stall(before="message_stop")),
        ("stall:after_seconds=2.5,seconds=30", Stall(after_seconds=2.5, seconds=30)),
        ("error:api_error,after=3", ErrorEvent("api_error", after=3)),
        ("error:overloaded_error,at=0", ErrorEvent(at=0)),
        ("corrupt:utf8,inside=text_delta", Corrupt("utf8", inside="text_delta")),
        ("drop:inside=1", Drop(inside=1)),
        ("duplicate:inside=1", Duplicate(inside=1)),
        ("swap:inside=1", Swap(inside=1)),
        ("2/swap:inside=1", Swap(inside=1, interaction=2)),
        ("http:529", HttpError(529)),
        ("http:529", HttpError.overloaded()),
        ("http:429,retry-after=2", HttpError.rate_limited(2)),
        ("http:429", HttpError.rate_limited()),
        ("http:529,x-should-retry=false", HttpError.overloaded(x_should_retry="false")),
        ("2/http:500,a%2Cb=%3D,body=%7B%7D", HttpError(500, {"A,b": "="}, "{}", interaction=2)),
        ("http:500,body=", HttpError(500, body=b"")),
        ("http:500,%62ody=x", HttpError(500, {"body": "x"})),
    ],
)
def test_every_spelling(text, fault):
    """Each fault is written as its text, which reads back as the fault."""
    assert str(fault) == text
    assert faults.parse(text) == fault
    assert faults.parse(fault) is fault


names = st.text(st.characters(codec="utf-8", exclude_categories=["Z", "C"]), min_size=1).filter(
    lambda name: name not in ("head", ":")
)
events = st.integers(1, 10**6) | names | st.builds("{}:{}".format, names, st.integers(1, 99))
places = st.one_of(
    st.builds(dict, at=st.integers(0, 10**9)),
    st.builds(dict, before=events),
    st.builds(dict, inside=events),
    st.builds(dict, after=events),
    st.builds(dict, after_seconds=st.floats(0, 10**6)),
)
numbers = st.integers(1, 99)


@st.composite
def any_fault(draw):
    if draw(st.integers(0, 10)) == 0:
        headers = draw(st.lists(st.tuples(names, st.text(max_size=5)), max_size=3))
        body = draw(st.none() | st.binary(max_size=9))
        status = draw(st.integers(300, 999))
        return HttpError(status, headers, body, interaction=draw(numbers))
    kinds = [Disconnect, Reset, Eof, Drop, Duplicate, Swap, Stall, ErrorEvent, Corrupt]
    kind = draw(st.sampled_from(kinds))
    more = {}
    if kind is Stall:
        more = draw(st.just({}) | st.builds(dict, seconds=st.floats(1e-6, 1e6)))
    if kind is ErrorEvent:
        more = {"type": draw(names)}
    if kind is Corrupt:
        more = {"kind": draw(st.sampled_from(["json", "utf8", "bom", "crlf"]))}
    return kind(**draw(places), **more, interaction=draw(numbers))


@given(any_fault())
def test_text_is_parsed_back(fault):
    """`parse(str(fault))` is `fault`, whatever is in it; the text has no blank."""
    assert faults.parse(str(fault)) == fault
    assert str(fault).split() == [str(fault)]


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("explode", f"fault 'explode': not a fault. {VALID}"),
        ("explode:at=1", f"fault 'explode:at=1': not a fault. {VALID}"),
        (7, f"fault 7: not a fault. {VALID}"),
        ("disconnect", f"fault Disconnect: it has no place. {PLACES}"),
        ("reset:at=1,after=2", f"fault Reset: at and after are several places. {PLACES}"),
        ("eof:at=-1", f"fault Eof: at=-1 is no place. {PLACES}"),
        ("eof:at=x", f"fault Eof: at='x' is no place. {PLACES}"),
        ("eof:after=0", f"fault Eof: after=0 is no place. {PLACES}"),
        ("eof:after=", f"fault Eof: after='' is no place. {PLACES}"),
        ("eof:after=head", f"fault Eof: after='head' is no place. {PLACES}"),
        ("eof:after_seconds=x", f"fault Eof: after_seconds='x' is no place. {PLACES}"),
        ("eof:after=1.5", f"fault Eof: after=1.5 is no place. {PLACES}"),
        ("drop:5", f"fault 'drop:5': '5' is none of its arguments. {VALID}"),
        (
            "drop:seconds=5",
            f"fault 'drop:seconds=5': 'seconds=5' is none of its arguments. {VALID}",
        ),
        (
            "stall:at=1,seconds=x",
            "fault Stall(seconds='x'): a stall takes time. Leave seconds out for one without end.",
        ),
        ("error:a,b,at=1", f"fault 'error:a,b,at=1': 'b' is none of its arguments. {VALID}"),
        (
            "0/drop:at=5",
            "fault Drop: there is no interaction 0. They are counted from 1.",
        ),
        (
            "corrupt:rust,at=1",
            "fault Corrupt('rust'): no such kind of damage. Valid are json, utf8, bom, crlf, crc.",
        ),
        (
            "drop:before=head",
            "fault Drop(before='head'): there is no stream before the head of the response. "
            "Disconnect, Reset, Stall and HttpError can be there.",
        ),
        (
            "stall:at=1,seconds=0",
            "fault Stall(seconds=0): a stall takes time. Leave seconds out for one without end.",
        ),
        ("http:", f"fault 'http:': it has no status. {VALID}"),
        ("http:200", "fault HttpError(200): not an error. It is 300 to 999."),
        ("http:500,x", f"fault 'http:500,x': 'x' is none of its arguments. {VALID}"),
        ("0/http:500", "fault HttpError: there is no interaction 0. They are counted from 1."),
    ],
    ids=str,
)
def test_what_is_no_fault_says_what_is(value, message):
    """A value that is no fault is an error that says why, and what is valid."""
    with pytest.raises(UsageError) as caught:
        faults.parse(value)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Eof(at=True), f"fault Eof: at=True is no place. {PLACES}"),
        (lambda: Eof(after="a b"), f"fault Eof: after='a b' is no place. {PLACES}"),
        (
            lambda: ErrorEvent("", at=1),
            "fault ErrorEvent(''): the error has no type. "
            "As in ErrorEvent('overloaded_error', after=3).",
        ),
    ],
)
def test_what_the_values_refuse(make, message):
    """A fault that cannot be is refused when it is made, too."""
    with pytest.raises(UsageError) as caught:
        make()
    assert str(caught.value) == message


def test_several():
    """Some faults can be spelled as nothing, as one, as text with blanks, or as a list."""
    two = (HttpError(529), Eof(at=3))
    assert faults.parse_all(None) == ()
    assert faults.parse_all("") == ()
    assert faults.parse_all(two[1]) == (two[1],)
    assert faults.parse_all("http:529 eof:at=3") == two
    assert faults.parse_all(["http:529", two[1]]) == two
    with pytest.raises(UsageError):
        faults.parse_all(7)


def test_the_default_body_is_the_api_s():
    """An HTTP error brings the JSON that the Messages API sends with its status."""
    assert HttpError(529).body == (
        b'{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}'
    )
    assert b'"api_error"' in HttpError(502).body


def test_repr_is_what_one_would_write():
    """Only what was given is shown."""
    assert repr(Disconnect(after="text_delta:5")) == "Disconnect(after='text_delta:5')"
    assert repr(Stall(at=0, seconds=3, interaction=2)) == "Stall(at=0, interaction=2, seconds=3.0)"
