"""The pages in a real browser: what they draw, what they ask for, what they let through.

    python tests/pictures/browser.py [--screenshots DIR]     (in an environment that has streamtape)

Every golden cassette, a swept test's failure, a hostile model and a stream of 5,000 events are
shown in headless Chromium (see ../clients/chromium.py: found, or installed from Debian). Nothing
may be requested, nothing may be said on the console, and what stands in the page is compared with
what streamtape knows of the cassette. `--screenshots` also writes the pictures of the docs.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import re
import shutil
import subprocess
import sys
import tempfile
from itertools import combinations, product
from pathlib import Path
from typing import TYPE_CHECKING, Any

from colours import VISIONS, contrast, distance
from tab import (
    ROOT,
    Shown,
    cut_in,
    failing,
    in_view,
    long_cassette,
    message_of,
    page_of,
    written,
)
from using import points, replays, scrubs, turns, works_by_keyboard

from streamtape import cassette as cassettes
from streamtape import faults, pictures
from streamtape.cassette import Interaction, Request, Response
from streamtape.sse import spans

sys.path.insert(0, str(ROOT / "tests" / "clients"))

from chromium import Browser

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

GOLDEN = sorted((ROOT / "cassettes").glob("*.yaml"))
MOST_BYTES = 2_000_000
MOST_SECONDS = 1.0
TEXT, GRAPHIC = 4.5, 3.0  # least contrast (WCAG 2.2, 1.4.3 and 1.4.11)
APART = 12.0  # least distance of two lanes' colours; each has a name, too
TEXTS = ("ink", "soft", "wrong", "good")
LANES = ("reads", "message", "block", "text", "thinking", "json", "other", "wrong")
GROUNDS = ("card", "ground", "raised")
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


def draws_all(browser: Browser, folder: Path) -> str:
    """Every golden cassette: as many reads and events as it has, and its whole message."""
    for path in GOLDEN:
        cassette = cassettes.load(path)
        shown = Shown(browser, written(folder, path.stem, page_of(cassette, path.name)))
        response = cassette.interactions[0].response
        reads = shown.get("document.querySelectorAll('.of-reads .mark').length")
        events = shown.get("document.querySelectorAll('.of-events .mark').length")
        assert reads == len(response.chunk_sizes), path
        assert events == len(response.format.events(response.body)), path
        if response.format.name == "sse":
            shown.wait("document.querySelector('.snapshot')?.textContent.startsWith('{')")
            snapshot = json.loads(shown.get("document.querySelector('.snapshot').textContent"))
            assert snapshot == message_of(response.body), path
        shown.close()
    return f"{len(GOLDEN)} cassettes"


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


def hostile_stream() -> Interaction:
    """Return a stream that says, and is named, whatever could do harm."""
    block, delta = {"type": "text", "text": ""}, {"type": "content_block_delta", "index": 0}
    lines: list[dict[str, Any]] = [
        {"type": "message_start", "message": {"role": "assistant", "content": []}},
        {"type": "content_block_start", "index": 0, "content_block": block},
        *({**delta, "delta": {"type": "text_delta", "text": text}} for text in HOSTILE),
        *({"type": text, "__proto__": {"hacked": 5}} for text in HOSTILE),
        {
            "type": "message_delta",
            "delta": {"stop_reason": HOSTILE[1]},
            "usage": {"__proto__": {"hacked": 6}},
        },
    ]
    body = "".join(
        f"event: {HOSTILE[1]}\ndata: {json.dumps(line, ensure_ascii=False)}\n\n" for line in lines
    )
    media = "text/event-stream;<script>window.hacked=7</script>"
    response = Response(headers=(("content-type", media),), body=body.encode())
    return Interaction(Request("GET", f"https://x/?{HOSTILE[1]}"), response)


def escapes(browser: Browser, folder: Path) -> str:
    """What a hostile model, server and test say is shown as it is, and does nothing."""
    drawn = pictures.pictures_of(cassettes.Cassette((hostile_stream(),)))
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
    """Texts and marks stand out (WCAG AA); lanes differ in any colour vision; light and dark."""
    cassette = cassettes.load(ROOT / "cassettes" / "hello.yaml")
    path, ratios, distances = written(folder, "contrast", failing(cassette)), [], []
    for scheme in ("light", "dark"):
        shown = Shown(browser, path, scheme)
        style = "getComputedStyle(document.documentElement)"
        colours = {
            name: shown.get(f"{style}.getPropertyValue('--{name}')")
            for name in (*TEXTS, *LANES, *GROUNDS, "focus")
        }
        for name in (*TEXTS, *LANES, "focus"):
            for ground in GROUNDS:
                ratios.append(contrast(colours[name], colours[ground]))
                bound = TEXT if name in TEXTS else GRAPHIC
                assert ratios[-1] >= bound, f"{scheme}: {name} on {ground}: {ratios[-1]:.2f}"
        for vision, (one, other) in product(VISIONS, combinations(LANES, 2)):
            distances.append(distance(colours[one], colours[other], vision))
            assert distances[-1] >= APART, f"{scheme}, {vision}: {one}, {other}: {distances[-1]}"
        shown.close()
    return f"least contrast {min(ratios):.2f}, least distance {min(distances):.1f}"


CHECKS: tuple[Callable[[Browser, Path], str], ...] = (
    draws_all,
    scrubs,
    replays,
    shows_the_cut,
    opens_at_the_failure,
    shows_faults,
    works_by_keyboard,
    points,
    turns,
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
        ("failing-split-dark", cut, "dark"),
        ("timeline-light", whole, "light"),
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
