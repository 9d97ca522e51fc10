"""Environments of their own, made in seconds by uv, for the scripts beside this file."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


class Environment:
    """A virtual environment in a folder; it sees nothing of the one that makes it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.run("uv", "venv", "--quiet", "--python", sys.executable, folder, inside=False)
        self.bin = folder / ("Scripts" if os.name == "nt" else "bin")

    def install(self, *what: str | Path) -> None:
        """Install requirements; options of ``uv pip install`` may stand among them."""
        at = ("--python", self.folder)
        self.run("uv", "pip", "install", "--quiet", *at, *what, inside=False)

    def uninstall(self, package: str) -> None:
        """Remove a package, whatever needs it."""
        at = ("--python", self.folder)
        self.run("uv", "pip", "uninstall", "--quiet", *at, package, inside=False)

    def versions(self) -> dict[str, str]:
        """Return what is installed, by normalised name."""
        command = [*_uv(), "pip", "list", "--quiet", "--python", self.folder, "--format", "freeze"]
        listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        return dict(line.split("==") for line in listed.splitlines() if "==" in line)

    def run(
        self, program: str, *arguments: str | Path, inside: bool = True, cwd: Path = ROOT
    ) -> None:
        """Run a program, one of the environment or one of ours; leave with its status if it fails.

        Args:
            program: its name.
            arguments: what it is given.
            inside: whether it is the environment's. If not, it is told which environment is meant.
            cwd: where it runs.
        """
        if inside:
            command: list[str | Path] = [self.bin / program]
        else:
            command = _uv() if program == "uv" else [Path(sys.executable).with_name(program)]
        clean = {k: v for k, v in os.environ.items() if not k.startswith(("PYTHON", "COVERAGE"))}
        if program != "uv":
            clean["VIRTUAL_ENV"] = str(self.folder)
            clean["PATH"] = f"{self.bin}{os.pathsep}{clean['PATH']}"
        status = subprocess.run([*command, *arguments], cwd=cwd, env=clean, check=False).returncode
        if status:
            said = " ".join(map(str, (program, *arguments)))
            sys.exit(f"release: failed with {status}: {said}")


def _uv() -> list[str | Path]:
    return [sys.executable, "-m", "uv"]
