"""The documentation as a site: checked strictly, complete in itself.

    python docs/tools/make.py [FOLDER]     # by default site/

The navigation is the index: each heading of `docs/index.md` is a section, with the pages that it
links to, in that order (a test sees to it that the index leads to every page). The reference of
the API and the decisions come by themselves. A warning of the builder stops the build; so does a
link that leads nowhere in what was built, and anything that a reader's browser would fetch from
elsewhere.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import reference

HERE = Path(__file__).parent
DOCS = HERE.parent
ROOT = DOCS.parent
MODULES = "<!-- modules -->"  # in docs/reference/api.md: where the list of modules goes
_LINK = re.compile(r"\]\(([^)\s#]+)(#[^)\s]*)?\)")
# What makes the theme's script fetch a library when a page has it.
_LIBRARY = re.compile(r"class=\"[^\"]*\b(mermaid|glightbox|pyodide)\b")
_FETCHED = re.compile(r"@import\s+[\"'](?:https?:)?//|url\([\"']?(?:https?:)?//")


def stage(folder: Path) -> None:
    """Put together what the site is made of."""
    docs = folder / "docs"
    shutil.copytree(DOCS, docs, ignore=shutil.ignore_patterns("tools"))
    api = docs / "reference" / "api"
    api.mkdir()
    pages = reference.pages()
    for page in pages:
        (api / page.file).write_text(page.text, "utf-8")
    listed = "\n".join(f"* [`{page.module}`](api/{page.file}): {page.summary}" for page in pages)
    overview = docs / "reference" / "api.md"
    overview.write_text(overview.read_text("utf-8").replace(MODULES, listed), "utf-8")
    for path in sorted(docs.rglob("*.md")):
        _bring_in(path, docs)
    nav = _navigation(docs, [f"reference/api/{page.file}" for page in pages])
    config = (HERE / "zensical.toml").read_text("utf-8")
    written = config.replace("[project]\n", f"[project]\nnav = {_toml(nav)}\n", 1)
    (folder / "zensical.toml").write_text(written, "utf-8")


def _bring_in(page: Path, docs: Path) -> None:
    """Copy what a page links to outside of `docs/` (a cassette, a schema) into the site."""

    def inside(found: re.Match[str]) -> str:
        target = os.path.normpath(page.relative_to(docs).parent / found[1])
        outside = (DOCS / target).resolve()
        if "://" in found[1] or not target.startswith("..") or not outside.is_file():
            return found[0]
        copied = docs / "repository" / outside.relative_to(ROOT)
        copied.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(outside, copied)
        return f"]({os.path.relpath(copied, page.parent)}{found[2] or ''})"

    page.write_text(_LINK.sub(inside, page.read_text("utf-8")), "utf-8")


def _navigation(docs: Path, api: list[str]) -> list[object]:
    """Return the navigation: paths, and sections of paths."""
    nav: list[object] = ["index.md"]
    section = nav
    for line in (docs / "index.md").read_text("utf-8").splitlines():
        if line.startswith("## "):
            section = []
            nav.append({line.removeprefix("## "): section})
        for path, _ in _LINK.findall(line):
            target = os.path.normpath(path)
            if target == "decisions/README.md":
                decisions = sorted(
                    str(each.relative_to(docs)) for each in docs.glob("decisions/0*")
                )
                section += [target, *decisions]
            elif target == "reference/api.md":
                modules = [{Path(each).stem: each} for each in api]
                section.append({"The API": [target, *modules]})
            elif target.endswith(".md") and target not in section:
                section.append(target)
    return nav


def _toml(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(k)} = {_toml(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    return json.dumps(value)


class _Page(HTMLParser):
    """What a built page offers, where it leads, and what it fetches."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.anchors: set[str] = set()
        self.links: list[str] = []
        self.fetched: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what one element says."""
        given = {name: value for name, value in attrs if value}
        self.anchors.update(given[name] for name in ("id", "name") if name in given)
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        elif tag == "link" and given.get("rel") not in ("canonical", "next", "prev"):
            self.fetched.append(given.get("href", ""))
        elif "src" in given:
            self.fetched.append(given["src"])


def troubles(site: Path) -> list[str]:
    """Return what is wrong with a built site, a line for each."""
    site = site.resolve()
    texts = {path: path.read_text("utf-8") for path in site.rglob("*.html")}
    pages = {path: _Page(text) for path, text in texts.items()}
    found = []
    for path, text in texts.items():
        where = path.relative_to(site)
        page = pages[path]
        if library := _LIBRARY.search(text):
            found.append(f"{where}: fetches {library[1]}")
        found += [f"{where}: fetches {link}" for link in page.fetched if _is_elsewhere(link)]
        for link in (*page.links, *page.fetched):
            if wrong := _wrong(link, path, pages, site):
                found.append(f"{where}: {link} {wrong}")
    sheets = [path for path in site.rglob("*.css") if _FETCHED.search(path.read_text("utf-8"))]
    return [*found, *(f"{path.relative_to(site)}: fetches from elsewhere" for path in sheets)]


def _is_elsewhere(link: str) -> bool:
    parts = urlsplit(link)
    return parts.scheme != "data" and bool(parts.scheme or parts.netloc)


def _wrong(link: str, path: Path, pages: dict[Path, _Page], site: Path) -> str:
    """Return what is wrong with a link within the site, or ""."""
    parts = urlsplit(link)
    if parts.scheme or parts.netloc:
        return ""
    base = site if parts.path.startswith("/") else path.parent
    target = (base / unquote(parts.path).lstrip("/")).resolve() if parts.path else path
    target = target / "index.html" if target.is_dir() else target
    if not target.exists():
        return "leads nowhere"
    known = target not in pages or unquote(parts.fragment) in {"", *pages[target].anchors}
    return "" if known else "has no such place"


def main() -> int:
    """Build the site into the folder that is named."""
    target = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "site").absolute()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        stage(folder)
        command = [sys.executable, "-m", "zensical", "build", "--strict", "--clean"]
        built = subprocess.run(
            [*command, "--config-file", folder / "zensical.toml"],
            env=os.environ | {"NO_COLOR": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
        said = built.stdout + built.stderr
        if built.returncode or "warning" in said.lower():
            sys.exit(f"{said}\nsite: the build is strict, and this is not clean")
        if found := troubles(folder / "site"):
            sys.exit("\n".join(["site:", *(f"  {line}" for line in found)]))
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(folder / "site", target)
    print(f"{len(list(target.rglob('*.html')))} pages in {target}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
