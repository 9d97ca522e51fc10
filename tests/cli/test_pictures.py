"""What the command line draws: timelines on terminals and elsewhere, pages, an index."""

import io
import sys
from pathlib import Path

import pytest

from streamtape.cli import main
from streamtape.pictures import is_page

CASSETTES = Path(__file__).parents[2] / "cassettes"
HELLO = str(CASSETTES / "hello.yaml")


class Terminal(io.TextIOWrapper):
    """Standard output, as a terminal or not, in some encoding."""

    def __init__(self, encoding="utf-8", *, tty=True):
        super().__init__(io.BytesIO(), encoding)
        self._tty = tty

    def isatty(self):
        return self._tty

    @property
    def text(self):
        self.flush()
        return self.buffer.getvalue().decode(self.encoding)


@pytest.fixture
def terminal(monkeypatch):
    """Replace standard output; colours are not asked for by the machine that runs the tests."""
    for name in ("NO_COLOR", "FORCE_COLOR", "COLORTERM", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "90")

    def use(*arguments, **options):
        stdout = Terminal(*arguments, **options)
        monkeypatch.setattr(sys, "stdout", stdout)
        return stdout

    return use


def test_show_draws_in_colour_on_a_terminal(terminal):
    """On a terminal the lanes have colours, and are no wider than it is."""
    stdout = terminal()
    assert main(["show", HELLO]) == 0
    assert "\x1b[" in stdout.text
    assert "text_delta" in stdout.text
    assert "│" in stdout.text


@pytest.mark.parametrize(
    ("variables", "tty"), [({}, False), ({"NO_COLOR": "1"}, True), ({"TERM": "dumb"}, True)]
)
def test_show_is_plain_elsewhere(terminal, monkeypatch, variables, tty):
    """Into a pipe, on a terminal that cannot, and where NO_COLOR is set, no colour is printed."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    stdout = terminal(tty=tty)
    assert main(["show", HELLO]) == 0
    assert "\x1b[3" not in stdout.text
    assert "   text_delta" in stdout.text


def test_show_needs_no_rich_in_a_pipe(terminal, monkeypatch):
    """Where there is no terminal, `rich` is not imported."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "rich"]:
        monkeypatch.delitem(sys.modules, name)
    terminal(tty=False)
    assert main(["show", HELLO]) == 0
    assert not [name for name in sys.modules if name.partition(".")[0] == "rich"]


def test_show_prints_what_the_output_can_hold(terminal):
    """In an encoding without box drawing, the lanes are of ASCII."""
    stdout = terminal("ascii", tty=False)
    assert main(["show", HELLO]) == 0
    assert "text_delta" in stdout.text
    assert "]" in stdout.text


def test_show_several_streams(terminal, tmp_path):
    """Streams are told apart by their numbers, and a blank line."""
    from streamtape import Cassette, load, save

    one = load(HELLO).interactions[0]
    save(Cassette((one, one)), tmp_path / "two.yaml")
    stdout = terminal(tty=False)
    assert main(["show", str(tmp_path / "two.yaml"), "--split", "2/at:5"]) == 0
    first, second = stdout.text.split("\n\n2. ")
    assert "cuts" not in first
    assert "cut at byte 5: inside the field name" in second


def test_chunks_are_listed(capsys):
    """`--chunks` lists every read with its time and bytes."""
    assert main(["show", HELLO, "--chunks"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[-22 - 1] == "   ms since request    bytes"


@pytest.mark.parametrize(
    "option", [["--html", "x.html"], ["--split", "at:5"], ["--fault", "eof:at=5"]]
)
def test_chunks_are_no_timeline(capsys, option):
    """What is about a timeline cannot be asked of the list of chunks."""
    assert main(["show", HELLO, "--chunks", *option]) == 1
    expected = f"streamtape: --chunks: {option[0]} is about a timeline. Drop one.\n"
    assert capsys.readouterr().err == expected


def test_show_a_variant(capsys):
    """A rewritten copy of the recording is drawn as it would be replayed."""
    assert main(["show", HELLO, "--variant", "crlf", "--split", "at:21"]) == 0
    out = capsys.readouterr().out
    assert "cut at byte 21: between CR and LF" in out


def test_html_writes_a_page(capsys, tmp_path):
    """`--html` writes a page, and writes its own pages again."""
    path = tmp_path / "hello.html"
    for fault in ("eof:at=5", "disconnect:after=3"):
        assert main(["show", HELLO, "--html", str(path), "--fault", fault]) == 0
        assert capsys.readouterr().out == f"{path}: 1 stream(s)\n"
        assert is_page(path)
    assert b"disconnect:after=3" in path.read_bytes()


def test_html_replaces_no_other_file(capsys, tmp_path):
    """A file that is no page of streamtape is left alone, unless --force is said."""
    path = tmp_path / "thesis.html"
    path.write_text("years of work")
    assert main(["show", HELLO, "--html", str(path)]) == 1
    assert capsys.readouterr().err == (
        f"streamtape: {path}: it is there already. Name another, or say --force.\n"
    )
    assert path.read_text() == "years of work"
    assert main(["show", HELLO, "--html", str(path), "--force"]) == 0
    assert is_page(path)


def test_html_where_nothing_can_be_written(capsys, tmp_path):
    """A folder that is not there is one sentence."""
    path = tmp_path / "none" / "hello.html"
    assert main(["show", HELLO, "--html", str(path)]) == 1
    assert capsys.readouterr().err == (
        f"streamtape: --html {path}: No such file or directory. Name another file.\n"
    )


def test_report_collects_pages(capsys, tmp_path):
    """`report` writes an index of the pages in a folder, and writes it again."""
    for name in ("hello", "weather"):
        source = str(CASSETTES / f"{name}.yaml")
        assert main(["show", source, "--html", str(tmp_path / f"{name}.html")]) == 0
    capsys.readouterr()
    for _ in range(2):
        assert main(["report", str(tmp_path)]) == 0
        assert capsys.readouterr().out == f"{tmp_path / 'index.html'}: 2 page(s)\n"
    assert (tmp_path / "index.html").read_text("utf-8").count("<li ") == 2


def test_report_as_markdown(capsys, tmp_path):
    """`--markdown` prints the summary, and writes nothing."""
    assert main(["show", HELLO, "--html", str(tmp_path / "hello.html")]) == 0
    capsys.readouterr()
    assert main(["report", str(tmp_path), "--markdown"]) == 0
    assert capsys.readouterr().out.splitlines()[0] == "### streamtape: 1 picture"
    assert [path.name for path in tmp_path.iterdir()] == ["hello.html"]


def test_report_of_nothing(capsys, tmp_path):
    """A folder without pages is an error that says how to write some."""
    assert main(["report", str(tmp_path)]) == 1
    assert capsys.readouterr().err == (
        f"streamtape: {tmp_path}: there is no page of streamtape in it. "
        f"Write some: pytest --streamtape-html={tmp_path}.\n"
    )


def test_report_replaces_no_other_index(capsys, tmp_path):
    """An index.html of somebody else is left alone."""
    assert main(["show", HELLO, "--html", str(tmp_path / "hello.html")]) == 0
    (tmp_path / "index.html").write_text("mine")
    assert main(["report", str(tmp_path)]) == 1
    assert (tmp_path / "index.html").read_text() == "mine"
