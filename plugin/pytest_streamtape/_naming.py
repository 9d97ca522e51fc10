"""Where a test's cassette lives: ``cassettes/<module>/<Class>.<test>[param].yaml``.

pytest-recording's layout, but injective: two tests never share a file by accident. It decides
names only, and touches no disk.
"""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

__all__ = ["cassette_path", "file_name", "relative", "without_shard"]

# Not allowed in a file name on some platform, or (the tilde) used by us to mark a replaced name.
_ILLEGAL = re.compile(r"[<>?%*:|\"'/\\~\x00-\x1f]")
_SHARD = re.compile(r"\[shard\d+of\d+\]$|-shard\d+of\d+(?=\]$)|(?<=\[)shard\d+of\d+-")
_LONGEST = 200  # of 255 bytes that file systems allow; temporary names need some
_HASH = 10


def cassette_path(item: pytest.Item, named: str | None, folder: str) -> Path:
    """Return the path of the cassette of a test.

    Args:
        item: the test.
        named: what its marker says: a name or path, taken from the test's cassette folder.
        folder: the ini option `streamtape_dir`, taken from the folder of the test's file.
    """
    own = item.path.parent / folder / item.path.stem
    if named is not None:
        return Path(os.path.normpath(own / named))  # `own` need not be there for `../shared.yaml`
    cls = getattr(item, "cls", None)
    own_name = without_shard(item.name)
    name = f"{cls.__qualname__}.{own_name}" if cls else own_name
    return own / f"{file_name(name)}.yaml"


def without_shard(name: str) -> str:
    """Return the name of a test without the part that tells its shard from others."""
    return _SHARD.sub("", name)


def relative(path: Path, config: pytest.Config) -> str:
    """Return a path as it is shown: from where pytest was started, if it is below."""
    root = config.invocation_params.dir
    return str(path.relative_to(root)) if path.is_relative_to(root) else str(path)


def file_name(name: str) -> str:
    """Return `name` as a file name, the same for no other name."""
    legal = _ILLEGAL.sub("-", name)
    if legal == name and len(name.encode()) <= _LONGEST:
        return name
    mark = f"~{hashlib.sha256(name.encode()).hexdigest()[:_HASH]}"
    kept = legal.encode()[: _LONGEST - len(mark)].decode(errors="ignore")
    return f"{kept}{mark}"
