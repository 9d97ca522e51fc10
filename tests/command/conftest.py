"""Commands in Python that start fast: a raw socket, and one HTTP chunk is one read."""

import sys

import pytest

from streamtape.cassette import Cassette, Interaction, Request, Response

READER = """
import os, socket, sys
def chunks(path="/stream"):
    host, _, port = os.environ["STREAMTAPE_URL"].removeprefix("http://").rpartition(":")
    with socket.create_connection((host, int(port))) as sock:
        sock.sendall(f"GET {path} HTTP/1.1\\r\\nHost: {host}\\r\\n\\r\\n".encode())
        file = sock.makefile("rb")
        while file.readline().strip():
            pass
        while size := int(file.readline() or b"0", 16):
            yield file.read(size + 2)[:-2]
"""
CORRECT = 'print(b"".join(chunks()).decode())'
BROKEN = 'print("".join(chunk.decode() for chunk in chunks()))'
LOSSY = 'print("".join(chunk.decode("utf-8", "replace") for chunk in chunks()))'
BODY = "data: Zürich\n\n".encode()


@pytest.fixture
def cassette():
    """A factory: a cassette of GETs, /stream first, with these bodies."""

    def cassette(*bodies):
        paths = ["/stream", "/second"]
        return Cassette(
            Interaction(Request("GET", f"https://api.example.com{path}"), Response(body=body))
            for path, body in zip(paths, bodies or (BODY,), strict=False)
        )

    return cassette


@pytest.fixture
def client():
    """A factory: a command that runs a Python client. `chunks(path)` are the chunks it reads."""

    def client(source):
        return [sys.executable, "-ISc", READER + source]

    client.correct, client.broken, client.lossy = map(client, (CORRECT, BROKEN, LOSSY))
    return client
