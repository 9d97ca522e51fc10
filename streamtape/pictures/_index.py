"""The pages of a run, collected: an index beside them, and a summary for GitHub.

It reads what each page says about itself, and nothing else of it; a file without that is no page
of ours and is left out. Both renderers escape everything: a test's name is as foreign as a model's
text.
"""

from __future__ import annotations

import html
import json
import re
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING
from urllib.parse import quote

from streamtape.pictures._page import SUMMARY, filled

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

__all__ = ["INDEX", "Entry", "entries_of", "index", "is_page", "markdown"]

INDEX = "index.html"
"""The name of the index, which is none of the pages."""

_HEAD = 1 << 18  # bytes of a page in which its summary stands, behind its style sheet
_SUMMARY = re.compile(rf'<script type="application/json" id="{SUMMARY}">(.*?)</script>', re.DOTALL)
# Whatever could mean something to Markdown or HTML, also within a cell of a table.
_PUNCTUATION = re.compile(r"[^\w\s./-]|_")


@dataclass(frozen=True, slots=True)
class Entry:
    """What one page says about itself.

    Attributes:
        file: its name.
        title: the test, or the cassette.
        failed: whether it is about a failure.
        error: the first line of what was raised, or "".
        reproduce: the command that runs it again, or "".
        request: the stream that it shows first.
        streams: how many it shows.
        bytes: of all of them.
        reads: of all of them.
        events: of all of them.
        seconds: of all of them.
        split: the split of the one shown first, or "".
        wrong: what went wrong with it, or how it ended.
    """

    file: str
    title: str
    failed: bool
    error: str
    reproduce: str
    request: str
    streams: int
    bytes: int
    reads: int
    events: int
    seconds: float
    split: str
    wrong: str

    def __post_init__(self) -> None:
        for field in fields(self):
            if type(getattr(self, field.name)).__name__ != field.type:
                raise TypeError(field.name)


def is_page(path: Path) -> bool:
    """Whether a file is a page of ours: one that may be written again."""
    return _entry_of(path) is not None or _is_index(path)


def entries_of(folder: Path) -> list[Entry]:
    """Return what the pages of a folder say about themselves, failures first, then by title."""
    found = []
    for path in sorted(folder.glob("*.html")):
        entry = _entry_of(path)
        if entry is not None:
            found.append(entry)
    return sorted(found, key=lambda each: (not each.failed, each.title))


def index(entries: Sequence[Entry]) -> bytes:
    """Return a page that leads to the others."""
    parts = {"title": html.escape(_headline(entries)), "entries": "\n".join(map(_item, entries))}
    return filled("index.html", "page.css", (), parts)


def markdown(entries: Sequence[Entry]) -> Iterator[str]:
    """Yield a summary of the pages as lines of Markdown, as a GitHub job's summary takes it."""
    yield f"### streamtape: {_headline(entries)}"
    yield ""
    yield "| | test | what happened | stream |"
    yield "| --- | --- | --- | --- |"
    for entry in entries:
        told = [_code(text) for text in (entry.error, entry.split, entry.wrong) if text]
        mark = "failed" if entry.failed else ""
        yield f"| {mark} | {_code(entry.title)} | {'<br>'.join(told)} | {_counts(entry)} |"
    again = [entry.reproduce for entry in entries if entry.reproduce]
    if again:
        yield ""
        yield "<details><summary>Run them again</summary>"
        yield ""
        # Indented code: no fence that a command could close.
        yield from (f"    {' '.join(command.split())}" for command in again)
        yield ""
        yield "</details>"


def _entry_of(path: Path) -> Entry | None:
    try:
        with path.open("rb") as file:
            text = file.read(_HEAD).decode("utf-8", "replace")
    except OSError:
        return None
    match = _SUMMARY.search(text)
    try:
        value = json.loads(match[1]) if match else None
        return Entry(file=path.name, **value) if value else None
    except (TypeError, ValueError):
        return None  # it looks like one of ours, and is not


def _is_index(path: Path) -> bool:
    if path.name != INDEX or not path.is_file():
        return False
    return '<ul class="pages">' in path.read_text("utf-8", "replace")


def _headline(entries: Sequence[Entry]) -> str:
    failed = sum(entry.failed for entry in entries)
    pages = f"{len(entries)} picture{'' if len(entries) == 1 else 's'}"
    return f"{pages}, {failed} of a failure" if failed else pages


def _counts(entry: Entry) -> str:
    streams = f"{entry.streams} streams, " if entry.streams > 1 else ""
    return (
        f"{streams}{entry.bytes:,} bytes, {entry.reads:,} reads, {entry.events:,} events, "
        f"{entry.seconds:.3f} s"
    )


def _item(entry: Entry) -> str:
    told = [f"<code>{html.escape(each)}</code>" for each in (entry.split, entry.wrong) if each]
    badge = '<span class="badge">failed</span>' if entry.failed else ""
    error = f'<pre class="error">{html.escape(entry.error)}</pre>' if entry.error else ""
    return (
        f'<li class="card{" finding" if entry.failed else ""}"><p>{badge}'
        f'<a href="{quote(entry.file)}">{html.escape(entry.title)}</a></p>{error}'
        f'<p class="source">{" · ".join([html.escape(_counts(entry)), *told])}</p></li>'
    )


def _code(text: str) -> str:
    """Return text as code within a cell, every character of it harmless."""
    line = " ".join(text.split())
    return f"<code>{_PUNCTUATION.sub(lambda found: f'&#{ord(found[0])};', line)}</code>"
