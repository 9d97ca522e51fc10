"""``--streamtape-html``: a failing test leaves a page of what it was played."""

import base64
import json
import re
import zlib

import pytest

from streamtape.pictures import entries_of

BROKEN = '''
from client import *

def ask_broken():
    """Decodes every chunk by itself: wrong where a character is cut."""
    with httpx2.stream("POST", URL, verify=False, json={"n": 1, "stream": True}) as response:
        return "".join(chunk.decode() for chunk in response.iter_bytes())
'''
FAILING = """
@pytest.mark.streamtape("x.yaml", sweep="cuts")
def test_swept():
    assert "caf" in ask_broken()

@pytest.mark.streamtape("x.yaml", sweep="cuts", isolate=False)
def test_looped():
    assert "caf" in ask_broken()

@pytest.mark.streamtape("x.yaml")
def test_plain():
    assert ask() == "other"

@pytest.mark.streamtape("x.yaml", sweep="eofs")
def test_faults():
    assert ask().endswith("data: 2\\n\\n")

@pytest.mark.streamtape("x.yaml")
def test_passes():
    assert "caf" in ask()

@pytest.mark.streamtape("x.yaml")
def test_asks_for_nothing():
    assert False

def test_without_a_cassette():
    assert False
"""
_DATA = re.compile(
    r'<script type="application/json" id="streamtape-data">(.*?)</script>', re.DOTALL
)


@pytest.fixture
def run(project, tape_file):
    """Run a test file with pages into `pages/`."""
    tape_file("test_it/x.yaml", 1)
    project.makepyfile(broken=BROKEN)

    def run(source, *options, process=False):
        project.makepyfile(test_it=f"from broken import *\n{source}")
        runner = project.runpytest_subprocess if process else project.runpytest_inprocess
        return runner("--tb=short", "--streamtape-html=pages", *options)

    return run


@pytest.fixture
def pages(project):
    """Return the data of each page, by the name of its test."""

    def read():
        found = {}
        for entry in entries_of(project.path / "pages"):
            text = (project.path / "pages" / entry.file).read_text("utf-8")
            found[entry.title.partition("::")[2]] = json.loads(_DATA.search(text)[1])
        return found

    return read


def test_failing_tests_leave_pages(run, pages):
    """Each failure after a replay has a page: what was played, its error, how to run it again."""
    result = run(FAILING)
    result.assert_outcomes(passed=1, failed=6)
    found = pages()
    assert sorted(found) == ["test_faults", "test_looped", "test_plain", "test_swept"]
    for name in ("test_swept", "test_looped"):
        (stream,) = found[name]["pictures"]
        assert (stream["split"], stream["cuts"]) == ("at:10", [10])
        assert stream["excerpts"][0]["what"] == "inside the 2-byte character 'é'"
        finding = found[name]["finding"]
        assert finding["error"].startswith("UnicodeDecodeError: 'utf-8' codec")
        assert finding["reproduce"] == f"pytest test_it.py::{name} --streamtape-split=at:10"
        assert finding["report"][0].startswith("streamtape: fails under 2 of 23 splits")
    (stream,) = found["test_plain"]["pictures"]
    assert zlib.decompress(base64.b64decode(stream["body"])) == b"data: caf\xc3\xa9\n\ndata: 2\n\n"
    assert found["test_plain"]["finding"]["error"].startswith("AssertionError: assert ")
    assert found["test_plain"]["finding"]["reproduce"] == "pytest test_it.py::test_plain"
    (stream,) = found["test_faults"]["pictures"]
    assert stream["marks"][0] == ["fault", 0, 0, "eof:before=1"]


def test_the_session_says_where_they_are(run, project):
    """The summary names each page and the index, which leads to them."""
    result = run(FAILING, "-k", "plain or faults")
    result.stdout.fnmatch_lines(
        [
            "=* streamtape: pictures *=",
            "test_it.py::test_plain: pages/test_it.py--test_plain~*.html",
            "test_it.py::test_faults: pages/test_it.py--test_faults~*.html",
            "all: pages/index.html",
        ]
    )
    assert (project.path / "pages" / "index.html").read_text("utf-8").count("<li ") == 2


@pytest.mark.long
def test_workers_write_and_one_process_says_so(run, pages):
    """Under xdist the pages and the summary are the same."""
    result = run(FAILING, "-n", "1", "-k", "plain or looped", process=True)
    assert sorted(pages()) == ["test_looped", "test_plain"]
    assert result.outlines.count("all: pages/index.html") == 1


def test_a_page_lasts_as_long_as_its_test_fails(run, pages, project):
    """A test that passes again takes its page away; the page of a test that did not run stays."""
    run(FAILING, "-k", "plain or faults")
    mended = FAILING.replace('ask() == "other"', '"caf" in ask()')
    run(mended, "-k", "test_plain")
    assert sorted(pages()) == ["test_faults"]
    assert "all:" not in run(mended, "-k", "passes").stdout.str()
    assert (project.path / "pages" / "index.html").exists()
    for path in (project.path / "pages").glob("test_it*"):
        path.unlink()
    run(mended, "-k", "passes")
    assert not (project.path / "pages" / "index.html").exists()


def test_a_failure_that_does_not_come_back(run, pages):
    """The page says that, and shows the split that had failed."""
    run(
        """
runs = []
@pytest.mark.streamtape("x.yaml", sweep="at:5")
def test_it(tape):
    ask()
    runs.append(str(tape.playbacks[0].split))
    assert runs[-1] != "at:5" or runs.count("at:5") > 1
"""
    )
    found = pages()["test_it"]
    assert found["finding"]["error"] == "(it passed when it was run once more)"
    assert found["pictures"][0]["cuts"] == [5]


def test_what_the_client_did_not_take_is_shown(run, pages):
    """A client that closed early: the rest never came."""
    run(
        """
@pytest.mark.streamtape("x.yaml", split="at:13")
def test_it():
    with httpx2.stream("POST", URL, verify=False, json={"n": 1, "stream": True}) as response:
        next(response.iter_raw())
    assert False
"""
    )
    (stream,) = pages()["test_it"]["pictures"]
    assert stream["until"] == 13
    assert stream["marks"][0][3] == "closed by the client"


def test_a_folder_that_cannot_be_is_refused(run, project):
    """Before any test runs, and in one sentence."""
    (project.path / "pages").write_text("a file")
    result = run(FAILING)
    result.stderr.fnmatch_lines(["ERROR: --streamtape-html: pages: File exists"])
    assert result.ret == pytest.ExitCode.USAGE_ERROR


def test_a_page_that_cannot_be_written_is_told(run, project):
    """The test fails as it does; the summary says which page is missing, and why."""
    result = run(
        """
import shutil
@pytest.mark.streamtape("x.yaml")
def test_it():
    ask()
    shutil.rmtree("pages")
    assert False
"""
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["not written: */test_it.py--test_it~*.html: No such file or directory"]
    )


def test_an_index_that_cannot_be_written_is_told(run, project):
    """The pages are there; the summary says what is not."""
    (project.path / "pages" / "index.html").mkdir(parents=True)
    result = run(FAILING, "-k", "plain")
    result.stdout.fnmatch_lines(["not written: */index.html: Is a directory"])


def test_without_the_option_nothing_is_written(run, project):
    """Pages are for who asks for them."""
    project.makepyfile(test_it=f"from broken import *\n{FAILING}")
    project.runpytest_inprocess("-k", "plain").assert_outcomes(failed=1, deselected=6)
    assert not (project.path / "pages").exists()
