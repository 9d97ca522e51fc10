"""The environment of a command that is to talk to a server here."""

import os

from streamtape.server import environ, environment

URL = "http://127.0.0.1:8000"


def test_the_sdks_find_the_server():
    """Anthropic's base URL has no version in it, OpenAI's has; keys are there."""
    assert environment(URL, {}) == {
        "STREAMTAPE_URL": URL,
        "ANTHROPIC_BASE_URL": URL,
        "OPENAI_BASE_URL": f"{URL}/v1",
        "GOOGLE_GEMINI_BASE_URL": URL,
        "OLLAMA_HOST": URL,
        "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": URL,
        "ANTHROPIC_API_KEY": "streamtape",
        "OPENAI_API_KEY": "streamtape",
        "GEMINI_API_KEY": "streamtape",
        "AWS_ACCESS_KEY_ID": "streamtape",
        "AWS_SECRET_ACCESS_KEY": "streamtape",
        "AWS_REGION": "us-east-1",
        "AWS_DEFAULT_REGION": "us-east-1",
        "no_proxy": "127.0.0.1",
        "NO_PROXY": "127.0.0.1",
    }


def test_what_is_there_stays_but_for_the_server():
    """Keys and other variables are kept; a base URL is replaced, a list of hosts grows."""
    inherited = {
        "PATH": "/bin",
        "OPENAI_API_KEY": "k",
        "ANTHROPIC_BASE_URL": "u",
        "NO_PROXY": "here",
    }
    made = environment(URL, inherited)
    assert (made["PATH"], made["OPENAI_API_KEY"], made["ANTHROPIC_BASE_URL"]) == ("/bin", "k", URL)
    assert made["no_proxy"] == made["NO_PROXY"] == "127.0.0.1,here"


def test_the_environment_is_put_back(monkeypatch):
    """What was set, changed or missing before is so again, whatever happens in between."""
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "before")
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    before = dict(os.environ)
    with environ(URL):
        assert os.environ["ANTHROPIC_BASE_URL"] == URL
        del os.environ["OPENAI_API_KEY"]
    assert dict(os.environ) == before
