"""Record live SSE streams of model APIs; replay them under every chunk split, timing and fault.

    >>> import streamtape
    >>> with streamtape.load("cassettes/hello.yaml").stream(split="bytes") as stream:
    ...     print(stream.get_final_text())

The names below are the front door; each subpackage (`sse`, `splits`, `timing`, `faults`,
`cassette`, `playback`, `messages`, `sweep`, `pictures`, `strategies`, `transports`, `server`,
`proxy`, `command`, `verify`, `errors`) is public too. Nothing heavy is imported before it is used:
a test session that does not use streamtape does not pay for it.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from streamtape._facade import (
        Cassette,
        Tape,
        TapeOptions,
        TapeSettings,
        load,
        serve,
        use_cassette,
    )
    from streamtape._facade._transcript import atranscript, transcript
    from streamtape._version import __version__
    from streamtape.cassette import Interaction, Request, Response, register_matcher, save
    from streamtape.errors import CassetteError, CassetteMiss, StreamtapeError, UsageError
    from streamtape.transcripts import Transcript
    from streamtape.transports import RecordTransport, ReplayTransport

_HOMES = {
    "Cassette": "_facade",
    "CassetteError": "errors",
    "CassetteMiss": "errors",
    "Interaction": "cassette",
    "RecordTransport": "transports",
    "ReplayTransport": "transports",
    "Request": "cassette",
    "Response": "cassette",
    "StreamtapeError": "errors",
    "Tape": "_facade",
    "TapeOptions": "_facade",
    "TapeSettings": "_facade",
    "Transcript": "transcripts",
    "UsageError": "errors",
    "__version__": "_version",
    "atranscript": "_facade._transcript",
    "load": "_facade",
    "register_matcher": "cassette",
    "save": "cassette",
    "serve": "_facade",
    "transcript": "_facade._transcript",
    "use_cassette": "_facade",
}
_SUBPACKAGES = frozenset(
    {
        "cassette",
        "checks",
        "clock",
        "command",
        "convert",
        "errors",
        "eventstream",
        "faults",
        "laws",
        "formats",
        "messages",
        "ndjson",
        "pictures",
        "playback",
        "proxy",
        "respx",
        "server",
        "splits",
        "sse",
        "strategies",
        "sweep",
        "timing",
        "transcripts",
        "transports",
        "verify",
    }
)

__all__ = [
    "Cassette",
    "CassetteError",
    "CassetteMiss",
    "Interaction",
    "RecordTransport",
    "ReplayTransport",
    "Request",
    "Response",
    "StreamtapeError",
    "Tape",
    "TapeOptions",
    "TapeSettings",
    "Transcript",
    "UsageError",
    "__version__",
    "atranscript",
    "load",
    "register_matcher",
    "save",
    "serve",
    "transcript",
    "use_cassette",
]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used (PEP 562)."""
    if name in _SUBPACKAGES:
        return importlib.import_module(f"{__name__}.{name}")
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__, *_SUBPACKAGES})
