"""Conformance: everything that must hold of an implementation of a message stream.

    >>> from streamtape import laws
    >>> laws.check_stream(lambda chunks: MyStream(chunks), streamtape.load("hello.yaml"))

For people who write a parser, a stream or an SDK of their own. `check_stream` runs it whole, under
many splits, in other spellings of the same events, told to stop after every event, and broken after
every event; it raises `LawsBrokenError`, which names each law that does not hold, with the smallest
example of it. What must hold is a table, `LAWS`; what is right is worked out from the bytes by the
plainest rules, without any stream or accumulator of streamtape's.
"""

from streamtape.laws._check import acheck_stream, check_stream
from streamtape.laws._laws import LAWS, Law
from streamtape.laws._report import Broken, LawsBrokenError, LawsReport

__all__ = [
    "LAWS",
    "Broken",
    "Law",
    "LawsBrokenError",
    "LawsReport",
    "acheck_stream",
    "check_stream",
]
