"""Real clients against a ReplayServer, over a real socket: a table of what each one sees.

    python3 tests/clients/run.py [--only NAME] [--long] [--cache DIR]

Makes what the clients need: an environment (requirements.txt, and this checkout), the Node packages
of package-lock.json, and Chromium, which Debian's apt installs where root may. Then matrix.py runs,
in that environment; its options can be given here (`--help` shows them). Needs Node 20 or later,
curl and the package registries; nothing is sent anywhere but to 127.0.0.1.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

import chromium

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
STAMP = ".streamtape-installed"
OLDEST_NODE = 20


def main() -> int:
    """Prepare, run the matrix, and return its status."""
    arguments = sys.argv[1:]
    cache = None
    if "--cache" in arguments:
        at = arguments.index("--cache")
        cache = Path(arguments[at + 1]).absolute()
        del arguments[at : at + 2]
    check_tools()
    try:
        chromium.install()
    except chromium.BrowserError as error:
        sys.exit(f"clients: {error}")
    node_packages()
    with tempfile.TemporaryDirectory(prefix="streamtape-clients-") as folder:
        python = environment(cache or Path(folder))
        matrix = [str(python), str(HERE / "matrix.py"), *arguments]
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "COVERAGE"))}
        return subprocess.run(matrix, env=clean, check=False).returncode


def check_tools() -> None:
    """Leave with a sentence where something is missing that is not installed from here."""
    missing = [name for name in ("node", "npm", "curl") if shutil.which(name) is None]
    if missing:
        sys.exit(f"clients: install {', '.join(missing)} first")
    version = subprocess.run(
        ["node", "--version"], capture_output=True, text=True, check=True
    ).stdout
    if int(version.strip().lstrip("v").partition(".")[0]) < OLDEST_NODE:
        sys.exit(f"clients: Node is {version.strip()}; the SDKs need {OLDEST_NODE} or later")


def environment(folder: Path) -> Path:
    """Make an environment with the clients and this checkout; return its Python."""
    python = folder / "venv" / "bin" / "python"
    requirements = HERE / "requirements.txt"
    if is_older(folder / STAMP, requirements):
        venv.create(folder / "venv", with_pip=True, clear=True)
        install = [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
        run([*install, "-r", str(requirements), "-e", str(ROOT)])
        (folder / STAMP).touch()
    return python


def node_packages() -> None:
    """Install the packages of package-lock.json, here: programs look for them beside themselves."""
    stamp = HERE / "node_modules" / STAMP
    if is_older(stamp, HERE / "package-lock.json"):
        run(["npm", "ci", "--silent"])
        stamp.touch()


def is_older(stamp: Path, source: Path) -> bool:
    """Return whether what `source` asks for is still to be installed."""
    return not stamp.exists() or stamp.stat().st_mtime < source.stat().st_mtime


def run(command: list[str]) -> None:
    """Run a command that must succeed."""
    if subprocess.run(command, cwd=HERE, check=False).returncode:
        sys.exit(f"clients: failed: {' '.join(command)}")


if __name__ == "__main__":
    sys.exit(main())
