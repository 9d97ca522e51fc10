"""One marker, every fault or abort at every event: the law of a test holds, or is broken."""

import pytest

from streamtape import Cassette, Interaction, Request, Response, save

EVENTS = b"".join(
    b'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,'
    b'"delta":{"type":"text_delta","text":"%s"}}\n\n' % word
    for word in (b"one", b" two", b" three")
)
CLIENT = """
import httpx2, json, pytest

URL = "https://api.example/v1/messages"
CLIENT = httpx2.Client(verify=False)  # a context for TLS takes 25 ms to make

def texts(response):
    pending = ""
    for text in response.iter_text():
        pending += text
        *events, pending = pending.split("\\n\\n")
        for event in events:
            yield json.loads(event.split("data: ")[1])["delta"]["text"]

def ask(seen):
    with CLIENT.stream("POST", URL, json={}) as response:
        for text in texts(response):
            seen.append(text)
"""


@pytest.fixture
def essay(pytester):
    """Run a test file against an essay of three events."""
    pytester.makepyfile(client=CLIENT)
    pytester.syspathinsert()
    request = Request("POST", "https://api.example/v1/messages", (), b"{}")
    interaction = Interaction(request, Response(body=EVENTS))
    for name, number in (("essay", 1), ("two", 2)):
        path = pytester.path / "cassettes" / "test_it" / f"{name}.yaml"
        save(Cassette((interaction,) * number), path)

    def run(source, *options):
        pytester.makepyfile(test_it=f"from client import *\n{source}")
        quiet = ("-o", "asyncio_default_fixture_loop_scope=function", "--tb=short")
        return pytester.runpytest_inprocess(*quiet, *options)

    return run


LAW = """
@pytest.mark.streamtape("essay.yaml", sweep="{sweep}")
def test_it(tape):
    seen = []
    with tape.expect(httpx2.TransportError):
        ask(seen)
    assert "".join(seen) == tape.delivered_text
"""


@pytest.mark.parametrize(
    ("sweep", "runs"),
    [("disconnects", 4), ("resets", 4), ("disconnects:bytes", 358)],
)
def test_a_law_that_holds(essay, sweep, runs):
    """One law, stated once, holds with and without a fault at every boundary."""
    result = essay(LAW.format(sweep=sweep))
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["=* streamtape: faults and aborts *=", f"{runs} runs"])


def test_a_law_that_is_broken(essay):
    """The failing fault before which least was delivered is shown, with what reproduces it."""
    source = """
@pytest.mark.streamtape("essay.yaml", sweep=["disconnects", "resets"])
def test_it(tape):
    seen = []
    with tape.expect(httpx2.TransportError):
        ask(seen)
    assert len(seen) not in (2, 1)
"""
    result = essay(source)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "E   streamtape: fails under 4 of 8 (2 of 4 disconnects, 2 of 4 resets); "
            "first: Disconnect after event 1, content_block_delta",
            "E     reproduce:  pytest test_it.py::test_it --streamtape-fault=disconnect:after=1",
            "8 runs, 4 failing",
        ]
    )
    essay(source, "--streamtape-fault=disconnect:after=1").assert_outcomes(failed=1)
    essay(source, "--streamtape-fault=disconnect:after=3").assert_outcomes(passed=1)


def test_a_clean_end_too_early(essay):
    """A client that takes an early end for a success is found out."""
    result = essay(
        """
@pytest.mark.streamtape("essay.yaml", sweep="eofs")
def test_it():
    seen = []
    ask(seen)
    assert len(seen) == 3
"""
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "E   streamtape: fails under 3 of 3 (3 of 3 eofs); first: Eof before the first event",
            "E     reproduce:  pytest test_it.py::test_it --streamtape-fault=eof:before=1",
        ]
    )


STOP = """
class UI:
    def __init__(self):
        self.text, self.stopped = "", False
    def press_stop(self):
        self.stopped = {stopped}
    def ask(self):
        with CLIENT.stream("POST", URL, json={{}}) as response:
            for text in texts(response):
                self.text += text
                if self.stopped:
                    break

@pytest.mark.streamtape("essay.yaml", sweep="aborts")
def test_stop_button(tape):
    ui = UI()
    tape.when_aborting(ui.press_stop)
    ui.ask()
    tape.assert_closed_by_client()
"""


def test_aborting_after_every_event(essay):
    """The code under test is told to stop after each event in turn; here the last has no next."""
    result = essay(STOP.format(stopped=True))
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "E   streamtape: fails under 1 of 3 (1 of 3 aborts); "
            "first: abort after event 3, content_block_delta",
            "E     reproduce:  pytest test_it.py::test_stop_button --streamtape-abort=3",
        ]
    )
    essay(STOP.format(stopped=True), "--streamtape-abort=2").assert_outcomes(passed=1)


def test_a_stop_button_that_does_nothing(essay):
    """A client that does not stop fails at once: the first run of aborts is an abort."""
    result = essay(STOP.format(stopped=False))
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*no stream was closed by the client*"])


def test_without_isolation(essay):
    """The body alone can be run under every fault, too."""
    source = LAW.format(sweep="disconnects").replace(
        '"disconnects"', '"disconnects", isolate=False'
    )
    essay(source).assert_outcomes(passed=1)


def test_each_interaction_in_turn(essay):
    """In a cassette of several interactions, the fault comes in each in turn, and names it."""
    result = essay(
        """
@pytest.mark.streamtape("two.yaml", sweep="disconnects")
def test_it():
    ask([])
    try:
        ask([])
    except httpx2.TransportError:
        assert False, "second"
"""
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["E   streamtape: fails under 8 of 8 (8 of 8 disconnects); first: *of interaction *"]
    )


def test_stalls_in_virtual_time(essay):
    """A sweep of stalls with a clock of its own takes no time, and time is real again after it."""
    result = essay(
        """
import time
@pytest.mark.streamtape("essay.yaml", sweep="stalls", clock="virtual")
def test_it(tape):
    with tape.expect(httpx2.ReadTimeout):
        ask([])
    assert tape.clock.elapsed in (0, 5)
def test_after():
    assert time.time.__module__ == "time"
"""
    )
    result.assert_outcomes(passed=2)


def test_splits_and_faults_do_not_mix(essay):
    """One test has one law: asking for splits and faults at once is an error."""
    result = essay(LAW.format(sweep="x").replace('"x"', '["cuts", "resets"]'))
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*it asks for splits and for faults. Write two tests*"])


@pytest.mark.parametrize("abort", ["soon", "x/1", "-1"])
def test_an_abort_that_cannot_be(essay, abort):
    """A place that is none is refused before any test."""
    result = essay("def test_it():\n    pass\n", f"--streamtape-abort={abort}")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"*--streamtape-abort: abort '{abort}': not a place to abort. *"])
