"""The 84 streams of the corpus: as the official SDK emits them, under every chunking and colour.

Where streamtape differs from the SDK, the test says how, by the number of the deviation in
docs/explanation/deviations.md.
"""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import TYPE_CHECKING, Any

import anyio
import pytest

from streamtape import messages

if TYPE_CHECKING:
    from types import SimpleNamespace

# Deviation D1: an error event has the class of its type.
ERROR_CLASSES = {
    "error_after_message_delta": messages.GatewayTimeoutError,
    "error_first_event": messages.OverloadedError,
    "error_in_tool_input": messages.InternalServerError,
    "error_non_json": messages.APIStatusError,
    "error_overloaded_midstream": messages.OverloadedError,
    # D5: a block is addressed by its index; D8: an unnamed event counts by its type.
    "order_delta_without_start": messages.InvalidEventError,
    "error_json_without_name": messages.OverloadedError,
    # D6: a text that does not parse is reported once it is known why the message stopped.
    "structured_order_refusal": messages.OutputParseError,
}
# D7: bytes that are no UTF-8 are replaced, as browsers do; here they are in an event that is lost.
DECODED_ANYWAY = {"trunc_mid_utf8"}


def expectation(lab: SimpleNamespace, name: str) -> Any:
    """Return what the official Python SDK did with a stream."""
    return json.loads((lab.CORPUS / "expected_py" / f"{name}.json").read_bytes())


def test_events_are_those_of_the_official_sdk(lab: SimpleNamespace, name: str, body: bytes) -> None:
    """Every event, raw and derived, in the SDK's order and with the SDK's content."""
    if name in lab.BIG:
        pytest.skip("no transcript of the SDK")
    got = [lab.shorten(event) for event in lab.transcribe(name, [body]).events]
    expected = expectation(lab, name)["events"]
    if name == "structured_order_refusal":  # D6: the SDK stops at the block's end
        assert got[: len(expected)] == expected
        assert [event["type"] for event in got[len(expected) :]] == [
            "content_block_stop",
            "message_delta",
            "message_stop",
        ]
    elif name == "error_json_without_name":  # D8: the SDK yields the error as an event
        assert got == expected[:1]
        assert expected[1]["type"] == "error"
    else:
        assert got == expected


def test_errors_are_those_of_the_official_sdk_but_typed(
    lab: SimpleNamespace, name: str, body: bytes
) -> None:
    """A stream that fails in the SDK fails here, with the class that fits; no other does."""
    error = lab.transcribe(name, [body]).error
    assert type(error) is ERROR_CLASSES.get(name, type(None))
    if name in lab.BIG or name in {"error_json_without_name", *DECODED_ANYWAY}:
        return
    sdk = expectation(lab, name)["error"]
    assert (error is None) == (sdk is None)
    if isinstance(error, messages.APIStatusError):
        facts = (error.type, error.body, error.status_code, str(error))
        assert facts == (sdk.get("type"), sdk["body"], 200, sdk["message"])


def test_the_final_message_is_that_of_the_official_sdk(
    lab: SimpleNamespace, name: str, body: bytes
) -> None:
    """A complete stream gives the SDK's message; another raises, and has it as the partial one."""
    got = lab.transcribe(name, [body])
    outcome = lab.INDEX[name]["expected"]["outcome"]
    if name in lab.BIG:
        assert (
            got.final.content[0].to_dict() == lab.INDEX[name]["expected"]["message"]["content"][0]
        )
        return
    expected = lab.shorten(expectation(lab, name)["final_message"])
    if got.final is not None:
        assert lab.shorten(got.final.to_dict()) == expected
        return
    partial = got.final_error.partial_message
    if name == "structured_order_refusal":
        assert (partial.stop_reason, got.final_error.stop_reason) == ("refusal", "refusal")
    else:
        assert (partial and lab.shorten(partial.to_dict())) == expected
    if got.error is not None:  # D2: once failed, failed
        assert got.final_error is got.error
        assert got.stream.state == "errored"
    else:  # D3: an incomplete message is no message
        assert isinstance(got.final_error, messages.IncompleteStreamError)
        assert got.stream.state == "incomplete"
        assert outcome == "truncated" or name == "order_no_message_start"


def test_the_final_text_is_that_of_the_official_sdk(
    lab: SimpleNamespace, name: str, body: bytes
) -> None:
    """The texts of all blocks, joined with nothing; a message without text says what it has."""
    stream = lab.transcribe(name, [body]).stream
    if name in lab.BIG or stream.state != "complete":
        return
    expected = lab.shorten(expectation(lab, name)["final_text"])
    if isinstance(expected, dict) and "$error" in expected:
        with pytest.raises(messages.NoTextError):
            stream.get_final_text()
    else:
        assert lab.shorten(stream.get_final_text()) == expected


def test_byte_by_byte_gives_the_same(lab: SimpleNamespace, name: str, body: bytes) -> None:
    """Chunks of one byte change nothing."""
    if name in lab.BIG:
        pytest.skip("the long form has it")
    whole = lab.transcribe(name, [body]).comparable
    assert lab.transcribe(name, lab.cut(body, list(range(len(body))))).comparable == whole


def test_every_aimed_cut_gives_the_same(lab: SimpleNamespace, name: str, body: bytes) -> None:
    """One cut inside a character, around a line end or in an escape changes nothing."""
    whole = lab.transcribe(name, [body]).comparable
    offsets = lab.aimed(body)
    if name not in lab.SMALL:  # the long form has each of them
        assert lab.transcribe(name, lab.cut(body, offsets)).comparable == whole
        offsets = random.Random(name).sample(offsets, 3)
    for offset in offsets:
        assert lab.transcribe(name, lab.cut(body, [offset])).comparable == whole


@pytest.mark.long
def test_every_single_cut_gives_the_same(lab: SimpleNamespace, name: str, body: bytes) -> None:
    """Every cut of a small stream, and every aimed cut of another, changes nothing."""
    whole = lab.transcribe(name, [body]).comparable
    offsets = range(1, len(body)) if name in lab.SMALL else lab.aimed(body)[:2000]
    for offset in offsets:
        assert lab.transcribe(name, lab.cut(body, [offset])).comparable == whole


@pytest.mark.parametrize("library", ["asyncio", "trio"])
def test_the_asynchronous_stream_gives_the_same(
    lab: SimpleNamespace, name: str, body: bytes, library: str
) -> None:
    """The colour changes nothing, whole and cut at every aimed place."""
    if name in lab.BIG:
        pytest.skip("the synchronous form has it")
    whole = lab.transcribe(name, [body]).comparable
    for chunks in ([body], lab.cut(body, lab.aimed(body))):
        got = anyio.run(lab.transcribe_async, name, chunks, backend=library)
        assert got.comparable == whole


def test_every_deviation_that_a_test_names_is_in_the_docs() -> None:
    """D1 to D8, D16 and D17 are headings of the page that lists the deviations."""
    root = Path(__file__).parents[2]
    page = (root / "docs" / "explanation" / "deviations.md").read_text()
    for number in (*range(1, 9), 16, 17):
        assert f"### D{number}. " in page
