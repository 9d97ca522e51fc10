"""What a cassette does not keep: rows of docs/explanation/fidelity.md that no other test holds."""

import re
from pathlib import Path

import pytest

import streamtape
from streamtape.cassette import Filters

ROOT = Path(__file__).parents[2]


def test_every_row_of_the_table_names_a_test_that_is_there():
    """docs/explanation/fidelity.md names tests, and each of them exists."""
    text = (ROOT / "docs" / "explanation" / "fidelity.md").read_text("utf-8")
    rows = [line for line in text.splitlines() if line.startswith("| ")]
    named = re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", text)
    assert len(named) == len(rows) - 6  # three heads and three rules
    for path, function in named:
        assert f"def {function}" in (ROOT / path).read_text("utf-8"), (path, function)


def record(face, handler, **options):
    transport = streamtape.RecordTransport(face.mock(handler), filters=options.pop("filters", None))
    seen = face.fetch(transport, **options)
    return seen, transport.cassette


def test_headers_are_lower_case_and_grouped(face):
    """Names lose their case; fields of one name stand together, in their order."""
    sent = [("X-B", "1"), ("X-A", "2"), ("x-b", "3")]
    filters = Filters.of(filter_headers=[(n, lambda _n, value, _r: value) for n in ("x-a", "x-b")])
    _, cassette = record(
        face, lambda _: face.library.Response(200, headers=sent, text="a"), filters=filters
    )
    kept = [
        field for field in cassette.interactions[0].response.headers if field[0] != "content-type"
    ]
    assert kept == [("x-b", "1"), ("x-b", "3"), ("x-a", "2")]


def test_the_reason_phrase_is_the_codes(face):
    """A reason phrase of its own is not kept."""
    _, cassette = record(
        face,
        lambda _: face.library.Response(
            200, text="a", extensions={"reason_phrase": b"Fine", "own": 1}
        ),
    )
    transport = streamtape.ReplayTransport(cassette)
    request = face.library.Request("POST", "https://api.example/v1/messages", json={})
    if face.colour == "async":
        pytest.skip("one colour is enough: the response is built in one place")
    response = transport.handle_request(request)
    assert response.reason_phrase == "OK"


def test_extensions_are_not_kept(face):
    """Of a response's extensions, only the version of HTTP comes back."""
    if face.colour == "async":
        pytest.skip("one colour is enough: the response is built in one place")
    _, cassette = record(
        face, lambda _: face.library.Response(200, text="a", extensions={"http_version": b"HTTP/2"})
    )
    request = face.library.Request("POST", "https://api.example/v1/messages", json={})
    response = streamtape.ReplayTransport(cassette).handle_request(request)
    assert dict(response.extensions) == {"http_version": b"HTTP/2"}


def test_a_request_body_is_kept_whole():
    """A body that is sent in pieces is one body."""
    import httpx

    transport = streamtape.RecordTransport(httpx.MockTransport(lambda _: httpx.Response(200)))
    with httpx.Client(transport=transport) as client:
        client.post("https://x/", content=iter([b"a", b"b"]))
    assert transport.cassette.interactions[0].request.body == b"ab"


def test_every_hop_is_an_interaction(face):
    """A redirect and what it leads to are two interactions, and replay as two."""

    def handler(request):
        if request.url.path == "/v1/messages":
            return face.library.Response(307, headers={"location": "/elsewhere"})
        return face.library.Response(200, content=b"there")

    seen, cassette = record(face, handler, follow_redirects=True)
    assert seen.status == 200
    assert [item.response.status for item in cassette.interactions] == [307, 200]
    again = face.fetch(streamtape.ReplayTransport(cassette), follow_redirects=True)
    assert again.chunks == [b"there"]
