"""Growth: cost that grows faster than the stream is told from cost that does not.

Cost is counted here, not measured: each client says what it would cost, in made-up seconds.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from streamtape import sweep
from streamtape.sse import Decoder
from streamtape.sweep._growth import Growth, measure

BODY = (
    b'event: start\ndata: {"a":1}\n\nevent: delta\ndata: {"text":"some text"}\n\n'
    b'event: delta\ndata: {"text":"more"}\n\nevent: stop\ndata: {}\n\n'
)
Cost = Callable[[list[bytes]], float]


def measured(cost: Cost, body: bytes = BODY) -> dict[str, Growth]:
    """Measure a client whose cost is a formula."""
    now = 0.0

    def parse(chunks: list[bytes]) -> None:
        nonlocal now
        now += cost(chunks)

    return {growth.what: growth for growth in measure(parse, body, lambda: now)}


def linear(chunks: list[bytes]) -> float:
    """So much per chunk, and so much per byte."""
    return len(chunks) * 1e-6 + sum(map(len, chunks)) * 1e-8


def quadratic_in_the_event(chunks: list[bytes]) -> float:
    """Scan the event so far for every chunk."""
    longest = max(map(len, b"".join(chunks).split(b"\n\n")))
    return len(chunks) * 1e-6 + longest**2 / 64 * 1e-9


def quadratic_in_the_stream(chunks: list[bytes]) -> float:
    """Scan all so far for every chunk."""
    return len(chunks) * 1e-6 + sum(map(len, chunks)) ** 2 / 64 * 1e-9


VERDICTS = [
    (linear, {"one event": False, "the stream": False}),
    (quadratic_in_the_event, {"one event": True, "the stream": False}),
    (quadratic_in_the_stream, {"one event": True, "the stream": True}),
]


@pytest.mark.parametrize(
    ("cost", "verdict"), VERDICTS, ids=lambda each: getattr(each, "__name__", "")
)
def test_growth_is_told_by_what_was_made_longer(cost: Cost, verdict: dict[str, bool]) -> None:
    """One long event, and many events, are two ways for a stream to be long."""
    found = measured(cost)
    assert {what: growth.too_fast for what, growth in found.items()} == verdict
    for growth in found.values():
        assert growth.exponent == pytest.approx(2 if growth.too_fast else 1, abs=0.2)


def test_a_quick_client_is_never_too_fast() -> None:
    """What takes no time at any length is worth no report, whatever its exponent."""
    assert not any(growth.too_fast for growth in measured(lambda c: len(c) ** 2 * 1e-13).values())


def test_lengths_grow_until_the_time_can_be_measured() -> None:
    """Up to a megabyte, or until a run takes long enough; never less than two lengths."""
    sizes = [size for size, _ in measured(linear)["one event"].points]
    assert sizes == [16_384, 65_536, 262_144, 1_048_576]
    slow = measured(lambda chunks: len(chunks) * 1.0)["the stream"]
    assert len(slow.points) == 2
    assert slow.points[0][0] == pytest.approx(16_384, rel=0.02)


def test_noise_is_measured_again_before_it_is_believed() -> None:
    """A busy machine makes one measurement look bad, and the second not."""
    calls = 0

    def noisy(chunks: list[bytes]) -> float:
        nonlocal calls
        calls += 1
        busy = 12 < calls <= 20  # the long ones of the first series
        return linear(chunks) * (100 if busy else 1)

    assert not any(growth.too_fast for growth in measured(noisy).values())


def test_what_a_stretched_recording_raises_does_not_matter() -> None:
    """Its cost until then is what counts."""

    def picky(chunks: list[bytes]) -> None:
        raise ValueError(len(chunks))

    assert len(measure(picky, BODY, lambda: 0.0)) == 2


@pytest.mark.parametrize(
    ("body", "ways"), [(b"data: no text\n\n", {"the stream"}), (b"\xff", set())]
)
def test_what_cannot_be_stretched_is_left_out(body: bytes, ways: set[str]) -> None:
    """A body without text in quotes, or without events."""
    assert set(measured(linear, body)) == ways


def test_stretched_bodies_are_what_they_were_but_longer() -> None:
    """The same first and last events; one of them longer, or more of the commonest."""
    seen = []

    def parse(chunks: list[bytes]) -> None:
        seen.append([(event.event, len(event.data)) for event in Decoder().feed(b"".join(chunks))])

    measure(parse, BODY, lambda: 0.0)
    types = [[kind for kind, _ in events] for events in seen]
    assert types[0] == ["start", "delta", "delta", "stop"]
    assert max(size for _, size in seen[0]) > 16_000
    assert (types[-1][0], types[-1][-1]) == ("start", "stop")
    assert types[-1].count("delta") > 20_000


def test_a_run_reports_growth_when_asked() -> None:
    """The decoder of our own is linear, by the real clock; without asking nothing is measured."""

    def parse(chunks: list[bytes]) -> int:
        decoder = Decoder()
        return sum(len(decoder.feed(chunk)) for chunk in chunks)

    report = sweep.run(parse, BODY, "whole", growth=True)
    assert report.ok, str(report)
    assert [growth.what for growth in report.growth] == ["one event", "the stream"]
    assert sweep.run(parse, BODY, "whole").growth == ()


def test_a_client_that_scans_its_buffer_again_is_reported() -> None:
    """By the real clock too: the mistake that made a released client take 27 s for 160 KB."""

    def parse(chunks: list[bytes]) -> int:
        buffer, found = b"", 0
        for chunk in chunks:
            buffer += chunk
            while b"\n\n" in buffer:
                buffer = buffer.partition(b"\n\n")[2]
                found += 1
        return found

    report = sweep.run(parse, BODY, "whole", growth=True)
    assert not report.ok
    assert [growth.too_fast for growth in report.growth] == [True, False]
    assert "grows faster than the length of one event" in str(report)
