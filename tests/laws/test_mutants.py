"""Bugs planted in a copy of the stream: the conformance kit finds every one."""

import pytest

from streamtape import laws
from streamtape.messages import MessageStream

# What is planted: the file, what it says, what it says instead, and the laws of which at least one
# must notice.
MUTANTS = {
    "a snapshot lags behind": (
        "messages/_accumulate.py",
        "[event, TextEvent(text, buffer, buffer.append(text))]",
        "[event, TextEvent(text, buffer, buffer.append(text) - len(text))]",
        "snapshots-grow",
    ),
    "text is added twice": (
        "messages/_accumulate.py",
        "[event, TextEvent(text, buffer, buffer.append(text))]",
        "[event, TextEvent(text, buffer, buffer.append(text + text))]",
        "final-message",
    ),
    "the derived event comes first": (
        "messages/_accumulate.py",
        "[event, TextEvent(text, buffer, buffer.append(text))]",
        "[TextEvent(text, buffer, buffer.append(text)), event]",
        "derived-events",
    ),
    "usage starts anew": (
        "messages/_accumulate.py",
        'plain(usage.get("output_tokens"))',
        "0",
        "snapshots-grow",
    ),
    "usage is added up": (
        "messages/_accumulate.py",
        'plain(usage.get("output_tokens"))',
        'message.usage.output_tokens + usage["output_tokens"]',
        "final-message",
    ),
    "the stop reason is forgotten": (
        "messages/_accumulate.py",
        'for key in ("stop_reason", "stop_sequence", "stop_details"):',
        'for key in ("stop_sequence", "stop_details"):',
        "final-message",
    ),
    "a message is complete when it begins": (
        "messages/_accumulate.py",
        "return self.message is not None and (self.stopped or self._stop_reason_seen)",
        "return self.message is not None",
        "incomplete-is-no-success",
    ),
    "the last event comes twice": (
        "messages/_accumulate.py",
        'return [self.dialect.message_stop({**data, "message": self.message})]',
        'return [self.dialect.message_stop({**data, "message": self.message})] * 2',
        "every-event",
    ),
    "thinking is not kept": (
        "messages/_accumulate.py",
        "ThinkingEvent(text, slot.text, slot.text.append(text))",
        "ThinkingEvent(text, slot.text, slot.text.size)",
        "final-message",
    ),
    "the signature is not kept": (
        "messages/_accumulate.py",
        "slot.block.signature = signature",
        "pass",
        "final-message",
    ),
    "a citation is not kept": (
        "messages/_accumulate.py",
        "citations.append(citation)",
        "pass",
        "final-message",
    ),
    "the end of a tool's input is lost": (
        "messages/_accumulate.py",
        "InputJsonEvent(text, slot.json, slot.json.text.append(text))",
        "InputJsonEvent(text, slot.json, slot.json.text.append(text.removesuffix(', 2]}')))",
        "final-message",
    ),
    "blocks do not end": (
        "messages/_accumulate.py",
        'return [ContentBlockStopEvent({**data, "content_block": slot.block})]',
        "return []",
        "balanced-blocks",
    ),
    "a CR ends no line": (
        "sse/_decoder.py",
        "lines = data.splitlines()",
        'lines = data.replace(b"\\r", b"").splitlines()',
        "any-spelling",
    ),
    "an unfinished line is lost": (
        "sse/_decoder.py",
        "        if rest:\n            self._pieces.append(rest)",
        "        if rest and lines:\n            self._pieces.append(rest)",
        "any-split",
    ),
    "each chunk is decoded by itself": (
        "sse/_decoder.py",
        "lines = data.splitlines()",
        'lines = data.decode("utf-8", "replace").encode().splitlines()',
        "any-split",
    ),
    "the first character of a value is dropped": (
        "sse/_decoder.py",
        'if value[:1] == b" ":',
        "if value:",
        "any-spelling",
    ),
    "an abort leaves the source open": (
        "messages/_sync.py",
        "                closable.close()",
        "                pass",
        "abort-lets-go",
    ),
    "an abort is not heard": (
        "messages/_face.py",
        "        self.controller.abort()",
        "        pass",
        "abort-is-silent",
    ),
    "an error event is passed over": (
        "messages/_payload.py",
        'if name == "error":\n        raise stream_error(text if data is None else data, response)',
        'if name == "error":\n        return None',
        "failure-is-raised",
    ),
    "a second look finds a message": (
        "messages/_reader.py",
        "        if self.error is not None:\n            raise self.error\n        return",
        "        return",
        "failed-stays-failed",
    ),
    "an error takes the events before it along": (
        "messages/_reader.py",
        "        for event in events:\n            yield from self._push(event)",
        "        yield from [each for event in events for each in self._push(event)]",
        "nothing-is-lost",
    ),
}


def test_the_unchanged_copy_obeys(copied, taped):
    """A copy without a change breaks nothing: what the mutants break is the change."""
    stream = copied()
    assert stream is not MessageStream
    assert laws.check_stream(stream, taped(), over="bytes").ok


@pytest.mark.parametrize("name", MUTANTS)
def test_every_planted_bug_is_found(copied, taped, name):
    """Each planted bug breaks the law that is about it."""
    *change, noticed = MUTANTS[name]
    with pytest.raises(laws.LawsBrokenError) as caught:
        laws.check_stream(copied(*change), taped(), over=["bytes", "size:7"])
    assert noticed in caught.value.report.broken, str(caught.value)
