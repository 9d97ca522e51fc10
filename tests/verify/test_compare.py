"""What has aged, what depends on what was said, and what cannot be told."""

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamtape.cassette import End, Interaction, Request, Response, load
from streamtape.formats import edited
from streamtape.verify import Drift, compare_answers, verified
from streamtape.verify._compare import why_unverified

SAME = Drift()
CASSETTES = Path(__file__).parents[2] / "cassettes"


def test_wording_is_never_compared(message):
    """Other words, in more or fewer deltas and blocks, are the same answer."""
    assert compare_answers(message(["a", "b"]), message(["c"])) == SAME
    assert compare_answers(message(["a"]), message(["b", "c"], ["d", "e", "f"])) == SAME


def test_pings_come_anywhere(stream):
    """A ping more or less, wherever, is no difference."""
    ping, one, two = ({"type": name} for name in ("ping", "one", "two"))
    assert compare_answers(stream(one, two), stream(ping, one, ping, ping, two)) == SAME


ONE, TWO, THREE = ({"type": name} for name in ("one", "two", "three"))
ORDERS = [
    ([ONE, TWO], [ONE, TWO, THREE], ["new event: three, after two"]),
    ([ONE, TWO], [THREE, ONE, TWO], ["new event: three, first"]),
    ([ONE, TWO, THREE], [ONE, THREE], ["event gone: two, after one"]),
    ([ONE, TWO], [TWO, ONE], ["new event: two, first", "event gone: two, after one"]),
    ([ONE, TWO, THREE], [ONE, TWO, ONE, TWO, TWO, THREE], []),
    ([ONE, "[DONE]"], [ONE], ["event gone: [DONE], after one"]),
    ([], [ONE], ["body: nothing -> an event stream"]),
]


@pytest.mark.parametrize(("recorded", "live", "differences"), ORDERS)
def test_the_order_of_events_is_a_grammar(stream, recorded, live, differences):
    """What comes, after what: a repetition counts once, a new or missing event is told."""
    drift = compare_answers(stream(*recorded), stream(*live))
    assert list(drift.differences) == differences


def test_what_was_not_read_to_its_end(message, stream):
    """Where one of the two ends early, the rest of the other is no difference."""
    whole = message(["a"], ["b"])
    assert compare_answers(stream(*[ONE] * 3, end="aborted"), stream(ONE, TWO)) == SAME
    assert compare_answers(stream(ONE, TWO), stream(ONE, end="aborted")) == SAME
    assert compare_answers(stream(end="aborted"), whole) == SAME
    drift = compare_answers(stream(ONE, end="aborted"), stream(THREE, TWO, ONE))
    assert drift.differences == ("new event: three, first", "new event: two, after three")


FIELDS = [
    ({"a": 1}, {"a": 2.5}, [], []),
    ({"a": 1}, {"a": 1, "b": True}, ["new field: body.b (boolean)"], []),
    ({"a": 1, "b": []}, {"a": 1}, ["field gone: body.b (list)"], []),
    ({"a": 1}, {"a": "1"}, ["other type: body.a: number -> text"], []),
    ({"a": True}, {"a": 1}, ["other type: body.a: boolean -> number"], []),
    ({"a": {"b": 1}}, {"a": {"c": {"d": 1}}}, None, None),
    # What one sample cannot tell.
    ({"a": None}, {"a": "x"}, [], []),
    ({"a": "x"}, {"a": None}, [], []),
    ({"a": []}, {"a": [1]}, [], []),
    ({"a": {}}, {"a": {"b": 1}}, [], []),
    # Items of a list are compared all together.
    ({"a": [{"b": 1}, {"b": 2}]}, {"a": [{"b": 1}]}, [], []),
    ({"a": [{"b": 1}]}, {"a": [{"b": 1, "c": 1}]}, ["new field: body.a[].c (number)"], []),
    (
        {"a": [{"b": 1}]},
        {"a": [{"b": 1, "c": 1}, {"b": 2}]},
        [],
        ["new field: body.a[].c (number, in some)"],
    ),
    # Each kind of object is compared with its own kind.
    (
        {"a": [{"type": "x", "b": 1}]},
        {"a": [{"type": "y", "c": 1}]},
        [],
        ["only live: body.a[](y)", "only recorded: body.a[](x)"],
    ),
    (
        {"a": [{"type": "x", "b": 1}]},
        {"a": [{"type": "x"}, {"type": "y", "c": 1}]},
        ["field gone: body.a[](x).b (number)"],
        ["only live: body.a[](y)"],
    ),
    # What a model makes up: the arguments of a tool.
    (
        {"a": {"type": "tool_use", "input": {"city": "x"}}},
        {"a": {"type": "tool_use", "input": {"town": 1}}},
        [],
        [],
    ),
    ({"a": {"input": {"x": 1}}}, {"a": {"input": {"y": 1}}}, None, None),
    # A name is shown in one line.
    ({"a": 1}, {"a": 1, "b\n" + "x" * 90: 1}, [f"new field: body.b\\n{'x' * 54}... (number)"], []),
]


