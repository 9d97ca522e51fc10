"""What an environment says, so that whoever reads it talks to a server here.

It decides names and values.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["environ", "environment"]

# The SDKs do not start without a key; who has one keeps it.
_KEYS = dict.fromkeys(
    (
        "ANTHROPIC_API_KEY",
        "OPENAI_API_KEY",
        "GEMINI_API_KEY",
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
    ),
    "streamtape",
) | dict.fromkeys(("AWS_REGION", "AWS_DEFAULT_REGION"), "us-east-1")


def environment(url: str, inherited: Mapping[str, str], *, keys: bool = True) -> dict[str, str]:
    """Return an environment in which the known SDKs talk to a server.

    Args:
        url: the server's base URL, without a slash at its end.
        inherited: the environment that it is made from, usually `os.environ`.
        keys: whether to make up keys where there are none; not where they would leave the machine.

    Returns:
        `inherited` with `STREAMTAPE_URL` (the base URL), `ANTHROPIC_BASE_URL` (the same),
        `OPENAI_BASE_URL` (with the ``/v1`` that OpenAI's SDKs count as part of it), those of
        Gemini, Ollama and Amazon Bedrock, keys where there are none, and no proxy before the
        server.
    """
    host = url.partition("://")[2].rpartition(":")[0]
    proxied = inherited.get("no_proxy") or inherited.get("NO_PROXY")
    direct = f"{host},{proxied}" if proxied else host
    return {
        **(_KEYS if keys else {}),
        **inherited,
        "STREAMTAPE_URL": url,
        "ANTHROPIC_BASE_URL": url,
        "OPENAI_BASE_URL": f"{url}/v1",
        "GOOGLE_GEMINI_BASE_URL": url,
        "OLLAMA_HOST": url,
        "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": url,
        "no_proxy": direct,
        "NO_PROXY": direct,
    }


@contextmanager
def environ(url: str) -> Iterator[None]:
    """Have this process, and those that it starts meanwhile, talk to a server; then put all back.

    Args:
        url: the server's base URL; see `environment`.
    """
    changed = {
        name: value
        for name, value in environment(url, os.environ).items()
        if os.environ.get(name) != value
    }
    before = {name: os.environ.get(name) for name in changed}
    os.environ.update(changed)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
