"""The site: its reference is what can be imported, its navigation the index, its links lead on."""

import importlib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TOOLS = ROOT / "docs" / "tools"


@pytest.fixture(scope="module")
def tools():
    """The scripts that make the site, as modules."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(TOOLS))
        yield importlib.import_module("make"), importlib.import_module("reference")


@pytest.fixture(scope="module")
def pages(tools):
    return tools[1].pages()


def test_the_reference_is_what_can_be_imported(pages):
    """For each public module, `__all__`, what can be imported, and its page agree."""
    for page in pages:
        module = importlib.import_module(page.module)
        assert sorted(module.__all__) == sorted(page.names), page.module
        for name in page.names:
            assert getattr(module, name, None) is not None, f"{page.module}.{name}"
            assert f"\n## `{name}` {{ #{page.module}.{name} }}\n" in page.text


def test_every_public_module_has_a_page(pages):
    """No module without an underscore is left out, but for the one that `python -m` runs."""
    found = set()
    for package, folder in (("streamtape", "streamtape"), ("pytest_streamtape", "plugin")):
        for path in (ROOT / folder).rglob("*.py"):
            parts = path.relative_to(ROOT).with_suffix("").parts
            dotted = [part for part in parts if part not in ("plugin", "__init__")]
            if dotted[0] == package and not any(part.startswith("_") for part in dotted):
                found.add(".".join(dotted))
    assert found - {"pytest_streamtape.plugin"} == {page.module for page in pages}


def test_the_reference_gives_shapes_and_errors(pages):
    """A page shows signatures, arguments, attributes with their types, and what is raised."""
    text = next(page.text for page in pages if page.module == "streamtape.splits")
    assert "```python\ndef parse(value: SplitLike) -> Split\n```" in text
    assert "[`UsageError`](streamtape.md#streamtape.UsageError): it is none;" in text
    text = next(page.text for page in pages if page.module == "streamtape.errors")
    assert "* `line: int | None`: 1-based line of the trouble" in text


def test_what_comes_from_a_private_class_is_described_too(pages):
    """A reader of `Tape` need not know that half of it is written in a class of its own."""
    text = next(page.text for page in pages if page.module == "streamtape").partition("## `TapeO")[
        0
    ]
    for name in ("playbacks", "expect", "assert_no_leaks"):
        assert f"### `Tape.{name}` {{ #streamtape.Tape.{name} }}" in text


def test_every_page_has_its_place(tools, tmp_path):
    """The navigation has a section for each heading of the index, and each page once."""
    tools[0].stage(tmp_path)
    config = (tmp_path / "zensical.toml").read_text("utf-8")
    nav = next(line for line in config.splitlines() if line.startswith("nav = "))
    for section in ("How to", "Reference", "Explanation", "Decisions"):
        assert f'{{"{section}" = [' in nav
    docs = tmp_path / "docs"
    for page in docs.rglob("*.md"):
        name = page.relative_to(docs).as_posix()
        times = 0 if name.startswith("repository/") else 1
        assert nav.count(f'"{name}"') == times, f"{name}: link to it from docs/index.md"


PAGE = '<a href="b.html#here">1</a> <a href="c.html">2</a> <a href="#there">3</a><p id="top"/>'


def test_what_is_wrong_with_a_site_is_found(tools, tmp_path):
    """Links that lead nowhere, and everything that is fetched from elsewhere, by page."""
    (tmp_path / "a.html").write_text(PAGE)
    (tmp_path / "b.html").write_text(
        '<p id="here"/><a href="a.html#top"/><a href="https://elsewhere.example/"/>'
        '<script src="https://elsewhere.example/x.js"></script><pre class="mermaid"/>'
    )
    (tmp_path / "x.css").write_text("p { background: url(//elsewhere.example/x.png) }")
    assert sorted(tools[0].troubles(tmp_path)) == [
        "a.html: #there has no such place",
        "a.html: c.html leads nowhere",
        "b.html: fetches https://elsewhere.example/x.js",
        "b.html: fetches mermaid",
        "x.css: fetches from elsewhere",
    ]
