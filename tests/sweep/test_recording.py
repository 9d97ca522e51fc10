"""A whole cassette, rewritten."""

import pytest

from streamtape.cassette import Cassette, Interaction, Request, Response
from streamtape.errors import UsageError
from streamtape.sweep import VARIANTS, variant_of

BODIES = (b"data: a\n\n", b"data: b\n\n")
CASSETTE = Cassette(
    Interaction(Request("GET", "https://x/"), Response(body=body)) for body in BODIES
)


@pytest.mark.parametrize("variant", ["crlf", VARIANTS["crlf"]], ids=["name", "value"])
def test_every_body_is_rewritten(variant):
    """All interactions change, and lose the boundaries of their recording."""
    found = variant_of(CASSETTE, variant).interactions
    assert [each.response.body for each in found] == [b"data: a\r\n\r\n", b"data: b\r\n\r\n"]
    assert [each.request for each in found] == [each.request for each in CASSETTE.interactions]


def test_no_name_is_the_recording():
    """The empty name stands for the cassette itself."""
    assert variant_of(CASSETTE, "") is CASSETTE


def test_a_group_is_no_variant():
    """A cassette is rewritten by one variant; a group has several."""
    with pytest.raises(UsageError) as caught:
        variant_of(CASSETTE, "newlines")
    assert str(caught.value) == (
        "variant 'newlines': a group of several. Name one of lf, crlf, cr, mixed."
    )
