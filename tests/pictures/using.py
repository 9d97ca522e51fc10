"""What users do with a page: scrub, replay, use the keyboard, point, zoom, change streams."""

from __future__ import annotations

import json
import random
import time
from typing import TYPE_CHECKING

from tab import ROOT, Shown, message_of, page_of, written

from streamtape import cassette as cassettes
from streamtape import pictures, splits
from streamtape.sse import spans

if TYPE_CHECKING:
    from pathlib import Path

    from chromium import Browser


def works_by_keyboard(browser: Browser, folder: Path) -> str:
    """Tab reaches every lane, arrows go from mark to mark, and each is told in words and bytes."""
    cassette = cassettes.load(ROOT / "cassettes" / "hello.yaml")
    shown = Shown(browser, written(folder, "keys", page_of(cassette, "hello.yaml")))
    lanes = shown.get("document.querySelectorAll('.lane').length")
    reached = set()
    for _ in range(40):
        shown.key("Tab")
        reached.add(shown.get("document.activeElement.getAttribute('aria-label')"))
    labels = shown.get(
        "[...document.querySelectorAll('.lane')].map((it) => it.getAttribute('aria-label'))"
    )
    assert len(labels) == lanes
    assert set(labels) <= reached
    assert {"how far the stream has come", "replay at the recorded pace", "bytes"} <= reached
    shown.get("document.querySelector('.lane.text').focus()")
    for key in ("Home", "ArrowRight", "ArrowRight"):
        shown.key(key)
    now = "document.activeElement.getAttribute('aria-valuenow')"
    assert shown.get(now) == "3"
    said = shown.get("document.activeElement.getAttribute('aria-valuetext')")
    assert said.startswith("event 6 of 19, text_delta, bytes "), said
    assert shown.get("document.getElementById('tip').textContent.includes('text_delta')")
    shown.wait("document.querySelector('.bytes .chosen')?.textContent.startsWith('event: content')")
    shown.wait("document.querySelector('.said mark').textContent === ' is'")
    shown.key("End")
    assert shown.get(now) == "13"
    shown.key("ArrowDown")
    assert shown.get("document.activeElement.getAttribute('aria-label')").startswith(
        "content_block_stop"
    )
    shown.page.command("Accessibility.enable")
    tree = shown.page.command("Accessibility.getFullAXTree")["nodes"]
    sliders = [node for node in tree if node.get("role", {}).get("value") == "slider"]
    assert {node["name"]["value"] for node in sliders} == {*labels, "how far the stream has come"}
    unnamed = shown.get(
        "[...document.querySelectorAll('button, select, input, [role=slider], [role=region]')]"
        ".filter((it) => !it.getAttribute('aria-label') && !it.labels?.length).length"
    )
    assert unnamed == 0
    shown.close()
    return f"{lanes} lanes"


