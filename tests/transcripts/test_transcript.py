"""What a transcript knows: snapshots, names, plain data, equality, how it prints."""

import copy
import dataclasses
import json
import weakref

import pytest

import streamtape
from streamtape.errors import UsageError
from streamtape.transcripts import Event, Transcript


@pytest.fixture
def t(weather):
    return streamtape.transcript(weather.stream())


def test_snapshots_on_demand(t):
    """The message after an event, by number or name; each an object of its own."""
    snapshot = t.snapshot("text:3")
    assert snapshot.content[0].text == "Bonjour! Zürich is"
    assert t.snapshot(8) == snapshot
    assert snapshot.stop_reason is None
    assert t.snapshot() == t.message == t.snapshot("message_stop")
    assert t.snapshot("input_json:3").content[1].input == {}
    snapshot.content[0].text = "changed"
    assert t.snapshot("text:3").content[0].text == "Bonjour! Zürich is"
    assert Transcript([]).snapshot() is None


def test_snapshots_one_by_one(t):
    """One live object, which grows from event to event."""
    sizes = [len(json.dumps(message.to_dict())) for message in t.snapshots()]
    assert len(sizes) == len(t)
    assert sizes[2] < sizes[4] < sizes[-1]


def test_a_snapshot_passes_over_what_cannot_be(t):
    """An invalid event changes nothing; what comes behind it still counts."""
    broken = Event("content_block_delta", {"index": 7, "delta": {"type": "text_delta"}})
    damaged = Transcript([*t.events[:5], broken, *t.events[5:]])
    assert damaged.snapshot() == t.snapshot()


def test_snapshots_are_not_kept_with_the_events():
    """The memory of a transcript is linear in the stream: each snapshot is let go of."""

    class Snapshot(str):
        """Text that can be seen to be gone."""

        __slots__ = ("__weakref__",)

    kept = []

    def events():
        for count in range(1, 50):
            snapshot = Snapshot("word " * count)
            kept.append(weakref.ref(snapshot))
            yield {"type": "text", "text": "word ", "snapshot": snapshot}

    t = streamtape.transcript(events())
    assert len(t) == len(kept) == 49
    assert not [reference for reference in kept if reference() is not None]


def test_events_are_found_by_name(t):
    """By number, type, type of the delta; a raw delta by what it adds, if nothing derives it."""
    assert [t.number_of(name) for name in (1, "text:2", "text_delta:2", "message_stop")] == [
        1,
        6,
        5,
        41,
    ]
    raw = Transcript([event for event in t if event.type not in ("text", "input_json")])
    assert raw.number_of("text:2") == 4
    with pytest.raises(UsageError) as refused:
        Transcript(t.events[:4]).number_of("text:2")
    assert str(refused.value) == (
        "event 'text:2': the transcript has no such event. It has: message_start (1), "
        "content_block_start (1), content_block_delta (1), text_delta (1), text (1)."
    )
    for name in ("", "0", "a b", True):
        with pytest.raises(UsageError, match="no name of an event"):
            t.number_of(name)


def test_equality_is_about_what_was_emitted(weather, t):
    """Not about chunks, times or objects; but about every event, and the end."""
    assert t == streamtape.transcript(weather.stream(split="bytes"))
    assert t == copy.deepcopy(t)
    assert t != Transcript(t.events[:-1])
    assert t != Transcript(t.events, error=ValueError("late"))
    assert t != Transcript([*t.events[:3], *t.events[4:]])  # the derived event is gone
    assert t != Transcript([*t.events[:2], *t.events[3:]])  # the raw one is
    assert t != "a transcript"
    with pytest.raises(TypeError):
        hash(t)


def test_plain_data(t):
    """An event in a line, in a stable order; what the raw events say is not said twice."""
    said = t.to_dict()
    assert list(said) == ["events", "message", "end"]
    assert said["events"][1:4] == [
        {"content_block_start": {"index": 0, "content_block": {"type": "text", "text": ""}}},
        {"text": "Bonjour!"},
        {"text": " Zürich"},
    ]
    assert said["events"][-1] == {"message_stop": {"message": "(accumulated)"}}
    assert json.loads(json.dumps(said)) == said
    assert list(said["message"])[:3] == ["type", "id", "role"]


def test_what_does_not_add_up_is_said(t):
    """A block or message that the stream made up itself stands in the plain data."""
    events = list(t.events)
    stop = events[28]
    block = {"type": "text", "text": "another"}
    events[28] = dataclasses.replace(stop, data=stop.data | {"content_block": block})
    last = events[-1]
    events[-1] = dataclasses.replace(last, data={"message": {"content": []}})
    said = Transcript(events).to_dict()["events"]
    assert said[15] == {"content_block_stop": {"index": 0, "content_block": block}}
    assert said[-1] == {"message_stop": {"message": {"content": []}}}


