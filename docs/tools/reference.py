"""The reference of the API, made from docstrings: one page of Markdown for each public module.

It reads the source and imports none of it (griffe). A module is public when no part of its name
begins with an underscore and it has `__all__`; what is public in it is what `__all__` names. So the
reference cannot lack a name, or have one too many; a public class or function without a docstring
stops the build.
"""

from __future__ import annotations

import re
import textwrap
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import griffe

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
PACKAGES = ("streamtape", "pytest_streamtape")
_NAME = re.compile(r"(?<!`)`([A-Za-z_][\w.]*)`(?!`)")
_PAGE = re.compile(r"`{0,2}docs/([\w./-]+\.md)`{0,2}")
_TABLE = re.compile(r"(^=+(?: +=+)+$.*^=+(?: +=+)+$)", re.MULTILINE | re.DOTALL)
_FENCED = re.compile(r"(^```.*?^```$)", re.MULTILINE | re.DOTALL)
_INDENTED = re.compile(r"(?:^    .*\n?(?:\s*\n(?=    ))?)+", re.MULTILINE)
_LONGEST_VALUE = 400  # characters; a table of all matchers tells a reader nothing
_HEADINGS = {
    "parameters": "Arguments",
    "other parameters": "Arguments",
    "attributes": "Attributes",
    "returns": "Returns",
    "yields": "Yields",
    "raises": "Raises",
}


class Page(NamedTuple):
    """One page of the reference.

    Attributes:
        module: the full name of the module.
        summary: the first sentence of its docstring.
        names: what the page describes, in its order.
        text: the page, as Markdown.
    """

    module: str
    summary: str
    names: tuple[str, ...]
    text: str

    @property
    def file(self) -> str:
        """The name of its file."""
        return f"{self.module}.md"


@cache
def pages() -> tuple[Page, ...]:
    """Return the pages, the package itself first, its modules by name."""
    modules = _modules()
    anchors = {f"{module.path}.{name}": module for module in modules for name in _exports(module)}
    return tuple(_page(module, anchors) for module in modules)


@cache
def _public() -> frozenset[str]:
    """Return where the classes and functions that are exported are defined."""
    return frozenset(
        _target(module.members[name]).path
        for module in _modules()
        for name in _exports(module)
        if name in module.members
    )


@cache
def _modules() -> tuple[griffe.Module, ...]:
    # Of griffe's extensions this one only: keywords of a TypedDict stay as they are written.
    loader = griffe.GriffeLoader(
        search_paths=[ROOT, ROOT / "plugin"],
        docstring_parser="google",
        extensions=griffe.Extensions(griffe.DataclassesExtension()),
    )
    loaded = [loader.load(name) for name in PACKAGES]
    loader.resolve_aliases(external=False)
    found: list[griffe.Module] = []
    for package in loaded:
        inner = (each for name, each in sorted(package.modules.items()) if name[0] != "_")
        found += [package, *(module for module in inner if module.exports)]
    return tuple(found)


def _exports(module: griffe.Module) -> list[str]:
    return sorted((str(name) for name in module.exports or ()), key=lambda name: name.lower())


def _page(module: griffe.Module, anchors: dict[str, griffe.Module]) -> Page:
    names = _exports(module)
    text = _text(module)
    parts = [f"# `{module.path}`", *_linked(_plain(text), module, anchors)]
    described: dict[str, str] = {}
    for name in names:
        if name not in module.members:
            raise SystemExit(f"reference: {module.path} exports {name}, which its source has not")
        member = _target(module.members[name])
        if member.path in described:  # the same class under another name
            parts.append(_heading(module, name, 2))
            parts.append(f"The same as [`{described[member.path]}`](#{described[member.path]}).")
            continue
        described[member.path] = f"{module.path}.{name}"
        parts.extend(_linked(_described(module, name, member, 2), module, anchors))
    summary = text.partition("\n\n")[0].replace("\n", " ")
    return Page(module.path, summary, tuple(names), "\n\n".join(parts) + "\n")


def _target(member: Any) -> Any:
    return member.final_target if member.is_alias else member


def _text(thing: Any) -> str:
    return str(thing.docstring.value) if thing.docstring else ""


def _heading(module: griffe.Module, name: str, level: int) -> str:
    return f"{'#' * level} `{name}` {{ #{module.path}.{name} }}"


def _described(module: griffe.Module, name: str, member: Any, level: int) -> Iterator[str]:
    """Yield the paragraphs about a class, a function or a value."""
    yield _heading(module, name, level)
    if member.is_class or member.is_function:
        if not member.docstring:
            raise SystemExit(f"reference: {member.path} has no docstring")
        yield _code(_signature(name.rpartition(".")[2], member))
    elif member.is_attribute:
        annotation = f": {member.annotation}" if member.annotation else ""
        value = (
            f" = {member.value}" if member.value and len(str(member.value)) < _LONGEST_VALUE else ""
        )
        yield _code(f"{name.rpartition('.')[2]}{annotation}{value}")
    yield from _sections(member)
    if member.is_class:
        for key, inner in _members(member).items():
            if key.startswith("_") or inner.is_alias or not inner.docstring:
                continue
            yield from _described(module, f"{name}.{key}", inner, level + 1)


