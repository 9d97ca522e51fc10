"""The first example of the documentation is the downstream project, word for word."""

from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_the_first_example_is_the_downstream_project():
    """What users read first is what runs in an environment of its own."""
    page = (ROOT / "docs" / "how-to" / "assert.md").read_text("utf-8")
    example = ROOT / "tests" / "downstream" / "asserts" / "test_answer.py"
    assert page.split("```python\n")[1].split("```\n")[0] == example.read_text("utf-8")
