"""Faults and virtual time in a test that uses the plugin."""

import time

FAULTS = """
import asyncio, time, httpx2, pytest, anyio
from trio.testing import MockClock
from client import aask, ask
from streamtape.faults import Disconnect, Stall

TAPE = "x.yaml"

@pytest.mark.streamtape(TAPE, fault=Disconnect(after=1), then="replay")
def test_a_retry(tape):
    with pytest.raises(httpx2.RemoteProtocolError):
        ask()
    assert ask()
    assert [played.end for played in tape.playbacks] == ["faulted", "complete"]

@pytest.mark.streamtape(TAPE, fault="stall:after=1", clock="virtual")
def test_sync(tape):
    start = time.monotonic()
    with pytest.raises(httpx2.ReadTimeout):
        ask()
    time.sleep(3600)
    assert tape.clock.elapsed == 3605 == pytest.approx(time.monotonic() - start)

@pytest.mark.asyncio
@pytest.mark.streamtape(TAPE, fault="stall:after=1", clock="virtual")
async def test_asyncio(tape):
    with pytest.raises(httpx2.ReadTimeout):
        await aask()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(asyncio.sleep(3600), 60)
    assert tape.clock.elapsed == 65

@pytest.fixture(params=["asyncio", ("trio", {"clock": MockClock(autojump_threshold=0)})])
def anyio_backend(request):
    return request.param

@pytest.mark.anyio
@pytest.mark.streamtape(TAPE, fault="stall:after=1", clock="virtual")
async def test_anyio(tape, anyio_backend):
    with pytest.raises(httpx2.ReadTimeout):
        await aask()
    with anyio.move_on_after(60):
        await anyio.sleep(3600)
    assert tape.clock.elapsed == 65

def test_time_is_real_again():
    assert not hasattr(time, "clock")
    assert time.sleep.__module__ == "time"
"""


def test_faults_and_virtual_time(project, tape_file):
    """Marker options: faults and clocks, sync, pytest-asyncio, anyio on both; time stays pytest's.

    pytest's own durations, in the terminal and in the JUnit file, are real: an hour passes here.
    """
    vars(time).pop("clock", None)  # freezegun alone leaves a None there, in other tests
    tape_file("test_it/x.yaml")
    project.makepyfile(test_it=FAULTS)
    result = project.runpytest("--junitxml=junit.xml", "--durations=0", "-vv")
    result.assert_outcomes(passed=6)
    report = result.parseoutcomes()
    assert report["passed"] == 6
    assert result.duration < 60
    text = (project.path / "junit.xml").read_text()
    times = [float(part.split('"')[0]) for part in text.split(' time="')[1:]]
    assert len(times) == 7
    assert all(0 <= seconds < 60 for seconds in times)
    shown = [line.split("s ")[0] for line in result.outlines if "s call " in line]
    assert shown
    assert all(0 <= float(seconds) < 60 for seconds in shown)


def test_a_fault_without_a_place_is_an_error_at_set_up(project, tape_file):
    """What the cassette has no place for is said before the test runs."""
    tape_file("test_it/x.yaml")
    project.makepyfile(
        test_it="""
        import pytest

        @pytest.mark.streamtape("x.yaml", fault="eof:after=9")
        def test_it(tape):
            raise AssertionError
        """
    )
    result = project.runpytest()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*fault 'eof:after=9': there is no event 9.*"])
