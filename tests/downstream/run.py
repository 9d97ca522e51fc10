"""Downstream projects, as users have them: each in an environment of its own, with the wheel.

    python tests/downstream/run.py dist/pytest_streamtape-*.whl

For each project: install the wheel and the project's requirements; record from a loopback upstream;
replay offline, with every socket forbidden, unsplit and under every single cut. (boto3 goes through
urllib3: it replays from a loopback server, and no other host is allowed.) Nothing of this checkout
is importable there.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
# What is installed (requirements/NAME.txt), and the production code that uses it. The tests are the
# same for all: shared/.
PROJECTS = {
    "anthropic2": "anthropic",
    "anthropic0": "anthropic",
    "openai": "openai",
    "responses": "responses",
    "genai": "genai",
    "ollama": "ollama",
    "bedrock": "bedrock",
}
# Those whose client no transport can stand in for: it is given sockets, a golden cassette instead
# of one recorded in process, and tests of its own.
ON_SOCKETS = {"bedrock"}

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
    status = pytest.main(["-q", "--streamtape-mode=once"])
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
    shutil.copytree(HERE / "shared", work)
    shutil.copytree(HERE / PROJECTS[project], work, dirs_exist_ok=True)
    environment = folder / f"{project}-env"
    run(sys.executable, "-m", "venv", environment, cwd=folder)
    python = python_of(environment)
    install = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    run(python, *install, wheel, "-r", HERE / "requirements" / f"{project}.txt", cwd=work)
    keys = dict.fromkeys(KEYS, "sk-ant-not-a-real-key")
    if project in ON_SOCKETS:
        shutil.copytree(HERE.parents[1] / "cassettes", work / "cassettes")
        test = (python, "-m", "pytest", "-q", "--allow-hosts=127.0.0.1")
        keys |= base_urls(f"http://127.0.0.1:{free_port()}") | {"AWS_DEFAULT_REGION": "us-east-1"}
    else:
        run(python, "-c", RECORD, cwd=work, **keys)
        cassettes = sorted((work / "cassettes").rglob("*.yaml"))
        if not cassettes or any("not-a-real-key" in path.read_text("utf-8") for path in cassettes):
            sys.exit("downstream: nothing was recorded, or a key was")
        # The files of the page are in the wheel.
        show = (cassettes[0], "--html", "picture.html")
        run(python, "-m", "streamtape", "show", *show, cwd=work)
        test = (python, "-m", "pytest", "-q", "--disable-socket", "--allow-unix-socket")
        # The names of the hosts that were recorded are kept; the sockets are not.
        keys |= base_urls(recorded_url(cassettes))
    run(*test, cwd=work, **keys)
    run(*test, "--sweep", cwd=work, **keys)


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
    line = next(line for line in cassettes[0].read_text("utf-8").splitlines() if " url: " in line)
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
