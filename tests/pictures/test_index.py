"""The pages of a run, collected: an index, a summary in Markdown, and what is no page of ours."""

import re

import pytest

from streamtape.pictures import (
    INDEX,
    Finding,
    entries_of,
    index,
    is_page,
    markdown,
    page,
    pictures_of,
)

EVIL = "<script>x</script>|`*_[a](b)_*`\n\u2028&lt;"


@pytest.fixture
def pages(tmp_path, golden):
    """A folder with two pages, one of them of a failure."""
    drawn = pictures_of(golden("hello"))
    finding = Finding("test_b", "ValueError: no\nmore", (), "pytest test_b --streamtape-split=at:5")
    (tmp_path / "b.html").write_bytes(page(drawn, title="test_b", finding=finding))
    (tmp_path / "a.html").write_bytes(page(drawn, title="hello.yaml"))
    return tmp_path


def test_entries_are_what_pages_say(pages):
    """Each page says what it shows; failures come first."""
    first, second = entries_of(pages)
    assert (first.file, first.title, first.failed) == ("b.html", "test_b", True)
    assert first.error == "ValueError: no"
    assert (second.title, second.failed, second.wrong) == ("hello.yaml", False, "complete")
    assert (second.streams, second.bytes, second.reads, second.events) == (1, 2243, 22, 19)


def test_other_files_are_left_out(pages):
    """What is no page of ours is none, whatever it looks like."""
    (pages / "other.html").write_text("<html></html>")
    mark = '<script type="application/json" id="streamtape-summary">{}</script>'
    for name, summary in (("list", "[1]"), ("half", '{"title": "x"'), ("text", '{"title": "x"}')):
        (pages / f"{name}.html").write_text(mark.replace("{}", summary))
    wrong = (pages / "a.html").read_text("utf-8").replace('"bytes":2243', '"bytes":"2243"')
    (pages / "wrong.html").write_text(wrong, "utf-8")
    (pages / "folder.html").mkdir()
    assert [entry.file for entry in entries_of(pages)] == ["b.html", "a.html"]
    assert not is_page(pages / "other.html")
    assert not is_page(pages / "none.html")


def test_the_index_leads_to_every_page(pages):
    """It links each page, says what failed, and is none of the pages itself."""
    content = index(entries_of(pages)).decode()
    assert re.findall(r'<a href="([^"]+)">([^<]+)</a>', content) == [
        ("b.html", "test_b"),
        ("a.html", "hello.yaml"),
    ]
    assert "<h1>2 pictures, 1 of a failure</h1>" in content
    assert "script-src 'none'" in content
    (pages / INDEX).write_text(content, "utf-8")
    assert len(entries_of(pages)) == 2
    assert is_page(pages / INDEX)


def test_markdown(pages):
    """A table with a row for each page, and the commands that run the failures again."""
    assert list(markdown(entries_of(pages))) == [
        "### streamtape: 2 pictures, 1 of a failure",
        "",
        "| | test | what happened | stream |",
        "| --- | --- | --- | --- |",
        "| failed | <code>test&#95;b</code> | <code>ValueError&#58; no</code><br>"
        "<code>complete</code> | 2,243 bytes, 22 reads, 19 events, 0.373 s |",
        "|  | <code>hello.yaml</code> | <code>complete</code> | "
        "2,243 bytes, 22 reads, 19 events, 0.373 s |",
        "",
        "<details><summary>Run them again</summary>",
        "",
        "    pytest test_b --streamtape-split=at:5",
        "",
        "</details>",
    ]


def test_markdown_without_a_failure(pages):
    """Nothing is to be run again."""
    (pages / "b.html").unlink()
    lines = list(markdown(entries_of(pages)))
    assert lines[0] == "### streamtape: 1 picture"
    assert len(lines) == 5


def test_hostile_names_are_escaped(tmp_path, golden):
    """A test's name or an error does nothing in an index, nor in Markdown."""
    finding = Finding(EVIL, EVIL, (), EVIL)
    content = page(pictures_of(golden("hello")), title=EVIL, finding=finding)
    (tmp_path / "a b&c.html").write_bytes(content)
    entries = entries_of(tmp_path)
    shown = index(entries).decode()
    assert "<script" not in shown
    assert 'href="a%20b%26c.html"' in shown
    row = list(markdown(entries))[4]
    assert row.count("|") == 5
    assert not re.search(r"<(?!/?code>|br>)|[`*\[\]]|(?<!&)#", row)
