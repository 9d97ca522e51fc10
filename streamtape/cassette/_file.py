"""Cassettes on disk: the only file access below the plugin.

A file is written whole or not at all (temporary file in the same folder, fsync, rename), under a
lock, and never over one that cannot be read.
"""

from __future__ import annotations

import contextlib
import getpass
import hashlib
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from streamtape.cassette import _reader, _writer
from streamtape.errors import CassetteFormatError, CassetteNotFoundError, CassetteWriteError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from streamtape.cassette._model import Cassette

__all__ = [
    "fix",
    "load",
    "locked",
    "read_bytes",
    "replace",
    "save",
    "unwatch_loads",
    "update",
    "watch_loads",
]

_OLD = 60.0  # seconds; writing a cassette takes milliseconds
_RECORD_IT = "Record it with mode='once', or with: pytest --streamtape-mode=once"


def load(path: str | os.PathLike[str]) -> Cassette:
    """Read a cassette file.

    Raises:
        CassetteNotFoundError: there is no such file.
        CassetteFormatError: it is not a cassette; says where and what to do. The file is left as
            it is.
    """
    path = Path(path)
    for watch in _watches:
        watch(path)
    return _reader.read(read_bytes(path), path)


_watches: list[Callable[[Path], object]] = []


def watch_loads(watch: Callable[[Path], object]) -> None:
    """Have a function called with the path of every cassette that is loaded from here on."""
    _watches.append(watch)


def unwatch_loads(watch: Callable[[Path], object]) -> None:
    """Have it called no more."""
    _watches.remove(watch)


def save(cassette: Cassette, path: str | os.PathLike[str]) -> None:
    """Write a cassette file, atomically; folders are made as needed.

    Raises:
        CassetteWriteError: it could not be written; what stood there still stands there.
    """
    path = Path(path)
    with locked(path):
        replace(path, _writer.write(cassette))


def update(path: str | os.PathLike[str], change: Callable[[Cassette | None], Cassette]) -> Cassette:
    """Read a cassette, change it and write it back, as one step under the lock.

    `change` is given what is on disk now (None: no file), so that two processes that record into
    one cassette do not lose each other's interactions.

    Raises:
        CassetteFormatError: what is on disk cannot be read; it is left as it is.
        CassetteWriteError: the result could not be written.
    """
    path = Path(path)
    with locked(path):
        try:
            current = load(path)
        except CassetteNotFoundError:
            current = None
        changed = change(current)
        if changed != current:
            replace(path, _writer.write(changed))
    return changed


def fix(path: str | os.PathLike[str]) -> list[int]:
    """Make the chunk indexes of an edited cassette fit its bodies again.

    Returns:
        The numbers (from 1) of the interactions that were mended; nothing is written for none.

    Raises:
        CassetteError: anything else is wrong with the file, or it could not be written.
    """
    path = Path(path)
    with locked(path):
        cassette, mended = _reader.read_mending(read_bytes(path), path)
        if mended:
            replace(path, _writer.write(cassette))
    return mended


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock of `path`. Lock files live in the temporary folder, not beside cassettes."""
    import filelock  # noqa: PLC0415 - 15 ms, for those who write

    try:
        user = getpass.getuser()
    except (OSError, KeyError):  # no such user, as in some containers
        user = "nobody"
    folder = Path(tempfile.gettempdir()) / f"streamtape-locks-{user}"
    name = _key(path)[:32]
    with _explained(path):
        folder.mkdir(mode=0o700, exist_ok=True)
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = filelock.FileLock(folder / f"{name}.lock")
        lock.acquire(poll_interval=0.01)
    try:
        yield
    finally:
        lock.release()


def read_bytes(path: Path) -> bytes:
    """Read a file.

    Raises:
        CassetteError: there is none, or it cannot be read.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise CassetteNotFoundError(path, _RECORD_IT) from None
    except OSError as error:
        problem = f"it cannot be read: {error.strerror}"
        raise CassetteFormatError(path, problem, "A cassette is a readable file.") from error


def replace(path: Path, data: bytes) -> None:
    """Write a file, whole or not at all.

    Raises:
        CassetteWriteError: it could not be written.
    """
    prefix = f".{path.name[:32]}.{_key(path)[:8]}."
    with _explained(path):
        handle, name = tempfile.mkstemp(prefix=prefix, suffix=".tmp", dir=path.parent)
        temporary = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            temporary.chmod(_mode(path))
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        _sync_folder(path.parent)
        _sweep_up(path, prefix)


def _sweep_up(path: Path, prefix: str) -> None:
    """Remove what killed processes left; not what another machine may be writing at this moment."""
    now = path.stat().st_mtime
    with contextlib.suppress(OSError):
        for left in path.parent.iterdir():
            if left.name.startswith(prefix) and now - left.stat().st_mtime > _OLD:
                left.unlink()


def _key(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path.absolute())).hexdigest()


def _mode(path: Path) -> int:
    """Return the mode of the file that is replaced, or what a plain `open` would have given."""
    with contextlib.suppress(FileNotFoundError):
        return path.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def _sync_folder(folder: Path) -> None:
    """Make the rename itself durable, where a folder can be opened (not on Windows)."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@contextlib.contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        remedy = "Make the folder writable, or name another with the ini option streamtape_dir."
        raise CassetteWriteError(path, reason, remedy) from error
