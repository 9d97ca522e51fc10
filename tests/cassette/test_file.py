"""Files are written whole or not at all, and never over one that cannot be read."""

import os
import stat
import threading

import pytest

from streamtape.cassette import Cassette, Interaction, Request, Response, load, save, update
from streamtape.errors import CassetteFormatError, CassetteWriteError


def cassette(*bodies):
    return Cassette(tuple(Interaction(Request("GET", "u"), Response(body=body)) for body in bodies))


def test_save_makes_folders_and_leaves_nothing_else(tmp_path):
    """Folders are made; no temporary and no lock file stays beside the cassette."""
    path = tmp_path / "a" / "b" / "x.yaml"
    save(cassette(b"1"), path)
    assert load(path) == cassette(b"1")
    assert load(path).path == path
    assert [p.name for p in path.parent.iterdir()] == ["x.yaml"]


def test_an_empty_cassette_is_a_cassette(tmp_path):
    """A cassette without interactions is written and read."""
    save(Cassette(), tmp_path / "x.yaml")
    assert (tmp_path / "x.yaml").read_text() == "streamtape: 1\ninteractions: []\n"
    assert load(tmp_path / "x.yaml") == Cassette()


def test_modes_of_files_are_kept(tmp_path):
    """A new file gets the mode of any new file; a replaced one keeps its own."""
    path, plain = tmp_path / "x.yaml", tmp_path / "plain"
    plain.touch()
    save(cassette(), path)
    assert path.stat().st_mode == plain.stat().st_mode
    path.chmod(0o640)
    save(cassette(b"1"), path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_failed_write_leaves_the_old_file(tmp_path, monkeypatch):
    """Where the disk is full, the old cassette stays whole, and the error says what to do."""
    path = tmp_path / "x.yaml"
    save(cassette(b"old"), path)

    def full(handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(CassetteWriteError) as caught:
        save(cassette(b"new"), path)
    assert str(caught.value) == (
        f"{path}: the recording was not saved: No space left on device. "
        "Make the folder writable, or name another with the ini option streamtape_dir."
    )
    assert load(path) == cassette(b"old")
    assert [p.name for p in tmp_path.iterdir()] == ["x.yaml"]


def test_a_folder_that_cannot_be_made(tmp_path):
    """A file where a folder is needed is a clear error."""
    (tmp_path / "a").touch()
    with pytest.raises(CassetteWriteError):
        save(cassette(), tmp_path / "a" / "x.yaml")


def test_update_sees_what_is_there(tmp_path):
    """`update` is given the file's cassette, or None, and writes what it returns."""
    path = tmp_path / "x.yaml"
    seen = []

    def add(current):
        seen.append(current)
        return cassette(*([b"1"] if current is None else [b"1", b"2"]))

    assert update(path, add) == cassette(b"1")
    assert update(path, add) == cassette(b"1", b"2")
    assert seen == [None, cassette(b"1")]


def test_update_does_not_touch_an_unchanged_file(tmp_path):
    """A change that changes nothing writes nothing."""
    path = tmp_path / "x.yaml"
    save(cassette(b"1"), path)
    before = path.stat().st_mtime_ns, path.stat().st_ino
    update(path, lambda current: current)
    assert (path.stat().st_mtime_ns, path.stat().st_ino) == before


def test_a_broken_file_is_never_overwritten(tmp_path):
    """A file that cannot be read stops an update, and stays as it is."""
    path = tmp_path / "x.yaml"
    path.write_text("broken")
    with pytest.raises(CassetteFormatError):
        update(path, lambda current: cassette(b"new"))
    assert path.read_text() == "broken"


def test_updates_do_not_lose_each_other(tmp_path):
    """Eight threads that each add ten interactions end with eighty."""
    path = tmp_path / "x.yaml"

    def add(current):
        return Cassette((*(current.interactions if current else ()), *cassette(b"1").interactions))

    def work():
        for _ in range(10):
            update(path, add)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(load(path)) == 80


def test_a_user_without_a_name_can_save(tmp_path, monkeypatch):
    """In a container whose user has no name, locks have a place all the same."""

    def nobody():
        raise KeyError("uid not found")

    monkeypatch.setattr("getpass.getuser", nobody)
    save(cassette(), tmp_path / "x.yaml")
    assert load(tmp_path / "x.yaml") == cassette()
