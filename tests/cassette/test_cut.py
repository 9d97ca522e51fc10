"""Less of a recording, its chunks and times where they still are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streamtape import splits
from streamtape.cassette import (
    Cassette,
    Chunk,
    Interaction,
    Request,
    Response,
    keep_events,
    keep_interactions,
)
from streamtape.errors import UsageError

BODY = b"data: 1\n\ndata: 22\n\ndata: 333\n\nrest"  # 9, 10, 11 and 4 bytes


def response(*sizes):
    return Response(body=BODY, chunks=tuple(Chunk(10 * n, size) for n, size in enumerate(sizes, 1)))


@pytest.mark.parametrize(
    ("kept", "chunks"),
    [
        ([1, 2, 3, 4], [(10, 5), (20, 6), (30, 0), (40, 23)]),
        ([1], [(10, 5), (20, 4), (30, 0)]),
        ([2], [(30, 2), (30, 0), (40, 8)]),
        ([4], [(60, 0), (40, 4)]),
        ([], [(60, 0)]),
    ],
)
def test_events_that_are_kept_keep_their_chunks(kept, chunks):
    """Boundaries inside of what is left stay; the time of one that is gone is the next one's."""
    cut = keep_events(response(5, 6, 0, 23), kept)
    assert list(cut.chunks) == chunks
    assert sum(cut.chunk_sizes) == len(cut.body)


def test_a_body_without_an_index():
    """A cassette written by hand stays one chunk per event."""
    cut = keep_events(Response(body=BODY), [1, 3])
    assert (cut.body, cut.chunks) == (b"data: 1\n\ndata: 333\n\n", None)


@given(st.data())
def test_any_cut_is_a_recording(data):
    """Whatever is kept, the body is that of the events, and the chunks add up."""
    offsets = data.draw(st.lists(st.integers(0, len(BODY)), max_size=6).map(sorted))
    pieces = splits.cut(BODY, offsets)
    kept = data.draw(st.sets(st.integers(1, 4)))
    cut = keep_events(response(*map(len, pieces)), kept)
    events = [b"data: 1\n\n", b"data: 22\n\n", b"data: 333\n\n", b"rest"]
    assert cut.body == b"".join(events[number - 1] for number in sorted(kept))


def test_interactions():
    """Interactions keep their order; a number that is not there is an error."""
    cassette = Cassette(tuple(Interaction(Request("GET", f"/{n}"), Response()) for n in "abc"))
    assert [i.request.url for i in keep_interactions(cassette, {3, 1}).interactions] == ["/a", "/c"]
    with pytest.raises(UsageError) as caught:
        keep_interactions(cassette, [4])
    assert str(caught.value) == "interaction 4: there is none of that number. There are 3, from 1."
