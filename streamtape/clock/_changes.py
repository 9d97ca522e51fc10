"""Waiting for something that happens in another task or thread."""

from __future__ import annotations

import asyncio
import functools
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    _Signal: TypeAlias = tuple[Callable[[], None], Callable[[], Awaitable[None]]]

__all__ = ["change"]


async def change(listen: Callable[[Callable[[], None]], None], done: Callable[[], bool]) -> None:
    """Wait, under asyncio or trio, until `done`.

    Args:
        listen: is given a function to call, once and from any thread, at the next change.
        done: whether it is what is waited for.
    """
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        signal = _trio_signal
    else:
        signal = functools.partial(_asyncio_signal, loop)
    while True:
        wake, wait = signal()
        listen(wake)
        if done():
            return
        await wait()


def _asyncio_signal(loop: asyncio.AbstractEventLoop) -> _Signal:
    future = loop.create_future()

    def arrive() -> None:
        if not future.done():
            future.set_result(None)

    async def wait() -> None:
        await future

    def wake() -> None:
        loop.call_soon_threadsafe(arrive)

    return wake, wait


def _trio_signal() -> _Signal:
    import trio  # noqa: PLC0415 - for those who run it

    event, token = trio.Event(), trio.lowlevel.current_trio_token()
    return lambda: token.run_sync_soon(event.set), event.wait
