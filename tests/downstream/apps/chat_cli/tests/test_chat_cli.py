"""What a user of the command sees, whatever the stream does."""

import anthropic
import pytest
from chat_cli import Chat, main

QUESTION = "What is the weather in Zürich?"
ANSWER = "Bonjour! Zürich is sunny ☀️ today: 24 °C, and the lake is calm."
# Recorded once; every test replays the same one.
answer = pytest.mark.streamtape("answer.yaml")


@answer
def test_the_answer_is_printed(capsys):
    """The command prints the answer and succeeds."""
    assert main([QUESTION]) == 0
    assert capsys.readouterr().out == f"{ANSWER}\n"


@pytest.mark.streamtape("answer.yaml", sweep=["grammar:1", "bytes"], variants="crlf")
def test_however_it_is_cut():
    """The answer does not depend on where the reads end, nor on how lines do."""
    assert Chat(write=lambda text: None).ask(QUESTION) == ANSWER


@pytest.mark.streamtape("answer.yaml", fault="http:529", then="replay")
def test_an_overloaded_service_is_asked_again(tape):
    """The SDK tries again, and the user sees nothing of it."""
    assert Chat(write=lambda text: None).ask(QUESTION) == ANSWER
    assert [played.end for played in tape.playbacks] == ["faulted", "complete"]


@pytest.mark.streamtape("answer.yaml", fault="disconnect:after=text_delta:5")
def test_a_broken_answer_is_kept(capsys, tape):
    """What came before a disconnect stays on the screen, and the exit status tells."""
    assert main([QUESTION]) == 1
    output = capsys.readouterr()
    assert output.out == tape.delivered_text == "Bonjour! Zürich is sunny ☀️"
    assert output.err.startswith("\nchat: the answer broke off: peer closed connection")


@pytest.mark.streamtape("answer.yaml", fault="error:overloaded_error,after=text_delta:2")
def test_an_error_in_the_stream(capsys):
    """An error event in the middle is told by its type."""
    assert main([QUESTION]) == 2
    assert capsys.readouterr().err == "\nchat: the service says: overloaded_error\n"


@pytest.mark.streamtape("answer.yaml", sweep="disconnects")
def test_nothing_that_was_shown_is_lost(tape):
    """Wherever it breaks, the history ends with what the user saw."""
    seen = []
    chat = Chat(write=seen.append)
    with tape.expect(Exception):
        chat.ask(QUESTION)
    assert "".join(seen) == tape.delivered_text
    said = [turn["content"] for turn in chat.history if turn["role"] == "assistant"]
    assert said == (["".join(seen)] if seen else [])


@pytest.mark.streamtape("answer.yaml", sweep="aborts", split="events", leaks="fail")
def test_the_stop_button(tape):
    """Stopped after any event, what was shown is what is kept, and the connection is closed."""
    chat = Chat(write=lambda text: None)
    tape.when_aborting(chat.stop)
    assert chat.ask(QUESTION) == tape.delivered_text


@pytest.mark.streamtape("answer.yaml", abort=5)
def test_the_stop_button_in_the_middle(tape):
    """Stopped in the middle, the rest is not asked for."""
    chat = Chat(write=lambda text: None)
    tape.when_aborting(chat.stop)
    assert chat.ask(QUESTION) == "Bonjour! Zürich is"
    tape.assert_closed_by_client()


@pytest.mark.streamtape("answer.yaml", timing="recorded", clock="virtual")
def test_it_takes_as_long_as_it_took(tape):
    """Recorded time passes on a virtual clock: nobody waits."""
    assert Chat(write=lambda text: None).ask(QUESTION) == ANSWER
    assert tape.clock.elapsed > 0.01


@pytest.mark.streamtape("answer.yaml", fault="stall:before=message_stop", clock="virtual")
def test_it_gives_up(tape):
    """A service that falls silent is given up after the timeout of the client."""
    client = anthropic.Anthropic(timeout=30)
    with pytest.raises(Exception, match="timed out"):
        Chat(client, write=lambda text: None).ask(QUESTION)
    assert tape.clock.elapsed == pytest.approx(30, abs=0.1)