@pytest.mark.parametrize(("recorded", "live", "differences", "notes"), FIELDS)
def test_shapes(answer, recorded, live, differences, notes):
    """Fields and their types count; kinds that only one side has are noted."""
    drift = compare_answers(answer(recorded), answer(live))
    if differences is None:
        assert len(drift.differences) == 2
        assert {line.partition(":")[0] for line in drift.differences} == {"field gone", "new field"}
    else:
        assert (list(drift.differences), list(drift.notes)) == (differences, notes)
    assert compare_answers(answer(live), answer(live)) == SAME


def test_shapes_of_events(message):
    """The path to a field names the event, and the kind of what is in it."""
    drift = compare_answers(message(["a"]), message(["a"], usage={"tokens": 3}))
    assert drift.differences == (
        "field gone: message_start.message.usage.input_tokens (number)",
        "new field: message_start.message.usage.tokens (number)",
    )


def test_events_without_a_name(stream):
    """What calls itself something is of that kind; the rest is a message."""
    chunk = '{"object":"chunk","n":%s}'
    recorded = stream(chunk % 1, '{"n":1}', "[DONE]")
    drift = compare_answers(recorded, stream(chunk % '"1"', '{"n":"1"}', "[DONE]"))
    assert drift.differences == (
        "other type: chunk.n: number -> text",
        "other type: message.n: number -> text",
    )


def test_deep_values_end(answer):
    """What is nested deeper than anything needs is not compared."""
    deep, deeper = 1, 1
    for _ in range(400):
        deep, deeper = {"a": deep}, {"a": deeper, "b": 1}
    drift = compare_answers(answer(deep), answer(deeper))
    assert 40 < len(drift.differences) < 60


@given(st.lists(st.sampled_from([b"data: 1\n\n", b"event: a\n", b'data: {"a":[1]}\n', b"\n\xff{"])))
def test_any_bytes_can_be_compared(pieces):
    """Whatever came, it is the same as itself, and compared with anything without an error."""
    body = b"".join(pieces)
    for kind in ("text/event-stream", "application/json", "text/plain"):
        one = Response(200, (("content-type", kind),), body)
        assert compare_answers(one, one) == SAME
        assert isinstance(compare_answers(one, Response(200, (), body[1:])), Drift)


STREAMS = sorted((Path(__file__).parents[1] / "corpus" / "streams").glob("*.sse"))


def test_streams_of_the_corpus():
    """Each stream is the same as itself; texts, thoughts and tools have one grammar."""
    headers = (("content-type", "text/event-stream"),)
    answers = {path.stem: Response(200, headers, path.read_bytes()) for path in STREAMS}
    for name, recorded in answers.items():
        assert compare_answers(recorded, recorded) == SAME, name
    plain = answers["text_plain"]
    for name in ("text_multilingual", "ping_everywhere", "tool_parallel", "thinking_basic"):
        drift = compare_answers(plain, answers[name])
        assert not [line for line in drift.differences if "event" in line], name
    aged = compare_answers(plain, answers["unknown_event_type"])
    assert aged.differences[:2] == (
        "new event: rate_limit_update, after message_start",
        "new event: future_event, after content_block_stop",
    )


