"""The types, as users have them: from the wheel, in an environment of its own.

    python tests/release/typed.py dist/pytest_streamtape-*.whl

Everything public has a known type (`--verifytypes`, of both packages), and `tests/typing/api.py` is
read by mypy and by pyright as it says. basedpyright is pyright with a Node of its own, from a
wheel: nothing else is downloaded. Its own stricter rules are off.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from environment import ROOT, Environment

# What users have beside the wheel, for the types that are built on it.
EXTRAS = ("httpx2", "hypothesis", "respx")
# An ignore without an error is an error: mypy's are mypy's, pyright's are pyright's.
PYRIGHT = {
    "typeCheckingMode": "standard",
    "enableTypeIgnoreComments": False,
    "reportUnnecessaryTypeIgnoreComment": "error",
}


def main() -> int:
    """Check the wheel that is named."""
    wheel = Path(sys.argv[1]).absolute()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        environment = Environment(folder / "env")
        environment.install(wheel, *EXTRAS)
        for package in ("streamtape", "pytest_streamtape"):
            check = ("--verifytypes", package, "--ignoreexternal")
            environment.run("basedpyright", *check, inside=False, cwd=folder)
        api = folder / "api.py"
        api.write_bytes((ROOT / "tests" / "typing" / "api.py").read_bytes())
        (folder / "pyrightconfig.json").write_text(json.dumps(PYRIGHT), "utf-8")
        environment.run("basedpyright", api, inside=False, cwd=folder)
        with_wheel = ("--python-executable", environment.bin / "python")
        strict = ("--strict", "--warn-unused-ignores", "--cache-dir", folder / "cache")
        environment.run("mypy", *strict, *with_wheel, api, inside=False, cwd=folder)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
