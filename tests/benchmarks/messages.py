"""How fast streams are read, against the official SDK and the floor, on the same bytes in memory.

    python tests/benchmarks/messages.py [--runs 5]

Prints ratios of one run, and the bounds that the project holds itself to. The floor is what no
reader can be faster than: split the lines, parse each data line with pydantic_core.
"""

from __future__ import annotations

import argparse
import gc
import json
import statistics
import time
import tracemalloc
from typing import TYPE_CHECKING, Any

import anthropic
import httpx2
from pydantic_core import from_json

from streamtape.messages import InputJsonEvent, MessageStream, TextEvent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

START = {
    "type": "message_start",
    "message": {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "model-1",
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {"input_tokens": 3, "output_tokens": 1},
    },
}
END: list[dict[str, Any]] = [
    {"type": "content_block_stop", "index": 0},
    {
        "type": "message_delta",
        "delta": {"stop_reason": "end_turn", "stop_sequence": None},
        "usage": {"output_tokens": 7},
    },
    {"type": "message_stop"},
]


def chunks_of(block: dict[str, Any], deltas: list[dict[str, Any]]) -> list[bytes]:
    """Write a message of one block, an event a chunk."""
    events: list[dict[str, Any]] = [
        START,
        {"type": "content_block_start", "index": 0, "content_block": block},
        *({"type": "content_block_delta", "index": 0, "delta": delta} for delta in deltas),
        *END,
    ]
    return [
        f"event: {e['type']}\ndata: {json.dumps(e, separators=(',', ':'))}\n\n".encode()
        for e in events
    ]


def text(count: int) -> list[bytes]:
    """Write a message of so many text deltas, 20 characters each."""
    deltas = [{"type": "text_delta", "text": f"word {n:06d} and more"} for n in range(count)]
    return chunks_of({"type": "text", "text": ""}, deltas)