HEADS = [
    (Response(200), Response(404), ["status: 200 -> 404"]),
    (
        Response(200, (("content-type", "text/event-stream; charset=utf-8"),)),
        Response(200, (("content-type", "text/event-stream;charset=UTF-8"),)),
        [],
    ),
    (
        Response(200, (("content-type", "text/plain"),), b"a"),
        Response(200, (("content-type", "text/html"),), b"b"),
        ["content-type: text/plain -> text/html"],
    ),
    (
        Response(200, (("content-type", "text/plain"),), b"a"),
        Response(200, (), b"{}"),
        ["content-type: text/plain -> none", "body: text -> JSON"],
    ),
    (
        Response(200, (), b'{"type":"message"}'),
        Response(200, (), b'{"type":"error"}'),
        ["body: message -> error"],
    ),
    (Response(200, (), b"{}", end=End("aborted")), Response(200, (), b"[1"), []),
]


@pytest.mark.parametrize(("recorded", "live", "differences"), HEADS)
def test_heads_and_forms(recorded, live, differences):
    """The status, the type of the content and the form of the body count; a wrong status alone."""
    assert list(compare_answers(recorded, live).differences) == differences


UNVERIFIED = [
    (Response(401), "the service answered 401: it takes no such key"),
    (Response(429), "the service answered 429: too many requests"),
    (Response(529), "the service answered 529: the service is in trouble"),
    (
        Response(200, (), b"123", end=End("reset")),
        "the live answer ended after 3 bytes: reset",
    ),
    (
        Response(200, (("content-type", "text/event-stream"),), b"event: error\ndata: {}\n\n"),
        "the live stream ended in an error event",
    ),
]


@pytest.mark.parametrize(("live", "reason"), UNVERIFIED)
def test_answers_that_tell_nothing(live, reason):
    """A "not you" or "not now" says nothing about a recording, unless it is what was recorded."""
    assert why_unverified(Response(200), live) == reason
    assert why_unverified(live, live) == ""


def test_what_is_said_of_one_interaction(answer):
    """An outcome, and lines that name the interaction."""

    def interaction(response):
        return Interaction(Request("GET", "https://x/"), response)

    recorded = interaction(answer({"a": [{"b": 1}]}))
    live = interaction(answer({"a": [{"b": 1, "c": 1}, {"b": 1}], "d": 1}))
    report = verified(2, recorded, live)
    assert report.outcome == "aged"
    assert list(report.lines()) == [
        "2. GET https://x/: AGED",
        "   new field: body.d (number)",
        "   (new field: body.a[].c (number, in some))",
    ]
    assert list(verified(1, recorded, recorded).lines()) == ["1. GET https://x/: as recorded"]
    silent = verified(1, recorded, None)
    assert (silent.outcome, silent.reason) == ("unverified", "no response came")
    assert list(silent.lines()) == ["1. GET https://x/: unverified, no response came"]


@pytest.mark.parametrize(
    ("name", "old", "new", "differences"),
    [
        ("ollama.yaml", b'"Bonjour"', b'"Hello"', 0),
        ("ollama.yaml", b'"done_reason"', b'"why"', 2),
        ("bedrock.yaml", b"Bonjour", b"Goodbye", 0),
        ("bedrock.yaml", b"latencyMs", b"latencyNs", 2),
    ],
)
def test_streams_of_other_formats(name, old, new, differences):
    """Lines of JSON and binary frames are events, too: not words count, but shapes."""
    recorded = load(CASSETTES / name).interactions[0].response
    form, body = recorded.format, recorded.body
    edits = [
        form.edit(body, span, part, form.read(body, part).replace(old, new))
        for span in form.spans(body)
        for part in form.parts(body, span)
    ]
    drift = compare_answers(recorded, replace(recorded, body=edited(body, edits), chunks=None))
    assert len(drift.differences + drift.notes) == differences
