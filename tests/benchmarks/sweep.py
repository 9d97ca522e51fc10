"""What a sweep costs: all single cuts of a 2 KB body, against the same parses called directly.

Run it as ``python tests/benchmarks/sweep.py``. It prints the ratio, and fails over 1.3.
"""

from __future__ import annotations

import json
import sys
import time
import tracemalloc
from typing import TYPE_CHECKING

from streamtape import sweep
from streamtape.messages import MessageStream
from streamtape.sse import Decoder

if TYPE_CHECKING:
    from collections.abc import Callable


def event(**data: object) -> bytes:
    """Write one event as the Messages API does."""
    return f"event: {data['type']}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n".encode()


def delta(text: str) -> bytes:
    """Write one piece of text."""
    return event(type="content_block_delta", index=0, delta={"type": "text_delta", "text": text})


START = event(
    type="message_start",
    message={
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "m",
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {"input_tokens": 1, "output_tokens": 1},
    },
) + event(type="content_block_start", index=0, content_block={"type": "text", "text": ""})
STOP = (
    event(type="content_block_stop", index=0)
    + event(
        type="message_delta",
        delta={"stop_reason": "end_turn", "stop_sequence": None},
        usage={"output_tokens": 9},
    )
    + event(type="message_stop")
)
BODY = START + delta('Zürich is "large"') * 10 + STOP
BODY = (
    START
    + delta('Zürich is "large"' + "." * (2001 - len(BODY)))
    + delta('Zürich is "large"') * 9
    + STOP
)
MOST = 1.3


def decode(chunks: list[bytes]) -> list[object]:
    """Decode the events, and the JSON in them."""
    decoder = Decoder()
    events = [event for chunk in chunks for event in decoder.feed(chunk)]
    return [(event.event, json.loads(event.data)) for event in events]


def read(chunks: list[bytes]) -> list[str]:
    """Read the message from its stream, and every event of it."""
    return [event.type for event in MessageStream(chunks)]


def direct(parse: sweep.Parse) -> None:
    """Do by hand what the sweep does."""
    reference = parse([BODY])
    for offset in range(1, len(BODY)):
        assert parse([BODY[:offset], BODY[offset:]]) == reference


def swept(parse: sweep.Parse) -> None:
    """Do the same with a sweep."""
    assert sweep.run(parse, BODY, over=[sweep.Cuts()]).ok


def seconds(function: Callable[[sweep.Parse], None], parse: sweep.Parse) -> float:
    """Return the time of one call."""
    start = time.perf_counter()
    function(parse)
    return time.perf_counter() - start


def peak(over: str) -> int:
    """Return the greatest memory use of a sweep, in bytes."""
    tracemalloc.start()
    sweep.run(decode, BODY[:400], over=over)
    size = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return size


def main() -> int:
    """Print the numbers."""
    worst = 0.0
    for parse in (decode, read):
        pairs = [(seconds(direct, parse), seconds(swept, parse)) for _ in range(5)]
        floor, cost = (min(each) for each in zip(*pairs, strict=True))
        worst = max(worst, cost / floor)
        sys.stdout.write(
            f"{parse.__name__}: {len(BODY) - 1:,} cuts of {len(BODY):,} bytes: {cost:.3f} s swept, "
            f"{floor:.3f} s direct; ratio {cost / floor:.2f} (at most {MOST})\n"
        )
    small, large = peak("pairs:2"), peak("pairs:40")
    sys.stdout.write(
        f"memory: {small:,} bytes for pairs:2, {large:,} bytes for 20 times as many splits\n"
    )
    return int(worst > MOST)


if __name__ == "__main__":
    sys.exit(main())
