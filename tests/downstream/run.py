"""Downstream projects, as users have them: each in an environment of its own, with the wheel.

    python tests/downstream/run.py dist/pytest_streamtape-*.whl

For each project: install the wheel and the project's requirements; record from a loopback upstream;
replay offline, with every socket forbidden, unsplit and under every single cut (or whatever else
the project is about). boto3 goes through urllib3: it replays from a loopback server, and no other
host is allowed. Nothing of this checkout is importable there.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent


class Project(NamedTuple):
    """A downstream project; what is installed stands in requirements/NAME.txt.

    Attributes:
        folders: what it is made of; most share the tests, and differ in the code under test.
        runs: the options of each run that replays, in order.
        recording: more options of the run that records.
        on_sockets: whether no transport can stand in for its client: it is given sockets, golden
            cassettes instead of one recorded in process, and tests of its own.
    """

    folders: tuple[str, ...]
    runs: tuple[tuple[str, ...], ...] = ((), ("--sweep",))
    recording: tuple[str, ...] = ()
    on_sockets: bool = False


PROJECTS = {
    "anthropic2": Project(("shared", "anthropic")),
    "anthropic0": Project(("shared", "anthropic")),
    "openai": Project(("shared", "openai")),
    "responses": Project(("shared", "responses")),
    "genai": Project(("shared", "genai")),
    "ollama": Project(("shared", "ollama")),
    "bedrock": Project(("shared", "bedrock"), on_sockets=True),
    "asserts": Project(
        ("asserts",),
        runs=((), ("-n", "2", "--streamtape-timing=recorded")),
        recording=("--streamtape-update", "--snapshot-update"),
    ),
}

KEYS = (
    "ANTHROPIC_API_KEY",
    "OPENAI_API_KEY",
    "GEMINI_API_KEY",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
)

# Runs inside the project's environment: the upstream comes from the installed wheel.
RECORD = """
import os, sys, pytest
from streamtape.server import Upstream, environment
with Upstream(pace=5) as upstream:
    os.environ.update(environment(upstream.url, os.environ))
    status = pytest.main(["-q", "--streamtape-mode=once", *sys.argv[1:]])
    print("requests to the upstream:", len(upstream.served))
sys.exit(status or (0 if upstream.served else 1))
"""


def python_of(environment: Path) -> Path:
    """Return the interpreter of an environment."""
    windows = environment / "Scripts" / "python.exe"
    return windows if windows.exists() else environment / "bin" / "python"


def run(*command: str | Path, cwd: Path, **environment: str) -> None:
    """Run a command; leave with its status where it fails."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "COVERAGE"))}
    status = subprocess.run(
        [str(part) for part in command], cwd=cwd, env=clean | environment, check=False
    )
    if status.returncode:
        sys.exit(f"downstream: failed with {status.returncode}: {' '.join(map(str, command))}")


def check(project: str, wheel: Path, folder: Path) -> None:
    """Install, record, replay and sweep one project."""
    print(f"\n--- {project}", flush=True)
    work = folder / project
    for part in PROJECTS[project].folders:
        shutil.copytree(HERE / part, work, dirs_exist_ok=True)
    environment = folder / f"{project}-env"
    run(sys.executable, "-m", "venv", environment, cwd=folder)
    python = python_of(environment)
    install = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    run(python, *install, wheel, "-r", HERE / "requirements" / f"{project}.txt", cwd=work)
    keys = dict.fromkeys(KEYS, "sk-ant-not-a-real-key")
    if PROJECTS[project].on_sockets:
        shutil.copytree(HERE.parents[1] / "cassettes", work / "cassettes")
        test = (python, "-m", "pytest", "-q", "--allow-hosts=127.0.0.1")
        keys |= base_urls(f"http://127.0.0.1:{free_port()}") | {"AWS_DEFAULT_REGION": "us-east-1"}
    else:
        run(python, "-c", RECORD, *PROJECTS[project].recording, cwd=work, **keys)
        cassettes = recorded_by(work)
        # The files of the page are in the wheel.
        run(python, "-m", "streamtape", "show", cassettes[0], "--html", "picture.html", cwd=work)
        test = (python, "-m", "pytest", "-q", "--disable-socket", "--allow-unix-socket")
        # The names of the hosts that were recorded are kept; the sockets are not.
        keys |= base_urls(recorded_url(cassettes))
    for options in PROJECTS[project].runs:
        run(*test, *options, cwd=work, **keys)


def recorded_by(work: Path) -> list[Path]:
    """Return the cassettes of a project; leave where there is none, or a key in one."""
    found = sorted((work / "cassettes").rglob("*.yaml"))
    if not found or any("not-a-real-key" in path.read_text("utf-8") for path in found):
        sys.exit("downstream: nothing was recorded, or a key was")
    return [path for path in found if not path.name.endswith(".expected.yaml")]


def base_urls(url: str) -> dict[str, str]:
    """Return the variables that tell the SDKs where their API is."""
    return {
        "ANTHROPIC_BASE_URL": url,
        "OPENAI_BASE_URL": f"{url}/v1",
        "GOOGLE_GEMINI_BASE_URL": url,
        "OLLAMA_HOST": url,
        "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": url,
    }


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port


def recorded_url(cassettes: list[Path]) -> str:
    """Return the base URL that the cassettes were recorded from."""
    lines = (line for path in cassettes for line in path.read_text("utf-8").splitlines())
    line = next(line for line in lines if " url: " in line)
    return "/".join(line.split("url: ")[1].split("/")[:3])


def main() -> int:
    """Check every project, or those named behind the wheel."""
    wheel = Path(sys.argv[1]).absolute()
    with tempfile.TemporaryDirectory() as folder:
        for project in sys.argv[2:] or PROJECTS:
            check(project, wheel, Path(folder))
    print(f"\n{len(sys.argv[2:] or PROJECTS)} passed, 0 failed")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
