"""Which sequences of events a sequence of patterns takes."""

import dataclasses
import re
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

import streamtape
from streamtape.checks import (
    ANY,
    assert_events,
    error,
    event,
    including,
    input_json,
    repeated,
    text,
    thinking,
    tool_use,
)
from streamtape.errors import UsageError

INPUT = {"city": "Zürich", "unit": "°C"}


def replace(stop):
    """Return the end of a block as the service sends it."""
    return dataclasses.replace(stop, data={"index": stop.data["index"]})


def fits(events, patterns):
    try:
        assert_events(events, patterns)
    except AssertionError:
        return False
    return True


def test_what_the_documentation_shows(t):
    """One line says what came: types, repetitions, pieces of text, the call of a tool."""
    assert_events(
        t,
        [
            "message_start",
            "content_block_start",
            text("Bonjour!"),
            "text*",
            "content_block_stop",
            event("content_block_start", content_block={"type": "tool_use"}),
            "input_json{4}",
            tool_use("get_weather", INPUT),
            event("message_delta", delta={"stop_reason": "tool_use"}),
            "message_stop",
        ],
    )
    assert_events(t, ["message_start", ..., text(ANY), "text*", ..., tool_use(), ...])


def test_one_list_of_patterns_fits_every_stream_of_a_message(weather, t):
    """The raw events alone, what is emitted, and what a stream yields."""
    patterns = [
        "connect?",
        "message_start",
        "content_block_start",
        text("Bonjour!"),
        text(" Zürich"),
        "text+",
        "content_block_stop",
        "content_block?",
        "content_block_start",
        "input_json*",
        ...,
        tool_use("get_weather", INPUT, id=ANY),
        "message_delta",
        "message_stop",
        ...,
    ]
    raw = [each for each in t if each.type not in ("text", "input_json")]
    raw = [each if each.type != "content_block_stop" else replace(each) for each in raw]
    for events in (t, raw, streamtape.transcript(weather.stream(), emitted=True)):
        assert_events(events, patterns)


def test_raw_deltas_may_be_expected(t):
    """They need not be, where an event is derived from them."""
    assert_events(t, [..., "content_block_delta", text("Bonjour!"), "content_block_delta", ...])
    assert_events(t, [..., "text_delta", text("Bonjour!"), "text", ...])


PINGS = [{"type": "ping", "n": number} for number in range(3)]


@pytest.mark.parametrize(
    ("pattern", "counts"),
    [
        ("ping", {1}),
        ("ping*", {0, 1, 2, 3}),
        ("ping+", {1, 2, 3}),
        ("ping?", {0, 1}),
        ("ping{2}", {2}),
        ("ping{2,}", {2, 3}),
        ("ping{1,2}", {1, 2}),
        (..., {0, 1, 2, 3}),
        (repeated("ping"), {0, 1, 2, 3}),
        (repeated("ping", at_least=2), {2, 3}),
        (repeated(event("ping"), at_most=1), {0, 1}),
        (repeated({"type": "ping"}, 1, 2), {1, 2}),
    ],
    ids=str,
)
def test_repetition(pattern, counts):
    """So often, and not once more or less."""
    assert {count for count in range(4) if fits(PINGS[:count], [pattern])} == counts


def test_values_of_any_kind():
    """ANY, part of a mapping, and every object that has an `==` of its own."""
    ping = {"type": "ping", "n": 7, "data": {"id": "a", "list": [{"x": 1, "y": 2}]}}

    class Even:
        def __eq__(self, other):
            return other % 2 == 0

        __hash__ = None

    taken = [
        event("ping", n=ANY),
        event("ping", n=mock.ANY),
        event("ping", n=pytest.approx(7.0)),
        event("ping", data={"list": [{"x": 1}]}),
        event("ping", data=including(id="a")),
        {"type": "ping", "data": {"id": ANY}},
        mock.ANY,
        including({"n": 7}),
    ]
    refused = [
        event("ping", n=Even()),
        event("ping", data={"list": [{"x": 1}, {}]}),
        event("ping", data={"list": [{"z": 1}]}),
        {"type": "pong"},
        including(n=8),
        event("ping", data=including(id=["a"])),
    ]
    assert [fits([ping], [pattern]) for pattern in taken] == [True] * len(taken)
    assert [fits([ping], [pattern]) for pattern in refused] == [False] * len(refused)


