"""What is released: that the script which looks through it sees what is wrong."""

import importlib.metadata
import importlib.util
import re
import zipfile
from pathlib import Path

import pytest

import streamtape

ROOT = Path(__file__).parents[2]


@pytest.fixture
def artifacts():
    """The script, as a module of its own."""
    spec = importlib.util.spec_from_file_location(
        "artifacts", Path(__file__).with_name("artifacts.py")
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_version_stands_in_one_place(artifacts):
    """What is installed has it, the changelog has a section of it, and nothing else spells it."""
    version = artifacts.the_version()
    assert version == streamtape.__version__ == importlib.metadata.version("pytest-streamtape")
    sources = (*ROOT.glob("streamtape/**/*.py"), *ROOT.glob("plugin/**/*.py"))
    spelled = re.compile(rf"[\"']{re.escape(version)}[\"']")
    places = [path.name for path in sources if spelled.search(path.read_text("utf-8"))]
    assert places == ["_version.py"]
    assert f'"{version}"' not in (ROOT / "pyproject.toml").read_text("utf-8")


@pytest.fixture
def wheel(artifacts, tmp_path, monkeypatch):
    """A factory: a wheel of these files, where git has two modules and a page."""
    had = {"streamtape/a.py", "plugin/pytest_streamtape/b.py", "streamtape/c/page.html"}
    monkeypatch.setattr(artifacts, "tracked", lambda: had)
    monkeypatch.setattr(artifacts, "check_metadata", lambda text, version: None)

    def make(*names, git_has=()):
        had.update(git_has)
        path = tmp_path / "it.whl"
        with zipfile.ZipFile(path, "w") as packed:
            for name in artifacts.METADATA:
                packed.writestr(f"pytest_streamtape-1.dist-info/{name}", "x")
            license_ = "pytest_streamtape-1.dist-info/licenses/LICENSE"
            packed.writestr(license_, (ROOT / "LICENSE").read_bytes())
            for name in names:
                packed.writestr(name, "")
        return path

    return make


WHOLE = ("streamtape/a.py", "pytest_streamtape/b.py", "streamtape/c/page.html")


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_wheel_is_what_git_has_of_the_packages(artifacts, wheel):
    """Modules, and data of a known kind; each file too much or missing is named."""
    artifacts.check_wheel(wheel(*WHOLE), "1")
    with pytest.raises(SystemExit) as refused:
        artifacts.check_wheel(wheel(*WHOLE[1:], "tests/x.py"), "1")
    assert str(refused.value) == (
        "artifacts: it.whl is not what it should be:\n"
        "  too much: tests/x.py\n"
        "  missing: streamtape/a.py"
    )


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_kind_that_no_package_holds_is_an_accident(artifacts, wheel):
    """Notes and scratch files that git has by mistake do not become part of a release."""
    built = wheel(*WHOLE, "streamtape/notes.md", git_has={"streamtape/notes.md"})
    with pytest.raises(SystemExit, match=re.escape("(see DATA): streamtape/notes.md")):
        artifacts.check_wheel(built, "1")
