"""The peer suite: the official SDKs' own tests and helpers against streamtape.

    python tests/peer/run.py [--cache DIR]      (in an environment that has streamtape)

1. The streaming tests of the official Python SDK (123, from its source distribution) run against
   streamtape's classes: all pass but those listed in `DEVIATIONS`.
2. The NDJSON bridge is crossed in both directions with the official TypeScript SDK (needs Node).

Both packages are downloaded at run time, into a folder that is removed afterwards (or kept, with
--cache). Nothing of them is part of this repository. Needs the package registries.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import venv
from pathlib import Path
from typing import Any

from streamtape.messages import MessageStream

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
CORPUS = ROOT / "tests" / "messages" / "corpus" / "streams"
PYTHON_SDK = "anthropic==2.11.0"
NODE_SDK = "@anthropic-ai/sdk@1.11.0"
TESTS = ["tests/lib/streaming", "tests/test_streaming.py"]
COUNT = 123

# Tests of the SDK that streamtape does not meet, and the deviation (docs/explanation).
DEVIATIONS = {
    # An event without data is not dispatched (WHATWG).
    "tests/test_streaming.py::test_event_missing_data[sync]": "D7",
    "tests/test_streaming.py::test_event_missing_data[async]": "D7",
    "tests/test_streaming.py::test_multiple_events[sync]": "D7",
    "tests/test_streaming.py::test_multiple_events[async]": "D7",
}
# Every substitute must have been used, or the run proves nothing.
SUBSTITUTES = {
    "MessageStreamManager",
    "AsyncMessageStreamManager",
    "BetaMessageStreamManager",
    "BetaAsyncMessageStreamManager",
    "accumulate_event",
    "Decoder",
}
BRIDGED = [
    "text_multilingual",
    "text_mixed_escapes",
    "thinking_basic",
    "citations_all_kinds",
    "tool_nested_awkward",
    "unknown_event_type",
    "web_search",
]


def main() -> int:
    """Run both parts; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--cache", type=Path, help="keep environment and downloads here")
    arguments = parser.parse_args()
    folder = arguments.cache or Path(tempfile.mkdtemp(prefix="streamtape-peer-"))
    folder.mkdir(parents=True, exist_ok=True)
    try:
        problems = python_suite(folder)
        problems += bridge(folder)
    finally:
        if arguments.cache is None:
            shutil.rmtree(folder, ignore_errors=True)
    for problem in problems:
        print(f"peer: {problem}")
    print("peer: FAILED" if problems else "peer: all as expected")
    return 1 if problems else 0


def python_suite(folder: Path) -> list[str]:
    """Run the Python SDK's tests; return what is not as expected."""
    python = environment(folder)
    sdk = source(folder, python)
    paths = os.pathsep.join([str(HERE), str(ROOT)])
    command = [str(python), "-m", "pytest", "-p", "tests._alias_httpx", "-p", "streamtape_peer"]
    result = subprocess.run(
        [*command, "-n", "0", "-q", "-rfE", "--show-capture=no", *TESTS],
        cwd=sdk,
        env=os.environ | {"PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=False,
    )
    failed = set(re.findall(r"^(?:FAILED|ERROR) (\S+)", result.stdout, re.MULTILINE))
    passed = re.search(r"(\d+) passed", result.stdout)
    count = int(passed[1]) if passed else 0
    print(f"peer: {count} of the SDK's {COUNT} streaming tests pass, {len(failed)} deviate")
    problems = [f"{test} fails, and no deviation is listed" for test in failed - set(DEVIATIONS)]
    problems += [f"{test} is listed, and passes" for test in set(DEVIATIONS) - failed]
    if count + len(failed) != COUNT:
        problems.append(f"{COUNT} tests were expected, {count + len(failed)} ran")
    used = set(re.findall(r"^streamtape's (\w+): \d+ uses", result.stdout, re.MULTILINE))
    problems += [f"{name} was not used by any test" for name in SUBSTITUTES - used]
    if problems:
        print(result.stdout[-6000:], result.stderr[-2000:])
    return problems


def environment(folder: Path) -> Path:
    """Make an environment with what the tests need, and streamtape; return its Python."""
    home = folder / "venv"
    python = home / "bin" / "python"
    if not python.exists():
        venv.create(home, with_pip=True)
        install = [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
        run([*install, "-r", str(HERE / "requirements.txt"), "-e", str(ROOT)])
    return python


def source(folder: Path, python: Path) -> Path:
    """Download and unpack the SDK's source distribution; return its folder."""
    name, _, version = PYTHON_SDK.partition("==")
    target = folder / f"{name}-{version}"
    if not target.exists():
        download = [str(python), "-m", "pip", "download", "-q", "--no-deps", "--no-binary", ":all:"]
        run([*download, PYTHON_SDK, "-d", str(folder)])
        with tarfile.open(target.with_name(f"{target.name}.tar.gz")) as archive:
            archive.extractall(folder, filter="data")
    return target


def bridge(folder: Path) -> list[str]:
    """Cross the NDJSON bridge in both directions; return what did not arrive."""
    if shutil.which("npm") is None:
        return ["there is no Node on this machine: the bridge was not checked"]
    node = folder / "node"
    node.mkdir(exist_ok=True)
    shutil.copy(HERE / "bridge.mjs", node)
    if not (node / "node_modules").exists():
        (node / "package.json").write_text("{}")
        run(["npm", "install", "--silent", "--no-audit", "--no-fund", NODE_SDK], cwd=node)
    problems: list[str] = []
    for name in BRIDGED:
        body = (CORPUS / f"{name}.sse").read_bytes()
        problems += to_node(node, name, body) + from_node(node, name, body)
    print(f"peer: {len(BRIDGED)} streams crossed the NDJSON bridge to TypeScript and back")
    return problems


def to_node(node: Path, name: str, body: bytes) -> list[str]:
    """Forward a stream to the helper, line by line; compare what it makes of it."""
    stream = MessageStream[None]([body])
    message = MessageStream[None]([body]).get_final_message().to_dict()
    command = ["node", "bridge.mjs", "read"]
    with subprocess.Popen(command, cwd=node, stdin=-1, stdout=-1) as process:
        assert process.stdin is not None
        for line in stream.to_ndjson():
            process.stdin.write(line)
            process.stdin.flush()
        output, _ = process.communicate()
    got = json.loads(output)
    texts = [event for event in got["events"] if isinstance(event, list)]
    ours = [
        ["text", event.text, event.snapshot]
        for event in MessageStream[None]([body])
        if event.type == "text"
    ]
    problems = []
    if comparable(got["message"]) != comparable(message):
        problems.append(f"{name}: the helper's final message is another: {got['message']}")
    if texts != ours:
        problems.append(f"{name}: the helper's text events are others")
    return problems


def from_node(node: Path, name: str, body: bytes) -> list[str]:
    """Read the helper's own lines; compare the message."""
    command = ["node", "bridge.mjs", "write"]
    lines = subprocess.run(command, cwd=node, input=body, capture_output=True, check=True).stdout
    got = MessageStream[None].from_ndjson([lines]).get_final_message()
    if got != MessageStream[None]([body]).get_final_message():
        return [f"{name}: the message from the helper's lines is another: {got}"]
    return []


def comparable(message: dict[str, Any]) -> dict[str, Any]:
    """Drop what JavaScript leaves undefined."""
    return {k: v for k, v in message.items() if k != "parsed_output" and v is not None}


def run(command: list[str], cwd: Path | None = None) -> None:
    """Run a command that must succeed."""
    subprocess.run(command, cwd=cwd, check=True)


if __name__ == "__main__":
    sys.exit(main())
