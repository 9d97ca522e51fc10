"""Python's HTTP clients, each with the reading that is closest to the socket.

python raw.py httpx|httpx2|requests|urllib3|urllib3-read1|aiohttp
"""

from __future__ import annotations

import asyncio
import atexit
import json
import sys
from importlib import import_module

from lines import answer_all


def ask_httpx(name):
    """`iter_raw` of httpx and httpx2."""
    client = import_module(name).Client()

    def ask(case, answer):
        given = {"json": case["body"], "headers": case["headers"], "timeout": case["timeout"]}
        with client.stream("POST", case["url"] + case["path"], **given) as response:
            answer.status = response.status_code
            for data in response.iter_raw():
                answer.read(data)

    return ask


def ask_requests():
    """`iter_content(None)`: as the bytes come."""
    import requests

    session = requests.Session()

    def ask(case, answer):
        given = {"json": case["body"], "headers": case["headers"], "timeout": case["timeout"]}
        with session.post(case["url"] + case["path"], stream=True, **given) as response:
            answer.status = response.status_code
            for data in response.iter_content(None):
                answer.read(data)

    return ask


def ask_urllib3(read):
    """`stream`, which takes chunked bodies apart into their chunks; or `read1`."""
    import urllib3

    pool = urllib3.PoolManager(retries=False)

    def ask(case, answer):
        response = pool.request(
            "POST",
            case["url"] + case["path"],
            body=json.dumps(case["body"]),
            headers={"content-type": "application/json"} | case["headers"],
            timeout=case["timeout"],
            preload_content=False,
        )
        answer.status = response.status
        try:
            for data in read(response):
                answer.read(data)
        finally:
            response.close()

    return ask


def ask_aiohttp():
    """`iter_any` of the body: what there is."""
    import aiohttp

    runner = asyncio.Runner()

    async def start():
        return aiohttp.ClientSession()

    session = runner.run(start())
    atexit.register(lambda: runner.run(session.close()))

    async def read(case, answer):
        timeout = aiohttp.ClientTimeout(sock_read=case["timeout"])
        given = {"json": case["body"], "headers": case["headers"], "timeout": timeout}
        async with session.post(case["url"] + case["path"], **given) as response:
            answer.status = response.status
            async for data in response.content.iter_any():
                answer.read(data)

    def ask(case, answer):
        runner.run(read(case, answer))

    return ask


CLIENTS = {
    "httpx": lambda: ask_httpx("httpx"),
    "httpx2": lambda: ask_httpx("httpx2"),
    "requests": ask_requests,
    "urllib3": lambda: ask_urllib3(lambda response: response.stream()),
    "urllib3-read1": lambda: ask_urllib3(lambda response: iter(response.read1, b"")),
    "aiohttp": ask_aiohttp,
}

if __name__ == "__main__":
    answer_all(CLIENTS[sys.argv[1]]())