def test_the_input_of_a_tool_is_all_of_it(t):
    """One argument more is a difference; a part is asked for by name."""
    assert not fits(t, [..., tool_use("get_weather", {"city": "Zürich"}), ...])
    assert fits(t, [..., tool_use("get_weather", including(city="Zürich")), ...])
    assert fits(t, [..., tool_use(input=INPUT, id="toolu_streamtape_1"), ...])
    assert not fits(t, [..., tool_use(id="toolu_2"), ...])


def test_the_input_of_a_tool_that_is_no_json():
    """Of a raw stream, it is the text as it came."""
    block = {"type": "tool_use", "name": "x", "input": {}}
    events = [
        {"type": "content_block_start", "index": 0, "content_block": block},
        {"type": "content_block_delta", "index": 0, "delta": {"partial_json": '{"a"'}},
        {"type": "content_block_stop", "index": 0},
    ]
    assert fits(events, [..., tool_use("x", '{"a"')])
    assert fits([events[0], events[2]], [..., tool_use("x", {})])
    assert not fits([events[2]], [tool_use()])


def test_pieces():
    """Text, thinking and input, each by its own value."""
    events = [{"type": "thinking", "thinking": "Hm"}, {"type": "input_json", "partial_json": "{"}]
    assert fits(events, [thinking("Hm"), input_json("{")])
    assert not fits(events, [thinking("Hm"), input_json("}")])


def test_errors(weather):
    """By class or its name, by text; nothing passes over one."""
    t = streamtape.transcript(weather.stream(fault="error:overloaded_error,after=text_delta:1"))
    overloaded = streamtape.messages.OverloadedError
    said = "{'type': 'error', 'error': {'type': 'overloaded_error', 'message': 'Overloaded'}}"
    for pattern in (
        error(),
        error(overloaded),
        error("APIError"),
        error(overloaded, said),
        "error",
    ):
        assert fits(t, ["message_start", ..., pattern])
    for pattern in (error(ValueError), error(overloaded, "late"), ...):
        assert not fits(t, ["message_start", ..., pattern])
    assert not fits([{"type": "error"}], [error()])
    emitted = weather.stream(fault="error:overloaded_error,after=text_delta:1")
    assert fits(streamtape.transcript(emitted, emitted=True), [..., error(overloaded), "end"])


def test_aborts_have_a_place(weather):
    """Where the stream was told to stop; `...` may pass over it."""
    t = streamtape.transcript(weather.stream(split="events"), abort="text:2")
    assert fits(t, ["message_start", "content_block_start", "text{2}", "abort"])
    assert fits(t, ["message_start", ...])
    assert not fits(t, ["message_start", "content_block_start", "text{2}"])
    events = streamtape.Transcript(t.events, aborted_after=3)
    assert fits(events, ["message_start", "content_block_start", ..., "abort", "text", ...])


def test_several_lists_must_all_fit(t):
    """Each of them, of all the events."""
    assert_events(t, ["message_start", ...], [..., "message_stop"])
    assert not fits(t, [..., "message_start"])


@pytest.mark.parametrize(
    ("pattern", "problem"),
    [
        ("two words", "pattern 'two words': it cannot be read"),
        (text, "pattern <function text at"),
        (str, "pattern <class 'str'>: it is none"),
        (None, "pattern None: it is none"),
    ],
)
def test_what_is_no_pattern(pattern, problem):
    """It is refused, and the message says what would be one."""
    with pytest.raises(UsageError) as refused:
        assert_events([], [pattern])
    assert str(refused.value).startswith(problem)
    assert "Give ..., a type as in 'text'" in str(refused.value)


def test_what_is_no_list_of_patterns():
    """A name alone is a mistake, and so is a repetition of a repetition."""
    with pytest.raises(UsageError) as refused:
        assert_events([], "message_start")
    assert str(refused.value) == (
        "assert_events(..., 'message_start'): it is no list of patterns. "
        "Give a list of patterns, or a law as exactly_once('message_stop')."
    )
    for pattern in ("text*", ...):
        with pytest.raises(UsageError, match="it stands for several events"):
            repeated(pattern)


@given(
    st.lists(st.sampled_from("abc"), max_size=6),
    st.lists(st.sampled_from(["a", "b", "a*", "b+", "c?", "a{2}", ...]), max_size=5),
)
def test_patterns_are_regular_expressions(letters, patterns):
    """They take just what the regular expression of the same steps takes."""
    expression = "".join(".*" if each is ... else each for each in patterns)
    events = [{"type": letter} for letter in letters]
    assert fits(events, patterns) == bool(re.fullmatch(expression, "".join(letters)))
