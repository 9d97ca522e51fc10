"""Recordings of every kind, and a way to write files."""

import pytest
from hypothesis import strategies as st

from streamtape.cassette import Cassette, Chunk, End, Interaction, Request, Response
from streamtape.cassette._reader import compact_json

# Pieces that have a meaning to YAML, to SSE or to line splitting, in any order.
PIECES = ["a", " ", "\n", "\r\n", "\r", "\t", "#", "- ", ": ", "é", "🌍", "\u2028", "\x85"]
PIECES += ["\ufeff", "'", '"', "{", "...", "---", "|", "\\", "\x00", "\x7f"]
# Texts that one YAML version or the other reads as something else.
TRICKY = [
    "no",
    "1e5",
    "0777",
    "089",
    "12:30",
    "2024-01-01",
    "~",
    "=",
    "<<",
    "a\n b\n",
    " x",
    "x \ny",
]
TRICKY += [
    "\n",
    "a\n\n\n",
    "1.",
    "+1",
    ".5",
    ".inf",
    "0x1F",
    "-",
    "?",
    ": ",
    "a: b",
    "#a",
    "%a",
    "@",
]

bodies = (
    st.binary(max_size=60)
    | st.text(max_size=60).map(lambda text: text.encode("utf-8", "ignore"))
    | st.lists(st.sampled_from(PIECES), max_size=12).map(lambda parts: "".join(parts).encode())
)
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=12)
    | st.sampled_from(TRICKY),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=5) | st.sampled_from(TRICKY), inner, max_size=3)
    ),
    max_leaves=10,
)
names = st.text("abcdefghijklmnopqrstuvwxyz-", min_size=1, max_size=6)
headers = st.lists(st.tuples(names, st.text(max_size=8)), max_size=3).map(tuple)
requests = st.builds(
    Request,
    st.sampled_from(["GET", "POST"]),
    st.text(min_size=1, max_size=10),
    headers,
    bodies | json_values.map(compact_json),
)
durations = st.integers(0, 10**10)


@st.composite
def responses(draw):
    """Any body, cut anywhere (empty chunks too), at any times, with any ending."""
    body = draw(bodies)
    chunks = None
    if draw(st.booleans()):
        offsets = sorted(draw(st.lists(st.integers(0, len(body)), max_size=5)))
        ends = [*offsets, len(body)]
        sizes = [end - start for start, end in zip([0, *offsets], ends, strict=True)]
        if not body and draw(st.booleans()):
            sizes = []
        chunks = tuple(Chunk(draw(durations), size) for size in sizes)
    end = End(
        draw(st.sampled_from(["complete", "truncated", "reset", "timeout", "aborted"])),
        draw(durations),
    )
    status, head = draw(st.integers(100, 999)), draw(durations)
    return Response(status, draw(headers), body, chunks, head, end, "HTTP/2")


@pytest.fixture(scope="session")
def any_cassette():
    """A strategy: any cassette that can exist."""
    days = st.none() | st.dates()
    interactions = st.builds(Interaction, requests, responses(), days)
    return st.lists(interactions, max_size=3).map(lambda items: Cassette(tuple(items)))


@pytest.fixture
def write(tmp_path):
    """Write a cassette file; return its path."""

    def write(text, name="x.yaml"):
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write
