"""httpx alone, and httpx2 alone: either library may be absent.

    python tests/release/either.py dist/pytest_streamtape-*.whl

An installation always has httpx (it is declared); what is removed here is removed by hand. In each
environment, a project records from a loopback upstream, and replays that byte by byte.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from environment import Environment

TESTS = """
import os
import pytest
import LIBRARY as library

URL = os.environ["UPSTREAM"] + "/v1/messages"
ASKED = {"model": "m", "max_tokens": 9, "stream": True, "messages": []}
KEY = {"x-api-key": "sk-ant-not-a-real-key"}

def test_the_other_library_is_not_there():
    with pytest.raises(ModuleNotFoundError):
        import OTHER

@pytest.mark.streamtape
def test_sync(tape):
    with library.Client() as client:
        with client.stream("POST", URL, json=ASKED, headers=KEY) as response:
            assert b"message_stop" in b"".join(response.iter_bytes())

@pytest.mark.asyncio
@pytest.mark.streamtape
async def test_async(tape):
    async with library.AsyncClient() as client:
        async with client.stream("POST", URL, json=ASKED, headers=KEY) as response:
            assert b"message_stop" in b"".join([part async for part in response.aiter_bytes()])
"""

INI = """[pytest]
asyncio_default_fixture_loop_scope = function
filterwarnings = ignore:Module already imported
"""

RUN = """
import os, sys, pytest
from streamtape.server import Upstream
with Upstream() as upstream:
    os.environ["UPSTREAM"] = upstream.url
    status = pytest.main(["-q", "-p", "no:cacheprovider", "--streamtape-mode=once"])
    assert len(upstream.served) == 2, upstream.served
    replay = ["-q", "-p", "no:cacheprovider", "--streamtape-split=bytes"]
    status = status or pytest.main(replay)
    assert len(upstream.served) == 2, upstream.served
sys.exit(status)
"""


def main() -> int:
    """Check the wheel that is named, with each library alone."""
    wheel = Path(sys.argv[1]).absolute()
    for library, other in (("httpx", "httpx2"), ("httpx2", "httpx")):
        print(f"--- {library} alone", flush=True)
        with tempfile.TemporaryDirectory() as name:
            environment = Environment(Path(name) / "env")
            environment.install(wheel, "pytest-asyncio", library)
            installed = environment.versions()
            for package in {other, other.replace("httpx", "httpcore")} & set(installed):
                environment.uninstall(package)
            tests = TESTS.replace("LIBRARY", library).replace("OTHER", other)
            (Path(name) / "test_it.py").write_text(tests, "utf-8")
            (Path(name) / "pytest.ini").write_text(INI, "utf-8")
            environment.run("python", "-c", RUN, cwd=Path(name))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
