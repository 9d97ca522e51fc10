"""A cassette on a socket, for the length of a block: a tape joined with a server.

It decides nothing about what is answered. It sees to it that the block's other pieces leave the
server alone: its own requests pass the interception of a tape, and the environment is put back.
"""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from streamtape._facade._options import TapeOptions
from streamtape._facade._tape import Tape
from streamtape.clock import RealClock
from streamtape.errors import UsageError

if TYPE_CHECKING:
    import os
    from types import TracebackType

    from streamtape import cassette as cassettes
    from streamtape.server import SessionServer

__all__ = ["Serving", "serve", "serving"]

_OF_THE_SERVER = frozenset({"control", "cors", "framing", "gap", "host", "limits", "port"})
_NOT_OF_A_SERVER = frozenset(
    {"abort", "allowed_hosts", "block_network", "clock", "leaks", "mode", "record_on_exception"}
)
_REMEDY = "Send what was recorded, or record anew."


class Serving:
    """What `serve` and `Tape.serve` return, to be entered by ``with`` or ``async with``.

    Args:
        tape: whose session answers.
        options: of the server; see `streamtape.server.SessionServer`.
        set_environment: whether `ANTHROPIC_BASE_URL` and the like lead to it meanwhile.
        judges: whether leaving raises what must fail a test although it passed.
    """

    def __init__(
        self,
        tape: Tape,
        options: dict[str, Any],
        *,
        set_environment: bool,
        judges: bool,
    ) -> None:
        self._tape, self._options = tape, options
        self._set_environment, self._judges = set_environment, judges
        self._stack = ExitStack()

    def __enter__(self) -> SessionServer:
        from streamtape import server as servers  # noqa: PLC0415 - asyncio and h11, for who serves
        from streamtape import transports  # noqa: PLC0415 - imports httpx and httpx2

        server = servers.SessionServer(self._tape.session, **self._options)
        with ExitStack() as stack:
            stack.enter_context(server)
            stack.enter_context(transports.passing(server.url))
            if self._set_environment:
                stack.enter_context(servers.environ(server.url))
            self._stack = stack.pop_all()
        return server

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()
        if self._judges and error is None and (verdict := self._tape.verdict()) is not None:
            raise verdict

    async def __aenter__(self) -> SessionServer:
        return self.__enter__()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.__exit__(kind, error, trace)


def serving(tape: Tape, options: dict[str, Any], *, set_environment: bool) -> Serving:
    """Return what serves a tape that is in use; see `Tape.serve`."""
    if tape.session.records:
        remedy = "Record with `streamtape record`, or use mode='none'."
        raise UsageError(f"serve() in mode {tape.mode!r}", "a server only replays", remedy)
    if not isinstance(tape.clock, RealClock):
        problem = "the time of sockets is real"
        raise UsageError("serve() with this clock", problem, "Use clock='real'.")
    return Serving(tape, options, set_environment=set_environment, judges=False)


def serve(
    cassette: cassettes.Cassette | str | os.PathLike[str],
    *more: cassettes.Cassette | str | os.PathLike[str],
    set_environment: bool = False,
    **options: Any,
) -> Serving:
    """Serve a cassette on 127.0.0.1, to any client in any language, for the length of a block.

    ::

        with streamtape.serve("hello.yaml", split="bytes", set_environment=True) as server:
            subprocess.run(["node", "chat.mjs"], check=True)    # reads ANTHROPIC_BASE_URL
        assert server.playbacks[0].end == "complete"

    What the block gets is a `streamtape.server.SessionServer`: `url`, `playbacks`, `misses`,
    `unplayed`, `report`, `caveats`.

    Args:
        cassette: a cassette, or the path of one.
        more: further ones: then interactions count through, in this order.
        set_environment: whether, meanwhile, `STREAMTAPE_URL`, `ANTHROPIC_BASE_URL` and
            `OPENAI_BASE_URL` are set for this process and those that it starts.
        options: how it is replayed, as for `use_cassette`: ``split``, ``timing``, ``fault``,
            ``then``, ``match_on``, ``ignore``, ``allow_playback_repeats``, ``filter_headers`` and
            the other filters, ``unplayed``. And how it is served: ``gap``, ``framing``,
            ``control``, ``cors``, ``host``, ``port``, ``limits``; see
            `streamtape.server.SessionServer`.

    Raises:
        CassetteError: a file is missing or broken.
        CassetteMiss: on leaving, a request found no answer.
        UnplayedError: on leaving, see ``unplayed``.
        UsageError: an option that is none.
    """
    from streamtape.server import joined  # noqa: PLC0415 - asyncio and h11, for who serves

    for name in _NOT_OF_A_SERVER & options.keys():
        problem = "a server replays, in real time, to whoever asks"
        raise UsageError(f"option {name}={options[name]!r}", problem, "Leave it out.")
    of_server = {name: options.pop(name) for name in _OF_THE_SERVER & options.keys()}
    together = joined((cassette, *more))
    path = together.path or Path("the cassette")
    tape = Tape(path, TapeOptions.of(options), _REMEDY, cassette=together)
    return Serving(tape, of_server, set_environment=set_environment, judges=True)
