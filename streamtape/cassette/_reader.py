"""The text of a file to a cassette.

This module decides what the fields of a file mean. It reads no files: `_file` does.
"""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import replace
from datetime import date
from itertools import accumulate, repeat
from typing import TYPE_CHECKING

from streamtape import splits
from streamtape.cassette import _schema, _yaml
from streamtape.cassette._frames import read_frames
from streamtape.cassette._model import (
    Cassette,
    Chunk,
    End,
    EndKind,
    Headers,
    Interaction,
    Request,
    Response,
)
from streamtape.errors import CassetteFormatError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

_EXACT = 1e9  # milliseconds: with three decimals, a float's 53 bits hold every one below
_FORMAT = "docs/explanation/cassette-format.md"

__all__ = ["compact_json", "read", "read_mending"]


def read(data: bytes, path: Path) -> Cassette:
    """Read a cassette from the bytes of its file; `path` is for errors only.

    Raises:
        CassetteFormatError: it is not a cassette of format 1.
    """
    return _Reader(data, path).cassette()


def read_mending(data: bytes, path: Path) -> tuple[Cassette, list[int]]:
    """Read a cassette whose bodies were edited by hand.

    Where the chunk sizes no longer add up, the chunks that still fit keep boundaries and times, and
    what is left of the body becomes one chunk per event, without delays.

    Returns:
        The cassette, and the numbers (from 1) of the interactions that were mended.

    Raises:
        CassetteFormatError: for anything else that is wrong.
    """
    reader = _Reader(data, path, mend=True)
    return reader.cassette(), reader.mended


