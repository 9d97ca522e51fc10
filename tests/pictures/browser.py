"""The pages in a real browser: what they draw, what they ask for, what they let through.

    python tests/pictures/browser.py [--screenshots DIR]     (in an environment that has streamtape)

Every golden cassette, a swept test's failure, a hostile model and a stream of 5,000 events are
shown in headless Chromium (see ../clients/chromium.py: found, or installed from Debian). Nothing
may be requested, nothing may be said on the console, and what stands in the page is compared with
what streamtape knows of the cassette. `--screenshots` also writes the pictures of the docs.
"""

from __future__ import annotations

import argparse
import base64
import contextlib
import json
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from streamtape import cassette as cassettes
from streamtape import faults, messages, pictures, splits
from streamtape.cassette import Chunk, Interaction, Request, Response
from streamtape.sse import Decoder, spans

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "clients"))

from chromium import Browser, Page  # noqa: E402 - a script beside this one's folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

GOLDEN = sorted((ROOT / "cassettes").glob("*.yaml"))
CORPUS = ROOT / "tests" / "corpus" / "streams"
SIZE = (1280, 900)
MOST_BYTES = 2_000_000
MOST_SECONDS = 1.0
TEXT, GRAPHIC = 4.5, 3.0  # least contrast (WCAG 2.2, 1.4.3 and 1.4.11)
HOSTILE = (
    "<script>window.hacked=1</script>",
    "</script><script>window.hacked=2</script>",
    "<!--<script>",
    "]]>",
    "\u2028\u2029\u202e\u0000",
    "<img src=x onerror=window.hacked=3>",
    "{{script}} {{data}} ${window.hacked=4} &lt;b&gt;",
    "__proto__",
)

_KEYS = {"ArrowRight": 39, "ArrowDown": 40, "End": 35, "Home": 36, "Tab": 9, " ": 32}


class Shown:
    """A page in a tab, with every address that it asked for."""

    def __init__(self, browser: Browser, path: Path, scheme: str = "light") -> None:
        self.page: Page = browser.open("about:blank")
        self.requests: list[str] = []
        heard = self.page.hear

        def hear(method: str, params: dict[str, Any]) -> None:
            if method == "Network.requestWillBeSent":
                self.requests.append(params["request"]["url"])
            if method == "Log.entryAdded":
                self.page.errors.append(params["entry"]["text"])
            heard(method, params)

        self.page.hear = hear  # type: ignore[method-assign]
        for domain in ("Network", "Log"):
            self.page.command(f"{domain}.enable")
        width, height = SIZE
        self.page.command(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )
        media = [{"name": "prefers-color-scheme", "value": scheme}]
        self.page.command("Emulation.setEmulatedMedia", features=media)
        self.url = path.as_uri()
        self.page.command("Page.navigate", url=self.url)
        drawn = "document.documentElement?.dataset.drawn !== undefined"
        self.wait(f"{drawn} || document.querySelector('.pages') !== null")

    def wait(self, condition: str, seconds: float = 20) -> None:
        """Wait until a condition holds in the page."""
        deadline = time.monotonic() + seconds
        while not self.page.evaluate(condition):
            if time.monotonic() > deadline:
                raise AssertionError(f"never true: {condition}; {self.page.errors}")
            time.sleep(0.02)

    def get(self, expression: str) -> Any:
        """Return the value of an expression."""
        return self.page.evaluate(expression)

    def scrub(self, to: int) -> None:
        """Move the scrubber, and wait for the frame."""
        self.get(
            "new Promise((done) => {"
            f"const range = document.querySelector('.scrubber'); range.value = {to};"
            "range.dispatchEvent(new Event('input'));"
            "requestAnimationFrame(() => requestAnimationFrame(done)); }).then(() => 0)"
        )

    def key(self, key: str) -> None:
        """Press a key, as a user does."""
        for kind in ("rawKeyDown", "keyUp"):
            self.page.command(
                "Input.dispatchKeyEvent", type=kind, key=key, windowsVirtualKeyCode=_KEYS[key]
            )

    def screenshot(self, path: Path) -> None:
        """Write what is in view."""
        self.get("new Promise((done) => setTimeout(done, 150)).then(() => 0)")
        data = self.page.command("Page.captureScreenshot", format="png")["data"]
        path.write_bytes(base64.b64decode(data))

    def close(self) -> None:
        """Close the tab; what it did to the outside must be nothing."""
        assert self.requests == [self.url], self.requests
        assert self.page.errors == [], self.page.errors
        assert not self.get("'hacked' in window")
        self.page.close()


def written(folder: Path, name: str, content: bytes) -> Path:
    """Write a page; return its path."""
    path = folder / f"{name}.html"
    path.write_bytes(content)
    return path


