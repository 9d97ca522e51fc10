"""Plant wrong imports in a copy of the project; each must break the layers contract.

Run by .ci/run with the path of `lint-imports`: a contract that cannot fail proves nothing.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
PLANTED = {
    "a lower layer imports a higher one": ("streamtape/splits.py", "import streamtape.playback"),
    "a sibling imports its sibling": (
        "streamtape/cassette/_model.py",
        "import streamtape.messages",
    ),
    "the core imports a framework": ("streamtape/playback/_plan.py", "import httpx"),
    "the library imports the plugin": ("streamtape/report/__init__.py", "import pytest_streamtape"),
    "a new module has no layer": ("streamtape/unheard_of.py", "X = 1"),
}


def breaks(linter: str, file: str, line: str) -> bool:
    """Whether the contract notices `line` at the end of `file`, in a copy."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for name in ("streamtape", "plugin"):
            shutil.copytree(ROOT / name, copy / name)
        shutil.copy(ROOT / "pyproject.toml", copy)
        if line:
            with (copy / file).open("a", encoding="utf-8") as module:
                module.write(f"\n{line}\n")
        paths = os.pathsep.join([str(copy), str(copy / "plugin")])
        run = subprocess.run(
            [linter, "--no-cache"],
            cwd=copy,
            env={**os.environ, "PYTHONPATH": paths},
            capture_output=True,
            text=True,
            check=False,
        )
        return run.returncode != 0


def main() -> int:
    """Check the clean copy and every planted import; return the exit status."""
    linter = str(Path(sys.argv[1]).absolute())
    if breaks(linter, "streamtape/splits.py", ""):
        print("the contract is broken without anything planted")
        return 1
    unnoticed = [name for name, (file, line) in PLANTED.items() if not breaks(linter, file, line)]
    for name in PLANTED:
        print(f"{'UNNOTICED' if name in unnoticed else 'noticed  '}  {name}")
    return 1 if unnoticed else 0


if __name__ == "__main__":
    raise SystemExit(main())
