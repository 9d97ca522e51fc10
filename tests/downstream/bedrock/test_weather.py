"""botocore speaks through urllib3, which no transport stands in for: it is given real sockets.

The cassette is one of streamtape's golden ones; it comes with the project.
"""

import time

import pytest
import weather
from botocore.eventstream import EventStreamBuffer

import streamtape
from streamtape import sweep
from streamtape.proxy import RecordingProxy
from streamtape.server import ReplayServer, Upstream

CASSETTE = streamtape.load("cassettes/bedrock.yaml")
ASKED = [weather.converse, weather.invoke]
PORT = int(weather.CLIENT.meta.endpoint_url.rpartition(":")[2])


def body(number):
    """Return the body of an interaction."""
    return CASSETTE.interactions[number].response.body


def parse(chunks):
    """Return the frames of a body, as botocore's own parser gives them."""
    buffer, found = EventStreamBuffer(), []
    for chunk in chunks:
        buffer.add_data(chunk)
        found += [(event.headers, event.payload) for event in buffer]
    return found


@pytest.mark.parametrize("number", [0, 1])
def test_the_parser_of_botocore_agrees(number):
    """Under every split and variant, it gives the same frames as streamtape's decoder."""
    over = ["cuts", "grammar", "sizes", "random:200"]
    report = sweep.run(parse, body(number), over, variants=["header-order", "json", "unicode"])
    assert report.ok, str(report)
    mine = [
        ({header.name: header.value for header in frame.headers}, frame.payload)
        for frame in streamtape.eventstream.frames(body(number))
    ]
    assert parse([body(number)]) == mine


def test_a_recording_through_the_proxy_replays(tmp_path):
    """What boto3 got live is in the cassette, legible, without its key; and it gets it again."""
    path = tmp_path / "recorded.yaml"
    with Upstream(pace=20) as upstream, RecordingProxy(upstream.url, path, port=PORT) as proxy:
        live = weather.converse()
    assert len(proxy.save()) == 1
    text = path.read_text("utf-8")
    assert "    :event-type: contentBlockDelta\n" in text.replace("      ", "    ")
    assert "not-a-real-key" not in text
    assert len(streamtape.load(path).interactions[0].response.chunk_sizes) > 1
    with ReplayServer(path, split="bytes", gap=0, port=PORT):
        assert weather.converse() == live


def test_every_single_cut_replays_to_the_same_events(pytestconfig):
    """A real client on a real socket; with `--sweep` every single cut, else a few of each kind."""
    for number, ask in enumerate(ASKED):
        with ReplayServer(CASSETTE, port=PORT) as server:
            expected = ask()
            assert server.playbacks[0].number == number + 1
        assert len(expected) == len(streamtape.eventstream.frames(body(number)))
        (subject,) = sweep.subjects_of(body(number))
        over = "cuts" if pytestconfig.getoption("--sweep") else "grammar:1"
        runs = sweep.Sweep([subject], over, empty_chunks=False)
        started = time.monotonic()
        for case in runs:
            with ReplayServer(CASSETTE, split=f"{number + 1}/{case.split}", port=PORT):
                runs.record(case, None if ask() == expected else "other events")
        report = runs.report()
        print(f"{report}, in {time.monotonic() - started:.1f} s")
        assert report.ok, str(report)
        assert report.complete
