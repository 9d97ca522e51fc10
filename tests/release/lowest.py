"""The suite with the lowest versions that `pyproject.toml` declares: what users may have.

    python tests/release/lowest.py          # what depends on dependencies, in less than a minute
    python tests/release/lowest.py --full   # everything
    python tests/release/lowest.py --full -- -k virtual

The lower bounds of the tools that the tests need count too, with one exception: the suite is
configured in a table that pytest 9 reads, the plugin takes pytest 8. So the line ``pytest>=9`` is
left out, and the table is written as the INI file that pytest 8 reads.

It fails when a runtime dependency could not be installed at its lower bound: then something else
that is declared forbids it, and the bound is a claim that nobody tried.
"""

from __future__ import annotations

import re
import sys
import tempfile
import tomllib
from pathlib import Path

from environment import ROOT, Environment

# Where the dependencies are used: transports, sockets, files, the plugin, models.
SHORT = ("cassette", "clock", "facade", "plugin", "respx", "server", "transports")
SLOW = (  # of these, what takes longest and sees no more of a dependency than its neighbours
    "test_planted.py",
    "test_punctual.py",
    "test_shared_cassettes.py",
    "test_trouble.py",
)


def declared() -> tuple[list[str], list[str], dict[str, object]]:
    """Return the runtime dependencies, those of the tests without pytest, and pytest's table."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    runtime = project["project"]["dependencies"]
    tests = project["project"]["optional-dependencies"]["test"]
    return runtime, [line for line in tests if _name(line) != "pytest"], project["tool"]["pytest"]


def _name(requirement: str) -> str:
    return re.split(r"[\[<>=!~; ]", requirement, maxsplit=1)[0].lower()


def ini(table: dict[str, object]) -> str:
    """Write pytest 9's table as the INI file that pytest 8 reads."""
    lines = ["[pytest]"]
    for name, value in table.items():
        if name == "strict":  # pytest 9's word for several options
            continue
        if isinstance(value, list):
            joined = " ".join(value) if name == "addopts" else "\n    ".join(["", *value])
            lines.append(f"{name} = {joined}")
        else:
            lines.append(f"{name} = {value}")
    return "\n".join(lines) + "\n"


def check_versions(runtime: list[str], installed: dict[str, str]) -> None:
    """See that each runtime dependency has its lower bound, and nothing above it."""
    for requirement in runtime:
        name, bound = _name(requirement), requirement.partition(">=")[2]
        have = installed[name]
        print(f"  {name} {have}")
        padded = [*map(int, bound.split(".")), 0, 0][:3]
        if [int(part) for part in have.split(".")][:3] != padded:
            sys.exit(f"lowest: {requirement} is declared, but {have} is the lowest to be had")


def main() -> int:
    """Make the environment, check it, run the suite in it."""
    arguments = sys.argv[1:]
    full = "--full" in arguments
    more = arguments[arguments.index("--") + 1 :] if "--" in arguments else []
    runtime, tools, table = declared()
    with tempfile.TemporaryDirectory() as folder:
        environment = Environment(Path(folder) / "env")
        environment.install("--resolution", "lowest-direct", "-e", ROOT, *tools)
        check_versions(runtime, environment.versions())
        config = Path(folder) / "pytest.ini"
        config.write_text(ini(table), "utf-8")
        where = [] if full else [ROOT / "tests" / name for name in _present(SHORT)]
        skipped = [] if full else [f"--ignore-glob=*/{name}" for name in SLOW]
        fixed = ("-q", "-c", config, "--rootdir", ROOT, "-p", "no:cacheprovider")
        environment.run("pytest", *fixed, *skipped, *more, *where)
    return 0


def _present(names: tuple[str, ...]) -> list[str]:
    found = (name if (ROOT / "tests" / name).is_dir() else f"test_{name}.py" for name in names)
    return [name for name in found if (ROOT / "tests" / name).exists()]


if __name__ == "__main__":
    raise SystemExit(main())
