"""What a sweep costs: all single cuts of a 2 KB body, against the same parses called directly.

Run it as ``python tests/benchmarks/sweep.py``. It prints the ratio, and fails over 1.3.
"""

from __future__ import annotations

import json
import sys
import time
import tracemalloc

from streamtape import sweep
from streamtape.sse import Decoder

DELTA = (
    b'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":'
    b'{"type":"text_delta","text":"Z\xc3\xbcrich is large, says \\"the\\u00e9\\""}}\n\n'
)
BODY = DELTA * (2048 // len(DELTA) + 1)
BODY = BODY[:2001]
MOST = 1.3


def parse(chunks: list[bytes]) -> list[object]:
    """Decode the events, and the JSON in them."""
    decoder = Decoder()
    events = [event for chunk in chunks for event in decoder.feed(chunk)]
    return [(event.event, json.loads(event.data)) for event in events]


def direct() -> None:
    """Do by hand what the sweep does."""
    reference = parse([BODY])
    for offset in range(1, len(BODY)):
        assert parse([BODY[:offset], BODY[offset:]]) == reference


def swept() -> None:
    """Do the same with a sweep (which also runs `bytes` and `whole`)."""
    assert sweep.run(parse, BODY, over=[sweep.Cuts()]).ok


def seconds(function: object) -> float:
    """Return the time of one call."""
    assert callable(function)
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def peak(over: str) -> int:
    """Return the greatest memory use of a sweep, in bytes."""
    tracemalloc.start()
    sweep.run(parse, BODY[:400], over=over)
    size = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return size


def main() -> int:
    """Print the numbers."""
    pairs = [(seconds(direct), seconds(swept)) for _ in range(7)]
    floor, cost = (min(each) for each in zip(*pairs, strict=True))
    ratio = cost / floor
    small, large = peak("pairs:2"), peak("pairs:40")
    sys.stdout.write(
        f"{len(BODY) - 1:,} cuts of {len(BODY):,} bytes: {cost:.3f} s swept, {floor:.3f} s direct\n"
        f"ratio {ratio:.2f} (at most {MOST})\n"
        f"memory: {small:,} bytes for pairs:2, {large:,} bytes for 20 times as many splits\n"
    )
    return int(ratio > MOST)


if __name__ == "__main__":
    sys.exit(main())
