"""Production code of a user: asks Gemini for the weather, with a tool."""

from google import genai

CLIENT = genai.Client()
ARGUMENTS = {
    "model": "gemini-2.5-flash",
    "contents": "What is the weather in Zürich?",
    "config": {
        "tools": [
            {
                "function_declarations": [
                    {
                        "name": "get_weather",
                        "description": "Get the weather of a city.",
                        "parameters": {
                            "type": "OBJECT",
                            "properties": {"city": {"type": "STRING"}},
                        },
                    }
                ]
            }
        ]
    },
}


def ask():
    """Return the text and the tool calls of the answer."""
    return collected(list(CLIENT.models.generate_content_stream(**ARGUMENTS)))


async def aask():
    """Do the same as `ask`, asynchronously."""
    stream = await CLIENT.aio.models.generate_content_stream(**ARGUMENTS)
    return collected([chunk async for chunk in stream])


def collected(chunks):
    """Return what the chunks of one answer add up to."""
    parts = [part for chunk in chunks for part in chunk.candidates[0].content.parts]
    text = "".join(part.text or "" for part in parts)
    calls = [part.function_call for part in parts if part.function_call]
    return text, [(call.name, dict(call.args)) for call in calls]
