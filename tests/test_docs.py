"""The documentation is true: its examples run, its commands and options exist, its links resolve.

A page is a small project, and its blocks are carried out in their order, in an empty folder that
holds the golden cassettes in `cassettes/`. An HTML comment right above a block says how:

* ``<!-- file NAME -->``: the block is written to the file NAME;
* ``<!-- test NAME passed=2 -->``: the same, and pytest runs it, with these outcomes; the golden
  cassettes are where its markers look for them;
* ``<!-- script -->``: the block is executed as Python;
* ``<!-- from PATH -->``: the block stands in that file of the repository, which is tested where its
  packages are installed (projects below `tests/downstream`);
* ``<!-- run -->``: the commands of the block (behind ``$``, or each line) are run, `pytest` and
  `streamtape` in this process. What the block shows of the output must be there, in this order
  (``...`` stands for anything); a command without shown output must succeed.

``<!-- upstream NAME -->`` anywhere in a page: an embedded upstream is live while the page is
carried out, and the environment variable NAME holds its URL. (Commands may say ``$NAME``.)
"""

import gc
import os
import re
import shlex
import shutil
import sys
import warnings
from pathlib import Path
from typing import NamedTuple

import pytest

from streamtape import TapeOptions, UsageError, cli
from streamtape.formats import FORMATS
from streamtape.server import Upstream
from streamtape.sweep import KINDS

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
RUN = [page for page in PAGES if "decisions" not in page.parts]  # those are prose
CASSETTES = ROOT / "cassettes"
REFERENCE = (ROOT / "docs" / "reference" / "marker-and-options.md").read_text("utf-8")

