"""The timeline in a terminal, line by line."""

import dataclasses
from datetime import date

import pytest

from streamtape import faults, splits
from streamtape.pictures import GLYPHS, page, picture, pictures_of, timeline


def plain(drawn, **options):
    return ["".join(text for text, _ in line).rstrip() for line in timeline(drawn, **options)]


def styles(drawn):
    return {(text.strip(), style) for line in timeline(drawn) for text, style in line}


def test_a_recording_over_time(golden):
    """Reads by their size, a lane for each kind of event, the text that grows, the ending."""
    assert plain(pictures_of(golden("hello"))[0], width=80) == [
        "1. POST https://api.anthropic.com/v1/messages",
        "   200 text/event-stream; charset=utf-8, 2243 bytes, 22 chunks, 19 events, 0.373 s, "
        "complete",
        "",
        "   ms                   0           100         200         300",
        "                        ┬───────────┬───────────┬───────────┬────────",
        "   reads                  ▅   ▃ ▃▁    ▃  ▄   ▂ ▃▃    █  ▃   ▄ ▃ ▃   ▄       22",
        "   message_start              │                                              1",
        "   ping                       │                                              1",
        "   content_block_start          │                                            1",
        "   text_delta                         │  ┃   │ ││    ┃  │   │ ┃             13",
        "   content_block_stop                                           │            1",
        "   message_delta                                                    │        1",
        "   message_stop                                                     │        1",
        "   characters                         ▂▂▂▃▃▃▃▄▄▄▅▅▅▅▅▆▆▆▇▇▇▇▇▇███████       63",
        "                                                           complete ┤",
    ]


def test_a_failing_split(golden):
    """Over bytes, with the cut at its place, and what it goes through."""
    drawn = pictures_of(golden("hello"), split=splits.parse("at:635"))[0]
    lines = plain(drawn, width=80, glyphs=GLYPHS["ascii"])
    assert lines[3:] == [
        "   bytes                0         500       1,000     1,500     2,000",
        "                        +---------+---------+---------+---------+----",
        "   reads                    @ -: =: + = -:: +  +   #   #-:- =  + =  *       22",
        "   cuts                             ^                                        1",
        "   message_start            |                                                1",
        "   ping                      |                                               1",
        "   content_block_start         |                                             1",
        "   text_delta                     | |  | |  | | |  | |  | | |  |            13",
        "   content_block_stop                                           |            1",
        "   message_delta                                                   |         1",
        "   message_stop                                                     |        1",
        "   characters                     :::::--=====+++++*****####@@@@@@@@@       63",
        "                                                           complete ]",
        "",
        "   cut at byte 635: inside the 2-byte character 'ü', in the data of event 5, "
        "content_block_delta",
        '     data: ... ":0,"delta":{"type":"text_delta","text":" Z\\xc3 | \\xbcrich"}}'
        "\\n\\nevent: content",
        "                                                          ^^^^^^^^^^^",
    ]


def test_a_fault(golden):
    """What never came is soft, and the fault stands at its place."""
    drawn = pictures_of(golden("weather"), faults=(faults.parse("disconnect:after=text_delta:2"),))[
        0
    ]
    assert plain(drawn, width=70)[3:] == [
        "   ms                   0                      200",
        "                        ┬──────────────────────┬───────────",
        "   reads                  ▃  ▅ ▃▁    ▇  ▃   ▇ ▂▃    █ ▃▃  ▅       19",
        "   message_start             │                                     1",
        "   ping                      │                                     1",
        "   content_block_start       │                      │              2",
        "   text_delta                  │     █  ┃   ┃ ││    │             13",
        "   content_block_stop                               │     │        2",
        "   input_json_delta                                 │ │┃           4",
        "   message_delta                                          │        1",
        "   message_stop                                           │        1",
        "   characters                  ▁▁▁▁▁▁▃▃▃▄▄▄▄▅▅▅▅▅▅▅▅▆▆▇████       95",
        "                                     ✗ disconnect:after=text_delta:2",
        "                                   recorded end: complete ┤",
    ]
    assert ("complete when recorded", "soft") in styles(drawn)
    assert (", disconnect:after=text_delta:2".strip(), "wrong") in styles(drawn)


def test_a_body_without_times_is_drawn_over_bytes(golden):
    """All at once is no timeline: the axis is the bytes."""
    assert plain(pictures_of(golden("by_hand"))[0], width=60)[3].split() == ["bytes", "0", "500"]


def test_no_line_is_wider_than_it_may_be(golden):
    """Lanes, numbers and marks stay within the width, down to 60 columns."""
    for width in range(60, 130, 7):
        for name in ("hello", "weather", "truncated", "aborted"):
            drawn = pictures_of(golden(name))[0]
            assert max(map(len, plain(drawn, width=width)[2:])) <= width


def test_many_kinds_share_the_last_lane(stream):
    """Kinds beyond the fourteenth have one lane together."""
    lines = plain(picture(stream(*({"type": f"kind{number}"} for number in range(20)))))
    assert [line.split()[0] for line in lines if line.strip().startswith(("kind", "other"))] == [
        *(f"kind{number}" for number in range(14)),
        "other",
    ]


def test_a_stream_without_a_byte(stream):
    """There is a head and nothing to draw."""
    assert plain(picture(stream())) == [
        "1. POST https://a.example/v1",
        "   200 text/event-stream, 0 bytes, 0 chunks, 0 events, 0.001 s, complete",
    ]


def test_the_day_of_the_recording(golden):
    """Where it is known, the day is told, in the terminal and on the page."""
    one = dataclasses.replace(golden("hello").interactions[0], recorded=date(2026, 11, 21))
    assert plain(picture(one))[1].endswith(", complete, recorded on 2026-11-21")
    assert b'"recorded":"2026-11-21"' in page([picture(one)], title="t")


@pytest.mark.parametrize(("kind", "style"), [("complete", "good"), ("reset", "wrong")])
def test_the_ending_has_its_style(golden, kind, style):
    """A stream that is whole ends well; another does not."""
    drawn = dataclasses.replace(pictures_of(golden("hello"))[0], end=kind)
    assert (kind, style) in styles(drawn)
