"""How a test fails, and what it says: the messages are a part of the interface."""

import pytest


def run(project, source, *options):
    project.makepyfile(test_it=f"from client import *\n{source}")
    return project.runpytest_inprocess("-p", "no:randomly", "--tb=short", *options)


def test_no_cassette_says_how_to_record(project):
    """A test without a cassette fails (it is no error of its set-up) and says how to record it."""
    result = run(
        project,
        "@pytest.mark.streamtape\n"
        '@pytest.mark.parametrize("a", ["x y"])\n'
        "def test_it(a):\n"
        "    ask()\n",
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "streamtape: no cassette for test_it[[]x y[]].",
            "  expected  cassettes/test_it/test_it[[]x y[]].yaml",
            "  record it with  pytest 'test_it.py::test_it[[]x y[]]' --streamtape-mode=once   "
            "(it calls the live API)",
        ]
    )


def test_no_cassette_and_a_request_in_a_fixture(project):
    """A fixture that makes a request without a cassette gets a miss, not the network."""
    result = run(
        project,
        "@pytest.fixture\ndef answer():\n    return ask()\n"
        "@pytest.mark.streamtape\ndef test_it(answer):\n    pass\n",
    )
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*has no answer to POST https://api.example/v1/messages*"])


def test_a_miss_fails_with_a_diff_and_the_command(project, tape_file):
    """A request that was not recorded fails the test, with the nearest one and what to type."""
    tape_file("test_it/test_it.yaml", 1)
    result = run(project, "def test_it(tape):\n    ask(2)\n")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "E   streamtape.errors.CassetteMiss: *test_it.yaml has no answer to POST *",
            'E     -  "n": 1,',
            'E     +  "n": 2,',
            "E   Record it again with: pytest test_it.py::test_it --streamtape-mode=rewrite",
        ]
    )


@pytest.mark.parametrize(
    "swallow",
    [
        "try:\n        ask(2)\n    except BaseException:\n        pass",
        "import concurrent.futures\n"
        "    with concurrent.futures.ThreadPoolExecutor() as pool:\n        pool.submit(ask, 2)",
        "import asyncio\n"
        "    async def main():\n"
        "        await asyncio.gather(aask(2), return_exceptions=True)\n"
        "    asyncio.run(main())",
    ],
    ids=["bare except", "thread pool", "gather"],
)
def test_a_swallowed_miss_fails_all_the_same(project, tape_file, swallow):
    """A miss that the code under test swallowed fails the test when it ends."""
    tape_file("test_it/test_it.yaml", 1)
    tape_file("test_next/test_next.yaml", 1)
    project.makepyfile(test_next="from client import *\ndef test_next(tape):\n    ask(1)\n")
    result = run(project, f"def test_it(tape):\n    {swallow}\n")
    result.assert_outcomes(failed=1, passed=1)
    result.stdout.fnmatch_lines(["*CassetteMiss: *has no answer to POST *"])


def test_another_failure_tells_of_the_miss(project, tape_file):
    """Where a swallowed miss led to another failure, that failure carries it as a note."""
    tape_file("test_it/test_it.yaml", 1)
    result = run(
        project,
        "def test_it(tape):\n    try:\n        ask(2)\n    except BaseException:\n"
        "        raise ValueError('Connection error.') from None\n",
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["E   ValueError: Connection error.", "E   streamtape: * no answer *"]
    )


def test_unplayed_interactions_can_fail(project, tape_file):
    """With `unplayed="fail"`, a test that asks for less than was recorded fails."""
    tape_file("test_it/x.yaml", 1, 2)
    result = run(
        project, '@pytest.mark.streamtape("x.yaml", unplayed="fail")\ndef test_it():\n    ask(1)\n'
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["E   *UnplayedError: *x.yaml: 1 interaction(s) never requested:"])


@pytest.mark.parametrize(
    ("marker", "message"),
    [
        (
            '"x.yaml", splits="bytes"',
            "*streamtape: test_it.py::test_it: option splits='bytes': no such option. "
            "Did you mean split? Valid are *",
        ),
        ('"x.yaml", split="sometimes"', "*split 'sometimes': not a split. Valid are *"),
        ('"x.yaml", mode="ones"', "*mode 'ones': not a mode. Valid are *"),
        ('"x.yaml", unplayed="maybe"', "*unplayed='maybe': not a choice. Valid are *"),
        ('"x.yaml", "y.yaml"', "*streamtape: test_it.py::test_it: one cassette a marker, not 2"),
    ],
)
def test_a_marker_that_cannot_be(project, tape_file, marker, message):
    """An unknown option or value is an error that names the test and what is valid."""
    tape_file("test_it/x.yaml")
    result = run(project, f"@pytest.mark.streamtape({marker})\ndef test_it():\n    ask()\n")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([message])


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("--streamtape-mode=ones", "*--streamtape-mode: mode 'ones': not a mode. Valid are *"),
        ("--streamtape-split=517", "*--streamtape-split: split '517': a bare number *"),
        ("--streamtape-timing=fast", "*--streamtape-timing: timing 'fast': not a timing. *"),
    ],
)
def test_a_bad_option_stops_before_any_test(project, option, message):
    """A command line that cannot be is refused at once."""
    result = run(project, "def test_it():\n    pass\n", option)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([message])


def test_a_broken_cassette_is_an_error_and_stays(project, tape_file):
    """A file that cannot be read fails the test in every mode and is left as it is."""
    path = tape_file("test_it/test_it.yaml")
    path.write_text("broken")
    result = run(project, "def test_it(tape):\n    ask()\n", "--streamtape-mode=rewrite")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["streamtape: *test_it.yaml:1: not a streamtape *"])
    assert path.read_text() == "broken"
