"""Killed, crowded or out of space: what is on disk is the old cassette or the new one, whole."""

import os
import subprocess
import sys
import textwrap

import pytest

import streamtape
from streamtape.cassette import Cassette, Interaction, Request, Response, load, save
from streamtape.errors import CassetteWriteError

# One interaction recorded as a session records it; sizes vary, so that writes end anywhere.
RECORD = """
    import os, random, signal, sys
    from pathlib import Path
    import streamtape
    from streamtape.cassette import Request, load

    path, lines = Path(sys.argv[1]), 2000

    def record(*numbers):
        tape = streamtape.Tape(path, streamtape.TapeOptions(mode="new_episodes"))
        for number in numbers:
            decision = tape.session.begin(Request("POST", f"https://x/{number}"), 0.0)
            decision.recording.head(200, [], "HTTP/1.1", 0.0)
            decision.recording.chunk(b"data: %d\\n\\n" % number * lines, 0.1)
            decision.recording.finish("complete", 0.1)
        tape.save()
"""
CRASH = """
    done, rounds = 0, int(sys.argv[2])
    random_ = random.Random(rounds)
    for _ in range(rounds):
        reading, writing = os.pipe()
        child = os.fork()
        if not child:
            for number in range(done, done + 1000):
                record(number)
                os.write(writing, b".")
            os._exit(0)
        os.close(writing)
        os.read(reading, 1)  # at least one was saved: it is in the middle of its work
        done += 1
        signal.sigtimedwait([], random_.random() * 0.02)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        while saved := len(os.read(reading, 1 << 16)):
            done += saved
        os.close(reading)
        urls = [item.request.url for item in load(path).interactions]
        assert urls == [f"https://x/{n}" for n in range(len(urls))], urls
        assert len(urls) in (done, done + 1), (len(urls), done)
        assert all(len(i.response.body) >= 18000 for i in load(path).interactions)
        done = len(urls)
        if done > 12:  # a file that grows makes every round slower
            path.unlink()
            done = 0
    print("whole")
"""
CROWD = """
    lines = 9
    children = []
    for process in range(8):
        child = os.fork()
        if not child:
            for step in range(10):
                record(*(process * 50 + step * 5 + n for n in range(5)))
            os._exit(0)
        children.append(child)
    codes = [os.waitpid(child, 0)[1] for child in children]
    assert codes == [0] * 8, codes
    print(len(load(path)))
"""


def run(script, *arguments):
    text = textwrap.dedent(RECORD) + textwrap.dedent(script)
    command = [sys.executable, "-c", text, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize("rounds", [30, pytest.param(300, marks=pytest.mark.long)])
def test_killed_at_any_moment(tmp_path, rounds):
    """After a kill -9 the cassette loads, and holds everything saved before, each whole."""
    assert run(CRASH, tmp_path / "x.yaml", rounds) == "whole"


def test_eight_processes_record_into_one_cassette(tmp_path):
    """8 processes with 50 interactions each, under `new_episodes`: all 400 are there."""
    assert run(CROWD, tmp_path / "x.yaml") == "400"
    urls = {item.request.url for item in load(tmp_path / "x.yaml").interactions}
    assert urls == {f"https://x/{number}" for number in range(400)}


FULL = """
    import resource
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))
    try:
        record(1)
    except streamtape.errors.CassetteWriteError as error:
        print(error.reason)
"""


def test_a_write_that_the_system_cuts_short(tmp_path):
    """Where the system takes only part of the file, the old one stays, and nothing else."""
    save(Cassette(), tmp_path / "x.yaml")
    assert run(FULL, tmp_path / "x.yaml") == "File too large"
    assert load(tmp_path / "x.yaml") == Cassette()
    assert [left.name for left in tmp_path.iterdir()] == ["x.yaml"]


def test_a_folder_that_is_read_only(tmp_path, monkeypatch):
    """The error says what the system said, and what to do."""

    def refused(**_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("tempfile.mkstemp", refused)
    with pytest.raises(CassetteWriteError) as caught:
        save(Cassette(), tmp_path / "x.yaml")
    assert str(caught.value) == (
        f"{tmp_path / 'x.yaml'}: the recording was not saved: Permission denied. "
        "Make the folder writable, or name another with the ini option streamtape_dir."
    )


def test_what_the_body_raised_is_kept(tmp_path, monkeypatch):
    """Where the recording of a failing test cannot be saved, the test's own error is raised."""
    interaction = Interaction(Request("POST", "u"), Response())

    def full(*_):
        raise CassetteWriteError(tmp_path / "x.yaml", "disk full", "Make room.")

    def work():
        tape_path = tmp_path / "x.yaml"
        with streamtape.use_cassette(tape_path, "once", record_on_exception=True) as tape:
            decision = tape.session.begin(interaction.request, 0.0)
            decision.recording.head(200, [], "HTTP/1.1", 0.0)
            raise ValueError("the test's own")

    monkeypatch.setattr("streamtape.cassette.update", full)
    with pytest.raises(ValueError, match="the test's own") as caught:
        work()
    assert caught.value.__notes__ == [
        f"streamtape: {tmp_path / 'x.yaml'}: the recording was not saved: disk full. Make room."
    ]


def test_what_a_killed_process_left_is_removed(tmp_path):
    """Old temporary files of this cassette go with the next save; new and foreign ones stay."""
    path = tmp_path / "x.yaml"
    names = []
    make = os.fdopen

    def spy(handle, mode):
        names.extend(left.name for left in tmp_path.glob(".*.tmp"))
        return make(handle, mode)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fdopen", spy)
        save(Cassette(), path)
    (name,) = names
    stem = name.rpartition(".tmp")[0][:-8]
    for left, old in ((f"{stem}old.tmp", True), (f"{stem}new.tmp", False), (".other.tmp", True)):
        (tmp_path / left).touch()
        if old:
            os.utime(tmp_path / left, (0, 0))
    save(Cassette(), path)
    left = {left.name for left in tmp_path.iterdir()}
    assert left == {f"{stem}new.tmp", ".other.tmp", "x.yaml"}
