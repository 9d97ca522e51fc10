"""Names of cassettes: pytest-recording's layout, and never one for two tests."""

from hypothesis import given
from hypothesis import strategies as st

from pytest_streamtape._naming import file_name


def test_plain_names_are_kept():
    """A name that any file system takes is its own file name."""
    assert file_name("TestChat.test_answer[a-b]") == "TestChat.test_answer[a-b]"


def test_illegal_characters_are_replaced_and_marked():
    """Names that differ only in replaced characters stay apart."""
    assert file_name("test_x[a/b]") == "test_x[a-b]~804c36691a"
    assert file_name("test_x[a:b]") == "test_x[a-b]~862d2f8448"
    assert file_name("test_x[a-b]") == "test_x[a-b]"


def test_long_names_are_cut_and_marked():
    """A name of any length fits, in bytes, and keeps its beginning."""
    name = file_name("test_" + "é" * 500)
    assert len(name.encode()) <= 200
    assert name.startswith("test_éé")


@given(st.lists(st.text("a/:~\\é", max_size=8), min_size=2, max_size=2, unique=True))
def test_two_names_never_share_a_file(names):
    """Different tests have different files."""
    assert file_name(names[0]) != file_name(names[1])


@given(st.text(max_size=300))
def test_every_name_is_legal(name):
    """No file name holds a character that some platform forbids."""
    assert not set(file_name(name)) & set("<>?%*:|\"'/\\\x00\n")
