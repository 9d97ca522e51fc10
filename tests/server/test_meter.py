"""What a server counts, and how it says so."""

import httpx
import pytest

from streamtape.cassette import Cassette, Chunk, Interaction, Request, Response
from streamtape.server import ReplayServer
from streamtape.server._meter import Meter


def test_nothing_yet():
    """A server that has done nothing says that."""
    report = Meter().report()
    assert str(report) == (
        "0 streams, 0 chunks, 0 bytes; at most 0 at once\nno write had a time to keep"
    )
    assert report.late == {}


def test_streams_are_counted():
    """All of them, and the most at the same time."""
    meter = Meter()
    for _ in range(3):
        meter.began()
        meter.sent(2, 1000)
    meter.ended()
    meter.began()
    meter.missed()
    report = meter.report()
    assert str(report).startswith("4 streams, 6 chunks, 3,000 bytes; at most 3 at once")
    assert report.missed == 1


@pytest.mark.parametrize("scale", [1e-6, 1e-3, 1.0])
def test_percentiles_are_near_the_truth(scale):
    """At most 4.5 % too high, never too low, and the maximum exact."""
    meter = Meter()
    for number in range(1, 1001):
        meter.wrote(number * scale)
    late = meter.report().late
    assert list(late) == [50, 90, 99, 100]
    for share in (50, 90, 99):
        exact = share * 10 * scale
        assert exact <= late[share] * 1.000001
        assert late[share] <= exact * 1.045 + 1e-6
    assert late[100] == 1000 * scale


def test_what_is_early_or_hours_late_is_counted_too():
    """Clocks are coarse, and machines sleep."""
    meter = Meter()
    meter.wrote(-1e-9)
    meter.wrote(1e6)
    report = meter.report()
    assert report.timed == 2
    assert (report.late[50] <= 1e-6, report.late[100]) == (True, 1e6)
    assert report.as_json()["late_ms"]["p100"] == 1e9


def test_a_timed_replay_is_measured():
    """Each write that had a time counts; the report reads as a sentence."""
    response = Response(body=b"ab", chunks=(Chunk(1000, 1), Chunk(1000, 1)), head=1000)
    cassette = Cassette((Interaction(Request("GET", "http://h/"), response),))
    with ReplayServer(cassette, timing="recorded") as server:
        httpx.get(server.url)
    report = server.report
    assert (report.streams, report.chunks, report.bytes, report.timed) == (1, 2, 2, 3)
    assert "\nlateness of 3 timed writes: p50 " in str(report)
    assert " ms, max " in str(report)
