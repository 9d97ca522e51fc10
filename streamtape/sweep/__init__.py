r"""Does it depend on where the reads ended? Every split, the failing one shrunk, and a report.

    >>> from streamtape import sweep
    >>> def parse(chunks):  # a client that decodes each chunk by itself
    ...     return "".join(chunk.decode() for chunk in chunks)
    >>> report = sweep.run(parse, "data: Zürich\n\n".encode(), over="cuts")
    >>> print(report.failed, report.smallest.split)
    2 at:8

`run` sweeps a parser. A `Sweep` is the same without the calls: it hands out cases and is told what
came of them, for whoever runs something else: a test, a command. This package never reads a file or
a socket, and knows neither pytest nor HTTP.
"""

from streamtape.sweep._boundaries import Boundaries, Place
from streamtape.sweep._case import Case, Recording, Source, Subject, subjects_of
from streamtape.sweep._coverage import Coverage, CoverageCount, Marks
from streamtape.sweep._drive import Result, Runner, drive
from streamtape.sweep._enumerate import (
    Cuts,
    Enumerator,
    Grammar,
    One,
    Over,
    Pairs,
    Randoms,
    Sizes,
)
from streamtape.sweep._enumerate import parse as parse_over
from streamtape.sweep._excerpt import Excerpt, excerpt
from streamtape.sweep._growth import Growth
from streamtape.sweep._kinds import BOUNDARIES, KINDS, Kind
from streamtape.sweep._recording import variant_of
from streamtape.sweep._report import Failure, SweepReport, Tally
from streamtape.sweep._run import Parse, difference, run
from streamtape.sweep._shrink import shrink, shrink_with
from streamtape.sweep._sweep import Sweep, describe, rewritten
from streamtape.sweep._text import coverage_line, coverage_sentence
from streamtape.sweep._trouble import TROUBLES, TroubleCase, TroubleReport, TroubleSweep, is_trouble
from streamtape.sweep._variants import GROUPS, VARIANTS, Variant, variants
from streamtape.sweep._watchdog import Watchdog

__all__ = [
    "BOUNDARIES",
    "GROUPS",
    "KINDS",
    "TROUBLES",
    "VARIANTS",
    "Boundaries",
    "Case",
    "Coverage",
    "CoverageCount",
    "Cuts",
    "Enumerator",
    "Excerpt",
    "Failure",
    "Grammar",
    "Growth",
    "Kind",
    "Marks",
    "One",
    "Over",
    "Pairs",
    "Parse",
    "Place",
    "Randoms",
    "Recording",
    "Result",
    "Runner",
    "Sizes",
    "Source",
    "Subject",
    "Sweep",
    "SweepReport",
    "Tally",
    "TroubleCase",
    "TroubleReport",
    "TroubleSweep",
    "Variant",
    "Watchdog",
    "coverage_line",
    "coverage_sentence",
    "describe",
    "difference",
    "drive",
    "excerpt",
    "is_trouble",
    "parse_over",
    "rewritten",
    "run",
    "shrink",
    "shrink_with",
    "subjects_of",
    "variant_of",
    "variants",
]
