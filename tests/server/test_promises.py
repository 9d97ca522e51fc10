"""What a server says that it cannot promise."""

import pytest

from streamtape.cassette import Cassette, End, Interaction, Request, Response
from streamtape.server import ReplayServer
from streamtape.server._framing import Framing
from streamtape.server._promises import caveats

SSE = Interaction(Request("GET", "http://h/"), Response(body=b"data: 1\n\n"))
CUT_SHORT = Interaction(Request("GET", "http://h/"), Response(body=b"d", end=End("truncated")))
OLD = Interaction(Request("GET", "http://h/"), Response(body=b"x", http_version="HTTP/1.0"))
REQUESTS = (
    "requests merges the chunks of a body that is framed by {}, however long the gap; it sees each "
    "where the framing is chunked."
)


@pytest.mark.parametrize(
    ("interactions", "changes", "said"),
    [
        ([SSE], {}, []),
        (
            [SSE],
            {"gap": 0},
            [
                "Without a gap, chunks that are due together are one write: clients that read a "
                "socket as bytes come (aiohttp, Node's fetch) may merge them."
            ],
        ),
        (
            [SSE],
            {"tells": False},
            [
                "For any client on this system, a gap is 2 ms and no more, because nobody tells "
                "when they have read: one that is busy may merge two chunks."
            ],
        ),
        (
            [SSE],
            {"is_local": False},
            [
                "For clients on other machines, a gap is 2 ms and no more, because nobody tells "
                "when they have read: one that is busy may merge two chunks."
            ],
        ),
        ([SSE, OLD], {}, [REQUESTS.format("close")]),
        ([SSE], {"framing": "content-length"}, [REQUESTS.format("content-length")]),
        (
            [CUT_SHORT],
            {"framing": "close"},
            [
                REQUESTS.format("close"),
                "Where the end of the connection is the end of the body, clients take a truncated "
                "recording for a complete one.",
            ],
        ),
    ],
    ids=["all well", "no gap", "not Linux", "afar", "HTTP/1.0", "length", "cut short"],
)
def test_what_cannot_be_promised(interactions, changes, said):
    """One sentence for each thing, and none where all is well."""
    options = {"gap": 0.002, "tells": True, "is_local": True} | changes
    options["framing"] = Framing(options.get("framing"))
    assert caveats(Cassette(tuple(interactions)), **options) == said


def test_a_server_knows_its_system():
    """The sentences of a server are about where it runs."""
    assert len(ReplayServer(Cassette((SSE,)), gap=0).caveats) == 1
