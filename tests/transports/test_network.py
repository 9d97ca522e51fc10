"""A reader that waits for a paced replay is woken by what wakes one on a socket."""

import threading

import httpx
import httpx2
import pytest

import streamtape
from streamtape.cassette import Cassette, Chunk, End, Interaction, Request, Response
from streamtape.messages import APIUserAbortError, MessageStream

URL = "https://api.example/v1/messages"
START = (
    b'event: message_start\ndata: {"type":"message_start","message":{"id":"m","type":"message",'
    b'"role":"assistant","model":"m","content":[],"stop_reason":null,"stop_sequence":null,'
    b'"usage":{"input_tokens":1,"output_tokens":1}}}\n\n'
)


def stalling(body=START):
    """A transport whose stream hands over its body, and then nothing for ten minutes."""
    chunks = (Chunk(0, len(body)), Chunk(600_000_000, 2))
    response = Response(body=body + b"\n\n", chunks=chunks, end=End())
    tape = Cassette((Interaction(Request("POST", URL), response),))
    matching = streamtape.cassette.Matching(("uri",))
    return streamtape.ReplayTransport(tape, timing="recorded", matching=matching)


@pytest.mark.parametrize("library", [httpx, httpx2], ids=lambda library: library.__name__)
def test_shutting_the_socket_down_wakes_the_reader(library):
    """The reader gets the error of a connection that ended too early, and the abort is noted."""
    transport = stalling()
    with (
        library.Client(transport=transport, timeout=None) as client,
        client.stream("POST", URL) as response,
    ):
        socket = response.extensions["network_stream"].get_extra_info("socket")
        timer = threading.Timer(0.01, socket.shutdown, [2])
        timer.start()
        chunks = response.iter_raw()
        assert next(chunks) == START
        with pytest.raises(library.RemoteProtocolError):
            next(chunks)
    assert transport.playbacks[0].end == "aborted"
    assert response.extensions["network_stream"].get_extra_info("ssl_object") is None


def test_an_abort_from_another_thread_wakes_a_message_stream():
    """`abort()` from another thread ends the wait of a blocked reader, as on a socket."""
    with (
        httpx2.Client(transport=stalling(), timeout=None) as client,
        client.stream("POST", URL) as response,
    ):
        stream = MessageStream(response)
        threading.Timer(0.01, stream.abort).start()
        with pytest.raises(APIUserAbortError):
            stream.get_final_message()
        assert stream.aborted


def test_an_instant_replay_has_no_socket():
    """Where there is nothing to wait for, nothing is offered: it would only cost."""
    response = Response(body=b"data: 1\n\n")
    tape = Cassette((Interaction(Request("GET", URL), response),))
    with httpx2.Client(transport=streamtape.ReplayTransport(tape)) as client:
        assert "network_stream" not in client.get(URL).extensions
