"""One marker, every split: the failing one shrunk, explained, and reproducible."""

import json

import pytest

from streamtape.cassette import KnownFailure, known_failures

BROKEN = '''
from client import *

JSON = {"n": 1, "stream": True}

def ask_broken(n=1):
    """Decodes every chunk by itself: wrong where a character is cut."""
    with httpx2.stream("POST", URL, verify=False, json={"n": n, "stream": True}) as response:
        return "".join(chunk.decode() for chunk in response.iter_bytes())

async def aask_broken():
    async with httpx2.AsyncClient(verify=False) as client:
        async with client.stream("POST", URL, json={"n": 1, "stream": True}) as response:
            return "".join([chunk.decode() async for chunk in response.aiter_bytes()])
'''


@pytest.fixture
def swept(project, tape_file):
    """Run a test file of broken and correct clients against `x.yaml`: 22 bytes, one 'é'."""
    tape_file("test_it/x.yaml", 1)
    project.makepyfile(broken=BROKEN)

    def run(source, *options, process=False):
        project.makepyfile(test_it=f"from broken import *\n{source}")
        runner = project.runpytest_subprocess if process else project.runpytest_inprocess
        return runner("--tb=short", *options)

    return run


def test_a_passing_sweep(swept):
    """A correct client passes under every cut, and the boundaries that were cut at are counted."""
    result = swept(
        """
        runs = []
        @pytest.mark.streamtape("x.yaml", sweep="cuts")
        def test_it(tape):
            assert "café" in ask()
            runs.append(str(tape.playbacks[0].split))
        def test_after():
            # unsplit, then every single cut, byte by byte and whole
            assert len(runs) == 1 + 21 + 2
            assert runs[:3] == ["recorded", "whole", "at:1"]
            assert runs[-1] == "bytes"
        """.replace("\n        ", "\n")
    )
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(
        [
            "=* streamtape: boundaries *=",
            "1 test(s) swept under 23 splits",
            "cut at 18 of 18 boundaries; none in the recordings: crlf, bom, json-escape, "
            "surrogates (--streamtape-boundaries tells more)",
        ]
    )
    assert result.stdout.str().count("boundaries") == 3


def test_all_boundaries(swept):
    """`--streamtape-boundaries` counts every kind, and says what makes those that are missing."""
    source = '\n@pytest.mark.streamtape("x.yaml", sweep="at:10")\ndef test_it():\n    ask()\n'
    result = swept(source, "--streamtape-boundaries")
    result.stdout.fnmatch_lines(
        ["*utf8 1/1*", '*crlf 0/0 (none in the recording; variants="newlines" makes some)*']
    )
    result.stdout.no_fnmatch_line("cut at *")
    result = swept(source)
    result.stdout.fnmatch_lines(["cut at 1 of 18 boundaries; not at every event, *"])


FAILURE = [
    "E   UnicodeDecodeError: 'utf-8' codec can't decode byte 0xc3 in position *",
    "E   streamtape: fails under 2 of 23 splits (1 of 1 cuts inside a UTF-8 character, 0 of 20 "
    "cuts elsewhere, and byte by byte); smallest: one cut, at byte 10",
    "E   ",
    "E     event 1",
    "E       data: caf\\xc3 | \\xa9*",
    "E       *^^^* inside the 2-byte character 'é'*",
    "E   ",
    "E     reproduce:  pytest *test_it* --streamtape-split=at:10",
    "E     keep it:    add --streamtape-save-failures",
]

CASES = {
    "sync": "def test_it():\n    ask_broken()\n",
    "asyncio": "@pytest.mark.asyncio\nasync def test_it():\n    await aask_broken()\n",
    "anyio": "@pytest.mark.anyio\nasync def test_it(anyio_backend):\n    await aask_broken()\n"
    "@pytest.fixture\ndef anyio_backend():\n    return 'asyncio'\n",
    "method": "class TestIt:\n    pytestmark = MARK\n"
    "    def test_it(self):\n        ask_broken()\n",
    "parametrized": "@pytest.mark.parametrize('n', [1])\ndef test_it(n):\n    ask_broken(n)\n",
    "unittest": "import unittest\nclass TestIt(unittest.TestCase):\n    @MARK\n"
    "    def test_it(self):\n        ask_broken()\n",
}


