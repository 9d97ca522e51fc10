"""Production code of a user: asks a model on Amazon Bedrock for the weather, with a tool."""

import json

import boto3

MODEL = "anthropic.claude-haiku-4-5-20251001-v1:0"
QUESTION = "What is the weather in Zürich?"
CLIENT = boto3.client("bedrock-runtime")
TOOL = {
    "toolSpec": {
        "name": "get_weather",
        "description": "Get the weather of a city.",
        "inputSchema": {"json": {"type": "object", "properties": {"city": {"type": "string"}}}},
    }
}


def converse():
    """Return the events of an answer, each as Bedrock's client gives it."""
    answer = CLIENT.converse_stream(
        modelId=MODEL,
        messages=[{"role": "user", "content": [{"text": QUESTION}]}],
        inferenceConfig={"maxTokens": 200},
        toolConfig={"tools": [TOOL]},
    )
    return list(answer["stream"])


def invoke():
    """Return the events of an answer, as the model's own API streams them."""
    body = {
        "anthropic_version": "bedrock-2023-05-31",
        "max_tokens": 200,
        "messages": [{"role": "user", "content": QUESTION}],
    }
    answer = CLIENT.invoke_model_with_response_stream(
        modelId=MODEL,
        body=json.dumps(body),
        accept="application/vnd.amazon.eventstream",
        contentType="application/json",
    )
    return [json.loads(event["chunk"]["bytes"]) for event in answer["body"]]
