"""Each law about a whole stream, broken in the plainest way, with the sentence that says so."""

import json
from pathlib import Path

import pytest

from streamtape import laws
from streamtape.sse import Decoder


def doubled(events, kind):
    at = next(at for at, event in enumerate(events) if event["type"] == kind)
    return [*events[:at], events[at], *events[at:]]


def without(events, kind, index=None):
    return [e for e in events if e["type"] != kind or (index is not None and e["index"] != index)]


def said(events, text):
    """Derive text events, as a stream does, but say something else."""
    for event in events:
        yield event
        if event.get("delta", {}).get("type") == "text_delta":
            yield {"type": "text", "text": text}


BROKEN = {
    "another order": (
        lambda events: [events[1], events[0], *events[2:]],
        "every-event",
        "whole: event 1 is content_block_start, and message_start was sent",
    ),
    "an event less": (
        lambda events: events[:-1],
        "every-event",
        "whole: 17 events were sent, and 16 emitted",
    ),
    "another id": (
        lambda events: [{**events[0], "message": {**events[0]["message"], "id": "x"}}, *events[1:]],
        "every-event",
        "whole: event 1, message_start: message.id is 'x', not 'msg_1'",
    ),
    "content less": (
        lambda events: [{**events[0], "message": {**events[0]["message"], "content": [1]}}],
        "every-event",
        "whole: event 1, message_start: message.content has 1 items, not 0",
    ),
    "two beginnings": (
        lambda events: doubled(events, "message_start"),
        "balanced-blocks",
        "whole: a second message_start",
    ),
    "no beginning": (
        lambda events: events[1:],
        "balanced-blocks",
        "whole: content_block_start before message_start",
    ),
    "a block begun twice": (
        lambda events: doubled(events, "content_block_start"),
        "balanced-blocks",
        "whole: block 0 is begun twice",
    ),
    "a block that never begins": (
        lambda events: without(events, "content_block_start", 0),
        "balanced-blocks",
        "whole: content_block_delta for block 0, which is not open",
    ),
    "blocks that never end": (
        lambda events: without(events, "content_block_stop"),
        "balanced-blocks",
        "whole: message_stop with block 0 open",
    ),
    "blocks and a message that never end": (
        lambda events: without(events, "content_block_stop")[:-1],
        "balanced-blocks",
        "whole: block 0 is never ended",
    ),
    "another text": (
        lambda events: said(events, "Hoi"),
        "derived-events",
        "whole: 'text' event 1 is 'Hoi', and 'Grüezi' was sent",
    ),
    "a text too many": (
        lambda events: [*events, {"type": "text", "text": ""}],
        "end-is-last",
        "whole: 'text' comes behind message_stop",
    ),
    "a text out of place": (
        lambda events: [{"type": "thinking", "thinking": t} for t in ("Zür", "ich?")] + events,
        "derived-events",
        "whole: a 'thinking' event does not follow its delta",
    ),
    "a failure for nothing": (
        lambda events: [*events, {}["nothing"]],
        "ends-well",
        "whole: it raised KeyError: 'nothing'",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_law_says_what_is_wrong(taped, name):
    """The report names the law, and says in a sentence what is wrong."""
    change, law, told = BROKEN[name]

    def stream(chunks):
        decoder = Decoder()
        sent = [json.loads(each.data) for chunk in chunks for each in decoder.feed(chunk)]
        yield from change([event for event in sent if event["type"] != "ping"])

    with pytest.raises(laws.LawsBrokenError) as caught:
        laws.check_stream(stream, taped(), over="whole", variants=None)
    broken = caught.value.report.broken[law]
    assert f"{broken.run}: {broken.problem}" == told


def test_an_end_that_is_none(taped):
    """A stream that gives more when it is asked again breaks a law."""

    class Twice:
        def __init__(self, chunks):
            decoder = Decoder()
            sent = [json.loads(each.data) for chunk in chunks for each in decoder.feed(chunk)]
            self._events = [event for event in sent if event["type"] != "ping"]
            self._again = self._events[-2:]

        def __iter__(self):
            return self

        def __next__(self):
            if not self._events:
                self._events, self._again = self._again, []
                raise StopIteration
            return self._events.pop(0)

    with pytest.raises(laws.LawsBrokenError) as caught:
        laws.check_stream(Twice, taped(), over="whole", variants=None)
    assert caught.value.report.broken["end-is-last"].problem == (
        "asked again at its end, it gave 2 more events"
    )


def test_the_docs_list_every_law():
    """The page on conformance has a row for each law, with its statement."""
    page = (Path(__file__).parents[2] / "docs/how-to/conformance.md").read_text("utf-8")
    for law in laws.LAWS.values():
        assert f"| `{law.name}` | {law.statement} |\n" in page