def tool(size: int, count: int) -> list[bytes]:
    """Write a message with a tool input of so many bytes, in so many deltas."""
    items = [
        {"id": n, "name": f"item {n}", "tags": ["a", "b"], "ok": True} for n in range(size // 57)
    ]
    source = json.dumps({"items": items})
    step = -(-len(source) // count)
    parts = [source[at : at + step] for at in range(0, len(source), step)]
    deltas = [{"type": "input_json_delta", "partial_json": part} for part in parts]
    return chunks_of({"type": "tool_use", "id": "t", "name": "n", "input": {}}, deltas)


def floor(chunks: list[bytes]) -> None:
    """Do what every reader must."""
    for chunk in chunks:
        for line in chunk.splitlines():
            if line.startswith(b"data: "):
                from_json(line[6:])


def ours(chunks: list[bytes]) -> None:
    """Read with streamtape."""
    stream = MessageStream[None](chunks)
    for _ in stream:
        pass
    stream.get_final_message()


class _Bytes(httpx2.SyncByteStream):
    def __init__(self, chunks: list[bytes]) -> None:
        self._chunks = chunks

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._chunks)


EVENT: Any = anthropic.types.RawMessageStreamEvent
CLIENT = anthropic.Anthropic(api_key="none")


def sdk_stream(chunks: list[bytes]) -> Any:
    """Return the SDK's stream over the same bytes."""
    response = httpx2.Response(
        200,
        headers={"content-type": "text/event-stream"},
        stream=_Bytes(chunks),
        request=httpx2.Request("POST", "http://localhost/"),
    )
    raw = anthropic.Stream[Any](cast_to=EVENT, response=response, client=CLIENT)
    return anthropic.MessageStream(raw, output_format=anthropic.NOT_GIVEN)


def sdk(chunks: list[bytes]) -> None:
    """Read with the official SDK."""
    stream = sdk_stream(chunks)
    for _ in stream:
        pass
    stream.get_final_message()


def keep_ours(chunks: list[bytes]) -> None:
    """Read with streamtape, and keep every event."""
    kept = list(MessageStream[None](chunks))
    assert kept


def look_ours(chunks: list[bytes]) -> None:
    """Read with streamtape, and look at every snapshot of a tool input."""
    for event in MessageStream[None](chunks):
        if type(event) is InputJsonEvent:
            assert event.snapshot is not None


def look_sdk(chunks: list[bytes]) -> None:
    """Read with the SDK, and look at every snapshot of a tool input."""
    for event in sdk_stream(chunks):
        if event.type == "input_json":
            assert event.snapshot is not None


def seconds(
    jobs: dict[str, tuple[Callable[[list[bytes]], None], list[bytes]]], runs: int
) -> dict[str, float]:
    """Return the median processor time of each job.

    The jobs take turns, and it is not the time of day that is measured: what else the machine does
    then disturbs all of them alike, and little.
    """
    times: dict[str, list[float]] = {name: [] for name in jobs}
    for _ in range(runs):
        for name, (function, chunks) in jobs.items():
            gc.collect()
            start = time.process_time()
            function(chunks)
            times[name].append(time.process_time() - start)
    return {name: statistics.median(taken) for name, taken in times.items()}


def report(what: str, value: float, bound: str, *, good: bool) -> None:
    """Print one line."""
    print(f"{'ok  ' if good else 'MISS'} {what:<62} {value:8.2f}   wanted: {bound}")


def speed(runs: int) -> None:
    """Compare reading times."""
    chunks = text(8_000)
    for form, body in (("an event a chunk", chunks), ("one chunk", [b"".join(chunks)])):
        took = seconds({"ours": (ours, body), "sdk": (sdk, body), "floor": (floor, body)}, runs)
        faster, floors = took["sdk"] / took["ours"], took["ours"] / took["floor"]
        name = f"8,000 text deltas, {form}:"
        report(f"{name} times faster than the SDK", faster, ">= 10", good=faster >= 10)
        report(f"{name} floors", floors, "<= 5", good=floors <= 5)
    chunks, double = tool(200_000, 4_000), tool(400_000, 8_000)
    name = "200 KB tool input, 4,000 deltas:"
    mine = seconds(
        {
            "once": (ours, chunks),
            "twice": (ours, double),
            "kept once": (keep_ours, chunks),
            "kept twice": (keep_ours, double),
        },
        4 * runs,
    )
    theirs = seconds({"sdk": (sdk, chunks)}, runs)
    faster = theirs["sdk"] / mine["once"]
    report(f"{name} times faster than the SDK", faster, ">= 50", good=faster >= 50)
    for what, one, two in (("read", "once", "twice"), ("all kept", "kept once", "kept twice")):
        ratio = mine[two] / mine[one]
        report(f"{name} twice the input, {what}", ratio, "<= 2.2", good=ratio <= 2.2)
    looks = seconds({"ours": (look_ours, chunks), "sdk": (look_sdk, chunks)}, runs)
    ratio = looks["ours"] / looks["sdk"]
    report(f"{name} each snapshot looked at, of the SDK's time", ratio, "<= 1", good=ratio <= 1)


def memory() -> None:
    """Measure what keeping every event costs, and that the kept snapshots are right."""
    chunks = text(20_000)
    gc.collect()
    tracemalloc.start()
    kept = list(MessageStream[None](chunks))
    peak = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    texts = [event for event in kept if isinstance(event, TextEvent)]
    whole = "".join(event.text for event in texts)
    end = 0
    for event in texts:
        end += len(event.text)
        assert event.snapshot == whole[:end]
    report("20,000 text deltas, all events kept: peak in MB", peak, "< 60", good=peak < 60)


def main() -> None:
    """Run everything."""
    parser = argparse.ArgumentParser(description="Benchmarks of streamtape.messages.")
    parser.add_argument("--runs", type=int, default=5, help="runs of each; the median counts")
    arguments = parser.parse_args()
    speed(arguments.runs)
    memory()


if __name__ == "__main__":
    main()
