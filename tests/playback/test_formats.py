"""Faults, places and what was delivered, in bodies that are no SSE."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import streamtape
from streamtape import eventstream, ndjson
from streamtape.cassette import Cassette, Interaction, Redactor, Request, Response, keep_events
from streamtape.errors import InvalidFrameError, UsageError
from streamtape.faults import (
    Corrupt,
    Drop,
    Duplicate,
    Eof,
    ErrorEvent,
    Stall,
    Swap,
    at_every_event,
    event_at,
    find_event,
)
from streamtape.playback import Abort, Send, Wait, plan
from streamtape.playback._abort import AbortPoint
from streamtape.playback._fault import alter, check_fault
from streamtape.playback._gate import Gate
from streamtape.playback._playback import Playback
from streamtape.splits import Events, Lines, Recorded
from streamtape.sweep import TroubleSweep, Variant, subjects_of, variant_of
from streamtape.timing import Instant

FOLDER = Path(__file__).parents[2] / "cassettes"
OLLAMA = streamtape.load(FOLDER / "ollama.yaml").interactions[0]
CONVERSE, INVOKE = streamtape.load(FOLDER / "bedrock.yaml").interactions


def events(response: Response) -> list[tuple[str, str]]:
    return [(each.event, each.data) for each in response.format.events(response.body)]


def altered(interaction: Interaction, fault: Any) -> list[tuple[str, str]]:
    return events(alter(interaction.response, fault).response)


@pytest.mark.parametrize(
    "interaction", [OLLAMA, CONVERSE, INVOKE], ids=["ollama", "converse", "invoke"]
)
def test_a_stream_can_be_one_event_a_chunk(interaction: Interaction) -> None:
    """Each chunk is an event of the format: a line, a frame."""
    response = interaction.response
    chunks = [step.data for step in plan(response, Events(), Instant()) if isinstance(step, Send)]
    assert len(chunks) == len(events(response))
    assert all(len(response.format.events(chunk)) == 1 for chunk in chunks)
    parts = [step.data for step in plan(response, Lines(), Instant()) if isinstance(step, Send)]
    assert len(parts) == (len(chunks) if interaction is OLLAMA else 6 * len(chunks))
    whole = Response(200, response.headers, response.body)  # as written by hand, without chunks
    assert whole.chunk_sizes == tuple(map(len, chunks))


@pytest.mark.parametrize(
    ("interaction", "name", "number"),
    [
        (OLLAMA, "message:3", 3),
        (OLLAMA, "done", 11),
        (CONVERSE, "contentBlockDelta:8", 11),
        (CONVERSE, "messageStop", 15),
        (INVOKE, "chunk:4", 4),
        (INVOKE, "text_delta:2", 4),
        (INVOKE, "message_stop", 11),
    ],
)
def test_events_are_found_by_name(interaction: Interaction, name: str, number: int) -> None:
    """By the type of a line or a frame, and by what Bedrock wraps."""
    response = interaction.response
    span = find_event(response.body, name, response.format)
    assert span.number == number
    assert Eof(after=name).offset(response.body, response.timeline, response.format) == span.stop
    assert event_at(response.body, span.start) == span  # told by the bytes themselves


def test_an_event_that_there_is_not_is_said_with_those_that_there_are() -> None:
    """In the words of the format."""
    with pytest.raises(UsageError) as caught:
        alter(CONVERSE.response, Eof(after="message_stop"))
    assert str(caught.value) == (
        "fault 'eof:after=message_stop': there is no event 'message_stop'. Its events, 16 in all: "
        "messageStart (1), contentBlockDelta (10), contentBlockStop (2), contentBlockStart (1), "
        "messageStop (1), metadata (1)."
    )


@pytest.mark.parametrize("interaction", [OLLAMA, CONVERSE], ids=["ollama", "converse"])
def test_events_are_dropped_doubled_and_swapped(interaction: Interaction) -> None:
    """Whole lines and frames, checksums and all."""
    first, second, *rest = events(interaction.response)
    assert altered(interaction, Drop(inside=1)) == [second, *rest]
    assert altered(interaction, Duplicate(inside=1)) == [first, first, second, *rest]
    assert altered(interaction, Swap(inside=1)) == [second, first, *rest]


def test_an_error_ends_the_stream_as_its_format_says_it() -> None:
    """A line with an error; an exception of AWS."""
    *_, last = altered(OLLAMA, ErrorEvent(after=2))
    assert last[0] == "error"
    assert json.loads(last[1])["error"]["type"] == "overloaded_error"
    *_, last = altered(CONVERSE, ErrorEvent(after=2))
    assert last == ("serviceUnavailableException", '{"message": "Overloaded"}')
    *_, last = altered(CONVERSE, ErrorEvent("rate_limit_error", after=2))
    assert last[0] == "throttlingException"


def test_damage_to_the_data_leaves_the_frame_whole() -> None:
    """JSON that is none and bytes that are no UTF-8 reach the client, with right checksums."""
    for interaction in (CONVERSE, INVOKE):
        _, data = altered(interaction, Corrupt("json", inside=3))[2]
        assert data == events(interaction.response)[2][1][:-1]
        _, data = altered(interaction, Corrupt("utf8", inside=3))[2]
        assert "\ufffd" in data
    damaged = alter(OLLAMA.response, Corrupt("json", inside=2)).response.body
    assert not damaged.splitlines()[1].endswith(b"}")


def test_damage_to_a_checksum() -> None:
    """The frames before it come, and then the client sees it."""
    damaged = alter(CONVERSE.response, Corrupt("crc", inside=3)).response.body
    decoder = eventstream.Decoder()
    assert len(decoder.feed(damaged)) == 2
    with pytest.raises(InvalidFrameError, match=r"frame 3, .* the CRC of the message says"):
        decoder.close()


@pytest.mark.parametrize(
    ("interaction", "kind", "problem"),
    [
        (OLLAMA, "crc", "the format of this body has no checksums"),
        (CONVERSE, "crlf", "an AWS event stream has no lines"),
    ],
)
def test_damage_that_a_format_cannot_have(
    interaction: Interaction, kind: Any, problem: str
) -> None:
    """Is refused before anything is replayed."""
    with pytest.raises(UsageError) as caught:
        check_fault(Corrupt(kind, inside=1), interaction.response)
    assert str(caught.value) == (
        f"fault 'corrupt:{kind},inside=1': {problem}. "
        "json and utf8 damage the data of every format."
    )


def test_a_stall_waits_between_two_frames() -> None:
    """Wherever the chunks were cut."""
    steps = list(
        plan(CONVERSE.response, Recorded(), Instant(), Stall(after="messageStart", seconds=9))
    )
    at = next(number for number, step in enumerate(steps) if isinstance(step, Wait))
    sent = b"".join(step.data for step in steps[:at] if isinstance(step, Send))
    assert [frame.type for frame in eventstream.frames(sent)] == ["messageStart"]


def test_what_was_delivered_is_known() -> None:
    """Events that are complete, and the text of the Messages API wherever it is wrapped."""
    playback = Playback(2, INVOKE.request, INVOKE, Recorded())
    for chunk in plan(INVOKE.response, Recorded(), Instant()):
        if isinstance(chunk, Send) and len(playback.delivered_events) < 4:
            playback.sent(chunk.data)
    assert [each.event for each in playback.delivered_events] == ["chunk"] * 4
    assert playback.delivered_text == "Bonjour! Z"
    assert playback.event_number("text_delta:3") == 5


def test_gates_and_aborts_stand_behind_events_of_the_format() -> None:
    """A client may have exactly one frame, and is told to abort behind exactly two."""
    first, second = CONVERSE.response.format.spans(CONVERSE.response.body)[:2]
    playback = Playback(1, CONVERSE.request, CONVERSE, Recorded())
    gate = Gate()
    assert gate.poll(playback, 10_000) is None
    gate.allow_through("messageStart")
    assert gate.poll(playback, 10_000) == first.stop
    assert AbortPoint(Abort(2)).poll(playback, 10_000) == second.stop


def test_faults_and_aborts_are_swept_at_every_event() -> None:
    """As many as there are lines or frames."""
    (subject,) = subjects_of(Cassette((CONVERSE,)))
    assert len(TroubleSweep([subject], "aborts")) == 16
    cases = list(TroubleSweep([subject], "disconnects"))
    assert len(cases) == 17
    assert cases[1].place == "Disconnect after event 1, messageStart"
    assert len(list(TroubleSweep([subject], "eofs:bytes"))) == len(subject.body)
    assert len(at_every_event(OLLAMA.response.body, Drop)) == 11


def test_some_events_of_a_recording_can_be_kept() -> None:
    """As `streamtape cut` does."""
    kept = keep_events(CONVERSE.response, {1, 15})
    assert [kind for kind, _ in events(kept)] == ["messageStart", "messageStop"]
    kept = keep_events(OLLAMA.response, {11})
    assert ndjson.Decoder().feed(kept.body)[0]["done"] is True


def test_a_variant_of_a_cassette_goes_by_the_format() -> None:
    """Its frames are whole; a rewriting of your own is called with every body."""
    spaced = variant_of(Cassette((CONVERSE,)), "json-spaced").interactions[0].response
    assert len(eventstream.frames(spaced.body)) == 16
    assert eventstream.frames(spaced.body)[0].payload.startswith(b'{ "role" : ')
    upper = variant_of(Cassette((OLLAMA,)), Variant("upper", "form", bytes.upper))
    assert upper.interactions[0].response.body == OLLAMA.response.body.upper()


def test_a_secret_in_a_frame_is_replaced_and_the_checksums_follow() -> None:
    """A client must be able to read what was redacted."""
    secret = "hunter2-hunter2-hunter2"
    payload = json.dumps({"delta": {"text": f"it is {secret}"}}).encode()
    body = eventstream.encode(eventstream.Frame((), payload)) + CONVERSE.response.body
    response = Response(200, CONVERSE.response.headers, body)
    redactor = Redactor(environ={"SERVICE_API_KEY": secret})
    kept = redactor(Interaction(Request("POST", "https://bedrock.example/"), response))
    assert kept is not None
    assert secret.encode() not in kept.response.body
    assert redactor.findings
    frames = eventstream.Decoder().feed(kept.response.body)
    assert len(frames) == 17
    assert b"REDACTED" in frames[0].payload


def test_a_secret_in_several_wrapped_events_is_replaced() -> None:
    """Bedrock says base64; what it adds up to is looked at, and stays JSON."""
    pieces = ("my key is hunter2-", "hunter2-h", "unter2!")
    frames = [
        eventstream.Frame(
            (), eventstream.wrapped(b'{"bytes":"","p":"x"}', json.dumps(event).encode())
        )
        for event in (
            {
                "type": "content_block_delta",
                "index": 0,
                "delta": {"type": "text_delta", "text": text},
            }
            for text in pieces
        )
    ]
    body = b"".join(map(eventstream.encode, frames))
    response = Response(200, CONVERSE.response.headers, body)
    redactor = Redactor(environ={"SERVICE_API_KEY": "hunter2-hunter2-hunter2"})
    kept = redactor(Interaction(Request("POST", "https://bedrock.example/"), response))
    assert kept is not None
    (finding,) = redactor.findings
    assert str(finding).startswith("value of $SERVICE_API_KEY in the response body, unwrapped")
    assert len(kept.response.body) == len(body)
    said = [json.loads(data)["delta"]["text"] for _, data in events(kept.response)]
    assert said == ["my key is REDACTED", "REDACTEDR", "REDACT!"]
