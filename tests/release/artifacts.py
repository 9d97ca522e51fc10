"""What is released: built twice, compared, and looked through.

    python tests/release/artifacts.py dist

Two builds from two copies of what git has, under one SOURCE_DATE_EPOCH, are the same to the byte.
The wheel holds the files that git has of both packages, nothing else but its metadata; the sdist,
what is needed to build and to test. Data of a package (a page, a schema) is taken by its kind: a
new kind is named in `DATA`, or it is an accident.
"""

from __future__ import annotations

import email
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import zipfile
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).parents[2]
PACKAGES = {"streamtape/": "streamtape/", "plugin/pytest_streamtape/": "pytest_streamtape/"}
DATA = {".py", ".typed", ".html", ".css", ".js", ".json", ".svg"}
METADATA = {"METADATA", "RECORD", "WHEEL", "entry_points.txt", "licenses/LICENSE"}
SOURCES = ("streamtape/", "plugin/", "cassettes/", "tests/", "docs/", ".ci/", ".github/")
TOP = {"LICENSE", "README.md", "pyproject.toml", ".gitignore", ".pre-commit-config.yaml"}
VERSION = re.compile(r'^__version__ = "(\d+\.\d+\.\d+(?:(?:a|b|rc)\d+)?)"$', re.MULTILINE)


def git(*arguments: str) -> str:
    """Return what git says."""
    command = ["git", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout


def tracked() -> set[str]:
    """Return the files that git has, and those that it would have after ``git add``."""
    listed = git("ls-files", "--cached", "--others", "--exclude-standard").splitlines()
    return {name for name in listed if (ROOT / name).is_file()}


def build(folder: Path, epoch: str) -> dict[str, bytes]:
    """Build from a copy of what git has; return the artifacts, by name."""
    copy, out = folder / "copy", folder / "out"
    for name in tracked():
        (copy / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, copy / name)
    command = [sys.executable, "-m", "build", "--quiet", "--outdir", str(out), str(copy)]
    subprocess.run(command, env=os.environ | {"SOURCE_DATE_EPOCH": epoch}, check=True)
    return {path.name: path.read_bytes() for path in sorted(out.iterdir())}


def same(found: set[str], wanted: set[str], where: str) -> None:
    """Leave with what is too much and what is missing."""
    wrong = [*(f"  too much: {name}" for name in sorted(found - wanted))]
    wrong += [f"  missing: {name}" for name in sorted(wanted - found)]
    if wrong:
        sys.exit("\n".join([f"artifacts: {where} is not what it should be:", *wrong]))


def check_wheel(path: Path, version: str) -> None:
    """The wheel: the files of both packages, and its metadata."""
    wanted = {f"pytest_streamtape-{version}.dist-info/{name}" for name in METADATA}
    for name in tracked():
        for source, target in PACKAGES.items():
            if name.startswith(source):
                wanted.add(target + name.removeprefix(source))
    with zipfile.ZipFile(path) as wheel:
        same(set(wheel.namelist()), wanted, path.name)
        dist_info = f"pytest_streamtape-{version}.dist-info"
        check_metadata(wheel.read(f"{dist_info}/METADATA").decode(), version)
        license_ = wheel.read(f"{dist_info}/licenses/LICENSE")
    if license_ != (ROOT / "LICENSE").read_bytes():
        sys.exit("artifacts: the licence in the wheel is another one")
    packed = {PurePosixPath(name) for name in wanted if ".dist-info/" not in name}
    if odd := sorted(str(name) for name in packed if name.suffix not in DATA):
        sys.exit(f"artifacts: of no kind that a package holds (see DATA): {', '.join(odd)}")


def check_sdist(path: Path, version: str) -> None:
    """The sdist: what git has of the folders that make and test the package."""
    top = f"pytest_streamtape-{version}/"
    wanted = {top + name for name in tracked() if name.startswith(SOURCES) or name in TOP}
    with tarfile.open(path) as sdist:
        found = {member.name for member in sdist.getmembers() if not member.isdir()}
        owners = {(member.uid, member.gid, member.uname) for member in sdist.getmembers()}
    same(found, {*wanted, f"{top}PKG-INFO"}, path.name)
    if owners != {(0, 0, "")}:
        sys.exit(f"artifacts: {path.name} tells whose machine it was made on")


def check_metadata(text: str, version: str) -> None:
    """The metadata: version, licence, and what pyproject.toml says of dependencies."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    metadata = email.message_from_string(text)
    says = {
        "Name": project["name"],
        "Version": version,
        "License-Expression": "MIT",
        "License-File": "LICENSE",
        "Requires-Python": project["requires-python"],
    }
    for field, value in says.items():
        if metadata[field] != value:
            sys.exit(f"artifacts: {field} is {metadata[field]!r}, not {value!r}")
    required = {line for line in metadata.get_all("Requires-Dist", ()) if "extra ==" not in line}
    same(required, set(project["dependencies"]), "Requires-Dist")


def the_version() -> str:
    """Return the version, which stands in one place; the changelog must have it."""
    found = VERSION.search((ROOT / "streamtape" / "_version.py").read_text("utf-8"))
    if not found:
        sys.exit("artifacts: streamtape/_version.py has no version")
    if f"\n## {found[1]} - " not in (ROOT / "docs" / "changelog.md").read_text("utf-8"):
        sys.exit(f"artifacts: docs/changelog.md has no section for {found[1]}")
    return found[1]


def main() -> int:
    """Build, compare, check; leave the artifacts in the folder that is named."""
    target = Path(sys.argv[1]).absolute()
    version = the_version()
    epoch = git("log", "-1", "--format=%ct").strip()
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
        first, second = build(Path(one), epoch), build(Path(two), epoch)
    target.mkdir(exist_ok=True)
    for path in target.glob("pytest_streamtape-*"):
        path.unlink()
    for name, content in first.items():
        if second.get(name) != content:
            sys.exit(f"artifacts: two builds of {name} differ")
        (target / name).write_bytes(content)
        print(f"{hashlib.sha256(content).hexdigest()}  {name}  {len(content):,} bytes")
    check_wheel(target / f"pytest_streamtape-{version}-py3-none-any.whl", version)
    check_sdist(target / f"pytest_streamtape-{version}.tar.gz", version)
    built = [target / name for name in first]
    subprocess.run([sys.executable, "-m", "twine", "check", "--strict", *built], check=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
