"""The tree of errors: one root, facts kept, and nothing lost by pickling."""

import pickle
from pathlib import Path

import pytest

from streamtape import errors

FILE = Path("hello.yaml")
EXAMPLES = [
    errors.UsageError("split 'x'", "not a split", "Valid are ..."),
    errors.CassetteNotFoundError(FILE, "Record it."),
    errors.CassetteFormatError(FILE, "not YAML", "Restore it.", line=3, field="a.b"),
    errors.CassetteFormatError(FILE, "the file is empty", "Restore it."),
    errors.CassetteWriteError(FILE, "No space left on device", "Make room."),
    errors.CassetteAgedError(FILE, ["1. GET u: AGED", "   status: 200 -> 404"], "Record it."),
    errors.UnplayedError(FILE, ["POST https://a.example/"]),
    errors.UnplayedError(None, ["POST https://a.example/"]),
    errors.ExpectationMissingError(FILE, "test_x.py::test_y", "Write it."),
    errors.TranscriptError('no event is "ping"', ["  emitted", "> (the end)"]),
    errors.TranscriptError("the stream was not aborted", []),
    errors.UpstreamError("GET u", "Connection refused"),
    errors.EventTooLargeError(10, 14),
    errors.CassetteMiss("GET u", FILE, ["the cassette is empty"], "Record it."),
    errors.CaseTimeout(5, "client.py:3"),
]
NO_ERRORS = {errors.CassetteMiss, errors.CaseTimeout}  # outcomes, which no client may swallow


@pytest.mark.parametrize(
    "error", EXAMPLES, ids=[f"{type(error).__name__}-{n}" for n, error in enumerate(EXAMPLES)]
)
def test_errors_survive_pickling(error):
    """An error from a worker process says the same, and has the same facts."""
    copy = pickle.loads(pickle.dumps(error))
    assert type(copy) is type(error)
    assert str(copy) == str(error)
    assert vars(copy) == vars(error)


def test_there_is_one_root():
    """Every error is a StreamtapeError, but for the outcomes, which are no Exception at all."""
    for name in errors.__all__:
        cls = getattr(errors, name)
        if cls in NO_ERRORS:
            assert not issubclass(cls, Exception)
        else:
            assert issubclass(cls, errors.StreamtapeError)


def test_the_tree_in_the_docstring_is_complete():
    """Each class stands in the drawing that opens the module."""
    for name in errors.__all__:
        assert f" {name}" in errors.__doc__ or f"`{name}`" in errors.__doc__


def test_sentences():
    """Each error writes its sentence from its facts."""
    assert [str(error) for error in EXAMPLES] == [
        "split 'x': not a split. Valid are ...",
        "no cassette at hello.yaml. Record it.",
        "hello.yaml:3: a.b: not YAML. Restore it.",
        "hello.yaml: the file is empty. Restore it.",
        "hello.yaml: the recording was not saved: No space left on device. Make room.",
        "hello.yaml: the live service does not answer as recorded:\n"
        "  1. GET u: AGED\n     status: 200 -> 404\nRecord it.",
        "hello.yaml: 1 interaction(s) never requested:\n"
        "  POST https://a.example/\nRe-record, or remove them from the file.",
        "the cassette: 1 interaction(s) never requested:\n"
        "  POST https://a.example/\nRe-record, or remove them from the file.",
        "hello.yaml has no entry 'test_x.py::test_y'. Write it.",
        'no event is "ping"\n\n    emitted\n  > (the end)',
        "the stream was not aborted",
        "GET u was not answered: Connection refused. "
        "Check the address, the network and the server's certificate.",
        "an event of at least 14 bytes is over the limit of 10 bytes. "
        "Raise max_event_size if the stream is to be trusted.",
        "hello.yaml has no answer to GET u\n  the cassette is empty\nRecord it.",
        "no result within 5 s. It was stopped at client.py:3.",
    ]
