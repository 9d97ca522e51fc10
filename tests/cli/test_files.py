"""The commands about cassette files: what they print, write and exit with."""

import dataclasses
import json
from datetime import timedelta

import pytest

import streamtape
from streamtape.cassette import Cassette, Interaction, Request, Response
from streamtape.cli import main
from streamtape.clock import today

BODY = b"data: 1\n\ndata: 2\n\n"
COMMANDS = ["demo", "show", "diff", "check", "fix", "cut", "convert", "verify"]


@pytest.fixture
def path(tmp_path):
    interactions = [
        Interaction(Request("GET", f"https://x/{n}"), Response(body=BODY)) for n in (1, 2, 3)
    ]
    streamtape.save(Cassette(interactions), tmp_path / "x.yaml")
    return tmp_path / "x.yaml"


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example(command, capsys):
    """`--help` shows an example that begins with the command."""
    with pytest.raises(SystemExit) as exited:
        main([command, "--help"])
    assert exited.value.code == 0
    assert f"Example: streamtape {command}" in " ".join(capsys.readouterr().out.split())


def test_check(path, capsys):
    """Without a problem the status is 0; with one, it is told and the status is 1."""
    assert main(["check", str(path)]) == 0
    assert capsys.readouterr().out == "1 cassette(s) checked, 0 problem(s)\n"
    bad = path.parent / "cassettes" / "bad.yaml"
    bad.parent.mkdir()
    bad.write_text("")
    assert main(["check", str(path.parent)]) == 1
    out = capsys.readouterr().out
    assert out == (
        f"{bad}: format: the file is empty. Restore it from version control, or delete it and "
        "record it again.\n1 cassette(s) checked, 1 problem(s)\n"
    )
    assert main(["check", "--json", str(bad), str(path)]) == 1
    report = json.loads(capsys.readouterr().out)
    assert report["checked"] == 2
    assert report["problems"] == [
        {
            "path": str(bad),
            "kind": "format",
            "text": "the file is empty",
            "remedy": "Restore it from version control, or delete it and record it again.",
            "line": None,
            "interaction": None,
        }
    ]


def test_check_for_stale_recordings(path, capsys):
    """`--stale-after` tells what was recorded more than so many days ago."""
    cassette = streamtape.load(path)
    ages = (10, 11, None)
    days = [None if age is None else today() - timedelta(days=age) for age in ages]
    dated = zip(cassette.interactions, days, strict=True)
    streamtape.save(Cassette([dataclasses.replace(i, recorded=day) for i, day in dated]), path)
    assert main(["check", str(path)]) == 0
    assert main(["check", str(path), "--stale-after", "11"]) == 0
    capsys.readouterr()
    assert main(["check", str(path), "--stale-after", "10"]) == 1
    assert capsys.readouterr().out == (
        f"{path}: stale: interaction 2: recorded on {days[1]}. Ask whether it has aged: streamtape "
        f"verify {path}\n1 cassette(s) checked, 1 problem(s)\n"
    )
    with pytest.raises(SystemExit):
        main(["check", "--stale-after", "soon"])
    assert "'soon' is no number of days: 0 to 36500" in capsys.readouterr().err


def test_diff(path, capsys):
    """The status is 0 for no difference, 1 for one; a missing file is an error on stderr."""
    other = path.parent / "y.yaml"
    streamtape.save(Cassette(streamtape.load(path).interactions[:2]), other)
    assert main(["diff", str(path), str(path)]) == 0
    assert main(["diff", str(path), str(other)]) == 1
    assert capsys.readouterr().out == "3. - GET https://x/3\n"
    assert main(["diff", str(path), "nowhere.yaml"]) == 1
    printed = capsys.readouterr()
    assert (printed.out, printed.err[:39]) == ("", "streamtape: no cassette at nowhere.yaml")


@pytest.mark.parametrize(
    ("numbers", "urls"),
    [("2", "2"), ("1,3", "13"), ("2-", "23"), ("1-2", "12"), ("1-3,2", "123")],
)
def test_cut_interactions(path, numbers, urls, capsys):
    """Interactions are named by number, list and range."""
    out = path.parent / "cut.yaml"
    assert main(["cut", str(path), "-o", str(out), "--interactions", numbers]) == 0
    assert [item.request.url[-1] for item in streamtape.load(out).interactions] == list(urls)
    assert capsys.readouterr().out == f"{out}: {len(urls)} interaction(s)\n"


def test_cut_events(path, capsys):
    """Events of what is kept are named the same way; nothing is replaced unasked."""
    out = path.parent / "cut.yaml"
    command = ["cut", str(path), "-o", str(out), "--interactions", "1", "--events", "2-"]
    assert main(command) == 0
    assert streamtape.load(out).interactions[0].response.body == b"data: 2\n\n"
    assert main(command) == 1
    assert capsys.readouterr().err == (
        f"streamtape: {out}: it is there already. Name another, or say --force.\n"
    )
    assert main([*command, "--force"]) == 0
    assert main(["cut", str(path), "-o", str(out), "--force", "--events", "one"]) == 1
    assert capsys.readouterr().err == (
        "streamtape: numbers 'one': 'one' is none. Valid: 2, or 1,3-5, or 4-.\n"
    )


def test_convert(path, capsys):
    """One file becomes one cassette, several go into a folder; nothing is replaced unasked."""
    one, two = path.parent / "one.sse", path.parent / "two.chunks.txt"
    one.write_bytes(BODY)
    two.write_text('{"type":"ping"}\n')
    out = path.parent / "new.yaml"
    assert main(["convert", str(one), "-o", str(out), "--url", "https://y/"]) == 0
    assert capsys.readouterr().out == f"{one} -> {out}: 1 interaction(s)\n"
    assert streamtape.load(out).interactions[0].request.url == "https://y/"
    folder = path.parent / "out"
    assert main(["convert", str(one), str(two), "-o", str(folder)]) == 0
    assert sorted(left.name for left in folder.iterdir()) == ["one.yaml", "two.yaml"]
    assert main(["convert", str(one), "-o", str(folder)]) == 1
    assert main(["convert", str(one), str(two), "-o", str(out)]) == 1
    assert f"{out}: several files need a folder" in capsys.readouterr().err


def test_another_tools_cassette_names_the_command(path, capsys):
    """The error for a cassette that is not ours names the command that converts it."""
    path.write_text("interactions: []\nversion: 1\n")
    assert main(["show", str(path)]) == 1
    assert capsys.readouterr().err == (
        f"streamtape: {path}:1: not a streamtape cassette: it does not begin with 'streamtape: 1'. "
        f"A cassette of another tool? Try: streamtape convert {path} -o NEW.yaml\n"
    )
