"""Cassettes: what a recording is, its file, and which recorded request answers a live one.

    >>> import streamtape
    >>> cassette = streamtape.load("cassettes/hello.yaml")
    >>> cassette.interactions[0].response.chunk_sizes[:3]

The format is described in docs/explanation/cassette-format.md; its JSON Schema is published in
`cassettes/`. This package never plays anything and never touches a network.
"""

from streamtape.cassette._audit import Problem, audit, cassettes_in
from streamtape.cassette._cut import keep_events, keep_interactions
from streamtape.cassette._expected import expected_in, expected_path, keep_expected
from streamtape.cassette._file import fix, load, save, unwatch_loads, update, watch_loads
from streamtape.cassette._filters import Filters
from streamtape.cassette._match import MATCHERS, Matching, compare, register_matcher
from streamtape.cassette._model import (
    Cassette,
    Chunk,
    End,
    EndKind,
    Headers,
    Interaction,
    Request,
    Response,
)
from streamtape.cassette._redact import Redactor, find_secrets
from streamtape.cassette._regressions import KnownFailure, known_failures, remember_failure
from streamtape.cassette._tripwire import Finding

__all__ = [
    "MATCHERS",
    "Cassette",
    "Chunk",
    "End",
    "EndKind",
    "Filters",
    "Finding",
    "Headers",
    "Interaction",
    "KnownFailure",
    "Matching",
    "Problem",
    "Redactor",
    "Request",
    "Response",
    "audit",
    "cassettes_in",
    "compare",
    "expected_in",
    "expected_path",
    "find_secrets",
    "fix",
    "keep_events",
    "keep_expected",
    "keep_interactions",
    "known_failures",
    "load",
    "register_matcher",
    "remember_failure",
    "save",
    "unwatch_loads",
    "update",
    "watch_loads",
]
