"""Expected transcripts beside a cassette: any plain data survives the file."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from streamtape import cassette as cassettes
from streamtape.cassette import (
    _yaml,
    audit,
    cassettes_in,
    expected_in,
    expected_path,
    keep_expected,
)
from streamtape.cassette._expected import _lines
from streamtape.errors import CassetteError, CassetteFormatError

ENTRY = {
    "events": [
        {"message_start": {"message": {"type": "message", "id": "msg_1"}}},
        {"text": "Hel"},
        "ping",
        {"yes": {"no": [1, 0.5, None, True]}},
    ],
    "message": {"role": "assistant", "content": []},
    "end": "complete",
}
WRITTEN = """\
streamtape-expected: 1
expected:
  "test_x.py::test_y[a]":
    events:
    - message_start: {message: {type: "message", id: "msg_1"}}
    - text: "Hel"
    - ping
    - "yes": {"no": [1, 0.5, null, true]}
    message:
      role: "assistant"
      content: []
    end: "complete"
"""


def test_the_file_is_readable(tmp_path):
    """An event is a line; keys that YAML reads as something else are quoted."""
    path = expected_path(tmp_path / "weather.yaml")
    assert path.name == "weather.expected.yaml"
    assert expected_in(path) == {}
    assert keep_expected(path, {"test_x.py::test_y[a]": ENTRY})
    assert path.read_text("utf-8") == WRITTEN
    assert expected_in(path) == {"test_x.py::test_y[a]": ENTRY}
    assert yaml.safe_load(WRITTEN)["expected"] == expected_in(path)


def test_entries_are_changed_one_by_one(tmp_path):
    """What is not named stays; what is the same is not written again."""
    path = tmp_path / "x.expected.yaml"
    one, other = {"events": [], "end": "complete"}, {"events": ["a"], "end": "aborted"}
    assert keep_expected(path, {"b": one, "a": one})
    assert not keep_expected(path, {"b": one})
    assert keep_expected(path, {"c": other}, gone=["a", "x"])
    assert expected_in(path) == {"b": one, "c": other}
    assert keep_expected(path, {}, gone=["b", "c"])
    assert expected_in(path) == {}


names = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
plain = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=6,
)
events = st.lists(names.filter(bool) | st.dictionaries(names, plain, min_size=1, max_size=1))


@given(name=names, events=events, message=st.dictionaries(names, plain, max_size=3))
def test_any_plain_data_survives(name, events, message):
    """Whatever is emitted, it is read back as it was, by us and by any YAML loader."""
    entries = {name: {"events": events, "message": message, "end": "complete"}}
    text = "".join(f"{line}\n" for line in _lines(entries)).encode()
    assert _yaml.parse(text, Path("x")).value["expected"] == entries
    assert yaml.load(text, yaml.CSafeLoader)["expected"] == entries


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("streamtape: 1\n", 1, "not a file of expected transcripts"),
        ("streamtape-expected: 1\nexpected: []\n", 1, "expected is not a mapping"),
        ("streamtape-expected: 1\nexpected:\n  a: []\n", 3, "expected.a: events is a list"),
        ("streamtape-expected: 1\nexpected:\n  a:\n    events: [[]]\n", 4, "events is a list"),
        ("streamtape-expected: 1\nexpected: {a: &x 1}\n", 2, "anchor"),
        ("streamtape-expected: [\n", 2, "not YAML"),
    ],
)
def test_a_broken_file_is_left_as_it_is(tmp_path, text, line, problem):
    """It is an error that names the line, and nothing is written over it."""
    path = tmp_path / "x.expected.yaml"
    path.write_text(text, "utf-8")
    for act in (lambda: expected_in(path), lambda: keep_expected(path, {"a": ENTRY})):
        with pytest.raises(CassetteFormatError) as caught:
            act()
        assert problem in str(caught.value)
        assert caught.value.line in (line, line - 1)
    assert path.read_text("utf-8") == text


def test_cassette_tools_know_the_files_beside_a_cassette(tmp_path):
    """They are no cassettes: not checked as such, not mended, and refused by name."""
    folder = tmp_path / "cassettes"
    folder.mkdir()
    cassettes.save(cassettes.Cassette(()), folder / "x.yaml")
    keep_expected(folder / "x.expected.yaml", {"a": ENTRY})
    cassettes.remember_failure(folder / "x.yaml", cassettes.KnownFailure("at:1"))
    assert [path.name for path in cassettes_in([tmp_path])] == ["x.yaml"]
    assert [path.name for path in cassettes_in(sorted(folder.iterdir()))] == ["x.yaml"]
    assert list(audit(folder / "x.yaml")) == []
    for name, what in (("expected", "expected transcripts"), ("splits", "failing splits")):
        path = folder / f"x.{name}.yaml"
        before = path.read_bytes()
        for act in (cassettes.load, cassettes.fix):
            with pytest.raises(CassetteError) as caught:
                act(path)
            assert str(caught.value) == (
                f"{path}:1: no cassette: it holds the {what} of one. Its cassette is x.yaml."
            )
        assert path.read_bytes() == before


def test_an_unwritable_folder_is_said(tmp_path):
    """As of a cassette, with the reason."""
    blocked = tmp_path / "file"
    blocked.write_text("", "utf-8")
    with pytest.raises(CassetteError, match="was not saved"):
        keep_expected(Path(blocked / "x.expected.yaml"), {"a": ENTRY})
