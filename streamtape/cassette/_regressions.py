"""Failing splits kept beside a cassette: ``NAME.splits.yaml``, tried first by every later sweep.

It decides the form of that small file, and nothing about what is done with it::

    streamtape-splits: 1
    failures:
    - split: at:1204
      error: 'UnicodeDecodeError: ...'
    - split: at:517
      variant: crlf
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from streamtape.cassette import _file, _yaml
from streamtape.errors import CassetteFormatError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["KnownFailure", "known_failures", "remember_failure", "splits_path"]

_REMEDY = "Correct it, or delete it and run again with --streamtape-save-failures."


class KnownFailure(NamedTuple):
    """A split under which something failed once.

    Attributes:
        split: the split, as `--streamtape-split` takes it.
        variant: the name of the variant, or "".
        error: what was raised then, in a line, or "".
    """

    split: str
    variant: str = ""
    error: str = ""


def splits_path(cassette: Path) -> Path:
    """Return the path of the failures of a cassette."""
    return cassette.with_suffix(".splits.yaml")


def known_failures(cassette: Path) -> list[KnownFailure]:
    """Return the failures kept beside `cassette`, in their order; none where there is no file.

    Raises:
        CassetteFormatError: the file is not one of these.
    """
    path = splits_path(cassette)
    if not path.exists():
        return []
    return _read(path)


def remember_failure(cassette: Path, failure: KnownFailure) -> bool:
    """Keep a failure beside `cassette`, unless its split and variant are there already.

    Returns:
        Whether it is new.

    Raises:
        CassetteError: the file cannot be read, or not be written.
    """
    path = splits_path(cassette)
    with _file.locked(path):
        known = _read(path) if path.exists() else []
        if any(old[:2] == failure[:2] for old in known):
            return False
        _file.replace(path, _write([*known, failure]))
    return True


def _read(path: Path) -> list[KnownFailure]:
    document = _yaml.parse(_file.read_bytes(path).decode("utf-8", "replace").encode(), path)
    value = document.value
    if not isinstance(value, dict) or value.get("streamtape-splits") != 1:
        problem = "not a file of failing splits: it does not begin with 'streamtape-splits: 1'"
        raise CassetteFormatError(path, problem, _REMEDY, line=1)
    failures = value.get("failures")
    if not isinstance(failures, list):
        raise CassetteFormatError(path, "failures is not a list", _REMEDY, line=1)
    return [
        _failure(path, item, document.lines["failures", at]) for at, item in enumerate(failures)
    ]


def _failure(path: Path, item: Any, line: int) -> KnownFailure:
    texts = isinstance(item, dict) and all(isinstance(value, str) for value in item.values())
    if not texts or "split" not in item or not set(item) <= set(KnownFailure._fields):
        problem = "a failure is a mapping of split, variant and error, all text"
        raise CassetteFormatError(path, problem, _REMEDY, line=line)
    return KnownFailure(**item)


def _write(failures: list[KnownFailure]) -> bytes:
    import yaml  # noqa: PLC0415 - for those who save

    items = [
        {name: value for name, value in failure._asdict().items() if value} for failure in failures
    ]
    content = {"streamtape-splits": 1, "failures": items}
    text: str = yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=10_000)
    return text.encode()