def _members(thing: Any) -> dict[str, Any]:
    """Return what a class has, with what it has from classes that no page describes."""
    members = dict(thing.members)
    for base in thing.mro():
        if base.path not in _public():
            for key, inner in base.members.items():
                members.setdefault(key, inner)
    return members


def _signature(name: str, thing: Any) -> str:
    if thing.is_class:
        bases = ", ".join(str(base) for base in thing.bases)
        head = f"class {name}({bases})" if bases else f"class {name}"
        own = [parameter for parameter in thing.parameters if parameter.name != "self"]
        return f"{head}\n\n{name}{_parameters(own)}" if own else head
    own = [parameter for parameter in thing.parameters if parameter.name not in ("self", "cls")]
    prefix = "async " if "async" in thing.labels else ""
    if thing.labels & {"property", "cached"}:
        return f"{name}: {thing.returns}"
    returns = f" -> {thing.returns}" if thing.returns else ""
    return f"{prefix}def {name}{_parameters(own)}{returns}"


_STARS = {"variadic positional": "*", "variadic keyword": "**"}


def _parameters(parameters: list[Any]) -> str:
    written, keyword_only = [], False
    for parameter in parameters:
        kind = parameter.kind.value if parameter.kind else ""
        if kind == "keyword-only" and not keyword_only:
            keyword_only = True
            if not any(text.startswith("*") for text in written):
                written.append("*")
        keyword_only = keyword_only or kind == "variadic positional"
        text = _STARS.get(kind, "") + parameter.name
        if parameter.annotation is not None:
            text += f": {parameter.annotation}"
        if parameter.default is not None and not kind.startswith("variadic"):
            text += f" = {parameter.default}"
        written.append(text)
    line = f"({', '.join(written)})"
    if len(line) < 80:  # noqa: PLR2004 - what fits on a phone's side
        return line
    return "(\n" + "".join(f"    {text},\n" for text in written) + ")"


def _code(text: str) -> str:
    return f"```python\n{text}\n```"


def _sections(thing: Any) -> Iterator[str]:
    """Yield the sections of a docstring; a table for what has names."""
    if not thing.docstring:
        return
    for section in thing.docstring.parsed:
        kind = section.kind.value
        if kind == "text":
            yield from _plain(section.value)
        elif kind in _HEADINGS:
            yield f"**{_HEADINGS[kind]}**"
            yield "\n".join(_item(kind, entry) for entry in section.value)
        else:
            raise SystemExit(f"reference: {thing.path}: a section {kind!r} that it does not know")


def _item(kind: str, entry: Any) -> str:
    name = getattr(entry, "name", "")
    if kind == "raises":
        name = str(entry.annotation)
    if kind == "attributes" and entry.annotation:  # those of a signature stand there
        name += f": {entry.annotation}"
    text = " ".join(entry.description.split())
    return f"* `{name}`: {text}" if name else f"* {text}"


def _plain(text: str) -> list[str]:
    """Return the paragraphs of a docstring; its ``::`` is what Markdown needs no sign for."""
    text = re.sub(r"^::$\n?", "", text, flags=re.MULTILINE)
    text = re.sub(r"::$", ":", text, flags=re.MULTILINE)
    fenced = ""
    for part in _TABLE.split(text):
        if part.startswith("=="):
            fenced += f"\n```text\n{part}\n```\n"
        else:
            fenced += _INDENTED.sub(lambda code: f"\n{_code(_dedented(code[0]))}\n\n", part)
    return [part.strip("\n") for part in _FENCED.split(fenced)]


def _dedented(text: str) -> str:
    return textwrap.dedent(text).rstrip()


def _linked(parts: Any, module: griffe.Module, anchors: dict[str, Any]) -> Iterator[str]:
    """Make links of the names in backticks that the reference describes."""

    def link(found: re.Match[str]) -> str:
        name = found[1]
        homes = (f"{module.path}.", "streamtape.", "streamtape.errors.", "")
        for path in (home + name for home in homes):
            if path in anchors:
                home = "" if anchors[path] is module else f"{anchors[path].path}.md"
                return f"[`{name}`]({home}#{path})"
        return found[0]

    for part in filter(None, parts):
        if part.startswith(("```", "#")):
            yield part
        else:
            lines = part.splitlines()
            linked = (_PAGE.sub(r"[\1](../../\1)", _NAME.sub(link, line)) for line in lines)
            yield "\n".join(linked)
