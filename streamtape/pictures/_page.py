"""A page that shows pictures: one file, with everything in it.

What a model said is data here, and stays it: it goes into the page as JSON in which no `<` is left,
and the page's script makes text nodes of it. The page may run that script and use that style sheet,
by their hashes, and nothing else: no request leaves it.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from streamtape.pictures._data import as_data

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from streamtape.pictures._picture import Finding, Picture

__all__ = ["SUMMARY", "filled", "page"]

SUMMARY = "streamtape-summary"
"""The id of the element that says in a few words what a page shows; `_index` reads it."""

_SCRIPTS = ("dom", "model", "marks", "timeline", "bytes", "said", "player", "main")
_PLACE = re.compile(r"\{\{(\w+)\}\}")

# JSON allows all of these inside of strings only, as escapes as well. The first three could end the
# element or begin a comment, the other two end lines of JavaScript.
_ESCAPED = {character: f"\\u{ord(character):04x}" for character in "<>&\u2028\u2029"}
_ESCAPES = str.maketrans(_ESCAPED)


def page(
    pictures: Sequence[Picture], *, title: str, source: str = "", finding: Finding | None = None
) -> bytes:
    """Return a page, whole.

    Args:
        pictures: what it shows; one at a time, the first with a cut or a fault first.
        title: what it is called: the cassette's or the test's name.
        source: where the recording is, for people; "" where that is not known.
        finding: the failure that it is about, or None.
    """
    shown = next((at for at, each in enumerate(pictures) if each.cuts or len(each.marks) > 1), 0)
    data = {
        "title": title,
        "source": source,
        "finding": None if finding is None else _finding(finding),
        "shown": shown,
        "pictures": [as_data(picture) for picture in pictures],
    }
    parts = {
        "title": html.escape(title),
        "summary": _json(_summary(pictures, shown, title, finding)),
        "data": _json(data),
    }
    return filled("page.html", "page.css", _SCRIPTS, parts)


def filled(template: str, style: str, scripts: tuple[str, ...], parts: Mapping[str, str]) -> bytes:
    """Return a template of `page/` with its style, scripts and policy, and these parts, filled in.

    Args:
        template: the name of the HTML file.
        style: the name of the style sheet.
        scripts: the names of the scripts, which share one scope, in their order.
        parts: what else is filled in; HTML.
    """
    values = {**_own(template, style, scripts), **parts}
    text = _PLACE.sub(lambda place: values[place[1]], values["template"])
    # A lone surrogate, which JSON can say and UTF-8 cannot, becomes the escape that it was.
    return text.encode("utf-8", "backslashreplace")


@cache
def _own(template: str, style: str, scripts: tuple[str, ...]) -> dict[str, str]:
    """Return what is the same in every page."""
    folder = resources.files(__package__) / "page"
    css = (folder / style).read_text("utf-8")
    body = "\n".join((folder / f"{name}.js").read_text("utf-8") for name in scripts)
    script = f'(() => {{\n"use strict";\n{body}}})();\n' if scripts else ""
    scripted = _hash(script) if scripts else "'none'"
    policy = (
        f"default-src 'none'; script-src {scripted}; style-src {_hash(css)}; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )
    markup = (folder / template).read_text("utf-8")
    return {"template": markup, "style": css, "script": script, "policy": policy}


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).translate(_ESCAPES)


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "test": finding.test,
        "error": finding.error,
        "report": finding.report,
        "reproduce": finding.reproduce,
    }


def _summary(
    pictures: Sequence[Picture], shown: int, title: str, finding: Finding | None
) -> dict[str, Any]:
    """Return what an index says about a page."""
    first = pictures[shown] if pictures else None
    wrong = [mark.label for mark in first.marks if mark.kind != "end"] if first else []
    return {
        "title": title,
        "failed": finding is not None,
        "error": "" if finding is None else finding.error.partition("\n")[0],
        "reproduce": "" if finding is None else finding.reproduce,
        "request": first.request if first else "",
        "streams": len(pictures),
        "bytes": sum(len(each.body) for each in pictures),
        "reads": sum(len(each.reads) for each in pictures),
        "events": sum(len(each.events) for each in pictures),
        "seconds": sum(each.duration for each in pictures) / 1e6,
        "split": first.split if first else "",
        "wrong": ", ".join(wrong) or (first.end if first else ""),
    }
