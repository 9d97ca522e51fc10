"""A cassette that plays itself, with faults: no client, no HTTP."""

import asyncio

import pytest

from streamtape import Cassette, Interaction, Request, Response
from streamtape.clock import VirtualClock
from streamtape.errors import UsageError

EVENTS = [b"data: %d\n\n" % number for number in range(4)]
TAPE = Cassette((Interaction(Request("GET", "u"), Response(body=b"".join(EVENTS))),))


def play(**options):
    """The chunks, and the class and text of the error, of both colours."""

    async def main():
        chunks = []
        try:
            async for chunk in TAPE.achunks(**options):
                chunks.append(chunk)  # noqa: PERF401 - what came before an error counts
        except OSError as error:
            return chunks, type(error), str(error)
        return chunks, None, ""

    chunks, error, text = [], None, ""
    try:
        for chunk in TAPE.chunks(**options):
            chunks.append(chunk)  # noqa: PERF402 - as above
    except OSError as caught:
        error, text = type(caught), str(caught)
    assert (chunks, error, text) == asyncio.run(main())
    return chunks, error


@pytest.mark.parametrize(
    ("fault", "count", "error"),
    [
        (None, 4, None),
        ("disconnect:after=2", 2, ConnectionError),
        ("reset:before=2", 1, ConnectionResetError),
        ("eof:after=3", 3, None),
        ("stall:after=2", 2, TimeoutError),
    ],
)
def test_faults_of_a_body(fault, count, error):
    """Each fault raises the built-in error that is nearest, after what came before."""
    assert play(fault=fault) == (EVENTS[:count], error)


def test_a_stall_with_an_end():
    """It is waited for, by the clock that is handed in."""
    with VirtualClock() as clock:
        assert list(TAPE.chunks(fault="stall:after=2,seconds=9", clock=clock)) == [
            *EVENTS[:2],
            *EVENTS[2:],
        ]
        assert clock.elapsed == 9


@pytest.mark.parametrize("fault", ["http:529", "reset:before=head"])
def test_faults_that_are_no_body_s(fault):
    """Where there is no HTTP, there is no status and no head; the error says where there is."""
    with pytest.raises(UsageError) as caught:
        list(TAPE.chunks(fault=fault))
    assert str(caught.value) == (
        f"fault '{fault}': there is only a body here, and no HTTP. "
        "Replay through a client: streamtape.ReplayTransport."
    )
