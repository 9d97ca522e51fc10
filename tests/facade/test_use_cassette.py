"""`use_cassette`, as context manager and decorator, sync and async."""

import asyncio
import contextlib

import httpx
import httpx2
import pytest

import streamtape
from streamtape.errors import (
    CassetteFormatError,
    CassetteNotFoundError,
    UnplayedError,
    UsageError,
)
from streamtape.server import Upstream

URL = "https://api.example/v1"


@pytest.fixture
def path(tmp_path):
    interaction = streamtape.Interaction(
        streamtape.Request("GET", URL), streamtape.Response(body=b"data: 1\n\n")
    )
    streamtape.save(streamtape.Cassette((interaction,) * 2), tmp_path / "x.yaml")
    return tmp_path / "x.yaml"


def test_as_a_context_manager(path):
    """Inside, requests are answered; the tape tells what came of them."""
    with streamtape.use_cassette(path) as tape:
        assert httpx.get(URL).content == b"data: 1\n\n"
    assert [played.end for played in tape.playbacks] == ["complete"]
    assert len(tape.unplayed) == 1
    assert len(tape.cassette) == 2
    assert repr(tape) == f"<Tape {path} mode=none playbacks=1>"


def test_as_a_decorator(path):
    """Each call of a decorated function is a use of its own."""

    @streamtape.use_cassette(path, split="bytes")
    def get():
        return httpx.get(URL).content

    assert [get() for _ in range(5)] == [b"data: 1\n\n"] * 5
    assert get.__name__ == "get"


def test_as_a_decorator_of_coroutines(path):
    """Concurrent calls of a decorated coroutine function each have their own use."""

    @streamtape.use_cassette(path)
    async def get():
        async with httpx2.AsyncClient() as client:
            first = await client.get(URL)
            await asyncio.sleep(0)
            return [first.content, (await client.get(URL)).content]

    async def main():
        return await asyncio.gather(*(get() for _ in range(3)))

    assert asyncio.run(main()) == [[b"data: 1\n\n"] * 2] * 3


def test_entered_inside_itself(path):
    """One object can be entered again inside itself: the inner use begins anew."""
    use = streamtape.use_cassette(path)
    with use as outer:
        httpx.get(URL)
        with use as inner:
            httpx.get(URL)
        httpx.get(URL)
    assert (len(outer.playbacks), len(inner.playbacks)) == (2, 1)


def test_no_file(tmp_path):
    """Without a file, mode `none` says how to record."""
    with pytest.raises(CassetteNotFoundError) as caught, streamtape.use_cassette(tmp_path / "x"):
        pass
    assert str(caught.value) == (
        f"no cassette at {tmp_path / 'x'}. Record it with mode='once' or 'new_episodes'."
    )


@pytest.mark.parametrize("mode", ["none", "once", "new_episodes", "all", "rewrite"])
def test_a_broken_file_is_an_error_in_every_mode(tmp_path, mode):
    """A file that cannot be read is never recorded over."""
    (tmp_path / "x.yaml").write_text("broken")
    with pytest.raises(CassetteFormatError), streamtape.use_cassette(tmp_path / "x.yaml", mode):
        pass
    assert (tmp_path / "x.yaml").read_text() == "broken"


def test_a_body_that_raises_saves_nothing(tmp_path):
    """A recording is kept only where the body went through, unless asked for."""
    path = tmp_path / "x.yaml"
    with Upstream(pace=0) as upstream:
        url = f"{upstream.url}/v1/messages"
        for keep in (False, True):
            use = streamtape.use_cassette(path, "once", record_on_exception=keep)
            with contextlib.suppress(ZeroDivisionError), use:
                httpx.post(url, json={"stream": True}, headers={"x-api-key": "k"})
                raise ZeroDivisionError
            assert path.exists() is keep


def test_unplayed_can_fail(path):
    """With `unplayed="fail"`, what nobody asked for is an error at the end."""
    use = streamtape.use_cassette(path, unplayed="fail")
    with pytest.raises(UnplayedError) as caught, use:
        httpx.get(URL)
    assert caught.value.unplayed == [f"GET {URL}"]


def test_an_exception_of_the_body_is_not_replaced(path):
    """Where the body raised, its exception goes through, whatever else is the matter."""
    with (
        pytest.raises(ZeroDivisionError),
        streamtape.use_cassette(path, unplayed="fail"),
    ):
        raise ZeroDivisionError


def test_unknown_options(path):
    """An option that is none is an error that lists those that are."""
    with pytest.raises(UsageError) as caught:
        streamtape.use_cassette(path, spilt="bytes")
    assert str(caught.value).startswith(
        "option spilt='bytes': no such option. Did you mean split? Valid are mode, split, timing, "
    )


def test_rewinding(path):
    """A tape can begin anew in the middle of its use, with another cassette and split."""
    with streamtape.use_cassette(path) as tape:
        httpx.get(URL)
        tape.rewind(tape.cassette, streamtape.splits.parse("bytes"))
        assert tape.playbacks == []
        httpx.get(URL)
        assert str(tape.playbacks[0].split) == "bytes"
