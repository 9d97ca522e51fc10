"""What a tape can tell of its streams, and assert."""

import json

import httpx2
import pytest

import streamtape
from streamtape.cassette import Cassette, Interaction, Request, Response
from streamtape.errors import PlaybackError, UsageError

URL = "https://api.example/v1/messages"


def event(kind, **fields):
    return f"event: {kind}\ndata: {json.dumps({'type': kind, **fields})}\n\n".encode()


def text(words):
    return event("content_block_delta", delta={"type": "text_delta", "text": words})


EVENTS = [event("message_start"), text("Once "), text("upon "), text("a"), event("message_stop")]
BODY = b"".join(EVENTS)


@pytest.fixture
def use(tmp_path):
    """Use a cassette of one message, twice; reads cut at events."""
    path = tmp_path / "essay.yaml"
    answer = Response(200, (("content-type", "text/event-stream"),), BODY)
    streamtape.save(Cassette((Interaction(Request("POST", URL, (), b"{}"), answer),) * 2), path)
    return lambda **options: streamtape.use_cassette(path, **options)


def read(count=None):
    """Read so many chunks, then close; all by default."""
    with httpx2.Client() as client, client.stream("POST", URL, json={}) as response:
        chunks = response.iter_raw()
        if count is None:
            return b"".join(chunks)
        return b"".join(next(chunks) for _ in range(count))


def test_what_was_delivered(use):
    """The text that clients have taken, of all playbacks."""
    with use() as tape:
        read(3)
        assert tape.delivered_text == "Once upon "
        read()
        assert tape.delivered_text == "Once upon Once upon a"
    assert [played.end for played in tape.playbacks] == ["aborted", "complete"]
    first, second = tape.playbacks
    assert first.started <= first.ended <= second.started <= second.ended


def test_closed_by_the_client(use):
    """An early close is asserted, with the last event that had been given."""
    with use() as tape:
        read(3)
        tape.assert_closed_by_client()
        tape.assert_closed_by_client(after_event=3)
        tape.assert_closed_by_client(after_event="text_delta:2")
        with pytest.raises(PlaybackError) as caught:
            tape.assert_closed_by_client(after_event=2)
        size = len(b"".join(EVENTS[:3]))
        assert str(caught.value) == (
            f"{tape.path}: no stream was closed by the client after event 2:\n"
            f"  POST {URL}: aborted, {size} of {len(BODY)} bytes, 3 events delivered"
        )
        with pytest.raises(UsageError):
            tape.assert_closed_by_client(after_event="ping")
        with pytest.raises(PlaybackError):
            tape.assert_fully_read()


def test_fully_read(use):
    """Reading to the end, whatever that is, is asserted; nothing at all is not read."""
    with use(fault="eof:after=2", then="replay") as tape:
        with pytest.raises(PlaybackError) as caught:
            tape.assert_fully_read()
        assert str(caught.value) == (
            f"{tape.path}: not every stream was read to its end:\n  (nothing was replayed)"
        )
        read()
        tape.assert_fully_read()
        with pytest.raises(PlaybackError) as caught:
            tape.assert_closed_by_client()
        size = len(b"".join(EVENTS[:2]))
        assert str(caught.value) == (
            f"{tape.path}: no stream was closed by the client:\n"
            f"  POST {URL}: faulted, {size} of {size} bytes, 2 events delivered, "
            "fault 'eof:after=2'"
        )


def leak():
    client = httpx2.Client()
    request = client.build_request("POST", URL, json={})
    return client, client.send(request, stream=True)


def test_leaks(use):
    """A response that nobody closed is a leak; by option, a failure."""
    with use() as tape:
        client, response = leak()
        with pytest.raises(PlaybackError) as caught:
            tape.assert_no_leaks()
        assert str(caught.value) == (
            f"{tape.path}: responses that were never closed:\n"
            f"  POST {URL}: unread, 0 of {len(BODY)} bytes, 0 events delivered"
        )
        response.close()
        tape.assert_no_leaks()
        client.close()
    with pytest.raises(PlaybackError), use(leaks="fail"):
        client, response = leak()
    response.close()
    client.close()
    with use(leaks="fail"):
        read()
    with pytest.raises(UsageError) as caught:
        use(leaks="maybe")
    assert str(caught.value) == "leaks='maybe': not a choice. Valid are ignore and fail."


def test_expecting_a_failure(use):
    """One law for the plain stream and the faulted one."""
    for fault in (None, "disconnect:after=2"):
        with use(fault=fault) as tape, tape.expect(httpx2.TransportError) as expected:
            read()
        assert (expected.error is None) is (fault is None)
    with (
        pytest.raises(PlaybackError) as caught,
        use(fault="eof:after=2") as tape,
        tape.expect(httpx2.ReadError, ValueError),
    ):
        read()
    assert str(caught.value).splitlines()[0] == (
        f"{tape.path}: under eof:after=2, ReadError or ValueError was expected and nothing raised:"
    )
    with pytest.raises(ZeroDivisionError), use(fault="eof:at=2") as tape, tape.expect(ValueError):
        raise ZeroDivisionError
    with pytest.raises(ValueError, match="plain"), use() as tape, tape.expect(ValueError):
        raise ValueError("plain")


def test_the_error_survives_a_process_boundary():
    """It is pickled whole, for xdist."""
    import copy
    from pathlib import Path

    error = PlaybackError(Path("x.yaml"), "no", ["one"])
    assert str(copy.copy(error)) == str(error) == "x.yaml: no:\n  one"
