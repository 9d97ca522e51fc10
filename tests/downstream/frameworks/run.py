"""Frameworks over the SDKs, in an environment of their own: recorded, then replayed and swept.

    python tests/downstream/frameworks/run.py dist/pytest_streamtape-*.whl

Tried by hand, with the versions in requirements.txt; too heavy for every change.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from run import RECORD, python_of, recorded_url, run  # noqa: E402 - the neighbour, no package

KEY = {"ANTHROPIC_API_KEY": "sk-ant-not-a-real-key"}


def main() -> None:
    """Install the wheel and the frameworks, record from a loopback upstream, and replay."""
    wheel = Path(sys.argv[1]).absolute()
    with tempfile.TemporaryDirectory() as folder:
        work, environment = Path(folder, "frameworks"), Path(folder, "env")
        shutil.copytree(HERE, work)
        run(sys.executable, "-m", "venv", environment, cwd=work)
        python = python_of(environment)
        run(python, "-m", "pip", "install", "-q", wheel, "-r", "requirements.txt", cwd=work)
        run(python, "-c", RECORD, cwd=work, **KEY)
        cassettes = sorted((work / "cassettes").rglob("*.yaml"))
        url = recorded_url(cassettes)
        block = "--streamtape-block-network"
        run(python, "-m", "pytest", "-q", block, cwd=work, ANTHROPIC_BASE_URL=url, **KEY)


if __name__ == "__main__":
    main()
