"""The file as pydantic sees it: format 1, its JSON Schema, and errors that name line and field.

This module decides which keys and types a file may have. What they *mean* (chunks that add up,
base64 that decodes) is decided in `_reader`; what YAML they may be written in, in `_yaml`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError, model_validator

from streamtape.cassette._model import END_KINDS, EndKind
from streamtape.cassette._yaml import Document, Place, dotted
from streamtape.errors import CassetteFormatError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["CassetteSchema", "InteractionSchema", "RequestSchema", "ResponseSchema", "validate"]

_Milliseconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]
_HeadersSchema = dict[str, str | list[str]]
_WHOLE = r"\d{1,15}"  # a petabyte, and thirty thousand years
_DECIMAL = rf"{_WHOLE}(?:\.\d{{1,3}})?"
_DATE = r"^\d{4}-\d{2}-\d{2}$"
CHUNKS_PATTERN = rf"^(?:{_DECIMAL}\+{_WHOLE}(?: +{_DECIMAL}\+{_WHOLE})*)?$"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, populate_by_name=True)


def _at_most_one(model: BaseModel, *names: str) -> None:
    given = [name for name in names if name.rstrip("_") in _spelled(model)]
    if len(given) > 1:
        listed = " and ".join(name.rstrip("_") for name in given)
        raise ValueError(f"{listed} exclude each other")


def _spelled(model: BaseModel) -> set[str]:
    return {name.rstrip("_") for name in model.model_fields_set}


class RequestSchema(_Strict):
    """A request; its body as `json`, `text` or `base64`, or none."""

    method: str = Field(pattern="^[A-Z]+$", examples=["POST"])
    url: str = Field(min_length=1, examples=["https://api.anthropic.com/v1/messages"])
    headers: _HeadersSchema = Field(default_factory=dict)
    json_: JsonValue = Field(
        default=None, alias="json", description="A JSON body, sent without white space."
    )
    text: str | None = Field(default=None, description="Any other UTF-8 body.")
    base64: str | None = Field(default=None, description="Any other body.")

    @model_validator(mode="after")
    def _one_body(self) -> RequestSchema:
        _at_most_one(self, "json_", "text", "base64")
        return self


class ResponseSchema(_Strict):
    """A response, with its body as it streamed."""

    status: int = Field(ge=100, le=999)
    http_version: str = "HTTP/1.1"
    headers: _HeadersSchema = Field(default_factory=dict)
    head: _Milliseconds = Field(
        default=0, description="Milliseconds from the request to the head of the response."
    )
    body: str | None = Field(default=None, description="The body, where YAML can carry it.")
    newlines: Literal["crlf"] | None = Field(
        default=None, description="Every line end of `body` stands for CR LF."
    )
    frames: str | None = Field(
        default=None,
        description="The body, where it is an AWS event stream: the headers and the payload of "
        "each frame as lines of text, a blank line between two frames.",
    )
    base64: str | None = Field(default=None, description="The body, where YAML cannot carry it.")
    chunks: str | None = Field(
        default=None,
        pattern=CHUNKS_PATTERN,
        description="For each chunk, milliseconds since the one before, '+', size in bytes. "
        "Left out: one chunk per event, no delays.",
        examples=["412+521 31+145 0.4+1"],
    )
    end: EndKind | dict[EndKind, _Milliseconds] = Field(
        default="complete",
        description="How the body ended; as a mapping, with milliseconds after the last chunk.",
    )

    @model_validator(mode="after")
    def _one_body(self) -> ResponseSchema:
        _at_most_one(self, "body", "frames", "base64")
        if self.newlines and self.body is None:
            raise ValueError("newlines goes with body")
        return self


class InteractionSchema(_Strict):
    """One request with its response."""

    recorded: str | None = Field(
        default=None,
        pattern=_DATE,
        description="The day on which it was recorded, in UTC.",
        examples=["2026-11-21"],
    )
    request: RequestSchema
    response: ResponseSchema


class CassetteSchema(_Strict):
    """A streamtape cassette, format 1."""

    streamtape: Literal[1]
    interactions: list[InteractionSchema]


_SEE_FORMAT = "The format is described in docs/explanation/cassette-format.md."
_SCHEMAS: tuple[tuple[tuple[str | None, ...], type[BaseModel]], ...] = (
    ((), CassetteSchema),
    (("interactions", None), InteractionSchema),
    (("interactions", None, "request"), RequestSchema),
    (("interactions", None, "response"), ResponseSchema),
)


_COMPANIONS = {
    "streamtape-splits": "the failing splits",
    "streamtape-expected": "the expected transcripts",
}


def _refuse_companion(value: object, path: Path) -> None:
    """Refuse a file that stands beside a cassette, and say which one that is."""
    for head, what in _COMPANIONS.items():
        if isinstance(value, dict) and head in value:
            name = path.name.removesuffix(".yaml").rpartition(".")[0]
            remedy = f"Its cassette is {name}.yaml."
            raise CassetteFormatError(path, f"no cassette: it holds {what} of one", remedy, line=1)


def validate(document: Document, path: Path) -> CassetteSchema:
    """Check a parsed file against the format.

    Raises:
        CassetteFormatError: for the first thing wrong, with its line and field.
    """
    if not isinstance(document.value, dict) or "streamtape" not in document.value:
        _refuse_companion(document.value, path)
        raise CassetteFormatError(
            path,
            "not a streamtape cassette: it does not begin with 'streamtape: 1'",
            f"A cassette of another tool? Try: streamtape convert {path} -o NEW.yaml",
            line=1,
        )
    try:
        return CassetteSchema.model_validate(document.value)
    except ValidationError as error:
        # The deepest place is the most telling: a union reports each of its members.
        first = max(error.errors(), key=lambda e: len(_place(e["loc"], document)))
        place = _place(first["loc"], document)
        problem, remedy = _explain(first["type"], first, place)
        line = document.lines[place]
        raise CassetteFormatError(path, problem, remedy, line=line, field=dotted(place)) from None


def _place(loc: tuple[int | str, ...], document: Document) -> Place:
    """Return the longest beginning of a pydantic location that stands in the file."""
    place: Place = ()
    for key in loc:
        if (*place, key) not in document.lines:
            break
        place = (*place, key)
    return place


def _explain(kind: str, error: Any, place: Place) -> tuple[str, str]:
    given = error["input"]
    if kind == "extra_forbidden":
        return "unknown key", f"Known here: {', '.join(_known_keys(place[:-1]))}."
    if kind == "missing":
        return f"{error['loc'][-1]} is missing", "Add it."
    if place == ("streamtape",):
        return f"format {given!r}", "This streamtape reads format 1: upgrade it, or record again."
    if "string_type" in kind or (place[-2:-1] == ("headers",) and not isinstance(given, list)):
        remedy = f"Quote it: '{given}'." if isinstance(given, int | float) else "Write text."
        return f"{given!r} stands where text belongs", remedy
    if place[-1:] == ("recorded",):
        return f"{given!r} is not a date", "Write one like '2026-11-21', or leave it out."
    if place[-1:] == ("chunks",):
        return (
            f"{str(given)[:40]!r} is not a chunk index",
            "Write milliseconds+bytes for each chunk, at most three decimals: 412+521 0.4+1.",
        )
    if "end" in place:
        return (
            f"{given!r} is not an ending",
            f"Valid: {', '.join(END_KINDS)}, or e.g. {{reset: 40}}.",
        )
    if kind in ("model_type", "dict_type"):
        return "a mapping belongs here", _SEE_FORMAT
    if kind == "value_error":
        return str(error["ctx"]["error"]), _SEE_FORMAT
    expected = str(error["msg"])
    return f"{given!r} does not fit: {expected[0].lower()}{expected[1:]}", _SEE_FORMAT


def _known_keys(place: Place) -> list[str]:
    general = tuple(None if isinstance(key, int) else key for key in place)
    model = dict(_SCHEMAS)[general]
    return [field.alias or name for name, field in model.model_fields.items()]
