"""`tape.expected()` by itself, without pytest; and what came before an expected error."""

import httpx2
import pytest

import streamtape
from streamtape import messages
from streamtape.cassette import expected_in
from streamtape.checks import ANY
from streamtape.errors import ExpectationMissingError, PlaybackError
from streamtape.transcripts import Event, Transcript

HELLO = "cassettes/hello.yaml"


@pytest.fixture
def use(tmp_path, pytestconfig):
    """Use a copy of a golden cassette; any request is answered."""
    path = tmp_path / "hello.yaml"
    path.write_bytes((pytestconfig.rootpath / HELLO).read_bytes())
    defaults = {"match_on": ["method"], "split": "events"}
    return lambda **options: streamtape.use_cassette(path, **defaults | options)


def said(*words):
    return Transcript([Event("text", {"text": word}) for word in words])


def test_what_is_compared_is_kept_and_then_expected(use):
    """With `update` it is written, once the use is over; then it must be the same."""
    with use() as tape, pytest.raises(ExpectationMissingError) as missing:
        tape.expected()
    path = tape.path.with_name("hello.expected.yaml")
    assert str(missing.value) == (
        f"{path} has no entry 'transcript'. Write it with the option update=True."
    )
    with use(update=True) as tape:
        assert said("Hel", "lo") == tape.expected()
        assert tape.expected() == said("again")
        assert said("named") == tape.expected("last")
        assert not path.exists()
    assert list(expected_in(path)) == ["transcript", "transcript #2", "transcript: last"]
    before = path.read_bytes()
    with use() as tape:
        expected = tape.expected()
        assert said("Hel", "lo") == expected
        assert said("Hal", "lo") != expected
        assert said("again") == tape.expected()
        assert said("named") == tape.expected("last")
        assert expected != "Hello"
        assert repr(expected) == "<expected 'transcript' of hello.expected.yaml>"
        assert expected.differences(said("Hal", "lo"))[:3] == [
            "event 1, text differs:",
            '  emitted   "Hal"',
            '  expected  "Hel"',
        ]
    assert path.read_bytes() == before


def test_updating_leaves_others_alone_and_removes_what_is_gone(use):
    """Of the same test, what is not asked for any more goes; a use that fails writes nothing."""
    with use(update=True) as tape:
        tape.expectations.test = "test_other"
        assert said("other") == tape.expected()
    with use(update=True) as tape:
        assert said("one") == tape.expected()
        assert said("two") == tape.expected()
    with use(update=True) as tape:
        assert said("changed") == tape.expected()
    path = tape.expectations.path
    with pytest.raises(ZeroDivisionError):
        _failing(use)
    assert expected_in(path)["test_other"]["events"] == [{"text": "other"}]
    assert expected_in(path)["transcript"]["events"] == [{"text": "changed"}]


def _failing(use):
    with use(update=True) as tape:
        assert said("never") == tape.expected()
        raise ZeroDivisionError


def test_masked_fields_and_times(use):
    """Ids do not count where they are masked; times count where they are asked for."""
    one, other = (
        Transcript([Event("chunk", {"id": name, "n": 1}, at)]) for name, at in (("a", 1), ("b", 2))
    )
    with use(update=True) as tape:
        assert one == tape.expected("masked", mask="ids")
        assert one == tape.expected("timed", times=True)
    with use() as tape:
        assert other == tape.expected("masked", mask="ids")
        assert other != tape.expected("timed", times=True)


def stream(tape):
    """Read streamtape's own stream through the cassette."""
    client = httpx2.Client()
    with client, client.stream("POST", "https://api.anthropic.com/v1/messages") as response:
        return messages.MessageStream(response).get_final_message()


TEXT = "Bonjour! Zürich is"
OVERLOADED = "error:overloaded_error,after=text_delta:3"


def test_what_came_before_an_error(use):
    """The text that had been given, and the message as far as it went."""
    with (
        use(fault=OVERLOADED) as tape,
        tape.expect(
            messages.OverloadedError,
            after_text=TEXT,
            snapshot={"content": [{"type": "text", "text": TEXT}], "id": ANY},
        ) as expected,
    ):
        stream(tape)
    assert expected.error.partial_message.content[0].text == TEXT


def test_an_error_somewhere_else(use):
    """Another text before it, another message, or no error at all, fault or not."""
    with (
        use(fault=OVERLOADED) as tape,
        pytest.raises(PlaybackError) as caught,
        tape.expect(messages.OverloadedError, after_text="Bonjour!"),
    ):
        stream(tape)
    assert str(caught.value).splitlines()[0] == (
        f"{tape.path}: OverloadedError came after the text 'Bonjour! Zürich is', not after "
        "'Bonjour!':"
    )
    assert isinstance(caught.value.__cause__, messages.OverloadedError)
    with (
        use(fault=OVERLOADED) as tape,
        pytest.raises(PlaybackError) as caught,
        tape.expect(messages.OverloadedError, snapshot={"content": [{"text": "Bonjour!"}]}),
    ):
        stream(tape)
    assert caught.value.problem == (
        'the message that OverloadedError broke off: content[0].text is "Bonjour! Zürich is" '
        'instead of "Bonjour!"'
    )
    with (
        use() as tape,
        pytest.raises(PlaybackError) as caught,
        tape.expect(messages.OverloadedError, after_text=""),
    ):
        stream(tape)
    assert caught.value.problem == "OverloadedError was expected and nothing raised"


def test_an_error_without_a_message_of_its_own(use):
    """What the client had been given is put together instead."""
    with (
        use(fault=OVERLOADED) as tape,
        tape.expect(RuntimeError, snapshot={"content": [{"text": TEXT}]}),
    ):
        try:
            stream(tape)
        except messages.OverloadedError:
            raise RuntimeError("overloaded") from None
    with (
        use() as tape,
        pytest.raises(PlaybackError, match="it is null instead of"),
        tape.expect(RuntimeError, snapshot={"content": []}),
    ):
        raise RuntimeError("before anything came")
