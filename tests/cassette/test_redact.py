"""What may reach the disk: what is known to be harmless, and placeholders for ids."""

import gzip
import zlib

import pytest

from streamtape.cassette import Cassette, Interaction, Redactor, Request, Response

SECRET = "sk-ant-secret"


def recorded(*ids):
    request_headers = (
        ("authorization", f"Bearer {SECRET}"),
        ("x-api-key", SECRET),
        ("cookie", SECRET),
        ("x-anything", SECRET),
        ("content-type", "application/json"),
        ("anthropic-version", "2023-06-01"),
    )
    response_headers = (
        ("set-cookie", SECRET),
        ("cf-ray", SECRET),
        ("anthropic-organization-id", SECRET),
        ("content-type", "text/event-stream"),
        *(("request-id", value) for value in ids),
    )
    return Interaction(
        Request("POST", "u", request_headers, b"body"), Response(200, response_headers)
    )


def test_headers_are_dropped_unless_known_to_be_harmless():
    """No secret header survives, in either direction; the known ones do, and so does the body."""
    redacted = Redactor()(recorded("req_1"))
    assert SECRET not in repr(redacted)
    assert redacted.request.headers == (
        ("content-type", "application/json"),
        ("anthropic-version", "2023-06-01"),
    )
    assert redacted.request.body == b"body"
    assert redacted.response.headers == (
        ("anthropic-organization-id", "org_streamtape_1"),
        ("content-type", "text/event-stream"),
        ("request-id", "req_streamtape_1"),
    )


def test_an_id_has_one_placeholder():
    """The same id gets the same placeholder, another id the next, through a whole cassette."""
    redact = Redactor()
    seen = [redact(recorded(name)).response.header("request-id") for name in "abab"]
    assert seen == [f"req_streamtape_{n}" for n in (1, 2, 1, 2)]


def test_numbering_goes_on_behind_what_is_there():
    """Placeholders that a cassette holds keep their numbers; new ones come behind them."""
    first = Redactor()(recorded("a"))
    redact = Redactor(Cassette((first,)))
    assert redact(first) == first
    assert redact(recorded("b")).response.header("request-id") == "req_streamtape_2"


def deflated(data):
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", gzip.compress(b"plain", mtime=0)),
        ("deflate", zlib.compress(b"plain")),
        ("deflate", deflated(b"plain")),
        ("", gzip.compress(b"plain", mtime=0)),
        ("gzip", b"plain"),
        ("br", b"plain"),
    ],
)
def test_request_bodies_are_kept_decompressed(encoding, body):
    """A body that is gzip or deflate is kept as what it says; one that is not is kept as it is."""
    request = Request("POST", "u", (("content-encoding", encoding),), body)
    assert Redactor(environ={}).filtered(request).body == b"plain"
