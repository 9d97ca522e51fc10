"""`curl -N`, a process per case; each of its writes is one read.

python curl.py
"""

from __future__ import annotations

import json
import os
import subprocess

from lines import answer_all


def ask(case, answer):
    """Run curl once."""
    headers = {"content-type": "application/json"} | case["headers"]
    given = [part for name, value in headers.items() for part in ("-H", f"{name}: {value}")]
    command = ["curl", "-sS", "-N", "--max-time", str(case["timeout"]), "--noproxy", "*"]
    status = ["-w", "%{stderr}\n%{http_code}"]
    url = case["url"] + case["path"]
    # A pipe of packets (Linux): a reader that is late must not take two writes for one.
    reads, writes = os.pipe2(os.O_DIRECT)
    with subprocess.Popen(
        [*command, *given, "-d", json.dumps(case["body"]), *status, url],
        stdout=writes,
        stderr=subprocess.PIPE,
    ) as curl:
        os.close(writes)
        while data := os.read(reads, 1 << 16):
            answer.read(data)
        os.close(reads)
        code = int(curl.stderr.read().rpartition(b"\n")[2])
    answer.status = code or None
    if curl.returncode:
        answer.error = f"curl: ({curl.returncode})"


if __name__ == "__main__":
    answer_all(ask)
