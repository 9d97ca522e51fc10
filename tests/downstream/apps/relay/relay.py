"""A back end for a chat in the browser: it asks the model, and relays the text as it comes."""

import json
import os
from contextlib import asynccontextmanager

import httpx
from fastapi import FastAPI, Request
from fastapi.responses import StreamingResponse
from httpx_sse import aconnect_sse


@asynccontextmanager
async def lifespan(app):
    """Keep one client for all requests."""
    async with httpx.AsyncClient(timeout=30) as client:
        app.state.client = client
        yield


app = FastAPI(lifespan=lifespan)


@app.post("/chat")
async def chat(request: Request) -> StreamingResponse:
    """Relay an answer as events `text`, and one of `done` or `failed`."""
    question = (await request.json())["question"]
    return StreamingResponse(events(app.state.client, question), media_type="text/event-stream")


async def events(client, question):
    """Yield what the browser is sent."""
    try:
        async for kind, data in answer(client, question):
            yield f"event: {kind}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n"
    except httpx.HTTPError as error:
        yield f"event: failed\ndata: {json.dumps(str(error))}\n\n"


async def answer(client, question):
    """Ask the model; yield its text in pieces, and why it stopped."""
    base = os.environ.get("ANTHROPIC_BASE_URL", "https://api.anthropic.com")
    ask = {
        "model": "claude-haiku-5-5",
        "max_tokens": 500,
        "stream": True,
        "messages": [{"role": "user", "content": question}],
    }
    headers = {"x-api-key": os.environ["ANTHROPIC_API_KEY"], "anthropic-version": "2023-06-01"}
    url = f"{base}/v1/messages"
    async with aconnect_sse(client, "POST", url, json=ask, headers=headers) as source:
        if source.response.is_error:
            yield "failed", source.response.status_code
            return
        async for event in source.aiter_sse():
            data = event.json()
            if event.event == "error":
                yield "failed", data["error"]["type"]
                return
            if event.event == "content_block_delta" and data["delta"]["type"] == "text_delta":
                yield "text", data["delta"]["text"]
            elif event.event == "message_delta":
                yield "done", data["delta"]["stop_reason"]