def test_blocks_that_take_turns():
    """A raw delta of another block than the last begun is said: its index would be lost."""

    def delta(index):
        return {
            "type": "content_block_delta",
            "index": index,
            "delta": {"type": "text_delta", "text": "a"},
        }

    block = {"type": "text", "text": ""}
    starts = [{"type": "content_block_start", "index": i, "content_block": block} for i in (0, 1)]
    derived = {"type": "text", "text": "a"}
    start = {"type": "message_start", "message": {"content": []}}
    t = streamtape.transcript([start, *starts, delta(0), derived, delta(1), derived])
    assert t.to_dict()["events"][3:] == [
        {"content_block_delta": {"index": 0, "delta": {"type": "text_delta", "text": "a"}}},
        {"text": {"text": "a"}},
        {"text": "a"},
    ]


def test_masks(t):
    """Values that do not count become placeholders, the same for the same value."""
    said = json.dumps(t.to_dict(mask="ids"))
    assert "msg_streamtape_1" not in said
    assert said.count("<id 1>") == 2
    assert said.count("<id 2>") == 2
    assert t.to_dict(mask=["model"])["message"]["model"] == "<model 1>"
    timed = Transcript([Event("chunk", {"created": 1732147200})])
    assert timed.to_dict(mask="times")["events"] == [{"chunk": {"created": "<time 1>"}}]


def test_times_by_request():
    """In milliseconds, beside the events that are said."""
    t = Transcript([Event("text", {"text": "a"}, 0.0011), Event("end", {}, 0.5)])
    assert t.to_dict(times=True) == {
        "events": [{"text": "a"}, "end"],
        "times": [1.1, 500.0],
        "end": "complete",
    }


def test_what_no_file_can_hold_is_replaced():
    """Half of a surrogate pair, and numbers that are none."""
    t = Transcript([Event("text", {"text": "\ud83d"}), Event("x", {"n": float("inf")})])
    assert t.to_dict()["events"] == [{"text": "\\ud83d"}, {"x": {"n": "inf"}}]


def test_how_it_prints(weather, t):
    """One line as a repr, a line for each event as text."""
    assert repr(t) == "<Transcript: 41 events, complete, 'Bonjour! Zürich is sunny ☀️ today: 24...'>"
    failed = Transcript([Event("ping")], error=ValueError("no"))
    assert repr(failed) == "<Transcript: 1 events, errored, ValueError('no')>"
    assert str(failed).splitlines()[1:] == ["    1  ping"]
    lines = str(t).splitlines()
    assert lines[3] == '    4  text "Bonjour!"'
    assert len(lines) == 25
    emitted = str(streamtape.transcript(weather.stream(), emitted=True)).splitlines()
    assert emitted[4] == '    5  text "Bonjour!"'


def test_differences_behind_the_end(t):
    """What only one of the two has is named, whichever it is."""
    shorter = Transcript(t.events[:-1])
    assert t.differences(shorter)[:2] == [
        "event 41 is in left only; right ends before it:",
        '  message_stop {message: "(accumulated)"}',
    ]
    assert shorter.differences(t)[0] == "event 41 is in right only; left ends before it:"
    assert t.differences(t) == []


def test_differences_of_long_values():
    """Both are shown around the first character that differs; of many lines, the first ones."""
    one, other = ({"events": [{"text": "a" * 200 + end}], "end": "complete"} for end in "xy")
    lines = streamtape.transcripts.differences(one, other, ("left", "right"))
    first, left, right, mark, *_ = lines
    assert first == "event 1, text differs:"
    assert left == f'  left   ...{"a" * 46}x"'
    assert right == f'  right  ...{"a" * 46}y"'
    assert mark.index("^") == left.index("x")
    ones = {"events": [{"n": number} for number in range(60)]}
    others = {"events": [{"n": -number} for number in range(60)]}
    lines = list(streamtape.transcripts.differences(ones, others, ("left", "right")))
    assert len(lines) == 30
    assert lines[-1] == "    ..."
    others = {"events": [{"n": -number} for number in range(300)]}
    lines = list(streamtape.transcripts.differences(ones, others, ("left", "right")))
    assert lines[-1] == "    ..."


def test_differences_of_structure():
    """A member that is missing, a list that is longer, another type of event."""

    def first(one, other):
        events = ({"events": [each]} for each in (one, other))
        return list(streamtape.transcripts.differences(*events, ("left", "right")))[:3]

    assert first({"x": {"a": [1]}}, {"x": {"a": [1, 2]}}) == [
        "event 1, x differs at a[1]:",
        "  left   (not there)",
        "  right  2",
    ]
    assert first("ping", {"x": {}}) == ["event 1 differs:", "  left   ping", "  right  x {}"]
    assert first({"x": {"a": 1}}, {"x": {"b": 1}})[0] == "event 1, x differs at a:"
