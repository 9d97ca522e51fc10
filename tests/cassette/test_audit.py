"""What is wrong with cassettes on disk."""

from datetime import date
from pathlib import Path

import pytest

from streamtape.cassette import Cassette, Interaction, Request, Response, audit, cassettes_in, save
from streamtape.errors import UsageError

KEY = "sk-ant-api03-abcdefghijklmnop0123456789"


@pytest.fixture
def project(tmp_path):
    """A project in the plugin's layout, with cassettes that are in use and some that are not."""
    (tmp_path / "test_chat.py").write_text(
        "@pytest.mark.streamtape('named.yaml')\ndef test_hello(): ...\n"
        "class TestMore:\n    def test_inside(self): ...\n"
    )
    for name in (
        "test_chat/test_hello.yaml",
        "test_chat/test_hello[a-1].yaml",
        "test_chat/TestMore.test_inside.yaml",
        "test_chat/named.yaml",
        "test_chat/test_hell.yaml",
        "test_gone/test_x.yaml",
        "shared/any.yaml",
        "flat.yaml",
    ):
        save(Cassette(), tmp_path / "cassettes" / name)
    (tmp_path / "other.yaml").write_text("a: 1")
    return tmp_path


def test_what_is_checked(project):
    """Of a folder, the YAML files below `cassettes`; of a file, that file."""
    found = cassettes_in([project])
    assert len(found) == 8
    assert all("cassettes" in path.parts for path in found)
    assert cassettes_in([project / "other.yaml"]) == [project / "other.yaml"]
    with pytest.raises(UsageError) as caught:
        cassettes_in([Path("nowhere")])
    assert str(caught.value) == "path nowhere: there is no such file. Name files or folders."


def test_cassettes_without_a_test(project):
    """A cassette named after a test or module that is gone is told; others are not."""
    problems = [problem for path in cassettes_in([project]) for problem in audit(path)]
    folder = project / "cassettes"
    assert list(map(str, problems)) == [
        f"{folder / 'test_chat' / 'test_hell.yaml'}: orphan: test_chat.py has no test_hell. "
        "Remove it, or rename it after its test.",
        f"{folder / 'test_gone' / 'test_x.yaml'}: orphan: there is no test_gone.py beside "
        "`cassettes`. Remove it, or rename it after its test.",
    ]


def test_stale_recordings(tmp_path):
    """What was recorded before a day is told, by interaction; what carries no date is not."""
    days = (date(2026, 1, 1), None, date(2025, 12, 31))
    interactions = [Interaction(Request("GET", "https://x/"), Response(), day) for day in days]
    path = tmp_path / "x.yaml"
    save(Cassette(interactions), path)
    assert list(audit(path, {})) == []
    problems = list(audit(path, {}, stale_before=date(2026, 1, 1)))
    assert list(map(str, problems)) == [
        f"{path}: stale: interaction 3: recorded on 2025-12-31. "
        f"Ask whether it has aged: streamtape verify {path}"
    ]


def test_secrets_and_broken_files(tmp_path):
    """A secret is told by kind and place, a broken file by line; neither is shown or changed."""
    path = tmp_path / "x.yaml"
    request = Request("POST", "https://x/", (), KEY.encode())
    response = Response(body=b"data: my-own-value\n\n")
    save(Cassette((Interaction(Request("GET", "https://x/"), Response()),) * 1), path)
    assert list(audit(path, {})) == []
    save(Cassette((Interaction(request, response),)), path)
    problems = list(audit(path, {"SERVICE_TOKEN": "my-own-value"}))
    assert list(map(str, problems)) == [
        f"{path}: secret: interaction 1: Anthropic key in the request body, at byte 0. "
        "Revoke it, then record again.",
        f"{path}: secret: interaction 1: value of $SERVICE_TOKEN in the response body, at byte 6. "
        "Revoke it, then record again.",
    ]
    path.write_text("streamtape: 1\ninteractions: no\n")
    (problem,) = audit(path)
    assert (problem.kind, problem.line) == ("format", 2)
    assert str(problem).startswith(f"{path}:2: format: interactions: no is text to YAML 1.2")
    path.unlink()
    (problem,) = audit(path)
    assert problem.text == "it is gone"
