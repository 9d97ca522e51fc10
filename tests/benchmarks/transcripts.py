"""What a transcript costs: time and memory, against reading the same stream and keeping nothing.

Run it as ``python tests/benchmarks/transcripts.py``. It prints milliseconds of processor time and
kilobytes for 5,000 and 20,000 pieces of text; four times the stream is to cost four times as much,
and it fails where anything costs more than six times.
"""

from __future__ import annotations

import json
import sys
import time
import tracemalloc
from typing import TYPE_CHECKING

import streamtape
from streamtape.checks import assert_events
from streamtape.messages import MessageStream
from streamtape.transcripts import Transcript

if TYPE_CHECKING:
    from collections.abc import Callable

SIZES = (5_000, 20_000)
MOST = 6.0


def body(count: int) -> bytes:
    """Return a stream of so many pieces of text."""
    delta = {"type": "text_delta", "text": "word "}
    events = [
        {"type": "message_start", "message": {"id": "msg_1", "content": [], "usage": {}}},
        {
            "type": "content_block_start",
            "index": 0,
            "content_block": {"type": "text", "text": ""},
        },
        *[{"type": "content_block_delta", "index": 0, "delta": delta}] * count,
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {}},
        {"type": "message_stop"},
    ]
    return "".join(f"event: {e['type']}\ndata: {json.dumps(e)}\n\n" for e in events).encode()


def cost(act: Callable[[], object], times: int = 5) -> float:
    """Return the least processor time of several calls, in milliseconds."""
    best = float("inf")
    for _ in range(times):
        start = time.process_time()
        act()
        best = min(best, time.process_time() - start)
    return best * 1000


def kilobytes(act: Callable[[], object]) -> float:
    """Return what the result of a call holds."""
    tracemalloc.start()
    kept = act()
    size = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    del kept
    return size / 1000


def costs(count: int) -> dict[str, float]:
    """Return what everything costs for a stream of so many pieces."""
    data = body(count)
    t = streamtape.transcript(MessageStream([data]))
    shorter = Transcript([*t.events[: count // 2], *t.events[count // 2 + 2 :]])
    patterns = ["message_start", ..., "text", "text*", ..., "message_stop"]
    return {
        "reading, keeping nothing": cost(MessageStream([data]).until_done, 1),
        "transcript": cost(lambda: streamtape.transcript(MessageStream([data]))),
        "assert_events": cost(lambda: assert_events(t, patterns)),
        "to_dict": cost(t.to_dict),
        "differences": cost(lambda: t.differences(shorter)),
        "snapshot": cost(t.snapshot),
        "kilobytes kept": kilobytes(lambda: streamtape.transcript(MessageStream([data]))),
    }


def main() -> int:
    """Print the table."""
    small, large = (costs(count) for count in SIZES)
    worst = 0.0
    print(f"{'':26}{SIZES[0]:>10,}{SIZES[1]:>10,}   ratio")
    for name, value in small.items():
        ratio = large[name] / value
        worst = max(worst, ratio)
        print(f"{name:26}{value:10.1f}{large[name]:10.1f}{ratio:8.2f}")
    return 0 if worst < MOST else 1


if __name__ == "__main__":
    sys.exit(main())
