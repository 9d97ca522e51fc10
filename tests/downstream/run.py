"""Downstream projects, as users have them: each in an environment of its own, with the wheel.

    python tests/downstream/run.py dist/pytest_streamtape-*.whl

For each project: install the wheel and the project's requirements; record from a loopback upstream;
replay offline, with every socket forbidden, unsplit and under every single cut. Nothing of this
checkout is importable there.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
# What is installed (requirements/NAME.txt), and the production code that uses it. The tests are the
# same for all: shared/.
PROJECTS = {"anthropic2": "anthropic", "anthropic0": "anthropic", "openai": "openai"}

# Runs inside the project's environment: the upstream comes from the installed wheel.
RECORD = """
import os, sys, pytest
from streamtape.server import Upstream
with Upstream(pace=5) as upstream:
    os.environ["ANTHROPIC_BASE_URL"] = upstream.url
    os.environ["OPENAI_BASE_URL"] = upstream.url + "/v1"
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
    key = {"ANTHROPIC_API_KEY": "sk-ant-not-a-real-key", "OPENAI_API_KEY": "sk-not-a-real-key"}
    run(python, "-c", RECORD, cwd=work, **key)
    cassettes = sorted((work / "cassettes").rglob("*.yaml"))
    if not cassettes or any("not-a-real-key" in path.read_text("utf-8") for path in cassettes):
        sys.exit("downstream: nothing was recorded, or a key was")
    # The files of the page are in the wheel.
    show = (cassettes[0], "--html", "picture.html")
    run(python, "-m", "streamtape", "show", *show, cwd=work)
    # The names of the hosts that were recorded are kept; the sockets are not.
    urls = {"ANTHROPIC_BASE_URL": recorded_url(cassettes), "OPENAI_BASE_URL": ""}
    urls["OPENAI_BASE_URL"] = f"{urls['ANTHROPIC_BASE_URL']}/v1"
    run(
        python,
        "-m",
        "pytest",
        "-q",
        "--disable-socket",
        "--allow-unix-socket",
        cwd=work,
        **key,
        **urls,
    )
    run(
        python,
        "-m",
        "pytest",
        "-q",
        "--disable-socket",
        "--allow-unix-socket",
        "--sweep",
        cwd=work,
        **key,
        **urls,
    )


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
