"""Recordings of other tools, as cassettes.

    >>> from streamtape.convert import convert
    >>> cassette = convert(Path("tests/cassettes/test_chat.yaml"))

Every converter is a pure function from what a file holds to interactions. What comes out is
redacted like a recording of our own. What the other tool did not keep cannot be made up: chunk
boundaries and times are one chunk per event, at once, but where the file says otherwise.
"""

from streamtape.convert._convert import FORMATS, convert

__all__ = ["FORMATS", "convert"]