def page_of(cassette: cassettes.Cassette, title: str, **options: Any) -> bytes:
    """Return the page of a cassette."""
    return pictures.page(pictures.pictures_of(cassette, **options), title=title)


def draws_all(browser: Browser, folder: Path) -> str:
    """Every golden cassette: as many reads and events as it has, and its whole message."""
    for path in GOLDEN:
        cassette = cassettes.load(path)
        shown = Shown(browser, written(folder, path.stem, page_of(cassette, path.name)))
        response = cassette.interactions[0].response
        reads = shown.get("document.querySelectorAll('.of-reads .mark').length")
        events = shown.get("document.querySelectorAll('.of-events .mark').length")
        assert reads == len(response.chunk_sizes), path
        assert events == len(Decoder().feed(response.body)) == len(spans(response.body)), path
        shown.wait("document.querySelector('.snapshot')?.textContent.startsWith('{')")
        assert json.loads(shown.get("document.querySelector('.snapshot').textContent")) == (
            message_of(response.body)
        ), path
        shown.close()
    return f"{len(GOLDEN)} cassettes"


def message_of(body: bytes) -> dict[str, Any]:
    """Return the message that a body adds up to, or what there is of it."""
    accumulator = messages.Accumulator(messages.BETA)
    for event in Decoder().feed(body):
        if event.event != "ping":
            accumulator.push(json.loads(event.data))
    assert accumulator.message is not None
    found: dict[str, Any] = accumulator.message.to_dict()
    return found


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


def shows_the_cut(browser: Browser, folder: Path) -> str:
    """The failing split is in view when the page opens, at its place in the bytes, also for two."""
    cassette = cassettes.load(ROOT / "cassettes" / "hello.yaml")
    content = failing(cassette)
    for scheme in ("light", "dark"):
        shown = Shown(browser, written(folder, "cut", content), scheme)
        offset = shown.get("+document.querySelector('.timeline .flag.cut').dataset.offset")
        assert offset == cut_in(cassette)
        for selector in (".excerpts .bar.cut", ".timeline .flag.cut"):
            assert in_view(shown, selector), selector
        shown.wait("document.querySelector('.bytes .bar.cut') !== null")
        assert shown.get(
            "(() => { const box = (it) => document.querySelector(it).getBoundingClientRect();"
            "const [bar, panel] = [box('.bytes .bar.cut'), box('.bytes')];"
            "return bar.top >= panel.top && bar.bottom <= panel.bottom; })()"
        )
        bytes_before = shown.get(
            "document.querySelector('.bytes .bar.cut').previousSibling.textContent"
        )
        assert bytes_before.endswith("\\xc3"), bytes_before
        shown.close()
    return f"byte {offset}, light and dark"


def in_view(shown: Shown, selector: str) -> bool:
    """Whether an element lies within the window, and is not hidden."""
    found: bool = shown.get(
        f"(() => {{ const it = document.querySelector({json.dumps(selector)});"
        "const box = it.getBoundingClientRect();"
        "return !it.hidden && box.height > 0 && box.top >= 0 && box.bottom <= innerHeight"
        " && box.left >= 0 && box.right <= innerWidth; })()"
    )
    return found


def cut_in(cassette: cassettes.Cassette) -> int:
    """Return an offset inside of the first character of two bytes."""
    return cassette.interactions[0].response.body.index("ü".encode()) + 1


def failing(cassette: cassettes.Cassette) -> bytes:
    """Return the page that a swept test leaves which decodes each read by itself."""
    split = splits.parse(f"at:{cut_in(cassette)}")
    test = "tests/test_weather.py::test_weather_under_every_split"
    finding = pictures.Finding(
        test,
        "UnicodeDecodeError: 'utf-8' codec can't decode byte 0xc3 in position 634: unexpected end "
        "of data",
        ("streamtape: fails under 5 of 1,004 splits; smallest: one cut, at byte 635",),
        f"pytest {test} --streamtape-split={split}",
    )
    drawn = pictures.pictures_of(cassette, split=split)
    return pictures.page(drawn, title=test, source="tests/cassettes/weather.yaml", finding=finding)


SWEPT = """
import httpx, json, pytest

@pytest.mark.streamtape("by_hand.yaml", sweep="grammar")
def test_every_split(tape):
    request = tape.cassette.interactions[0].request
    with httpx.stream("POST", request.url, content=request.body) as response:
        text = "".join(chunk.decode() for chunk in response.iter_bytes())
    assert "message_stop" in text
"""