def compact_json(value: object) -> bytes:
    """Write JSON as httpx (0.28 and later), httpx2 and JavaScript do: without white space.

    Raises:
        ValueError: NaN or infinity, or a lone surrogate.
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return text.encode()


class _Reader:
    def __init__(self, data: bytes, path: Path, *, mend: bool = False) -> None:
        self._path = path
        self._mend = mend
        self.mended: list[int] = []
        try:
            _ = data.isascii() or data.decode()  # a megabyte of text that nobody needs
        except UnicodeDecodeError as error:
            raise CassetteFormatError(
                path,
                f"not UTF-8: byte 0x{data[error.start]:02x} at offset {error.start}",
                "Save the file as UTF-8, or restore it from version control.",
                line=data.count(b"\n", 0, error.start) + 1,
            ) from None
        self._document = _yaml.parse(data, path)

    def cassette(self) -> Cassette:
        schema = _schema.validate(self._document, self._path)
        return Cassette(
            tuple(
                Interaction(
                    self._request(item.request, ("interactions", number, "request")),
                    self._response(item.response, ("interactions", number, "response")),
                    self._date(item.recorded, ("interactions", number, "recorded")),
                )
                for number, item in enumerate(schema.interactions)
            ),
            self._path,
        )

    def _date(self, text: str | None, place: _yaml.Place) -> date | None:
        try:
            return None if text is None else date.fromisoformat(text)
        except ValueError:
            remedy = "Write one like '2026-11-21', or leave it out."
            raise self._error(place, f"{text!r} is not a date", remedy) from None

    def _request(self, schema: _schema.RequestSchema, place: _yaml.Place) -> Request:
        if "json_" in schema.model_fields_set:
            try:
                body = compact_json(schema.json_)
            except ValueError as error:
                raise self._error((*place, "json"), f"not JSON: {error}", "Correct it.") from None
        elif schema.base64 is not None:
            body = self._base64(schema.base64, (*place, "base64"))
        else:
            body = (schema.text or "").encode()
        return Request(schema.method, schema.url, _headers(schema.headers), body)

    def _response(self, schema: _schema.ResponseSchema, place: _yaml.Place) -> Response:
        end = schema.end
        kind, after = (end, 0.0) if isinstance(end, str) else self._timed_end(end, (*place, "end"))
        response = Response(
            status=schema.status,
            headers=_headers(schema.headers),
            body=self._body(schema, place),
            head=self._microseconds(schema.head, (*place, "head")),
            end=End(kind, self._microseconds(after, (*place, "end"))),
            http_version=schema.http_version,
        )
        if schema.chunks is None:
            return response
        return replace(response, chunks=self._chunks(schema.chunks, response, (*place, "chunks")))

    def _body(self, schema: _schema.ResponseSchema, place: _yaml.Place) -> bytes:
        if schema.base64 is not None:
            return self._base64(schema.base64, (*place, "base64"))
        if schema.frames is not None:
            try:
                return read_frames(schema.frames)
            except ValueError as error:
                remedy = f"See {_FORMAT}, section Frames."
                raise self._error((*place, "frames"), str(error), remedy) from None
        text = schema.body or ""
        return (text.replace("\n", "\r\n") if schema.newlines else text).encode()

    def _chunks(self, index: str, response: Response, place: _yaml.Place) -> tuple[Chunk, ...]:
        body = response.body
        gaps, sizes = _numbers(index)
        pairs = zip(gaps, sizes, strict=True)
        chunks = tuple(map(_new_tuple, repeat(Chunk), pairs))
        total = sum(sizes)
        if total != len(body) and self._mend:
            self.mended.append(int(place[1]) + 1)
            return _mended(chunks, response)
        if total != len(body):
            problem = f"the chunks add up to {total} bytes, the body has {len(body)}"
            remedy = f"After an edit of the body, run: streamtape fix {self._path}"
            raise self._error(place, problem, remedy)
        return chunks

    def _timed_end(self, end: dict[EndKind, float], place: _yaml.Place) -> tuple[EndKind, float]:
        if len(end) != 1:
            raise self._error(place, "a body ends once", "Write one ending, e.g. {reset: 40}.")
        return next(iter(end.items()))

    def _microseconds(self, milliseconds: float, place: _yaml.Place) -> int:
        microseconds = round(milliseconds * 1000)
        if microseconds / 1000 != milliseconds:
            problem = f"{milliseconds!r} has more than three decimals"
            raise self._error(place, problem, "Milliseconds have at most three.")
        return microseconds

    def _base64(self, text: str, place: _yaml.Place) -> bytes:
        try:
            return base64.b64decode("".join(text.split()), validate=True)
        except (binascii.Error, ValueError) as error:
            remedy = "Restore it from version control, or record it again."
            raise self._error(place, f"not base64: {error}", remedy) from None

    def _error(self, place: _yaml.Place, problem: str, remedy: str) -> CassetteFormatError:
        line = self._document.lines[place]
        return CassetteFormatError(
            self._path, problem, remedy, line=line, field=_yaml.dotted(place)
        )


def _headers(schema: dict[str, str | list[str]]) -> Headers:
    return tuple(
        (name, value)
        for name, values in schema.items()
        for value in ([values] if isinstance(values, str) else values)
    )


def _mended(chunks: tuple[Chunk, ...], response: Response) -> tuple[Chunk, ...]:
    """Keep the chunks that fit into the body; cut what is left into events."""
    body, ends = response.body, accumulate(chunk.size for chunk in chunks)
    kept = [chunk for chunk, end in zip(chunks, ends, strict=True) if end <= len(body)]
    rest = body[sum(chunk.size for chunk in kept) :]
    events = splits.cut(rest, splits.Events().offsets(rest, (), response.format))
    return (*kept, *(Chunk(0, len(event)) for event in events))


# What `Chunk._make` does, but for the check of the length: there are thousands of these.
_new_tuple: Callable[[type[Chunk], Iterable[int]], Chunk] = tuple.__new__


def _numbers(index: str) -> tuple[list[int], list[int]]:
    """Read a chunk index: gaps in microseconds, exactly, and sizes."""
    try:
        # As JSON, in a third of the time: there are thousands of these.
        numbers = json.loads(f"[{index.replace('+', ',').replace(' ', ',')}]")
    except ValueError:  # zeros in front of a number, or more than one space
        numbers = []
    if numbers and max(numbers[::2]) < _EXACT:
        return [round(number * 1000) for number in numbers[::2]], numbers[1::2]
    texts = index.replace("+", " ").split()
    return list(map(_microseconds, texts[::2])), list(map(int, texts[1::2]))


def _microseconds(milliseconds: str) -> int:
    """Read a decimal of at most three places, exactly."""
    whole, _, decimals = milliseconds.partition(".")
    return int(whole) * 1000 + int(decimals.ljust(3, "0"))
