"""The page as a file: one, self-contained, and harmless. What it draws: `browser.py`."""

import base64
import hashlib
import json
import re
import zlib
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamtape import faults, splits
from streamtape.cassette import Interaction, Request, Response
from streamtape.pictures import Finding, page, picture, pictures_of

EVIL = "</script><script>alert(1)</script><!-- ]]> & \u2028 \ud800 {{data}}"
_DATA = re.compile(
    r'<script type="application/json" id="streamtape-data">(.*?)</script>', re.DOTALL
)


def data_of(content):
    return json.loads(_DATA.search(content.decode())[1])


def interaction(body=b"", **response):
    return Interaction(Request("POST", "https://a.example/"), Response(body=body, **response))


def test_the_page_needs_nothing_else(golden):
    """Nothing in it is fetched: no address, no import, no frame, no font."""
    text = page(pictures_of(golden("hello")), title="hello.yaml").decode()
    head = text[: text.index("</style>")] + text[text.rindex("<script>") :]
    addresses = set(re.findall(r"\b(?:https?:)?//[\w.]+", head))
    assert addresses <= {"http://www.w3.org"}  # the name of SVG
    assert not re.search(r"@import|url\(|<iframe|<link(?! rel=\"icon\" href=\"data:,\")|src=", head)
    assert text.startswith("<!doctype html>\n")


def test_the_policy_allows_this_script_and_style_only(golden):
    """The hashes in the policy are those of the one script and the one style sheet."""
    text = page(pictures_of(golden("hello")), title="hello.yaml").decode()
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', text)[1]
    (script,) = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    (style,) = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    hashes = [
        base64.b64encode(hashlib.sha256(each.encode()).digest()).decode()
        for each in (script, style)
    ]
    assert policy == (
        f"default-src 'none'; script-src 'sha256-{hashes[0]}'; style-src 'sha256-{hashes[1]}'; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def test_no_script_of_the_page_makes_html_of_text():
    """The page's own code puts text into text nodes, and runs none."""
    for script in (resources.files("streamtape.pictures") / "page").iterdir():
        if script.name.endswith(".js"):
            text = script.read_text("utf-8")
            assert not re.search(
                r"innerHTML|outerHTML|insertAdjacent|document\.write|\beval\b|Function\(", text
            )


def test_a_hostile_stream_stays_data():
    """Whatever a model, a server or a test's name holds, the markup is the same."""
    body = f"event: {EVIL[:-12]}\ndata: {json.dumps({'type': EVIL})}\n\n".encode("utf-8", "replace")
    hostile = Interaction(
        Request("GET", f"https://x/{EVIL}"), Response(body=body, headers=(("content-type", EVIL),))
    )
    finding = Finding(EVIL, EVIL, (EVIL,), EVIL)
    content = page([picture(hostile)], title=EVIL, source=EVIL, finding=finding)
    harmless = page([picture(interaction(b"data: 1\n\n"))], title="t", finding=Finding("t", "e"))
    for mark in (b"<script", b"</script", b"<!--", b"]]>"):
        assert content.count(mark) == harmless.count(mark), mark
    assert "\u2028" not in _DATA.search(content.decode())[1]
    data = data_of(content)
    assert data["title"] == data["finding"]["error"] == EVIL
    assert data["pictures"][0]["events"]["kinds"] == [EVIL[:40]]


@given(body=st.binary(max_size=300), text=st.text(max_size=50))
def test_any_bytes_and_texts_come_through(body, text):
    """Bytes and texts are in the page as they were, and nothing ends its elements early."""
    content = page([picture(interaction(body))], title=text)
    data = data_of(content)
    assert data["title"] == text
    assert zlib.decompress(base64.b64decode(data["pictures"][0]["body"])) == body
    assert content.count(b"<script") == content.count(b"</script>") == 3


def test_what_is_wrong_is_shown_first(golden):
    """Of several streams, the page opens with the first that is cut or broken."""
    one = golden("hello").interactions[0]
    cut = picture(one, number=2, split=splits.parse("at:5"))
    broken = picture(one, number=3, fault=faults.parse("eof:at=9"))
    whole = picture(one)
    assert data_of(page([whole, cut], title="t"))["shown"] == 1
    assert data_of(page([whole, whole, broken, cut], title="t"))["shown"] == 2
    assert data_of(page([whole, whole], title="t"))["shown"] == 0


def test_columns_add_up_to_the_picture(golden):
    """Differences and sizes in the page give the reads, events and cuts again."""
    drawn = pictures_of(golden("weather"), split=splits.parse("size:100"))[0]
    data = data_of(page([drawn], title="t"))["pictures"][0]
    assert sum(data["reads"]["sizes"]) == len(drawn.body)
    assert data["head"] + sum(data["reads"]["gaps"]) == drawn.reads[-1].at
    assert sum(data["events"]["start"]) == drawn.events[-1].start
    assert [data["events"]["kinds"][kind] for kind in data["events"]["kind"]] == [
        event.kind for event in drawn.events
    ]
    assert sum(data["cuts"]) == drawn.cuts[-1]
    assert "".join(text for _, _, text in data["adds"]) == "".join(
        event.text for event in drawn.events
    )


def test_a_page_without_a_stream(golden):
    """A cassette without interactions has a page that says so."""
    data = data_of(page([], title="empty.yaml"))
    assert (data["pictures"], data["shown"]) == ([], 0)


@pytest.mark.parametrize("name", ["page.html", "index.html", "page.css", "main.js"])
def test_the_files_of_the_page_are_in_the_package(name):
    """They are found where the package is, installed or not."""
    assert (resources.files("streamtape.pictures") / "page" / name).is_file()