_FENCE = re.compile(
    r"^(?:<!-- (?P<how>[^\n]*) -->\n)?```(?P<language>\w*)\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_COMMENT = re.compile(r" +# ")
_CODE = re.compile(r"```.*?^```$|`[^`\n]+`", re.MULTILINE | re.DOTALL)


class Block(NamedTuple):
    """One fenced block: where it stands, how it is carried out, and what it holds."""

    line: int
    how: str
    language: str
    text: str


def blocks(page):
    text = page.read_text("utf-8")
    return [
        Block(text.count("\n", 0, found.end("text")), found["how"] or "", *found.group(2, 3))
        for found in _FENCE.finditer(text)
    ]


def name(page):
    return page.relative_to(ROOT).as_posix()


def console(page):
    """Return the commands of a page's console blocks, each with the output shown below it."""
    return [
        command for block in blocks(page) if block.language == "console" for command in shown(block)
    ]


def shown(block):
    lines = block.text.splitlines()
    if not any(line.startswith("$ ") for line in lines):
        return [(_COMMENT.split(line)[0].strip(), []) for line in lines]
    commands = []
    for line in lines:
        if line.startswith("$ "):
            commands.append((_COMMENT.split(line[2:])[0].strip(), []))
        elif line.strip() not in ("", "..."):
            commands[-1][1].append(line)
    return commands


def even(line):
    """Return a line without what depends on the terminal's width or the traceback's style."""
    return re.sub(r"={3,}", "===", re.sub(r" +", " ", line)).strip()


class Project:
    """The folder in which a page is carried out."""

    def __init__(self, pytester, capsys):
        self._pytester, self._capsys = pytester, capsys
        shutil.copytree(CASSETTES, pytester.path / "cassettes")
        pytester.syspathinsert()  # for scripts that import a file of the page
        # The clients of the examples are not closed, as users' are not: the sockets of one example
        # are collected during another, which would fail for them.
        pytester.makeini(
            "[pytest]\nasyncio_default_fixture_loop_scope = function\n"
            "addopts = -p no:unraisableexception\n"
        )

    def carry_out(self, block):
        how, *arguments = block.how.split()
        match how:
            case "file":
                self._write(arguments[0], block.text)
            case "test":
                self._test(block.text, arguments[0], *arguments[1:])
            case "script":
                exec(compile(block.text, "<documentation>", "exec"), {"__name__": "__main__"})
            case "run":
                for command, output in shown(block):
                    self._run(command, output)

    def _write(self, file, text):
        path = self._pytester.path / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        return path

    def _test(self, text, file, *outcomes):
        path = self._write(file, text)
        shutil.copytree(CASSETTES, path.parent / "cassettes" / path.stem, dirs_exist_ok=True)
        counts = dict(outcome.split("=") for outcome in outcomes)
        result = self._pytester.runpytest_inprocess(str(path))
        result.assert_outcomes(**{kind: int(count) for kind, count in counts.items()})

    def _run(self, command, output):
        program, *arguments = map(os.path.expandvars, shlex.split(command))
        if program == "pytest":
            result = self._pytester.runpytest_inprocess(*arguments)
            status, lines = result.ret, result.outlines
        else:
            assert program == "streamtape", command
            self._capsys.readouterr()
            status = cli.main(arguments)
            lines = self._capsys.readouterr().out.splitlines()
        if output:
            expected = [line.replace("[", "[[]").replace("...", "*") for line in output]
            pytest.LineMatcher(list(map(even, lines))).fnmatch_lines(list(map(even, expected)))
        else:
            assert status == 0, command


@pytest.fixture(scope="module")
def _libraries():
    """Import what examples import: pytester forgets what is first imported inside of a run."""
    import anthropic  # noqa: F401
    import httpcore  # noqa: F401
    import httpcore2  # noqa: F401
    import httpx_sse  # noqa: F401

    import streamtape.checks
    import streamtape.messages
    import streamtape.transports

    _ = streamtape.transcript


@pytest.fixture
def _clients():
    """Collect the clients of examples: a process of their own would have ended with them."""
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


@pytest.fixture
def project(_libraries, _clients, pytester, capsys, monkeypatch):
    monkeypatch.setattr(sys, "dont_write_bytecode", True)  # files change within one second
    monkeypatch.setenv("ANTHROPIC_API_KEY", "no-key-is-needed")
    return Project(pytester, capsys)


# The clients of the examples are not closed, as users' are not. Their sockets are collected at any
# time, also while pytest runs inside of pytest.
@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("page", RUN, ids=name)
def test_every_example_runs(page, project, monkeypatch):
    """What a page tells to type works, in its order, and prints what the page says."""
    upstream = re.search(r"^<!-- upstream (\w+) -->$", page.read_text("utf-8"), re.MULTILINE)
    with Upstream(pace=20) as live:
        if upstream:
            monkeypatch.setenv(upstream[1], live.url)
        for block in blocks(page):
            if block.how:
                project.carry_out(block)


@pytest.mark.parametrize("page", RUN, ids=name)
def test_every_example_has_a_way_to_run(page):
    """No Python stands in the documentation that is not run, and no comment is misspelled."""
    for block in blocks(page):
        how = block.how.split(" ")[0]
        where = f"{name(page)}:{block.line}"
        assert how or block.language != "python", f"{where} has no way to run"
        assert how in ("", "file", "test", "script", "from", "run"), f"{where}: {block.how}"
        assert how != "run" or block.language == "console", where


@pytest.mark.parametrize("page", RUN, ids=name)
def test_what_is_quoted_stands_there(page):
    """A block that is taken from a file is, line by line, a part of that file."""
    for block in blocks(page):
        if block.how.startswith("from "):
            file = ROOT / block.how.removeprefix("from ")
            assert f"\n{block.text}" in f"\n{file.read_text('utf-8')}", f"{name(page)}:{block.line}"


@pytest.mark.parametrize("page", RUN, ids=name)
def test_every_test_that_is_named_is_there(page):
    """A test to which a page points for the proof of a sentence exists."""
    for path, function in re.findall(r"\b(tests/[\w/]+\.py)::(\w+)", page.read_text("utf-8")):
        assert f"def {function}(" in (ROOT / path).read_text("utf-8"), f"{path}::{function}"


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_link_resolves(page):
    """Links to files lead to files, and to headings that are there."""
    for target in _LINK.findall(_CODE.sub("", page.read_text("utf-8"))):
        if "://" in target:
            continue
        file, _, heading = target.partition("#")
        path = (page.parent / file).resolve() if file else page
        assert path.exists(), f"{name(page)}: {target}"
        assert not heading or heading in headings(path), f"{name(page)}: {target}"


def test_pages_that_the_code_names_are_there():
    """Messages and docstrings send nobody to a page that does not exist."""
    for source in (*ROOT.glob("streamtape/**/*.py"), *ROOT.glob("plugin/**/*.py")):
        for named in re.findall(r"docs/[\w./-]+\.md", source.read_text("utf-8")):
            assert (ROOT / named).exists(), f"{name(source)}: {named}"


def headings(page):
    text = _FENCE.sub("", page.read_text("utf-8"))
    titles = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", RUN, ids=name)
def test_every_command_exists(page, capsys):
    """Each `streamtape` command in a console block is one, with the options that it is given."""
    for command, _ in console(page):
        if found := re.search(r"(?:^|[ /])streamtape ([a-z]+)(.*)", command):
            with pytest.raises(SystemExit) as stopped:
                cli.main([found[1], "--help"])
            assert stopped.value.code == 0, command
            known = capsys.readouterr().out
            for option in re.findall(r" (--[a-z][a-z-]*)", found[2].partition(" -- ")[0]):
                assert option in known, command


@pytest.fixture(scope="module")
def plugin_options(request):
    """The names of the plugin's command line options."""
    group = request.config._parser.getgroup("streamtape")
    return {option.names()[0] for option in group.options}


@pytest.mark.parametrize("page", RUN, ids=name)
def test_every_option_exists(page, plugin_options):
    """Each `--streamtape-...` that a page names is an option of the plugin."""
    named = set(re.findall(r"--streamtape-[a-z]+(?:-[a-z]+)*", page.read_text("utf-8")))
    assert named <= plugin_options


def test_the_reference_names_every_option(plugin_options):
    """The reference has a row for each option of the command line and of the marker."""
    with pytest.raises(UsageError) as refused:
        TapeOptions.of({"no such": 1})
    marker = refused.value.remedy.removeprefix("Valid are ").removesuffix(".").split(", ")
    sweeping = ["cassette", "sweep", "variants", "isolate", "timeout", "shards"]
    for option in (*plugin_options, *marker, *sweeping):
        assert re.search(rf"^\| `{re.escape(option)}[`= ]", REFERENCE, re.MULTILINE), option


def test_the_reference_names_every_command(capsys):
    """The page about the command line has a heading for each command that `--help` lists."""
    with pytest.raises(SystemExit):
        cli.main(["--help"])
    commands = set(re.findall(r"^    ([a-z]+) ", capsys.readouterr().out, re.MULTILINE))
    page = ROOT / "docs" / "reference" / "command-line.md"
    assert {f"streamtape-{command}" for command in commands} <= headings(page)


def test_the_index_leads_to_every_page():
    """Every page but the decisions can be found from `docs/index.md`."""
    index = ROOT / "docs" / "index.md"
    linked = {os.path.normpath(target) for target in _LINK.findall(index.read_text("utf-8"))}
    pages = {name(page).removeprefix("docs/") for page in RUN[1:]} - {"index.md"}
    assert pages <= linked


def test_the_reference_names_every_kind_of_place():
    """In the order of the code, with the formats that have it."""
    page = (ROOT / "docs" / "reference" / "splits.md").read_text("utf-8")
    rows = re.findall(
        r"^\| `([a-z-8]+)` \| [^|]*\| (\w*) *\| (\w*) *\| (\w*) *\|$", page, re.MULTILINE
    )
    named = {
        row[0]: [form for form, has in zip(FORMATS, row[1:], strict=True) if has] for row in rows
    }
    kinds = [kind for kind in KINDS.values() if kind.boundary]
    assert list(named.items()) == [(kind.name, [*kind.formats]) for kind in kinds]
