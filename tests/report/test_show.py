"""Cassettes and tables as lines of text."""

from datetime import date
from pathlib import Path

from streamtape.cassette import Cassette, Chunk, End, Interaction, Request, Response, load
from streamtape.report import show, table

CASSETTES = Path(__file__).parents[2] / "cassettes"


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


def test_show_of_binary_frames():
    """What can be read of each chunk stands there, in whichever chunk its bytes came."""
    lines = list(show(load(CASSETTES / "bedrock.yaml")))
    assert lines[1].endswith("eventstream, 2853 bytes, 5 chunks, 16 events, 0.465 s, complete")
    assert lines[2:4] == ["       1 messageStart", "      10 contentBlockDelta"]
    assert [line[24:] for line in lines[9:12]] == [
        "   3  messageStart",
        ' 177  {"role":"assistant","p":"abcdefghij"} contentBlockDelta',
        ' 381  {"contentBlockIndex":0,"delta":{"text":"Bonjour"},"p":"ab...',
    ]
    assert lines[-9].endswith('chunk {"type":"content_block_delta","index":0,"delta":{"t...')


def test_show_of_lines_of_json():
    """The last line of Ollama is an event of its own."""
    lines = list(show(load(CASSETTES / "ollama.yaml")))
    assert "12 chunks, 11 events" in lines[1]
    assert lines[2:4] == ["      10 message", "       1 done"]
