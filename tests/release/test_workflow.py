"""The workflow on GitHub and the local hooks: that they say what the project says."""

import re
import tomllib
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
WORKFLOW = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text("utf-8"))


def test_every_python_of_the_classifiers_is_tested():
    """On each of three systems; the lowest one with the lowest versions."""
    matrix = WORKFLOW["jobs"]["tests"]["strategy"]["matrix"]
    named = [line.rpartition(":: ")[2] for line in PROJECT["classifiers"]]
    assert matrix["python"] == [name for name in named if re.fullmatch(r"3\.\d+", name)]
    assert {name.partition("-")[0] for name in matrix["os"]} == {"ubuntu", "macos", "windows"}
    assert PROJECT["requires-python"] == f">={matrix['python'][0]}"
    lowest = WORKFLOW["jobs"]["lowest"]["steps"]
    assert {"python-version": matrix["python"][0]}.items() <= lowest[1]["with"].items()


def test_what_the_workflow_runs_is_there():
    """Each script that a step names exists, and each extra that it installs."""
    steps = [step for job in WORKFLOW["jobs"].values() for step in job["steps"]]
    commands = "\n".join(step.get("run", "") for step in steps)
    for script in re.findall(r"(?:\S*/\S+\.py|\.ci/\w+)", commands):
        assert (ROOT / script).is_file(), script
    extras = set(re.findall(r"\[(\w+)\]", commands))
    assert extras == {"test", "check", "docs"} == extras & set(PROJECT["optional-dependencies"])


def test_the_workflow_may_only_read():
    """No job has more than read access, nor keeps credentials in its checkout."""
    assert WORKFLOW["permissions"] == {"contents": "read"}
    for job in WORKFLOW["jobs"].values():
        assert "permissions" not in job
        assert job["steps"][0]["with"] == {"persist-credentials": False}
        assert job["timeout-minutes"] <= 30


def test_hooks_download_nothing():
    """Each hook is local, and runs what the machine has."""
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text("utf-8"))
    assert [repo["repo"] for repo in config["repos"]] == ["local"]
    assert {hook["language"] for hook in config["repos"][0]["hooks"]} == {"system"}
