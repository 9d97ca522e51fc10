"""Encoding is the inverse of decoding, or an error."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamtape.errors import UsageError
from streamtape.sse import Decoder, Event, encode

text = st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0"))
data = st.text(st.characters(codec="utf-8", exclude_characters="\r"))


@given(st.builds(Event, text.filter(bool), data, text))
def test_decoding_gives_back_what_was_encoded(event):
    """Every event that can be written comes back equal from a fresh decoder."""
    assert Decoder().feed(encode(event)) == [event]


def test_form():
    """LF line ends, one space, the default type and the empty id left out."""
    assert encode(Event("greeting", "a\nb", "7")) == b"event: greeting\nid: 7\ndata: a\ndata: b\n\n"
    assert encode(Event()) == b"data: \n\n"


@pytest.mark.parametrize(
    ("event", "message"),
    [
        (
            Event(event="a\nb"),
            r"event 'a\nb': '\n' ends a line or resets the field, and there are no escapes. "
            "Encode the payload first, for example as JSON.",
        ),
        (
            Event(data="a\rb"),
            r"data 'a\rb': '\r' ends a line or resets the field, and there are no escapes. "
            "Encode the payload first, for example as JSON.",
        ),
        (
            Event(id="\0"),
            r"id '\x00': '\x00' ends a line or resets the field, and there are no escapes. "
            "Encode the payload first, for example as JSON.",
        ),
        (
            Event(event=""),
            "event '': a type is never empty. The default type is 'message'.",
        ),
        (
            Event(data="\ud800"),
            "event 'message': it holds a lone surrogate. UTF-8 cannot carry one.",
        ),
    ],
    ids=["LF in the type", "CR in the data", "NUL in the id", "no type", "surrogate"],
)
def test_what_the_format_cannot_carry_is_an_error(event, message):
    """What would be read back as something else is refused, with the reason."""
    with pytest.raises(UsageError) as caught:
        encode(event)
    assert str(caught.value) == message
