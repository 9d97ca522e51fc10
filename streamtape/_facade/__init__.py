"""What the README shows: the pieces of the layers below, joined for those who use them.

Nothing here decides anything that a layer below could. It is the one place that joins siblings.
"""

from streamtape._facade._options import TapeOptions
from streamtape._facade._player import Cassette, load
from streamtape._facade._serve import Serving, serve
from streamtape._facade._settings import TapeSettings
from streamtape._facade._tape import Tape, use_cassette

__all__ = [
    "Cassette",
    "Serving",
    "Tape",
    "TapeOptions",
    "TapeSettings",
    "load",
    "serve",
    "use_cassette",
]
