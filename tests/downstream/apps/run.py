"""Three small projects, as users have them: a chat in the terminal, a back end, an agent.

    python tests/downstream/apps/run.py dist/pytest_streamtape-*.whl

Each is installed with the wheel into an environment of its own, records from a loopback upstream,
and is tested offline, with the faults, cuts and aborts that its tests ask for.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from run import python_of, recorded_url, run  # noqa: E402 - the neighbour, which is no package

APPS = ("chat_cli", "relay", "agent")
KEY = {"ANTHROPIC_API_KEY": "sk-ant-not-a-real-key"}

# By the name of the machine: requests to its address are the service's own (`ignore_hosts`).
RECORD = """
import os, sys, pytest
from streamtape.server import Upstream
with Upstream(pace=5) as upstream:
    os.environ["ANTHROPIC_BASE_URL"] = upstream.url.replace("127.0.0.1", "localhost")
    status = pytest.main(["-q", "-p", "no:randomly", "--streamtape-mode=once"])
    print("requests to the upstream:", len(upstream.served))
sys.exit(status or (0 if upstream.served else 1))
"""


def check(app: str, wheel: Path, folder: Path) -> None:
    """Install, record and replay one project."""
    print(f"\n--- {app}", flush=True)
    work, environment = folder / app, folder / f"{app}-env"
    shutil.copytree(HERE / app, work)
    run(sys.executable, "-m", "venv", environment, cwd=folder)
    python = python_of(environment)
    install = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    run(python, *install, wheel, ".[test]", cwd=work)
    run(python, "-c", RECORD, cwd=work, **KEY)
    cassettes = sorted((work / "tests" / "cassettes").rglob("*.yaml"))
    if len(cassettes) != 1 or "not-a-real-key" in cassettes[0].read_text("utf-8"):
        sys.exit(f"downstream: one cassette was expected, without the key, not {cassettes}")
    offline = ("-m", "pytest", "-q", "--allow-hosts=127.0.0.1", "--streamtape-block-network")
    run(python, *offline, cwd=work, ANTHROPIC_BASE_URL=recorded_url(cassettes), **KEY)


def main() -> int:
    """Check every project, or those named behind the wheel."""
    wheel, apps = Path(sys.argv[1]).absolute(), sys.argv[2:] or APPS
    with tempfile.TemporaryDirectory() as folder:
        for app in apps:
            check(app, wheel, Path(folder))
    print(f"\n{len(apps)} passed, 0 failed")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