def opens_at_the_failure(browser: Browser, folder: Path) -> str:
    """What a failing sweep leaves opens at the cut that the sweep has reported."""
    project = folder / "project"
    (project / "cassettes" / "test_swept").mkdir(parents=True)
    shutil.copy(ROOT / "cassettes" / "by_hand.yaml", project / "cassettes" / "test_swept")
    (project / "test_swept.py").write_text(SWEPT, "utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    run = subprocess.run(
        [*command, "--streamtape-html=pages"],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
    )
    found = re.search(r"--streamtape-split=at:(\d+)", run.stdout)
    assert found, run.stdout
    (path,) = (project / "pages").glob("test_swept*.html")
    shown = Shown(browser, path)
    assert shown.get("document.querySelector('.timeline .flag.cut').dataset.offset") == found[1]
    for selector in (".excerpts .bar.cut", ".timeline .flag.cut", ".finding .error"):
        assert in_view(shown, selector), selector
    assert "UnicodeDecodeError" in shown.get(
        "document.querySelector('.finding .error').textContent"
    )
    assert found[0] in shown.get("document.querySelector('.finding code').textContent")
    shown.close()
    return f"byte {found[1]}"


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
    unnamed = shown.get(
        "[...document.querySelectorAll('button, select, input, [role=slider], [role=region]')]"
        ".filter((it) => !it.getAttribute('aria-label') && !it.labels?.length).length"
    )
    assert unnamed == 0
    shown.close()
    return f"{lanes} lanes"


def points_and_zooms(browser: Browser, folder: Path) -> str:
    """The pointer shows the bytes of a mark; axes and zoom place it elsewhere; streams change."""
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
    return f"read 7, {offsets[1]}"


def escapes(browser: Browser, folder: Path) -> str:
    """What a hostile model, server and test say is shown as it is, and does nothing."""
    lines = [{"type": "message_start", "message": {"role": "assistant", "content": []}}]
    lines += [
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}
    ]
    lines += [
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": text}}
        for text in HOSTILE
    ]
    lines += [{"type": text, "__proto__": {"hacked": 5}} for text in HOSTILE]
    lines += [
        {"type": "message_delta", "delta": {"stop_reason": HOSTILE[1]}, "usage": {"__proto__": 1}}
    ]
    body = "".join(
        f"event: {HOSTILE[1]}\ndata: {json.dumps(line, ensure_ascii=False)}\n\n" for line in lines
    )
    response = Response(
        headers=(("content-type", "text/event-stream;<script>window.hacked=6</script>"),),
        body=body.encode(),
    )
    request = Request("GET", "https://x/?</script><script>window.hacked=7</script>")
    drawn = pictures.pictures_of(cassettes.Cassette((Interaction(request, response),)))
    hostile = " ".join(HOSTILE)
    finding = pictures.Finding(hostile, hostile, (hostile,), hostile)
    content = pictures.page(drawn, title=hostile, source=hostile, finding=finding)
    shown = Shown(browser, written(folder, "hostile", content))
    said = shown.get("document.querySelector('.said .text').textContent")
    assert said == "".join(HOSTILE), said
    assert shown.get("document.querySelector('h1').textContent") == hostile
    shown.wait("document.querySelector('.snapshot')?.textContent.startsWith('{')")
    snapshot = json.loads(shown.get("document.querySelector('.snapshot').textContent"))
    assert snapshot["stop_reason"] == HOSTILE[1]
    assert shown.get("document.querySelectorAll('script').length") == 3
    assert (
        shown.get("document.querySelectorAll('img, iframe, object, link:not([rel=icon])').length")
        == 0
    )
    assert shown.get("({}).hacked") is None
    shown.close()
    entries = pictures.entries_of(folder)
    shown = Shown(browser, written(folder, "index", pictures.index(entries)))
    assert shown.get("document.querySelectorAll('.pages li').length") == len(entries)
    shown.close()
    return f"{len(HOSTILE)} texts"


def is_quick(browser: Browser, folder: Path) -> str:
    """A stream of 5,000 events draws in under a second, from a page of under 2 MB."""
    told = []
    for name in ("text_long_5000", "tool_big_200k"):
        cassette = long_cassette(name)
        content = page_of(cassette, name)
        assert len(content) < MOST_BYTES, len(content)
        path, seconds = written(folder, name, content), []
        for _ in range(3):
            shown = Shown(browser, path)
            seconds.append(float(shown.get("document.documentElement.dataset.drawn")) / 1000)
            marks = "document.querySelectorAll('.of-events .mark').length"
            assert shown.get(marks) == len(spans(cassette.interactions[0].response.body))
            shown.close()
        assert min(seconds) < MOST_SECONDS, seconds
        told.append(f"{name} {len(content):,} bytes, {min(seconds):.2f} s")
    return "; ".join(told)


def long_cassette(name: str) -> cassettes.Cassette:
    """Return a stream of the corpus as if it had been recorded."""
    body, draw = (CORPUS / f"{name}.sse").read_bytes(), random.Random(1)
    chunks, left = [], len(body)
    while left:
        size = min(left, draw.randint(40, 200))
        chunks.append(Chunk(draw.randint(200, 40_000), size))
        left -= size
    headers = (("content-type", "text/event-stream"),)
    response = Response(headers=headers, body=body, chunks=tuple(chunks), head=300_000)
    return cassettes.Cassette((Interaction(Request("POST", "https://api.example/"), response),))


