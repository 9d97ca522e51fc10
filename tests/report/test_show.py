"""Cassettes and tables as lines of text."""

from datetime import date

from streamtape.cassette import Cassette, Chunk, End, Interaction, Request, Response
from streamtape.report import show, table


def test_show():
    """Every interaction has a head, its events counted, and a line per chunk."""
    response = Response(
        headers=(("content-type", "text/event-stream"),),
        body="data: é\n\n".encode() + b"x" * 70,
        chunks=(Chunk(1500, 7), Chunk(500, 73)),
        head=2000,
        end=End("reset", 1000),
    )
    interaction = Interaction(Request("GET", "https://a.example/"), response)
    assert list(show(Cassette((interaction, interaction))))[:7] == [
        "1. GET https://a.example/",
        "   200 text/event-stream, 80 bytes, 2 chunks, 1 events, 0.005 s, reset",
        "       1 message",
        "   ms since request    bytes",
        "              3.500        7  data: \\xc3",
        f"              4.000       73  \\xa9\\n\\n{'x' * 49}...",
        "",
    ]


def test_show_the_day():
    """Where it is known, the day of the recording is told."""
    interaction = Interaction(Request("GET", "https://x/"), Response(), date(2026, 11, 21))
    lines = list(show(Cassette((interaction,))))
    assert lines[1].endswith(", complete, recorded on 2026-11-21")


def test_table():
    """Columns are as wide as their widest cell; numbers are aligned right."""
    assert list(table(("name", "n"), [("a", "10"), ("long name", "9")])) == [
        "name        n",
        "---------  --",
        "a          10",
        "long name   9",
    ]