@pytest.mark.parametrize("isolate", [True, False], ids=["isolated", "body only"])
@pytest.mark.parametrize("kind", CASES)
def test_a_failing_sweep(swept, kind, isolate):
    """Whatever kind of test it is, the failure says how many, which, where, and what to type."""
    mark = f'pytest.mark.streamtape("x.yaml", sweep="cuts", isolate={isolate})'
    source = CASES[kind] if "MARK" in CASES[kind] else f"@MARK\n{CASES[kind]}"
    result = swept(f"MARK = {mark}\n{source}")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(FAILURE)


def test_the_first_run_is_unsplit_and_fails_as_ever(swept):
    """A test that fails without a split fails as an ordinary test, and nothing is swept."""
    result = swept(
        '@pytest.mark.streamtape("x.yaml", sweep="cuts")\ndef test_it():\n    assert not ask()\n'
    )
    result.assert_outcomes(failed=1)
    result.stdout.no_fnmatch_line("*streamtape: fails*")
    result.stdout.no_fnmatch_line("*streamtape: boundaries*")


def test_the_reproduction_reproduces(swept):
    """What the report says to type runs just that split, and fails in the same way."""
    source = '@pytest.mark.streamtape("x.yaml", sweep="cuts")\ndef test_it():\n    ask_broken()\n'
    result = swept(source, "--streamtape-split=at:10")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["E   UnicodeDecodeError: *"])
    result.stdout.no_fnmatch_line("*streamtape: fails*")
    swept(source, "--streamtape-split=at:9").assert_outcomes(passed=1)


def test_function_fixtures_are_made_anew(swept):
    """Each run has its own function-scoped fixtures, instance, set-up and teardown."""
    result = swept(
        """
        seen = []
        @pytest.fixture(scope="module")
        def shared():
            seen.append("module up")
            yield
            seen.append("module down")
        class TestIt:
            def setup_method(self):
                seen.append("up")
            def teardown_method(self):
                seen.append("down")
            @pytest.mark.streamtape("x.yaml", sweep=["events", "whole"])
            def test_it(self, tmp_path, shared):
                assert not hasattr(self, "dirty")
                assert not list(tmp_path.iterdir())
                self.dirty = True
                (tmp_path / "file").touch()
                ask()
        def test_after():
            assert seen == ["module up", *["up", "down"] * 3]
        """.replace("\n        ", "\n")
    )
    result.assert_outcomes(passed=2)


def test_teardown_of_wider_fixtures_is_reported(swept):
    """A module fixture that fails in its teardown behind a swept test is an error of that test."""
    result = swept(
        """
        @pytest.fixture(scope="module")
        def shared():
            yield
            raise ValueError("late")
        @pytest.mark.streamtape("x.yaml", sweep="events")
        def test_it(shared):
            ask()
        """.replace("\n        ", "\n")
    )
    result.assert_outcomes(passed=1, errors=1)


def test_variants_are_swept_and_named(swept):
    """A client that only splits on LF LF fails under CRLF, and the report names the variant."""
    source = """
        def ask_lf():
            events = []
            with httpx2.stream("POST", URL, verify=False, json=JSON) as response:
                text = "".join(response.iter_text())
            return text.split("\\n\\n")
        @pytest.mark.streamtape("x.yaml", sweep="whole", variants=["crlf"])
        def test_it():
            assert len(ask_lf()) == 3
        """.replace("\n        ", "\n")
    result = swept(source)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["E     reproduce:  pytest *test_it* --streamtape-split=whole --streamtape-variant=crlf"]
    )
    again = swept(source, "--streamtape-split=whole", "--streamtape-variant=crlf")
    again.assert_outcomes(failed=1)
    swept(source, "--streamtape-split=whole").assert_outcomes(passed=1)


def test_several_interactions(swept, tape_file):
    """Each interaction that the test asks for is swept by itself, and the split names it."""
    tape_file("test_it/two.yaml", 1, 2, 3)
    result = swept(
        '@pytest.mark.streamtape("two.yaml", sweep="cuts")\n'
        "def test_it():\n    ask(1)\n    ask_broken(2)\n"
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "E   streamtape: fails under 2 of 46 splits *; smallest: one cut, at byte 10 of "
            "interaction 2",
            "E     reproduce:  pytest *test_it* --streamtape-split=2/at:10",
        ]
    )


