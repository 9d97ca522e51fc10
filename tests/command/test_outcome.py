"""How two runs of a command differ, in words."""

import pytest

from streamtape.command import Outcome, difference
from streamtape.errors import CaseTimeout

EXPECTED = Outcome(0, b"Bonjour\n")
MISS = "x.yaml has no answer to GET http://127.0.0.1:1/\n  the cassette is empty\nRecord."


@pytest.mark.parametrize(
    ("outcome", "told"),
    [
        (Outcome(0, b"Bonjour\n", b"a warning"), None),
        (Outcome(3, b"Bonjour\n"), "exit status 3, not 0"),
        (
            Outcome(1, b"", b"Traceback:\n\n  line 1\nUnicodeError: x\n"),
            "exit status 1, not 0\n  Traceback:\n    line 1\n  UnicodeError: x",
        ),
        (Outcome(-11, b""), "killed by SIGSEGV, not 0"),
        (Outcome(-99, b""), "killed by signal 99, not 0"),
        (
            Outcome(0, b"Bonsoir\n", b"hm"),
            "its output differs at character 3\n  got       'Bonsoir\\n'\n"
            "  expected  'Bonjour\\n'\n  hm",
        ),
        (
            Outcome(0, b"\xff"),
            "its output differs at byte 0\n  got       b'\\xff'\n  expected  b'Bonjour\\n'",
        ),
        (Outcome(0, b"Bonjour\n", misses=(MISS,)), MISS),
        (Outcome(0, trouble="it printed too much"), "it printed too much"),
    ],
    ids=["errors", "status", "last", "signal", "unknown", "output", "bytes", "miss", "trouble"],
)
def test_what_differs_is_told(outcome, told):
    """Status first, then requests, then output; standard error is shown, not compared."""
    assert difference(outcome, EXPECTED) == told


def test_a_run_that_hangs():
    """A run that did not end is told by the error that ends a sweep of such runs."""
    error = CaseTimeout(2.0)
    assert difference(Outcome(-9, trouble=error), EXPECTED) is error
