"""The golden cassettes: files as streamtape writes them, which its own streams can read."""

from pathlib import Path

import pytest

import streamtape
from streamtape.cassette._writer import write

FOLDER = Path(__file__).parents[1] / "cassettes"
GOLDEN = sorted(FOLDER.glob("*.yaml"))
COMPLETE = ["by_hand.yaml", "hello.yaml", "weather.yaml"]


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.name)
def test_saving_what_was_loaded_gives_the_file(path):
    """A cassette that streamtape wrote does not change by being loaded and saved."""
    assert write(streamtape.load(path)).decode() == path.read_text("utf-8")


@pytest.mark.parametrize("name", COMPLETE)
@pytest.mark.parametrize("split", ["recorded", "whole", "bytes", "lines"])
def test_every_split_gives_the_same_message(name, split):
    """Streamtape's own stream reads a cassette without any client, the same under every split."""
    cassette = streamtape.load(FOLDER / name)
    with cassette.stream() as stream:
        expected = stream.get_final_message().to_dict()
    with cassette.stream(split=split) as stream:
        assert stream.get_final_message().to_dict() == expected


@pytest.mark.parametrize("name", COMPLETE)
def test_every_single_cut_gives_the_same_events(name):
    """No cut of a golden cassette changes an event."""
    cassette = streamtape.load(FOLDER / name)
    with cassette.stream(split="whole") as stream:
        expected = [event.to_dict() for event in stream]
    for offset in range(1, len(cassette.interactions[0].response.body)):
        with cassette.stream(split=[offset]) as stream:
            assert [event.to_dict() for event in stream] == expected, offset


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.name)
def test_the_readme_names_every_file(path):
    """The folder's README says what each file holds."""
    assert f"`{path.name}`" in (FOLDER / "README.md").read_text("utf-8")
