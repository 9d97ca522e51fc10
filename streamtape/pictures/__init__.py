"""Pictures of streams: reads against time, what they meant, and what went wrong where.

A `Picture` is plain data, made of a recording (`picture`, `pictures_of`) or of a replay
(`replayed`). Renderers draw it: `page` as one self-contained HTML file, `timeline` as lines for a
terminal. `entries_of`, `index` and `markdown` collect the pages of a run.
"""

from streamtape.pictures._draw import picture, pictures_of, replayed
from streamtape.pictures._index import INDEX, Entry, entries_of, index, is_page, markdown
from streamtape.pictures._page import page
from streamtape.pictures._picture import (
    Change,
    Event,
    Family,
    Finding,
    Mark,
    MarkKind,
    Picture,
    Read,
)
from streamtape.pictures._timeline import GLYPHS, Glyphs, Line, Piece, Style, timeline

__all__ = [
    "GLYPHS",
    "INDEX",
    "Change",
    "Entry",
    "Event",
    "Family",
    "Finding",
    "Glyphs",
    "Line",
    "Mark",
    "MarkKind",
    "Picture",
    "Piece",
    "Read",
    "Style",
    "entries_of",
    "index",
    "is_page",
    "markdown",
    "page",
    "picture",
    "pictures_of",
    "replayed",
    "timeline",
]