def test_saved_failures_are_tried_first(swept, project):
    """The smallest failing split is kept beside the cassette, once, and tried first."""
    source = """
        @pytest.mark.streamtape("x.yaml", sweep="cuts")
        def test_it(tape):
            print("ran", tape.playbacks[0].split if tape.playbacks else tape.options.split)
            ask_broken()
        """.replace("\n        ", "\n")
    path = project.path / "cassettes" / "test_it" / "x.yaml"
    for _ in range(2):
        swept(source, "--streamtape-save-failures").assert_outcomes(failed=1)
        (known,) = known_failures(path)
        assert known[:2] == KnownFailure("at:10")[:2]
        assert known.error.startswith("UnicodeDecodeError: ")
    result = swept(
        """
        runs = []
        @pytest.mark.streamtape("x.yaml", sweep="whole")
        def test_it(tape):
            ask()
            runs.append(str(tape.playbacks[0].split))
        def test_after():
            assert runs == ["recorded", "at:10", "whole"]
        """.replace("\n        ", "\n")
    )
    result.assert_outcomes(passed=2)


def test_shards_spread_over_workers(swept):
    """`shards=3` makes three items, on any workers; their reports add up to one sweep."""
    source = (
        '@pytest.mark.streamtape("x.yaml", sweep="cuts", shards=3)\ndef test_it():\n    ask()\n'
    )
    result = swept(source, "-n", "2", process=True)
    result.assert_outcomes(passed=3)
    result.stdout.fnmatch_lines(["1 test(s) swept under 23 splits"])


def test_a_shard_that_fails_shrinks(swept):
    """The shard that holds the failing cut reports it; the cassette is named without the shard."""
    source = (
        '@pytest.mark.streamtape("x.yaml", sweep="cuts", shards=2)\n'
        "@pytest.mark.parametrize('n', [1])\ndef test_it(n):\n    ask_broken(n)\n"
    )
    result = swept(source)
    result.stdout.fnmatch_lines(["E     reproduce:  pytest *test_it* --streamtape-split=at:10"])


def test_default_names_leave_the_shard_out(project, tape_file):
    """Shards share the cassette of the test that they are parts of."""
    tape_file("test_it/test_it.yaml", 1)
    tape_file("test_it/test_p[1].yaml", 1)
    project.makepyfile(
        test_it="from client import *\n"
        "pytestmark = pytest.mark.streamtape(sweep='whole', shards=2)\n"
        "def test_it():\n    ask()\n"
        "@pytest.mark.parametrize('n', [1])\ndef test_p(n):\n    ask(n)\n"
    )
    project.runpytest_inprocess().assert_outcomes(passed=4)


def test_coverage_as_json(swept, project):
    """`--streamtape-coverage` writes which boundaries there are and which were cut at."""
    source = '@pytest.mark.streamtape("x.yaml", sweep="events")\ndef test_it():\n    ask()\n'
    swept(source, "--streamtape-coverage=out.json").assert_outcomes(passed=1)
    kinds = json.loads((project.path / "out.json").read_text())["kinds"]
    assert kinds["event"] == {"exercised": 1, "available": 1}
    assert kinds["utf8"] == {"exercised": 0, "available": 1}


def test_a_run_that_hangs_is_a_finding(swept):
    """A client that never returns under some cut is stopped, and reported as failing there."""
    result = swept(
        """
        def ask_hanging():
            with httpx2.stream("POST", URL, verify=False, json=JSON) as response:
                for chunk in response.iter_bytes():
                    while chunk.endswith(b"caf\\xc3"):
                        pass
        @pytest.mark.streamtape("x.yaml", sweep="cuts", timeout=0.2)
        def test_it():
            ask_hanging()
        """.replace("\n        ", "\n")
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*no result within 0.2 s.*", "*--streamtape-split=at:10*"])


def test_a_failure_that_does_not_come_back(swept):
    """A run that failed once and passes when it is run again is reported as what it is."""
    result = swept(
        """
        failed = []
        @pytest.mark.streamtape("x.yaml", sweep=[[10]])
        def test_it(tape):
            ask()
            if str(tape.options.split) == "at:10" and len(failed) < 1:
                failed.append(1)
                raise ValueError("flaky")
        """.replace("\n        ", "\n")
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["(it passed when it was run once more)"])


def test_nothing_to_sweep_is_a_failure(swept):
    """A sweep of a test that asks for nothing has hidden nothing: it fails."""
    result = swept('@pytest.mark.streamtape("x.yaml", sweep="cuts")\ndef test_it():\n    pass\n')
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["streamtape: a sweep over nothing: *"])


