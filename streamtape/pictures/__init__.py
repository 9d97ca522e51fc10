"""Pictures of streams: reads against time, what they meant, and what went wrong where.

A `Picture` is plain data, made of a recording (`picture`, `pictures_of`) or of a replay
(`replayed`). Renderers draw it: `page` as one self-contained HTML file, `timeline` as lines for a
terminal. `index` and `markdown` collect the pages of a run.
"""

from streamtape.pictures._draw import picture, pictures_of, replayed
from streamtape.pictures._page import page
from streamtape.pictures._picture import Change, Event, Finding, Mark, MarkKind, Picture, Read

__all__ = [
    "Change",
    "Event",
    "Finding",
    "Mark",
    "MarkKind",
    "Picture",
    "Read",
    "page",
    "picture",
    "pictures_of",
    "replayed",
]
