"""A page in a tab, watched and worked like a user's; and what the checks show in it.

Beside `browser.py`, which runs them: a script, not a test module.
"""

from __future__ import annotations

import base64
import json
import random
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from streamtape import cassette as cassettes
from streamtape import messages, pictures, splits
from streamtape.cassette import Chunk, Interaction, Request, Response
from streamtape.sse import Decoder

if TYPE_CHECKING:
    from chromium import Browser, Page

ROOT = Path(__file__).resolve().parents[2]
CORPUS = ROOT / "tests" / "corpus" / "streams"
SIZE = (1280, 900)
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


def message_of(body: bytes) -> dict[str, Any]:
    """Return the message that a body adds up to, or what there is of it."""
    accumulator = messages.Accumulator(messages.BETA)
    for event in Decoder().feed(body):
        if event.event != "ping":
            accumulator.push(json.loads(event.data))
    assert accumulator.message is not None
    found: dict[str, Any] = accumulator.message.to_dict()
    return found
