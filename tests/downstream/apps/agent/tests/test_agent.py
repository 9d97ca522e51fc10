"""What the agent does, whatever its streams do."""

import asyncio

import pytest
from agent import Agent

QUESTION = "What is the weather in Zürich?"
CALL = ("get_weather", {"city": "Zürich", "unit": "°C"})


async def get_weather(city, unit):
    return f"sunny in {city}, 24 {unit}"


@pytest.fixture
def agent():
    return Agent({"get_weather": get_weather})


@pytest.mark.streamtape("weather.yaml", unplayed="fail")
async def test_a_run(agent, tape):
    """Two turns: the model calls for the tool, and answers with what it gave."""
    run = await agent.run(QUESTION)
    assert (run.turns, run.calls) == (2, [CALL])
    assert run.text.endswith("the lake is calm.")
    assert tape.unplayed == []


@pytest.mark.streamtape("weather.yaml", sweep="grammar:1")
async def test_however_it_is_cut(agent):
    """Neither turn depends on where the reads end: not the text, not the tool's input."""
    run = await agent.run(QUESTION)
    assert run.calls == [CALL]
    assert run.text.count("Bonjour! Zürich is sunny ☀️ today") == 2


@pytest.mark.streamtape("weather.yaml", fault=["http:529", "2/http:529"], then="replay")
async def test_an_overloaded_service(agent, tape):
    """Each turn is tried again, and the tool is called once."""
    run = await agent.run(QUESTION)
    assert (run.turns, run.calls) == (2, [CALL])
    assert [played.end for played in tape.playbacks] == ["faulted", "complete"] * 2


@pytest.mark.streamtape("weather.yaml", fault="disconnect:inside=input_json_delta:2")
async def test_half_a_tool_call_is_not_made(agent):
    """A stream that breaks inside of a tool's input calls no tool."""
    with pytest.raises(Exception, match="peer closed connection"):
        await agent.run(QUESTION)


@pytest.mark.streamtape("weather.yaml", timing="fixed:1s", clock="virtual")
async def test_a_run_can_be_cancelled(agent, tape):
    """Cancelled in the middle, it lets go of the stream."""
    task = asyncio.create_task(agent.run(QUESTION))
    await asyncio.sleep(5)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    tape.assert_closed_by_client()


@pytest.mark.streamtape("weather.yaml")
async def test_the_screen_after_the_third_piece(tape):
    """The text is shown as it comes."""
    shown = []
    agent = Agent({"get_weather": get_weather}, shown.append)
    task = asyncio.create_task(agent.run(QUESTION))
    async with tape.hold() as hold:
        await hold.run_until("text_delta:3")
        assert "".join(shown) == "Bonjour! Zürich is"
    await task