def shows_faults(browser: Browser, folder: Path) -> str:
    """Every kind of fault, at its place; what never came is marked, and never scrubbed to."""
    cassette = cassettes.load(ROOT / "cassettes" / "weather.yaml")
    texts = ["disconnect:before=1", "reset:after=text_delta:2", "eof:at=700", "stall:inside=3"]
    texts += ["error:overloaded_error,after=4", "corrupt:utf8,inside=5", "drop:inside=4"]
    texts += ["duplicate:inside=4", "swap:inside=4", "http:529", "disconnect:before=head"]
    for text in texts:
        fault = faults.parse(text)
        shown = Shown(browser, written(folder, "fault", page_of(cassette, text, faults=(fault,))))
        assert shown.get("document.querySelector('.flag.fault').textContent") == text
        assert in_view(shown, ".flag.fault"), text
        shown.scrub(10_000)
        picture = pictures.pictures_of(cassette, faults=(fault,))[0]
        stopped = picture.until < len(picture.body)
        assert shown.get("!document.querySelector('.never').hidden") is stopped, text
        lost = shown.get("document.querySelectorAll('.bytes .lost').length > 0")
        assert lost or not stopped, text
        shown.close()
    return f"{len(texts)} faults"


def contrasts(browser: Browser, folder: Path) -> str:
    """Texts and marks stand out from what they stand on, light and dark (WCAG AA)."""
    cassette = cassettes.load(ROOT / "cassettes" / "hello.yaml")
    path, least = written(folder, "contrast", failing(cassette)), []
    for scheme in ("light", "dark"):
        shown = Shown(browser, path, scheme)
        names = ["ink", "soft", "wrong", "good", "reads", "message", "block", "text", "thinking"]
        names += ["json", "other", "focus", "card", "raised", "ground"]
        style = "getComputedStyle(document.documentElement)"
        colours = {
            name: luminance(shown.get(f"{style}.getPropertyValue('--{name}')")) for name in names
        }
        for name in names[:-3]:
            bound = TEXT if name in ("ink", "soft", "wrong", "good") else GRAPHIC
            for ground in ("card", "ground", "raised"):
                ratio = contrast(colours[name], colours[ground])
                assert ratio >= bound, f"{scheme}: {name} on {ground}: {ratio:.2f}"
                least.append(ratio)
        shown.close()
    return f"least {min(least):.2f}"


def luminance(colour: str) -> float:
    """Return the relative luminance of ``#rrggbb``."""
    parts = [int(colour.strip()[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: float, other: float) -> float:
    """Return the contrast ratio of two luminances."""
    return (max(one, other) + 0.05) / (min(one, other) + 0.05)


CHECKS: tuple[Callable[[Browser, Path], str], ...] = (
    draws_all,
    scrubs,
    replays,
    shows_the_cut,
    opens_at_the_failure,
    shows_faults,
    works_by_keyboard,
    points_and_zooms,
    escapes,
    contrasts,
    is_quick,
)


def photograph(browser: Browser, folder: Path, target: Path) -> Iterable[Path]:
    """Write the pictures of the documentation."""
    hello = cassettes.load(ROOT / "cassettes" / "hello.yaml")
    weather = cassettes.load(ROOT / "cassettes" / "weather.yaml")
    cut = written(folder, "photo-cut", failing(hello))
    whole = written(folder, "photo", page_of(weather, "weather.yaml"))
    for name, path, scheme in (
        ("failing-split-light", cut, "light"),
        ("failing-split-dark", cut, "dark"),
        ("timeline-light", whole, "light"),
        ("timeline-dark", whole, "dark"),
    ):
        shown = Shown(browser, path, scheme)
        shown.screenshot(target / f"{name}.png")
        shown.close()
        yield target / f"{name}.png"


def main() -> int:
    """Run every check; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--screenshots", type=Path, metavar="DIR", help="write pictures of it")
    options = parser.parse_args()
    failed = 0
    with tempfile.TemporaryDirectory() as temporary, Browser() as browser:
        folder = Path(temporary)
        for check in CHECKS:
            try:
                print(f"ok    {check.__name__}: {check(browser, folder)}", flush=True)
            except AssertionError as error:
                failed += 1
                print(f"FAIL  {check.__name__}: {error}", flush=True)
        if options.screenshots:
            with contextlib.suppress(FileExistsError):
                options.screenshots.mkdir(parents=True)
            for path in photograph(browser, folder, options.screenshots):
                print(f"{path}: {path.stat().st_size:,} bytes")
    print(f"\n{len(CHECKS) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