def turns(browser: Browser, folder: Path) -> str:
    """Streams change, the button goes from cut to cut, axes and zoom place a mark elsewhere."""
    cassette = cassettes.load(ROOT / "cassettes" / "hello.yaml")
    one = cassette.interactions[0]
    drawn = pictures.pictures_of(cassettes.Cassette((one, one)), split=splits.parse("2/at:5,9"))
    shown = Shown(browser, written(folder, "two", pictures.page(drawn, title="two")))
    assert shown.get("document.querySelector('.streams select').selectedIndex") == 1
    offsets = []
    for _ in range(3):
        offsets.append(shown.get("document.querySelector('.where').textContent").split(",")[0])
        shown.get("document.querySelector('[title=\"show the cut\"]').click()")
        shown.get("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert offsets == ["cut at byte 5", "cut at byte 9", "cut at byte 5"], offsets
    shown.get(
        "(() => { const select = document.querySelector('.streams select'); select.value = 0;"
        "select.dispatchEvent(new Event('change')); })()"
    )
    assert shown.get("document.querySelector('.lanes').dataset.axis") == "time"
    where = "document.querySelectorAll('.of-reads .mark')[6].getBoundingClientRect().left"
    places = [shown.get(where)]
    for click in ("input[value=bytes]", "[title='zoom in']", "[title='show all']"):
        shown.get(f"document.querySelector({json.dumps(click)}).click()")
        places.append(shown.get(where))
    assert places[1] == places[3] != places[0]
    assert places[2] != places[1]
    shown.close()
    return ", ".join(offsets)


def points(browser: Browser, folder: Path) -> str:
    """The pointer shows the bytes of a mark, and a click shows them among the others."""
    cassette = cassettes.load(ROOT / "cassettes" / "hello.yaml")
    one = cassette.interactions[0]
    shown = Shown(browser, written(folder, "pointed", page_of(cassette, "hello.yaml")))
    box = shown.get(
        "(({left, top, width, height}) => ({left, top, width, height}))"
        "(document.querySelectorAll('.of-reads .mark')[6].getBoundingClientRect())"
    )
    at = {"x": box["left"] + box["width"] / 2, "y": box["top"] + box["height"] / 2}
    shown.page.command("Input.dispatchMouseEvent", type="mouseMoved", **at)
    shown.wait("!document.getElementById('tip').hidden")
    tip = shown.get("document.getElementById('tip').textContent")
    start, stop = 607, 635  # of the seventh read
    expected = one.response.body[start:stop].decode("utf-8", "backslashreplace")
    assert tip == f"read 7 of 22, bytes 607 to 635 (28), 119.9 ms{expected}", tip
    for kind in ("mousePressed", "mouseReleased"):
        shown.page.command("Input.dispatchMouseEvent", type=kind, button="left", clickCount=1, **at)
    shown.wait("document.querySelector('.where').textContent.startsWith('read 7 of 22')")
    assert shown.get("document.querySelector('.bytes .chosen').textContent") == expected[:-4]
    shown.close()
    return "read 7"


def replays(browser: Browser, folder: Path) -> str:
    """The play button replays at the recorded pace, and ends at the end."""
    cassette = cassettes.load(ROOT / "cassettes" / "hello.yaml")
    shown = Shown(browser, written(folder, "played", page_of(cassette, "hello.yaml")))
    shown.get("document.querySelector('.play').focus()")
    began = time.monotonic()
    shown.get("document.querySelector('.play').click()")
    assert shown.get("document.querySelector('.play').getAttribute('aria-label')") == "pause"
    shown.wait("document.querySelector('.play').getAttribute('aria-label') !== 'pause'")
    took, recorded = time.monotonic() - began, cassette.interactions[0].response.duration
    assert took >= recorded * 0.9, (took, recorded)
    assert shown.get(
        "document.querySelector('.scrubber').value === document.querySelector('.scrubber').max"
    )
    shown.close()
    return f"{took:.2f} s for {recorded:.2f} s"


def scrubs(browser: Browser, folder: Path) -> str:
    """At every moment, forwards and backwards, the snapshot is that of the bytes so far."""
    cassette = cassettes.load(ROOT / "cassettes" / "weather.yaml")
    body = cassette.interactions[0].response.body
    shown = Shown(browser, written(folder, "scrubbed", page_of(cassette, "weather.yaml")))
    last = int(shown.get("document.querySelector('.scrubber').max"))
    stops = [span.stop for span in spans(body)]
    moments = sorted({0, *stops, *splits.offsets_of(cassette.interactions[0].response.chunk_sizes)})
    moments = [*moments, len(body)] if moments[-1] < len(body) else moments
    assert last == len(moments) - 1
    for number in [*range(last + 1), *random.Random(1).sample(range(last + 1), last)]:
        shown.scrub(number)
        text = shown.get("document.querySelector('.snapshot').textContent")
        sofar = max((stop for stop in stops if stop <= moments[number]), default=0)
        if not sofar:
            assert text == "No message yet.", text
            continue
        found, expected = json.loads(text), message_of(body[:sofar])
        for block in found["content"]:
            if isinstance(block.get("input"), str):  # JSON text, until it is whole
                expected["content"][found["content"].index(block)]["input"] = block["input"]
        assert found == expected, number
    shown.close()
    return f"{2 * last + 1} places"
