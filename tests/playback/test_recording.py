"""What a live stream becomes, with times handed in."""

from streamtape.cassette import Chunk, End, Request
from streamtape.playback import Recording

REQUEST = Request("POST", "https://api.example/v1")


def recording():
    noted = Recording(REQUEST, started=100.0)
    noted.head(200, [("Content-Type", "text/event-stream")], "HTTP/1.1", at=100.25)
    return noted


def test_times_are_noted_to_the_microsecond():
    """Gaps count from the head, then from chunk to chunk; the ending from the last chunk."""
    noted = recording()
    noted.chunk(b"ab", at=100.300001)
    noted.chunk(b"c", at=100.35)
    noted.finish("reset", at=100.4)
    response = noted.interaction().response
    assert response.head == 250_000
    assert response.chunks == (Chunk(50_001, 2), Chunk(49_999, 1))
    assert response.end == End("reset", 50_000)
    assert response.body == b"abc"
    assert response.headers == (("content-type", "text/event-stream"),)


def test_rounding_does_not_drift():
    """10,000 gaps of a third of a microsecond add up to what they took."""
    noted = recording()
    for n in range(1, 10_001):
        noted.chunk(b"x", at=100.25 + n / 3_000_000)
    assert sum(gap for gap, _ in noted.interaction().response.chunks) == 3333


def test_a_prompt_end_is_at_once():
    """A complete body that ends within a millisecond of its last chunk ends at once."""
    noted = recording()
    noted.chunk(b"x", at=100.3)
    noted.finish("complete", at=100.3009)
    assert noted.interaction().response.end == End()


def test_only_the_first_ending_counts():
    """Closing behind the end of the body is no abort."""
    noted = recording()
    noted.finish("complete", at=100.3)
    noted.finish("aborted", at=100.4)
    assert noted.ended
    assert noted.interaction().response.end.kind == "complete"


def test_a_response_that_nobody_finished_was_aborted():
    """Where no ending was noted, the client walked away."""
    noted = recording()
    noted.chunk(b"x", at=100.3)
    assert noted.interaction().response.end == End("aborted")
    assert recording().interaction().response.end == End("aborted")


def test_without_a_head_there_is_nothing_to_replay():
    """`has_head` tells whether a response had begun."""
    assert not Recording(REQUEST, started=0).has_head
    assert recording().has_head


def test_decoding_replaces_chunks_and_drops_the_encoding():
    """A decoded body keeps the boundaries of its decoded chunks, and no encoding is announced."""
    noted = Recording(REQUEST, started=0)
    fields = [("Content-Encoding", "gzip"), ("Content-Length", "9"), ("x", "y")]
    noted.head(200, fields, "HTTP/1.1", at=0)
    noted.chunk(b"zipped", at=1)
    noted.decode(lambda chunks: [(at, data.upper()) for at, data in chunks])
    response = noted.interaction().response
    assert response.body == b"ZIPPED"
    assert response.headers == (("x", "y"),)
