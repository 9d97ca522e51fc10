"""What holds for the whole tree: rules that no single module's test can state."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

import streamtape

ROOT = Path(__file__).parents[1]
SOURCES = [*ROOT.glob("streamtape/**/*.py"), *ROOT.glob("plugin/**/*.py")]
TESTS = [path for path in ROOT.glob("tests/**/*.py") if "downstream" not in path.parts]


def name(path):
    return str(path.relative_to(ROOT))


def tree(path):
    return ast.parse(path.read_text("utf-8"))


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_every_module_says_what_it_decides(path):
    """Each module opens with a docstring."""
    assert ast.get_docstring(tree(path))


@pytest.mark.parametrize("path", TESTS, ids=name)
def test_every_test_states_a_behaviour(path):
    """Each test function has a docstring: the suite is the specification."""
    for node in ast.walk(tree(path)):
        function = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if function and node.name.startswith("test_"):
            assert ast.get_docstring(node), f"{name(path)}::{node.name}"


@pytest.mark.parametrize("path", [*ROOT.glob("plugin/**/*.py")], ids=name)
def test_the_plugin_uses_public_names_only(path):
    """No import of the plugin reaches into a private module or name of the library."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("streamtape"):
            dotted = [*node.module.split("."), *(alias.name for alias in node.names)]
            assert not [part for part in dotted if re.match("_[^_]", part)]
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            assert not (node.value.id == "streamtape" and re.match("_[^_]", node.attr))


def test_exports_are_what_can_be_imported():
    """`__all__` of the package is what its lazy imports offer, sorted, and each name resolves."""
    assert streamtape.__all__ == sorted(streamtape.__all__)
    assert set(streamtape.__all__) == set(streamtape._HOMES)
    for exported in streamtape.__all__:
        assert getattr(streamtape, exported) is not None
    assert set(streamtape.__all__) | streamtape._SUBPACKAGES <= set(dir(streamtape))
    with pytest.raises(AttributeError, match="module 'streamtape' has no attribute 'tapes'"):
        _ = streamtape.tapes


@pytest.mark.parametrize("subpackage", sorted(streamtape._SUBPACKAGES))
def test_every_subpackage_has_the_names_that_it_exports(subpackage):
    """Each name in `__all__` of a public module is there."""
    module = getattr(streamtape, subpackage)
    for exported in module.__all__:
        assert hasattr(module, exported), exported


def test_importing_the_package_is_cheap():
    """`import streamtape` imports none of the heavy libraries."""
    code = (
        "import sys, streamtape; heavy = {'httpx', 'httpx2', 'pydantic', 'yaml', 'anyio', 'h11'};"
        "raise SystemExit(', '.join(heavy & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert run.stderr == "\n"


def test_ci_runs_the_readme_s_commands():
    """The judge runs the very commands that the README gives a newcomer."""
    readme, judge = (ROOT / "README.md").read_text(), (ROOT / ".ci" / "run").read_text()
    install, test = "python3 -m venv .venv && .venv/bin/pip install", "&& .venv/bin/pytest"
    command = next(
        line for line in readme.splitlines() if line.startswith(install) and line.endswith(test)
    )
    assert f"\n{command}\n" in judge
    assert ".venv/bin/streamtape demo" in readme
    assert "\n.venv/bin/streamtape demo\n" in judge
