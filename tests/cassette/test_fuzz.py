"""Mutated cassette files: a cassette, or an error that names the file, soon."""

import contextlib
import random
import resource
import time
from pathlib import Path

import pytest

from streamtape.cassette import Cassette, Chunk, End, Interaction, Request, Response
from streamtape.cassette._reader import read, read_mending
from streamtape.cassette._writer import write
from streamtape.errors import CassetteError

PATH = Path("cassettes/some.yaml")
SEEDS = [
    write(
        Cassette(
            (
                Interaction(
                    Request("POST", "https://x/", (("a", "1"), ("a", "2")), b'{"a":[1,null,"x"]}'),
                    Response(
                        200,
                        (("content-type", "text/event-stream"),),
                        "event: a\ndata: é🌍\n\ndata: 2\n\n".encode(),
                        (Chunk(1000, 9), Chunk(500, 23)),
                        12_500,
                        End("reset", 40),
                    ),
                ),
                Interaction(Request("GET", "https://y/", (), b"\xff"), Response(body=b"\x00\xff")),
                Interaction(
                    Request("GET", "https://z/", (), b"text"), Response(body=b"a\r\nb\r\n")
                ),
            )
        )
    ),
    b"streamtape: 1\ninteractions:\n- request: {method: GET, url: u}\n  response: {status: 200}\n",
]
# What a cassette, YAML or a number is made of, in places where it does not belong.
TOKENS = (
    b"[ ] { } & * ! | > - ? : , # % @ ` ' \" \\ \n \t \r .. ... --- ~ null no true 1e5 0x1F 0777"
    b" .inf .nan 2026-11-20 12:30 999999999999999999999999 -1 1.0001 <<: &a *a !!python/none |2+"
    b" body: chunks: base64: json: text: end: newlines: headers: status: streamtape: interactions:"
    b" 1+9 9999999999+1 1+99999999999 {reset: 1} \xff \x00 \xef\xbb\xbf \xc2\x85 \xe2\x80\xa8"
).split(b" ")


def mutated(random_, data):
    data = bytearray(data)
    for _ in range(random_.choice((1, 1, 2, 4, 16))):
        at, end = sorted(random_.randrange(len(data) + 1) for _ in "12")
        match random_.randrange(7):
            case 0:
                data[at : at + 1] = bytes([random_.randrange(256)])
            case 1:
                data[at:at] = random_.choice(TOKENS)
            case 2:
                del data[at : at + random_.randrange(1, 20)]
            case 3:
                data[at:at] = data[at : min(end, at + 200)]
            case 4:
                data[at:end] = data[at:end][::-1] if end - at < 40 else data[at:end]
            case 5:
                data[at:at] = random_.choice(TOKENS) * random_.choice((2, 50, 2000))
            case 6:
                del data[end:]
    return bytes(data)


@pytest.mark.parametrize("number", [3_000, pytest.param(50_000, marks=pytest.mark.long)])
def test_a_mutated_file_is_a_cassette_or_an_error(number):
    """No mutation raises anything but a cassette's error, takes 2 s or 200 MB."""
    random_ = random.Random(number)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    valid, named, slowest = 0, 0, 0.0
    for _ in range(number):
        data = mutated(random_, random_.choice(SEEDS))
        start = time.perf_counter()
        try:
            cassette = read(data, PATH)
        except CassetteError as error:
            named += str(error).startswith(str(PATH))
            with contextlib.suppress(CassetteError):
                read_mending(data, PATH)
        else:
            valid += 1
            assert read(write(cassette), PATH) == cassette, data
        slowest = max(slowest, time.perf_counter() - start)
    assert valid + named == number
    assert slowest < 2
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000
    assert valid > number / 50