@pytest.mark.parametrize(
    ("marker", "message"),
    [
        ('sweep="cut"', "*streamtape: test_it.py::test_it: *cut*"),
        ('sweep="cuts", variants="klf"', "*streamtape: test_it.py::test_it: *klf*"),
        (
            'sweep="cuts", timeout="5"',
            "*streamtape: test_it.py::test_it: timeout='5': not a time. *",
        ),
        ('sweep="cuts", timeout=0', "*streamtape: test_it.py::test_it: timeout=0: not a time. *"),
        ('sweep="cuts", shards="4"', "*streamtape: test_it.py::test_it: shards='4': not a number*"),
    ],
)
def test_a_sweep_that_cannot_be(swept, marker, message):
    """An unknown enumerator or variant is an error that names the test."""
    result = swept(f'@pytest.mark.streamtape("x.yaml", {marker})\ndef test_it():\n    ask()\n')
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([message])


def test_a_sweep_is_the_marker_s_to_ask_for(swept):
    """A sweep in `streamtape_config` would turn every test into thousands: it is refused."""
    result = swept(
        "@pytest.fixture\ndef streamtape_config():\n    return {'sweep': 'cuts'}\n"
        '@pytest.mark.streamtape("x.yaml")\ndef test_it():\n    ask()\n'
    )
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*sweep belongs on a marker, not into streamtape_config"])


def test_a_variant_that_is_none_stops_before_any_test(swept):
    """A mistyped variant on the command line is refused at once."""
    result = swept("def test_it():\n    pass\n", "--streamtape-variant=klf")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*--streamtape-variant: *klf*"])


def test_xfail_and_skip(swept):
    """An expected failure under some split is an xfail; a skip is a skip, and is not swept."""
    result = swept(
        """
        pytestmark = pytest.mark.streamtape("x.yaml", sweep="cuts")
        @pytest.mark.xfail(raises=UnicodeDecodeError)
        def test_xfail():
            ask_broken()
        def test_skip():
            pytest.skip("no")
        @pytest.mark.skip
        def test_skipped():
            pass
        """.replace("\n        ", "\n")
    )
    result.assert_outcomes(xfailed=1, skipped=2)


def test_maxfail_and_the_tests_behind(swept):
    """Swept tests count once, stop with -x, and leave the next test a clean set-up."""
    source = """
        @pytest.mark.streamtape("x.yaml", sweep="cuts")
        def test_a():
            ask_broken()
        @pytest.mark.streamtape("x.yaml", sweep="cuts")
        def test_b():
            ask()
        """.replace("\n        ", "\n")
    swept(source).assert_outcomes(failed=1, passed=1)
    swept(source, "-x").assert_outcomes(failed=1)


def test_interrupting_reports_what_has_run(swept):
    """Ctrl-C ends a sweep at once, with the report of what has run."""
    result = swept(
        """
        @pytest.mark.streamtape("x.yaml", sweep="cuts")
        def test_it(tape):
            ask()
            if str(tape.options.split) == "at:5":
                raise KeyboardInterrupt
        """.replace("\n        ", "\n"),
        process=True,
    )
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines(["*streamtape: passes under 5 splits (stopped: 18 of 23 not run)*"])


def test_recording_runs_once(project, live):
    """While recording, a swept test runs once: a live API is not asked 2,000 times."""
    project.makepyfile(
        test_it="from client import *\n@pytest.mark.streamtape(sweep='events')\n"
        "def test_it():\n    ask()\n"
    )
    project.runpytest_inprocess("--streamtape-mode=once").assert_outcomes(passed=1)
    assert len(live.served) == 1
    project.runpytest_inprocess("-q").assert_outcomes(passed=1)
