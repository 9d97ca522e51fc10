"""What is wrong with cassettes on disk: format, secrets, age, and tests that are gone.

This module decides what `streamtape check` reports. It reads files and changes none.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from streamtape.cassette._file import load
from streamtape.cassette._redact import find_secrets
from streamtape.errors import CassetteFormatError, CassetteNotFoundError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date
    from pathlib import Path

__all__ = ["Problem", "ProblemKind", "audit", "cassettes_in", "is_companion"]

ProblemKind: TypeAlias = Literal["format", "secret", "stale", "orphan"]
_NAME = re.compile(r"(?:[\w-]*\.)?(?P<function>\w+)")


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is wrong with a cassette.

    Attributes:
        path: the file.
        kind: ``format``: it cannot be read (also where it is of a format that is not read any
            more); ``secret``: it holds what looks like one; ``stale``: it was recorded long ago;
            ``orphan``: the test that it is named after is gone.
        text: what is wrong, and where.
        remedy: what to do about it.
        line: the 1-based line, where the trouble has one.
        interaction: the number of the interaction, from 1, where it is in one.
    """

    path: Path
    kind: ProblemKind
    text: str
    remedy: str
    line: int | None = None
    interaction: int | None = None

    def __str__(self) -> str:
        place = str(self.path) if self.line is None else f"{self.path}:{self.line}"
        number = "" if self.interaction is None else f"interaction {self.interaction}: "
        return f"{place}: {self.kind}: {number}{self.text}. {self.remedy}"


def cassettes_in(paths: Iterable[Path]) -> list[Path]:
    """Return the files named, and the YAML files below `cassettes` folders of the folders named.

    What stands beside a cassette (its failing splits, its expected transcripts) is none.

    Raises:
        UsageError: a path that is not there.
    """
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            below = (*path.rglob("*.yaml"), *path.rglob("*.yml"))
            found += sorted(
                one
                for one in below
                if "cassettes" in (*path.absolute().parts, *one.parts) and not is_companion(one)
            )
        elif path.exists():
            found += [] if is_companion(path) else [path]
        else:
            raise UsageError(f"path {path}", "there is no such file", "Name files or folders.")
    return found


def is_companion(path: Path) -> bool:
    """Whether a file stands beside a cassette, and is none itself."""
    return path.name.endswith((".splits.yaml", ".expected.yaml"))


def audit(
    path: Path, environ: Mapping[str, str] | None = None, stale_before: date | None = None
) -> Iterator[Problem]:
    """Yield what is wrong with one cassette.

    Args:
        path: its file.
        environ: where secret values are taken from; the process's environment by default.
        stale_before: the day before which a recording is stale; None: none is. What carries no
            date is not told.
    """
    try:
        cassette = load(path)
    except CassetteFormatError as error:
        text = f"{error.field}: {error.problem}" if error.field else error.problem
        yield Problem(path, "format", text, error.remedy, error.line)
        return
    except CassetteNotFoundError as error:
        yield Problem(path, "format", "it is gone", error.remedy)
        return
    for number, interaction in enumerate(cassette.interactions, 1):
        for finding in find_secrets(interaction, environ):
            remedy = "Revoke it, then record again."
            yield Problem(path, "secret", str(finding), remedy, interaction=number)
        if stale_before and interaction.recorded and interaction.recorded < stale_before:
            remedy = f"Ask whether it has aged: streamtape verify {path}"
            text = f"recorded on {interaction.recorded}"
            yield Problem(path, "stale", text, remedy, interaction=number)
    yield from _orphans(path)


def _orphans(path: Path) -> Iterator[Problem]:
    """Tell a cassette whose test is gone, where its place tells the test.

    That is the plugin's layout, ``cassettes/<module>/<Class>.<test>[param].yaml`` beside
    ``<module>.py``. A file that any test of the module names is nobody's orphan.
    """
    folder = path.absolute().parent
    if folder.parent.name != "cassettes":
        return
    module = folder.parent.parent / f"{folder.name}.py"
    remedy = "Remove it, or rename it after its test."
    if not module.exists():
        if folder.name.startswith("test_") or folder.name.endswith("_test"):
            yield Problem(path, "orphan", f"there is no {module.name} beside `cassettes`", remedy)
        return
    source = module.read_text("utf-8", "replace")
    name = _NAME.match(path.stem)
    function = name["function"] if name else path.stem
    if path.name not in source and not re.search(rf"\b{re.escape(function)}\b", source):
        yield Problem(path, "orphan", f"{module.name} has no {function}", remedy)
